"""Two practices in one database never meet: neither's acts or numbers reach the other."""

import pytest
from sqlalchemy import insert, select, text

from allay_metrics.actions.care_closing import close_care
from allay_metrics.actions.missing_decisions import decide_missing
from allay_metrics.actions.records_check import check_records
from allay_metrics.actions.therapist_details import TherapistDetails, save_therapists
from allay_metrics.actions.undo import undo_import
from allay_metrics.actions.week_notes import save_note, save_snapshots, set_goals
from allay_metrics.errors import ConfigProblem, NotFound
from allay_metrics.records import Scope, open_practice
from allay_metrics.records.tables import city, metadata, practice
from tests.support.exports import Desk, appointment, day
from tests.support.keeper import database_itself
from tests.support.on_file import closings, fingerprint, missing_ids, states, visits

MONDAY, LATER = "2026-03-09 08:00", "2026-03-30 08:00"
ROWS = [
    appointment("1", "2026-03-02 10:00", infants="Mia"),
    appointment("gone", "2026-03-10 10:00"),
    appointment("quiet", "2026-03-11 10:00", "Leo Lee", email="", phone="510-555-0101"),
    appointment("last", "2026-03-16 10:00", city="", zip="94010"),
]


@pytest.fixture
def desks(scope, tmp_path):
    """Desks of two practices in one database, each with the same export taken in."""
    with database_itself(scope) as conn:
        row = {"name": "Other", "timezone": "America/Los_Angeles", "is_demo": 0}
        conn.execute(insert(practice).values(practice_id="other", **row))
        theirs = select(city).where(city.c.practice_id == scope.practice_id)
        rows = [dict(r) | {"practice_id": "other"} for r in conn.execute(theirs).mappings()]
        conn.execute(insert(city), rows)
    other = Scope(scope._database, "other", "America/Los_Angeles", is_demo=False)
    both = Desk(scope, tmp_path), Desk(other, tmp_path)
    for desk in both:
        desk.take_in(ROWS, MONDAY)
    return both


def test_the_same_export_is_other_rows_in_each(desks):
    ids = [set(visits(desk.scope, "id")) for desk in desks]
    assert len(ids[0]) == len(ids[1]) == len(ROWS)
    assert ids[0] & ids[1] == set()


def test_nothing_one_does_reaches_the_other(desks):
    ours, theirs = desks
    before, version = fingerprint(theirs.scope), theirs.scope.data_version()
    report = ours.take_in([*ROWS[:1], *ROWS[2:]], LATER)
    decide_missing(ours.scope, missing_ids(ours.scope), "deleted")
    family_id = visits(ours.scope, "family_id")[0][0]
    close_care(ours.scope, closings(ours.scope, family_id, day("2026-03-20")))
    save_therapists(ours.scope, [TherapistDetails("Maya Lopez", "m@x.org", "Oakland", ("cst",))])
    save_note(ours.scope, day("2026-03-02"), "Rain", 0)
    set_goals(ours.scope, {"completed": 40})
    save_snapshots(ours.scope, report.import_id, {day("2026-03-02"): {}})
    assert check_records(ours.scope) == []
    undo_import(ours.scope, report.import_id)
    assert (fingerprint(theirs.scope), theirs.scope.data_version()) == (before, version)
    assert check_records(theirs.scope) == []


def test_the_ids_of_one_are_not_found_by_the_other(desks):
    ours, theirs = desks
    report = ours.take_in([*ROWS[:1], *ROWS[2:]], LATER)
    with pytest.raises(NotFound):
        undo_import(theirs.scope, report.import_id)
    with pytest.raises(NotFound):
        decide_missing(theirs.scope, missing_ids(ours.scope), "deleted")
    assert states(ours.scope)["gone"] == "missing"


def test_a_family_of_the_other_practice_is_not_closed(desks):
    ours, theirs = desks
    before = fingerprint(theirs.scope)
    family_id = visits(theirs.scope, "family_id")[0][0]
    close_care(ours.scope, closings(ours.scope, family_id, day("2026-03-20")))
    assert fingerprint(theirs.scope) == before


def test_which_practice_is_meant_must_be_said(desks):
    url = desks[0].scope.database_url
    with pytest.raises(ConfigProblem, match="holds 2 practices"):
        open_practice(url)
    named = open_practice(url, practice_id="other")
    assert named.practice_id == "other"
    named.close()


def test_every_row_written_bears_its_practice(desks):
    with desks[0].scope.read() as conn:
        for name in metadata.tables:
            found = conn.execute(text(f'SELECT DISTINCT practice_id FROM "{name}"')).scalars()
            assert set(found) <= {desk.scope.practice_id for desk in desks}
