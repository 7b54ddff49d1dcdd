"""Which file holds a booking now, and which newer one should and does not: *missing*."""

from sqlalchemy import Connection, and_, func, or_, select, update

from allay_metrics.records.tables import booking, import_, import_row

# Marks of a visit that a file of kept visits rightly leaves out.
CALLED_OFF = ("cancelled", "no_show", "rescheduled")


def hold(conn: Connection, practice_id: str, import_id: str, as_of: int) -> None:
    """Note that this import holds its rows' bookings, where no newer one does."""
    rows = select(import_row.c.booking_id).where(
        import_row.c.practice_id == practice_id, import_row.c.import_id == import_id
    )
    conn.execute(
        update(booking)
        .where(
            booking.c.practice_id == practice_id,
            booking.c.id.in_(rows),
            booking.c.held_by != import_id,
            booking.c.as_of <= as_of,
        )
        .values(held_by=import_id, as_of=as_of)
    )


def hold_by_what_remains(conn: Connection, practice_id: str, import_id: str) -> None:
    """Give the bookings an undone import held back to the newest other import that holds them."""
    row, other = import_row.alias(), import_.alias()
    newest = (
        select(other.c.id)
        .join(row, and_(row.c.practice_id == other.c.practice_id, row.c.import_id == other.c.id))
        .where(
            row.c.practice_id == practice_id,
            row.c.booking_id == booking.c.id,
            other.c.id != import_id,
            other.c.undone_at.is_(None),
        )
        .order_by(other.c.as_of.desc(), other.c.sequence.desc())
        .limit(1)
        .scalar_subquery()
    )
    held = and_(booking.c.practice_id == practice_id, booking.c.held_by == import_id)
    conn.execute(update(booking).where(held).values(held_by=newest, as_of=-1))
    exported = (
        select(import_.c.as_of)
        .where(import_.c.practice_id == practice_id, import_.c.id == booking.c.held_by)
        .scalar_subquery()
    )
    mine = booking.c.practice_id == practice_id
    conn.execute(update(booking).where(mine, booking.c.as_of == -1).values(as_of=exported))


def mark_missing(conn: Connection, practice_id: str, source: str) -> tuple[set[str], int]:
    """Mark the bookings that a newer file should hold and does not, and unmark all others.

    A file holds what its kind promises, between the days it covers. Returns the families whose
    bookings changed, and how many bookings of the source are missing now.
    """
    newer = import_.alias()
    absent_by = (
        select(newer.c.id)
        .where(
            newer.c.practice_id == practice_id,
            newer.c.source == booking.c.source,
            newer.c.undone_at.is_(None),
            newer.c.as_of > booking.c.as_of,
            booking.c.day.between(newer.c.covers_from, newer.c.covers_to),
            or_(
                newer.c.holds == "all",
                and_(newer.c.holds == "kept", booking.c.marked.not_in(CALLED_OFF)),
            ),
        )
        .order_by(newer.c.as_of, newer.c.sequence)
        .limit(1)
        .correlate(booking)
        .scalar_subquery()
    )
    of_source = and_(booking.c.practice_id == practice_id, booking.c.source == source)
    # Bookings of the newest file cannot be missing: few are left to look at.
    newest = select(func.max(import_.c.as_of)).where(
        import_.c.practice_id == practice_id,
        import_.c.source == source,
        import_.c.undone_at.is_(None),
    )
    maybe = or_(booking.c.as_of < newest.scalar_subquery(), booking.c.absent_by.is_not(None))
    is_now = select(booking.c.id, booking.c.family_id, absent_by.label("now"))
    is_now = is_now.where(of_source, maybe)
    found = is_now.add_columns(booking.c.absent_by.label("was")).subquery()
    differs = func.coalesce(found.c.now, "") != func.coalesce(found.c.was, "")
    changed = conn.execute(select(found).where(differs)).all()
    for row in changed:
        which = and_(booking.c.practice_id == practice_id, booking.c.id == row.id)
        conn.execute(update(booking).where(which).values(absent_by=row.now))
    counted = select(func.count()).select_from(booking)
    missing = conn.execute(counted.where(of_source, booking.c.absent_by.is_not(None))).scalar_one()
    return {row.family_id for row in changed}, int(missing)
