"""Which file holds a booking now."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    and_,
    func,
    or_,
    select,
    true,
    update,
)

from allay_metrics.actions.absence import mark_missing
from allay_metrics.records.bulk import update_rows
from allay_metrics.records.tables import booking, import_, import_row, set_aside


def assign_current_import(conn: Connection, practice_id: str, import_id: str, as_of: int) -> None:
    """Note that this import holds its rows' bookings, where no newer one does."""
    rows = select(import_row.c.booking_id).where(
        import_row.c.practice_id == practice_id, import_row.c.import_id == import_id
    )
    conn.execute(
        update(booking)
        .where(
            booking.c.practice_id == practice_id,
            booking.c.id.in_(rows),
            booking.c.current_import_id != import_id,
            booking.c.as_of <= as_of,
        )
        .values(current_import_id=import_id, as_of=as_of)
    )


def assign_from_set_aside(conn: Connection, practice_id: str) -> set[str]:
    """Let the newest import hold a booking also where it only names it, in a row set aside.

    The file told of the visit; that its row cannot be read makes nobody's visit missing. A row that
    says the visit is gone at its source holds nothing. Returns the families whose bookings are held
    by another import now.
    """
    naming, holding = import_.alias(), import_.alias()
    statement = (
        select(booking.c.id, booking.c.family_id, naming.c.id.label("by"), naming.c.as_of)
        .select_from(set_aside)
        .join(naming, _has_id(naming, set_aside.c.practice_id, set_aside.c.import_id))
        .join(booking, _has_id(booking, set_aside.c.practice_id, set_aside.c.booking_id))
        .join(holding, _has_id(holding, booking.c.practice_id, booking.c.current_import_id))
        .where(
            set_aside.c.practice_id == practice_id,
            set_aside.c.booking_id.is_not(None),
            set_aside.c.became.is_(None),
            naming.c.undone_at.is_(None),
            or_(
                naming.c.as_of > holding.c.as_of,
                and_(naming.c.as_of == holding.c.as_of, naming.c.sequence > holding.c.sequence),
            ),
        )
        .order_by(naming.c.as_of, naming.c.sequence)
    )
    newest = {row.id: row for row in conn.execute(statement)}
    rows = [(row.by, row.as_of, row.id) for row in newest.values()]
    update_rows(conn, booking, practice_id, ("current_import_id", "as_of"), rows)
    return {row.family_id for row in newest.values()}


def reassign_current_imports(conn: Connection, practice_id: str, import_id: str) -> set[str]:
    """Give the bookings an undone import held back to the newest other import that holds them.

    Returns the families of these bookings.
    """
    held = and_(booking.c.practice_id == practice_id, booking.c.current_import_id == import_id)
    families = set(conn.execute(select(booking.c.family_id).where(held)).scalars())
    _assign_newest(conn, practice_id, held, import_row.c.import_id != import_id)
    return families | assign_from_set_aside(conn, practice_id)


def rebuild_current_imports(conn: Connection, practice_id: str) -> None:
    """Find for every booking, from the imports alone, which one holds it and which lacks it."""
    in_practice = booking.c.practice_id == practice_id
    _assign_newest(conn, practice_id, in_practice, true())
    assign_from_set_aside(conn, practice_id)
    for source in (
        conn.execute(select(booking.c.source).where(in_practice).distinct()).scalars().all()
    ):
        mark_missing(conn, practice_id, source)


def _has_id(table: FromClause, practice_id: Any, id_: Any) -> ColumnElement[bool]:
    return and_(table.c.practice_id == practice_id, table.c.id == id_)


def _assign_newest(
    conn: Connection,
    practice_id: str,
    which: ColumnElement[bool],
    of: ColumnElement[bool],
) -> None:
    """Let these bookings be held by the newest import (one `of` these) that has a row of them."""
    newest = (
        select(import_.c.id)
        .join(import_row, _has_id(import_, import_row.c.practice_id, import_row.c.import_id))
        .where(
            import_row.c.practice_id == practice_id,
            import_row.c.booking_id == booking.c.id,
            import_.c.undone_at.is_(None),
            of,
        )
        .order_by(import_.c.as_of.desc(), import_.c.sequence.desc())
        .limit(1)
        .scalar_subquery()
    )
    conn.execute(
        update(booking)
        .where(which)
        .values(current_import_id=func.coalesce(newest, booking.c.current_import_id), as_of=-1)
    )
    exported = (
        select(import_.c.as_of)
        .where(_has_id(import_, practice_id, booking.c.current_import_id))
        .scalar_subquery()
    )
    in_practice = booking.c.practice_id == practice_id
    conn.execute(update(booking).where(in_practice, booking.c.as_of == -1).values(as_of=exported))
