"""What one import changed: its rows field by field, and earlier reported weeks."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select

from allay_metrics import formatting as fmt
from allay_metrics.records import Scope
from allay_metrics.records.tables import booking, import_, import_row, week_snapshot
from allay_metrics.review.snapshot import find_restatements

MOST = 100  # rows shown of each kind
WEEKS = 6

# Labels of the shown fields; instants are shown in the practice's zone.
FIELDS = {
    "starts_at": "start",
    "ends_at": "end",
    "client_name": "client",
    "email": "e-mail",
    "phone": "phone",
    "infant_names": "infants",
    "infant_born": "born",
    "therapist": "therapist",
    "type_text": "type",
    "price_cents": "price",
    "booked_on": "booked",
    "cancelled_at": "cancelled at",
    "cancelled_by": "cancelled by",
    "marked": "marked",
    "city_text": "city",
    "zip": "ZIP",
    "address": "address",
    "notes": "notes",
    "concern": "concern",
    "referral_source": "heard of us",
}
_MOMENTS = ("starts_at", "ends_at", "cancelled_at")


@dataclass(frozen=True)
class FieldChange:
    """One field of a row: its values before and after this import."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class ChangedVisit:
    """A visit in words, and the fields this import changed."""

    label: str
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True)
class ImportChanges:
    """What an import changed: at most MOST of each kind; `restated` are sentences by week."""

    added: tuple[ChangedVisit, ...]
    updated: tuple[ChangedVisit, ...]
    missing: tuple[ChangedVisit, ...]
    restated: tuple[tuple[date, tuple[str, ...]], ...]


def read_import_changes(scope: Scope, import_id: str) -> ImportChanges:
    """Return what an import, not undone, changed.

    `restated` covers weeks with a snapshot from before it and a day it changed, newest first; the
    snapshots are compared with the numbers now.
    """
    with scope.read() as conn:
        added = _rows(conn, scope, import_id, "added")
        updated = _rows(conn, scope, import_id, "updated")
        absent = conn.execute(
            select(booking)
            .where(
                booking.c.practice_id == scope.practice_id,
                booking.c.missing_from_import_id == import_id,
            )
            .order_by(booking.c.starts_at, booking.c.id)
            .limit(MOST)
        ).all()
        after = {row.id: _after(conn, scope, import_id, row) for row in updated}
        weeks = _read_affected_weeks(conn, scope, import_id)
    restatements = [(week, tuple(find_restatements(scope, week))) for week in weeks]
    return ImportChanges(
        tuple(ChangedVisit(_label(row, scope)) for row in added),
        tuple(
            ChangedVisit(
                _label(row, scope), _compare_fields(json.loads(row.before), after[row.id], scope)
            )
            for row in updated
        ),
        tuple(ChangedVisit(_label(row, scope)) for row in absent),
        tuple((week, sentences) for week, sentences in restatements if sentences),
    )


def _rows(conn: Connection, scope: Scope, import_id: str, outcome: str) -> list[Row[Any]]:
    statement = (
        select(booking, import_row.c.before)
        .select_from(import_row.join(booking))
        .where(
            import_row.c.practice_id == scope.practice_id,
            import_row.c.import_id == import_id,
            import_row.c.outcome == outcome,
        )
        .order_by(booking.c.starts_at.desc(), booking.c.id)
        .limit(MOST)
    )
    return list(conn.execute(statement).all())


def _after(conn: Connection, scope: Scope, import_id: str, row: Row[Any]) -> dict[str, Any]:
    """Return a row's values after the import: those before the next update, else the current."""
    this = select(import_.c.sequence).where(
        import_.c.practice_id == scope.practice_id, import_.c.id == import_id
    )
    statement = (
        select(import_row.c.before)
        .select_from(import_row.join(import_))
        .where(
            import_row.c.practice_id == scope.practice_id,
            import_row.c.booking_id == row.id,
            import_row.c.outcome == "updated",
            import_.c.sequence > this.scalar_subquery(),
        )
        .order_by(import_.c.sequence)
        .limit(1)
    )
    next_before = conn.execute(statement).scalar_one_or_none()
    if next_before is not None:
        return dict(json.loads(next_before))
    return {name: getattr(row, name) for name in (*FIELDS, "extra")}


def _compare_fields(
    before: dict[str, Any], after: dict[str, Any], scope: Scope
) -> tuple[FieldChange, ...]:
    field_changes = [
        FieldChange(
            label,
            _render_field(name, before.get(name), scope),
            _render_field(name, after[name], scope),
        )
        for name, label in FIELDS.items()
    ]
    # A column without a label is shown by its own name.
    was, is_ = (json.loads(row.get("extra") or "{}") for row in (before, after))
    field_changes += [
        FieldChange(name, was.get(name) or fmt.DASH, is_.get(name) or fmt.DASH)
        for name in dict.fromkeys([*was, *is_])
    ]
    return tuple(
        field_change for field_change in field_changes if field_change.before != field_change.after
    )


def _render_field(name: str, value: Any, scope: Scope) -> str:
    if value is None or value == "" or (name, value) == ("marked", "none"):
        return fmt.DASH
    if name in _MOMENTS:
        return fmt.moment(datetime.fromtimestamp(int(value), scope.zone))
    if name == "price_cents":
        return f"${int(value) / 100:,.2f}"
    return str(value).replace("no_show", "no-show") if name == "marked" else str(value)


def _label(row: Row[Any], scope: Scope) -> str:
    when = fmt.moment(datetime.fromtimestamp(row.starts_at, scope.zone))
    parts = (when, row.client_name, row.type_text, row.therapist)
    return " · ".join(str(part) for part in parts if part)


def _read_affected_weeks(conn: Connection, scope: Scope, import_id: str) -> list[date]:
    """Return the newest weeks with a snapshot from before the import and a day it changed."""
    changed = select(import_row.c.booking_id).where(
        import_row.c.practice_id == scope.practice_id,
        import_row.c.import_id == import_id,
        import_row.c.outcome != "unchanged",
    )
    statement = select(booking.c.day, func.count()).where(
        booking.c.practice_id == scope.practice_id,
        booking.c.id.in_(changed) | (booking.c.missing_from_import_id == import_id),
    )
    days = [row[0] for row in conn.execute(statement.group_by(booking.c.day))]
    mondays = {day - timedelta(days=day.weekday()) for day in days}
    snapshot_statement = select(week_snapshot.c.week).where(
        week_snapshot.c.practice_id == scope.practice_id, week_snapshot.c.import_id != import_id
    )
    there = set(conn.execute(snapshot_statement).scalars())
    return sorted(mondays & there, reverse=True)[:WEEKS]
