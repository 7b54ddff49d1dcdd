"""The owner says which days a file really covered; what is missing follows, and goes back."""

import pytest

from allay_metrics.actions.coverage_changes import change_days, restore_days
from allay_metrics.actions.records_check import check_records
from allay_metrics.errors import Conflict, NotFound
from tests.support.exports import appointment, day
from tests.support.on_file import covered, fingerprint, states

ONE = appointment("1", "2026-03-02 10:00")
GONE = appointment("gone", "2026-03-10 10:00")
LAST = appointment("last", "2026-03-16 10:00")


@pytest.fixture
def newer(desk):
    """The id of a newer import in which the visit of the 10th is missing."""
    desk.take_in([ONE, GONE, LAST], "2026-03-09 08:00")
    report = desk.take_in([ONE, LAST], "2026-03-20 08:00")
    assert report.missing == 1
    return report.import_id


def test_a_file_of_other_days_makes_nothing_missing_and_taken_back_it_does(desk, newer):
    before = fingerprint(desk.scope)
    assert change_days(desk.scope, newer, day("2026-03-11"), day("2026-03-20")) == 0
    assert states(desk.scope)["gone"] == "booked"
    assert ("kept", "2026-03-11", "2026-03-20") in covered(desk.scope)
    assert check_records(desk.scope) == []
    assert change_days(desk.scope, newer, day("2026-03-10"), day("2026-03-20")) == 1
    assert restore_days(desk.scope, newer) == 1
    assert fingerprint(desk.scope) == before


def test_days_are_in_order_and_of_an_import_that_stands(desk, newer):
    with pytest.raises(Conflict, match="after the last"):
        change_days(desk.scope, newer, day("2026-03-11"), day("2026-03-10"))
    with pytest.raises(Conflict, match="were not changed"):
        restore_days(desk.scope, newer)
    with pytest.raises(NotFound):
        change_days(desk.scope, "nowhere", day("2026-03-10"), day("2026-03-11"))
