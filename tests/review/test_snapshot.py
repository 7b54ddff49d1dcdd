"""The eight numbers as first told: kept once, and compared for good."""

from datetime import date, datetime, timedelta

from sqlalchemy import delete, select

from allay_metrics.actions.family_erasure import erase_family
from allay_metrics.records.tables import (
    booking,
    correction,
    coverage,
    family,
    import_,
    week_snapshot,
)
from allay_metrics.review.snapshot import find_restatements, keep_due_snapshots
from tests.support.practices import Invented, Told, booked, put_on_file

WEEK = date(2026, 6, 22)
AS_OF = datetime.fromisoformat("2026-06-29T08:00")


def on_file(scope, rows, as_of=AS_OF, first=date(2026, 1, 5)):
    put_on_file(Invented(rows, [Told.all(as_of=as_of, first=first)]), scope)


def tell_anew(scope, rows):
    """Put other bookings on file as a later import would; what was kept of weeks stays."""
    with scope.write("tell anew") as conn:
        kept = conn.execute(select(week_snapshot)).mappings().all()
        for table in (week_snapshot, correction, booking, coverage):
            conn.execute(delete(table))
        from allay_metrics.derive import derive

        families = conn.execute(select(family.c.id)).scalars().all()
        derive(conn, scope.practice_id, families)
        conn.execute(delete(family))
        conn.execute(delete(import_))
    on_file(scope, rows)
    with scope.write("keep") as conn:
        conn.execute(week_snapshot.insert(), [dict(row) for row in kept])


def test_each_full_week_is_kept_once(scope):
    on_file(scope, [booked("A", WEEK)])
    kept = keep_due_snapshots(scope)
    assert kept == [WEEK - timedelta(weeks=back) for back in reversed(range(13))]
    assert keep_due_snapshots(scope) == []


def test_a_week_that_has_not_ended_is_not_due(scope):
    on_file(scope, [booked("A", WEEK)], as_of=datetime.fromisoformat("2026-06-28T20:00"))
    assert keep_due_snapshots(scope)[-1] == WEEK - timedelta(weeks=1)


def test_weeks_before_the_records_are_not_kept(scope):
    on_file(scope, [booked("A", WEEK)], first=WEEK - timedelta(weeks=2))
    assert keep_due_snapshots(scope)[0] == WEEK - timedelta(weeks=2)


def test_without_records_nothing_is_due(scope):
    assert keep_due_snapshots(scope) == []
    assert find_restatements(scope, WEEK) == []


def test_what_stays_as_told_is_not_restated(scope):
    on_file(scope, [booked("A", WEEK)])
    keep_due_snapshots(scope)
    assert find_restatements(scope, WEEK) == []


def test_a_number_that_changed_is_told_with_both_values(scope):
    rows = [booked(name, WEEK) for name in "ABCDEF"]
    on_file(scope, rows)
    keep_due_snapshots(scope)
    tell_anew(scope, rows[:5])
    found = find_restatements(scope, WEEK)
    assert found[0].startswith("Completed visits now 5, first told as 6")


def test_a_week_that_changed_because_a_family_was_erased_says_so(scope):
    rows = [booked(name, WEEK) for name in "ABCDEF"]
    on_file(scope, rows)
    keep_due_snapshots(scope)
    with scope.read() as conn:
        family_id = conn.execute(select(family.c.id).limit(1)).scalar_one()
    erase_family(scope, family_id)
    (first, *_) = find_restatements(scope, WEEK)
    assert first.startswith("Completed visits now 5, first told as 6")
    assert "1 family erased" in " ".join(find_restatements(scope, WEEK))
