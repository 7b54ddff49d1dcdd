"""States of care of the whole practice, against a family at a time."""

from hypothesis import HealthCheck, given, settings
from sqlalchemy import select

from allay_metrics.derive.closing import DIED
from allay_metrics.metrics.care_state_metrics import care_state
from allay_metrics.records import open_practice
from allay_metrics.records.tables import family
from allay_metrics.review.care_states import review_care
from tests.support.practices import START, practices, put_on_file


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(practice=practices(most=25))
def test_every_family_stands_in_one_state(new_database, practice):
    scope = open_practice(new_database(), name="Random")
    try:
        put_on_file(practice, scope)
        as_of = max(told.as_of for told in practice.files).date()
        with scope.read() as conn:
            rows = conn.execute(select(family)).all()
        # A family whose baby died is none that moved on: it stands in no state.
        rows = [row for row in rows if row.closed_reason != DIED]
        known = [row for row in rows if row.last_on or row.next_on or row.closed_on]
        states = [care_state(r.closed_reason, r.last_on, r.next_on, as_of) for r in known]
        found = review_care(scope, as_of, START, as_of.replace(year=as_of.year + 1))
        told = {
            "in care": found.in_care,
            "lapsed": found.lapsed,
            "graduated": found.graduated,
            "moved on": found.moved_on,
        }
        assert told == {state: states.count(state) for state in told}
    finally:
        scope.close()


def test_only_ends_of_the_period_are_counted(sqlite_scope):
    from datetime import timedelta

    from tests.support.practices import Invented, booked

    day = START + timedelta(days=7)
    put_on_file(Invented([booked("Adams", START)], closed={"Adams": day}), sqlite_scope)
    assert review_care(sqlite_scope, day, day, day).ended == {"goals met": 1}
    after = day + timedelta(days=1)
    assert review_care(sqlite_scope, after, after, after).ended == {}
