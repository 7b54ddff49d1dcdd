"""The owner says which days a file really covered: what is missing follows, and can go back."""

import json
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from allay_metrics.actions.absence import mark_missing
from allay_metrics.actions.account import Days
from allay_metrics.derive import derive
from allay_metrics.errors import Conflict, NotFound
from allay_metrics.plausible import ANY_DAY
from allay_metrics.records import Scope
from allay_metrics.records.tables import coverage, import_


def change_days(scope: Scope, import_id: str, first: date, last: date) -> int:
    """Let an import cover these days and no others; return how many visits are missing now.

    Raises NotFound for an import that does not stand, Conflict for days in the wrong order.
    """
    if first > last:
        raise Conflict("The first day lies after the last one.")
    if not (ANY_DAY.holds(first) and ANY_DAY.holds(last)):
        raise Conflict(ANY_DAY.sentence)
    with scope.write("say which days a file covers") as conn:
        found = _find(conn, scope, import_id)
        told = conn.execute(_coverage(scope, import_id)).mappings().all()
        before = {
            "covers": [_text(found.covers_from), _text(found.covers_to)],
            "told": found.covers_told,
            "coverage": [[row["kind"], _text(row["first_day"]), _text(row["last_day"])]
                         for row in told],
        }  # fmt: skip
        was = found.covers_was or json.dumps(before)
        days = [(row["kind"], first.isoformat(), last.isoformat()) for row in told]
        _keep(conn, scope, found, (first, last), days, was, covers_told=1)
        return _follow(conn, scope, found.source)


def restore_days(scope: Scope, import_id: str) -> int:
    """Let an import cover the days again that it was first taken to cover."""
    with scope.write("take back which days a file covers") as conn:
        found = _find(conn, scope, import_id)
        if found.covers_was is None:
            raise Conflict(f"The days of {found.file_name} were not changed.")
        was = json.loads(found.covers_was)
        first, last = (date.fromisoformat(day) for day in was["covers"])
        covers_told = was.get("told", 0)
        _keep(conn, scope, found, (first, last), was["coverage"], None, covers_told=covers_told)
        return _follow(conn, scope, found.source)


def _find(conn: Connection, scope: Scope, import_id: str) -> Row[Any]:
    asked = select(import_).where(
        import_.c.practice_id == scope.practice_id,
        import_.c.id == import_id,
        import_.c.undone_at.is_(None),
        import_.c.covers_from.is_not(None),
    )
    found = conn.execute(asked).one_or_none()
    if found is None:
        raise NotFound("There is no such import that covers days.")
    return found


def _coverage(scope: Scope, import_id: str) -> Any:
    return select(coverage).where(
        coverage.c.practice_id == scope.practice_id, coverage.c.import_id == import_id
    )


def _keep(  # noqa: PLR0917 - one write of two actions
    conn: Connection,
    scope: Scope,
    found: Row[Any],
    days: Days,
    told: list[Any],
    was: str | None,
    *,
    covers_told: int,
) -> None:
    mine = import_.c.practice_id == scope.practice_id
    values = {
        "covers_from": days[0],
        "covers_to": days[1],
        "covers_was": was,
        "covers_told": covers_told,
    }
    conn.execute(update(import_).where(mine, import_.c.id == found.id).values(values))
    here = coverage.c.practice_id == scope.practice_id
    conn.execute(delete(coverage).where(here, coverage.c.import_id == found.id))
    ids = {"practice_id": scope.practice_id, "import_id": found.id, "source": found.source}
    rows = [
        {**ids, "kind": kind, "first_day": first, "last_day": last} for kind, first, last in told
    ]
    if rows:
        conn.execute(insert(coverage), rows)


def _follow(conn: Connection, scope: Scope, source: str) -> int:
    counts = mark_missing(conn, scope.practice_id, source)
    derive(conn, scope.practice_id, counts.families)
    return counts.missing


def _text(day: date) -> str:
    return day.isoformat()
