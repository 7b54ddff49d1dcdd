"""Snapshots of the eight numbers as first shown, and which have changed since, and why."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from allay_metrics import formatting as fmt
from allay_metrics.actions.family_erasure import REASON as ERASED
from allay_metrics.actions.week_notes import save_snapshots
from allay_metrics.metrics import METRICS, Metric, query
from allay_metrics.metrics.weeks import SERIES, last_full_week, sunday_of, weeks_up_to
from allay_metrics.records import Scope
from allay_metrics.records.tables import (
    audit,
    booking,
    correction,
    import_,
    import_row,
    week_snapshot,
)
from allay_metrics.review.query_results import MetricCell, index_cells
from allay_metrics.review.record_status import read_record_status
from allay_metrics.review.scorecard import VISIT_METRICS, week_question

CellsByMetric = Mapping[str, MetricCell]


@dataclass(frozen=True)
class Snapshot:
    """A week's numbers when they were first shown."""

    week: date
    import_id: str
    taken_at: int
    numbers: dict[str, MetricCell]


def keep_due_snapshots(scope: Scope) -> list[date]:
    """Save snapshots of the last 13 full weeks without one; return those weeks.

    A week is due once the newest export is not older than its end. Call it after every import.
    """
    record_status = read_record_status(scope)
    if (
        record_status.as_of_day is None
        or record_status.newest is None
        or record_status.first_day is None
    ):
        return []
    newest = last_full_week(record_status.as_of_day)
    with scope.read() as conn:
        statement = select(week_snapshot.c.week).where(
            week_snapshot.c.practice_id == scope.practice_id
        )
        there = set(conn.execute(statement).scalars())
    due = [
        monday
        for monday in weeks_up_to(newest, SERIES)
        if monday not in there and sunday_of(monday) >= record_status.first_day
    ]
    if not due:
        return []
    table = index_cells(query(week_question(newest, SERIES), scope), "period")
    numbers = {
        monday: {key: _plain(table[monday, key]) for key in VISIT_METRICS if (monday, key) in table}
        for monday in due
    }
    save_snapshots(scope, record_status.newest.id, numbers)
    return due


def read_snapshot(conn: Connection, scope: Scope, monday: date) -> Snapshot | None:
    """Return a week's snapshot, or None."""
    statement = select(
        week_snapshot.c.import_id, week_snapshot.c.taken_at, week_snapshot.c.numbers
    ).where(week_snapshot.c.practice_id == scope.practice_id, week_snapshot.c.week == monday)
    row = conn.execute(statement).one_or_none()
    if row is None:
        return None
    numbers = {key: MetricCell(**cell) for key, cell in json.loads(row.numbers).items()}
    return Snapshot(monday, row.import_id, row.taken_at, numbers)


def find_restatements(scope: Scope, monday: date) -> list[str]:
    """Return a sentence for each number that differs from its snapshot, with the reason.

    Always of the whole practice, regardless of a page's filters.
    """
    with scope.read() as conn:
        snapshot = read_snapshot(conn, scope, monday)
    if snapshot is None:
        return []
    live = index_cells(query(week_question(monday, 1), scope), "period")
    now = {key: live[monday, key] for key in VISIT_METRICS if (monday, key) in live}
    with scope.read() as conn:
        return describe_restatements(conn, scope, snapshot, now)


def describe_restatements(
    conn: Connection, scope: Scope, snapshot: Snapshot, now: CellsByMetric
) -> list[str]:
    """Return the sentences for a snapshot, compared with the numbers now."""
    changed = {
        key: (was, now.get(key, MetricCell(None)))
        for key, was in snapshot.numbers.items()
        if key in METRICS and _differs(was, now.get(key, MetricCell(None)))
    }
    if not changed:
        return []
    return [
        _sentence(
            METRICS[key], was, is_, _reasons(conn, scope, snapshot, _days_behind(key, snapshot))
        )
        for key, (was, is_) in changed.items()
    ]


