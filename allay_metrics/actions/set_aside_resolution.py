"""Settles rows set aside: a newer file has them without fault, or they were handled before."""

from sqlalchemy import ColumnElement, Connection, and_, func, select, update

from allay_metrics.actions.booking_upsert import FileInHand
from allay_metrics.actions.open_set_aside import IS_OPEN, select_imports
from allay_metrics.records.tables import import_, import_row, set_aside


def settle_rows(conn: Connection, hand: FileInHand) -> None:
    """Settle older rows whose appointments this file has without fault, and its own known ones.

    A row equal to one corrected or dismissed before is settled like that one.
    """
    older = select(import_.c.id).where(
        import_.c.practice_id == hand.practice_id,
        import_.c.source == hand.source,
        import_.c.undone_at.is_(None),
        import_.c.as_of <= hand.as_of,
    )
    held = select(import_row.c.booking_id).where(
        import_row.c.practice_id == hand.practice_id, import_row.c.import_id == hand.import_id
    )
    in_practice = set_aside.c.practice_id == hand.practice_id
    named = set_aside.c.booking_id.in_(held)
    by_this = in_practice & IS_OPEN & named & set_aside.c.import_id.in_(older)
    by_this &= set_aside.c.import_id != hand.import_id
    conn.execute(update(set_aside).where(by_this).values(settled_by=hand.import_id))
    _settle_known(conn, hand)
    _dismiss_known(conn, hand)


def _settle_known(conn: Connection, hand: FileInHand) -> None:
    """Settle rows of this file that were corrected in another file, and set their bookings."""
    here, before, became = set_aside.alias(), set_aside.alias(), import_row.alias()
    statement = (
        select(here.c.row_number, became.c.import_id, became.c.booking_id)
        .select_from(here)
        .join(
            before,
            and_(
                before.c.practice_id == here.c.practice_id,
                before.c.raw_hash == here.c.raw_hash,
                before.c.import_id != here.c.import_id,
            ),
        )
        .join(
            import_,
            and_(
                import_.c.practice_id == before.c.practice_id,
                import_.c.id == before.c.settled_by,
                import_.c.mends == before.c.import_id,
                import_.c.source == hand.source,
                import_.c.undone_at.is_(None),
            ),
        )
        .join(
            became,
            and_(
                became.c.practice_id == before.c.practice_id,
                became.c.import_id == before.c.settled_by,
                became.c.row_number == before.c.row_number,
            ),
        )
        .where(here.c.practice_id == hand.practice_id, here.c.import_id == hand.import_id)
        .order_by(import_.c.sequence)
    )
    for row in conn.execute(statement).all():
        which = _is_row(hand, row.row_number)
        kept = {"settled_by": row.import_id, "booking_id": row.booking_id}
        conn.execute(update(set_aside).where(which).values(kept))


def _dismiss_known(conn: Connection, hand: FileInHand) -> None:
    """Dismiss rows of this file that were dismissed in another."""
    here, before = set_aside.alias(), set_aside.alias()
    statement = (
        select(here.c.row_number, func.max(before.c.dismissed_at).label("at"))
        .select_from(here)
        .join(
            before,
            and_(
                before.c.practice_id == here.c.practice_id,
                before.c.raw_hash == here.c.raw_hash,
                before.c.dismissed_at.is_not(None),
                before.c.import_id.in_(select_imports(hand.practice_id, hand.source)),
            ),
        )
        .where(here.c.practice_id == hand.practice_id, here.c.import_id == hand.import_id)
        .group_by(here.c.row_number)
    )
    for row in conn.execute(statement).all():
        which = _is_row(hand, row.row_number)
        conn.execute(update(set_aside).where(which).values(dismissed_at=row.at))


def _is_row(hand: FileInHand, number: int) -> ColumnElement[bool]:
    return and_(
        set_aside.c.practice_id == hand.practice_id,
        set_aside.c.import_id == hand.import_id,
        set_aside.c.row_number == number,
    )
