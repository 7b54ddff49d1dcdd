"""Undoes an import: the records are again exactly what they were before it."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, or_, select, update

from allay_metrics import formatting as fmt
from allay_metrics.actions.absence import mark_missing
from allay_metrics.actions.booking_upsert import build_booking_update
from allay_metrics.actions.current_imports import reassign_current_imports
from allay_metrics.actions.undo_answers import select_imports_of_same, undo_answers
from allay_metrics.derive import derive
from allay_metrics.derive.family_grouping import families_by_clue, families_of
from allay_metrics.errors import Conflict, NotFound
from allay_metrics.records import Scope
from allay_metrics.records.column_types import now
from allay_metrics.records.tables import (
    booking,
    correction,
    coverage,
    import_,
    import_group,
    import_row,
    set_aside,
    week_snapshot,
)


def undo_import(scope: Scope, import_id: str) -> str:
    """Undo one import and return the name of its file.

    The import's own row stays, marked as undone. Raises NotFound, or Conflict when it was undone
    before, or when a later import, to be undone first, contains the same bookings or imported rows
    that this one set aside. Rows it settled are open again.
    """
    with scope.write("undo an import") as conn:
        record = _find(conn, scope.practice_id, import_id)
        _refuse_if_built_upon(conn, scope, import_id, record.sequence)
        families = _read_families(conn, scope.practice_id, import_id)
        families |= _restore_updated(conn, scope.practice_id, import_id)
        undo_answers(conn, scope.practice_id, import_id)
        _delete_rows(conn, scope.practice_id, import_id)
        families |= reassign_current_imports(conn, scope.practice_id, import_id)
        is_import = (import_.c.practice_id == scope.practice_id) & (import_.c.id == import_id)
        conn.execute(update(import_).where(is_import).values(undone_at=now()))
        counts = mark_missing(conn, scope.practice_id, record.source)
        derive(conn, scope.practice_id, families | counts.families)
    return str(record.file_name)


def _find(conn: Connection, practice_id: str, import_id: str) -> Any:
    is_import = (import_.c.practice_id == practice_id) & (import_.c.id == import_id)
    record = conn.execute(select(import_).where(is_import)).one_or_none()
    if record is None:
        raise NotFound(f"There is no import {import_id}.")
    if record.undone_at is not None:
        raise Conflict(f"The import of {record.file_name} was undone before.")
    return record


def _refuse_if_built_upon(conn: Connection, scope: Scope, import_id: str, sequence: int) -> None:
    newer = conn.execute(_select_later_imports(scope.practice_id, import_id, sequence)).first()
    if newer is not None:
        came = fmt.moment(datetime.fromtimestamp(newer.imported_at, scope.zone))
        same = "answers" if newer.holds == "answers" else "visits"
        holds = "took in rows of it" if newer.mends == import_id else f"holds the same {same}"
        raise Conflict(
            f"A later import ({newer.file_name}, taken in {came}) {holds}: undo it first."
        )


def _select_later_imports(practice_id: str, import_id: str, sequence: int) -> Select[Any]:
    """Return later imports with rows of the same bookings, or of its rows set aside."""
    earlier, later = import_row.alias(), import_row.alias()
    of_the_same = (
        select(later.c.import_id)
        .join(
            earlier,
            (earlier.c.practice_id == practice_id) & (earlier.c.booking_id == later.c.booking_id),
        )
        .where(later.c.practice_id == practice_id, earlier.c.import_id == import_id)
    )
    return (
        select(import_.c.file_name, import_.c.imported_at, import_.c.mends, import_.c.holds)
        .where(
            import_.c.practice_id == practice_id,
            import_.c.undone_at.is_(None),
            import_.c.id != import_id,
            import_.c.sequence > sequence,
            or_(
                import_.c.mends == import_id,
                import_.c.id.in_(of_the_same),
                import_.c.id.in_(select_imports_of_same(practice_id, import_id)),
            ),
        )
        .order_by(import_.c.sequence.desc())
        .limit(1)
    )


def _read_families(conn: Connection, practice_id: str, import_id: str) -> set[str]:
    """Return the families of its bookings, and those that depend on their values."""
    rows = select(import_row.c.booking_id).where(
        import_row.c.practice_id == practice_id, import_row.c.import_id == import_id
    )
    columns = [
        booking.c[name] for name in ("family_id", "email", "phone", "client_name", "address")
    ]
    statement = select(*columns).where(booking.c.practice_id == practice_id, booking.c.id.in_(rows))
    bookings = [tuple(row) for row in conn.execute(statement)]
    people = {(email, phone, name, address) for _, email, phone, name, address in bookings}
    return {id_ for id_, *_ in bookings} | families_by_clue(conn, practice_id, people)


def _restore_updated(conn: Connection, practice_id: str, import_id: str) -> set[str]:
    """Restore updated bookings to their values before; return their families before."""
    statement = select(import_row.c.booking_id, import_row.c.before).where(
        import_row.c.practice_id == practice_id,
        import_row.c.import_id == import_id,
        import_row.c.before.is_not(None),
    )
    rows = [{"booking_id": id_, **json.loads(before)} for id_, before in conn.execute(statement)]
    if not rows:
        return set()
    # A family that lost its last booking by the update was deleted: it is inserted again.
    people = [(row["email"], row["phone"], row["client_name"], row["address"]) for row in rows]
    families = families_of(conn, practice_id, people)
    for row, family_id in zip(rows, families, strict=True):
        row["family_id"] = family_id
    conn.execute(build_booking_update(practice_id), rows)
    return set(families)


def _delete_rows(conn: Connection, practice_id: str, import_id: str) -> None:
    of_import = (import_row.c.practice_id == practice_id) & (import_row.c.import_id == import_id)
    added = conn.execute(
        select(import_row.c.booking_id).where(of_import, import_row.c.outcome == "added")
    )
    ids = [{"gone": id_} for id_ in added.scalars()]
    conn.execute(delete(import_row).where(of_import))
    settled = (set_aside.c.practice_id == practice_id) & (set_aside.c.settled_by == import_id)
    conn.execute(update(set_aside).where(settled).values(settled_by=None))
    for table in (set_aside, coverage, import_group, week_snapshot):
        of_practice = table.c.practice_id == practice_id
        conn.execute(delete(table).where(of_practice, table.c.import_id == import_id))
    if ids:
        for table, key in ((correction, correction.c.booking_id), (booking, booking.c.id)):
            in_practice = table.c.practice_id == practice_id
            conn.execute(delete(table).where(in_practice, key == bindparam("gone")), ids)