def _days_behind(key: str, snapshot: Snapshot) -> tuple[date, date]:
    """Return the days whose visits a week's number depends on."""
    after_monday, after_sunday = METRICS[key].reach
    first = snapshot.week + timedelta(days=after_monday)
    if after_sunday is None:
        return first, date.max
    return first, sunday_of(snapshot.week) + timedelta(days=after_sunday)


def _plain(cell: MetricCell) -> dict[str, Any]:
    return {
        "value": cell.value,
        "numerator": cell.numerator,
        "denominator": cell.denominator,
        "reason": cell.reason,
    }


def _differs(was: MetricCell, is_: MetricCell) -> bool:
    before = (was.value, was.numerator, was.denominator)
    return before != (is_.value, is_.numerator, is_.denominator)


def _sentence(metric: Metric, was: MetricCell, is_: MetricCell, why: list[str]) -> str:
    render: Callable[[MetricCell], str] = _share if metric.is_rate else _value
    reasons = why
    ripened = metric.ripe_after is not None and (is_.denominator or 0) > (was.denominator or 0)
    if ripened and not why:
        reasons = ["visits that were too recent to tell are old enough now"]
    because = f": {fmt.join_list(reasons)}" if reasons else ""
    return f"{metric.label} now {render(is_)}, first told as {render(was)}{because}."


def _value(cell: MetricCell) -> str:
    return fmt.plain_number(cell.value) if cell.value is not None else "no value"


def _share(cell: MetricCell) -> str:
    if not cell.denominator:
        return "no value"
    shown = fmt.share(cell.numerator, cell.denominator)
    return f"{shown.text} ({shown.of})" if shown.of else shown.text


def _reasons(
    conn: Connection, scope: Scope, snapshot: Snapshot, days: tuple[date, date]
) -> list[str]:
    """Return what changed in the records of these days since the snapshot."""
    in_practice = booking.c.practice_id == scope.practice_id
    week = booking.c.day.between(*days)
    later = (
        select(import_row.c.outcome, func.count())
        .select_from(import_row.join(import_).join(booking))
        .where(in_practice, week, import_.c.sequence > _sequence_of(scope, snapshot.import_id))
        .where(import_.c.undone_at.is_(None))
        .group_by(import_row.c.outcome)
    )
    outcomes: dict[str, int] = {row[0]: row[1] for row in conn.execute(later)}
    absent = select(func.count()).where(
        in_practice, week, booking.c.missing_from_import_id.is_not(None)
    )
    decided = (
        select(func.count())
        .select_from(correction.join(booking))
        .where(in_practice, week, correction.c.made_at >= snapshot.taken_at)
    )
    undone = select(func.count()).where(
        import_.c.practice_id == scope.practice_id, import_.c.undone_at >= snapshot.taken_at
    )
    counts = {
        "entered later": outcomes.get("added", 0),
        "changed in a newer export": outcomes.get("updated", 0),
        "no longer in a newer export": int(conn.execute(absent).scalar_one()),
        "decided on by hand": int(conn.execute(decided).scalar_one()),
    }
    reasons = [f"{fmt.plural(count, 'visit')} {what}" for what, count in counts.items() if count]
    imports = int(conn.execute(undone).scalar_one())
    reasons += [f"{fmt.plural(imports, 'import')} undone"] if imports else []
    gone = select(func.count()).where(
        audit.c.practice_id == scope.practice_id,
        audit.c.action == ERASED,
        audit.c.at >= snapshot.taken_at,
    )
    families = int(conn.execute(gone).scalar_one())
    return reasons + ([f"{fmt.plural(families, 'family', 'families')} erased"] if families else [])


def _sequence_of(scope: Scope, import_id: str) -> Any:
    return (
        select(import_.c.sequence)
        .where(import_.c.practice_id == scope.practice_id, import_.c.id == import_id)
        .scalar_subquery()
    )
