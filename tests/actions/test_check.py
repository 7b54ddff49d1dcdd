"""A check finds what does not follow from the bookings, and keeps nothing itself."""

import pytest
from sqlalchemy import insert, text

from allay_metrics.actions.records_check import check_records
from allay_metrics.records.tables import city_alias, family_link
from tests.support.exports import appointment
from tests.support.on_file import fingerprint

ROWS = [
    appointment("1", "2026-03-02 10:00"),
    appointment("2", "2026-03-03 10:00", "Bea Moss", city="", zip="94010"),
    appointment("3", "2026-03-03 10:00") | {"end": "never"},  # set aside
]


TWO_OF_THREE = "march.csv: 3 rows read, but 2 on record."


@pytest.fixture
def scope(desk):
    """A practice with three rows told, one of them set aside."""
    desk.take_in(ROWS, "2026-03-09 08:00", name="march.csv")
    return desk.scope


def _tamper(scope, statement):
    with scope.write("tamper") as conn:
        assert conn.execute(text(statement)).rowcount > 0


def test_whole_records_have_no_findings(scope):
    before = fingerprint(scope), scope.data_version()
    assert check_records(scope) == []
    assert (fingerprint(scope), scope.data_version()) == before


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE visit SET price_cents = 1 WHERE city = 'Oakland'", "Table visit differs"),
        ("UPDATE visit SET rebooked = 1", "Table visit differs"),
        ("UPDATE booking SET as_of = as_of - 1", "Table booking differs"),
        ("UPDATE booking SET missing_from_import_id = current_import_id", "Table booking differs"),
        ("UPDATE daily SET visits = visits + 1", "roll-ups differ"),
        ("UPDATE weekly SET minutes = minutes + 1", "roll-ups differ"),
        ("UPDATE family SET last_on = '2026-01-01'", "Table family differs"),
        ("DELETE FROM visit_client", "Table visit_client differs"),
        ("DELETE FROM import_row WHERE row_number = 1", TWO_OF_THREE),
        ("DELETE FROM set_aside", TWO_OF_THREE),
    ],
)  # fmt: skip
def test_what_was_tampered_with_is_found(scope, statement, found):
    _tamper(scope, statement)
    tampered = fingerprint(scope)
    findings = check_records(scope)
    assert [finding for finding in findings if found in finding], findings
    assert fingerprint(scope) == tampered  # told, not mended


def test_choices_that_lead_nowhere_are_found(scope):
    mine = {"practice_id": scope.practice_id}
    with scope.write("break choices") as conn:
        conn.execute(insert(city_alias), {**mine, "spelling": "home", "city": "Atlantis"})
        for one, other in (("e:x", "e:y"), ("e:y", "e:x")):
            words = {"match_key": one, "client_name": "", "into_key": other, "made_at": 0}
            conn.execute(insert(family_link), {**mine, **words})
    assert check_records(scope) == [
        "A spelling or a correction names Atlantis, which is no city on file.",
        "The family links that start at e:x form a loop.",
        "The family links that start at e:y form a loop.",
    ]
