"""One visit is corrected, in type and place at once; taking it back leaves no trace."""

import pytest
from sqlalchemy import select

from allay_metrics.actions.overrides import undo_overrides
from allay_metrics.actions.visit_correction import correct_visit
from allay_metrics.errors import ConfigProblem, NotFound
from allay_metrics.records.tables import visit
from tests.support.exports import appointment
from tests.support.on_file import fingerprint, visits

ROWS = [
    # Twins booked as two rows are one visit: both rows are corrected with it.
    appointment("m", "2026-03-02 10:00", "Ana Rivera", infants="Mia"),
    appointment("l", "2026-03-02 10:00", "Ana Rivera", infants="Leo"),
    appointment("o", "2026-03-03 14:00", "Bea Other"),
]
SHOWN = ("city", "visit_type", "second_type")


@pytest.fixture
def filed(desk):
    desk.take_in(ROWS, "2026-03-09 08:00")
    return desk.scope


def twins(scope):
    with scope.read() as conn:
        return conn.execute(select(visit.c.id).order_by(visit.c.starts_at)).scalars().first()


def test_type_and_city_are_said_at_once_and_taken_back(filed):
    before = fingerprint(filed)
    saved = correct_visit(filed, twins(filed), types="massage+cst", city="Berkeley")
    assert saved.visits == 1
    assert {(way.what, way.before, way.after) for way in saved.moves} == {
        ("type", "cst", "massage+cst"), ("city", "Oakland", "Berkeley"),
    }  # fmt: skip
    assert visits(filed, *SHOWN) == [("Berkeley", "massage", "cst"), ("Oakland", "cst", "")]
    assert undo_overrides(filed, saved.undo).visits == 1
    assert fingerprint(filed) == before


def test_what_is_not_said_stays_as_it_is(filed):
    correct_visit(filed, twins(filed), city="Berkeley")
    correct_visit(filed, twins(filed), types="lactation")
    assert visits(filed, *SHOWN)[0] == ("Berkeley", "lactation", "")


@pytest.mark.parametrize(
    ("told", "why"),
    [({"city": "Oz"}, "no city"), ({"types": "yoga"}, "no visit type"),
     ({"types": "massage", "city": "Oz"}, "no city")],
)  # fmt: skip
def test_a_word_nobody_knows_is_refused_whole(filed, told, why):
    before = fingerprint(filed)
    with pytest.raises(ConfigProblem, match=why):
        correct_visit(filed, twins(filed), **told)
    assert fingerprint(filed) == before


def test_a_visit_that_is_gone_is_a_sentence(filed):
    with pytest.raises(NotFound, match="not on file any more"):
        correct_visit(filed, "gone", types="massage")
