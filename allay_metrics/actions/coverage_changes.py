"""Changes the days that a file covers, as the owner says, and restores them."""

import json
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from allay_metrics.actions.absence import mark_missing
from allay_metrics.actions.import_accounting import Days
from allay_metrics.derive import derive
from allay_metrics.errors import Conflict, NotFound
from allay_metrics.plausibility import ANY_DAY
from allay_metrics.records import Scope
from allay_metrics.records.tables import coverage, import_


def change_days(scope: Scope, import_id: str, first: date, last: date) -> int:
    """Set the days that an import covers; return how many visits are missing now.

    Raises NotFound for an unknown or undone import, Conflict for days that cannot be.
    """
    if first > last:
        raise Conflict("The first day lies after the last one.")
    if not (ANY_DAY.holds(first) and ANY_DAY.holds(last)):
        raise Conflict(ANY_DAY.sentence)
    with scope.write("say which days a file covers") as conn:
        record = _find(conn, scope, import_id)
        rows = conn.execute(_select_coverage(scope, import_id)).mappings().all()
        before = {
            "covers": [_format_day(record.covers_from), _format_day(record.covers_to)],
            "told": record.covers_stated,
            "coverage": [[row["kind"], _format_day(row["first_day"]), _format_day(row["last_day"])]
                         for row in rows],
        }  # fmt: skip
        original = record.covers_before or json.dumps(before)
        days = [(row["kind"], first.isoformat(), last.isoformat()) for row in rows]
        _save(conn, scope, record, (first, last), days, original, covers_stated=1)
        return _rederive(conn, scope, record.source)


def restore_days(scope: Scope, import_id: str) -> int:
    """Restore the days first read from an import. Raises NotFound, Conflict where not changed."""
    with scope.write("take back which days a file covers") as conn:
        record = _find(conn, scope, import_id)
        if record.covers_before is None:
            raise Conflict(f"The days of {record.file_name} were not changed.")
        original = json.loads(record.covers_before)
        first, last = (date.fromisoformat(day) for day in original["covers"])
        covers_stated = original.get("told", 0)
        spans = original["coverage"]
        _save(conn, scope, record, (first, last), spans, None, covers_stated=covers_stated)
        return _rederive(conn, scope, record.source)


def _find(conn: Connection, scope: Scope, import_id: str) -> Row[Any]:
    statement = select(import_).where(
        import_.c.practice_id == scope.practice_id,
        import_.c.id == import_id,
        import_.c.undone_at.is_(None),
        import_.c.covers_from.is_not(None),
    )
    record = conn.execute(statement).one_or_none()
    if record is None:
        raise NotFound("There is no such import that covers days.")
    return record


def _select_coverage(scope: Scope, import_id: str) -> Any:
    return select(coverage).where(
        coverage.c.practice_id == scope.practice_id, coverage.c.import_id == import_id
    )


def _save(  # noqa: PLR0917 - one write of two actions
    conn: Connection,
    scope: Scope,
    record: Row[Any],
    days: Days,
    spans: list[Any],
    original: str | None,
    *,
    covers_stated: int,
) -> None:
    in_practice = import_.c.practice_id == scope.practice_id
    first_day, last_day = days
    values = {
        "covers_from": first_day,
        "covers_to": last_day,
        "covers_before": original,
        "covers_stated": covers_stated,
    }
    conn.execute(update(import_).where(in_practice, import_.c.id == record.id).values(values))
    coverage_in_practice = coverage.c.practice_id == scope.practice_id
    conn.execute(delete(coverage).where(coverage_in_practice, coverage.c.import_id == record.id))
    ids = {"practice_id": scope.practice_id, "import_id": record.id, "source": record.source}
    rows = [
        {**ids, "kind": kind, "first_day": first, "last_day": last} for kind, first, last in spans
    ]
    if rows:
        conn.execute(insert(coverage), rows)


def _rederive(conn: Connection, scope: Scope, source: str) -> int:
    counts = mark_missing(conn, scope.practice_id, source)
    derive(conn, scope.practice_id, counts.families)
    return counts.missing


def _format_day(day: date) -> str:
    return day.isoformat()
