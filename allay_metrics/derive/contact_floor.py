"""What is said of contact with a family stands at each of its bookings, and goes along with them.

It is said of the bookings a family has then. Whenever the family is derived, the strictest that is
said of any of them, or of one that left it, is noted at all that say less: a booking that comes in
later, or stays when others leave, has it too. So contact never gets looser by what a source says of
names and addresses, nor by the owner's word on who is one family, until somebody sets it anew.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, delete, select

from allay_metrics.contact import LEVELS, contact_of
from allay_metrics.records.bulk import among, insert_rows
from allay_metrics.records.tables import booking, family_contact, visit

_SAID = ("booking_id", "level", "reason", "set_by", "set_at")


def spread_contact(
    conn: Connection, practice_id: str, families: Collection[str], *, of_left: bool = True
) -> None:
    """Note the strictest contact of each of these families at all its bookings that say less.

    It runs while the visits of before still stand, when bookings already have their families.
    `of_left` counts bookings that left a family, too: not where a choice of the owner is taken
    back together with what it did to contact.
    """
    floors: dict[str, Row[Any]] = {}
    for table in (booking, visit) if of_left else (booking,):
        for row in conn.execute(_said(conn, practice_id, table, families)):
            before = floors.get(row.family_id)
            if before is None or _strictness(row) > _strictness(before):
                floors[row.family_id] = row
    if floors:
        _note(conn, practice_id, floors)


def _said(conn: Connection, practice_id: str, table: Any, families: Iterable[str]) -> Select[Any]:
    """Return the SELECT of what is said of these families' bookings: now, or as visits stand.

    A visit is called by its first booking.
    """
    of_booking = and_(
        table.c.practice_id == family_contact.c.practice_id,
        table.c.id == family_contact.c.booking_id,
    )
    return (
        select(table.c.family_id, *(family_contact.c[name] for name in _SAID))
        .select_from(family_contact.join(table, of_booking))
        .where(
            family_contact.c.practice_id == practice_id,
            table.c.family_id.in_(among(conn, families)),
        )
    )


def _note(conn: Connection, practice_id: str, floors: Mapping[str, Row[Any]]) -> None:
    of_booking = and_(
        family_contact.c.practice_id == booking.c.practice_id,
        family_contact.c.booking_id == booking.c.id,
    )
    asked = (
        select(booking.c.id, booking.c.family_id, family_contact.c.level, family_contact.c.version)
        .select_from(booking.join(family_contact, of_booking, isouter=True))
        .where(booking.c.practice_id == practice_id, booking.c.family_id.in_(among(conn, floors)))
        .order_by(booking.c.id)
    )
    looser, rows = [], []
    for row in conn.execute(asked):
        floor = floors[row.family_id]
        if row.level is not None and _level(row.level) >= _level(floor.level):
            continue
        if row.level is not None:
            looser.append(row.id)
        said = (floor.level, floor.reason, floor.set_by, floor.set_at)
        rows.append((practice_id, row.id, *said, (row.version or 0) + 1))
    gone = family_contact.c.booking_id.in_(among(conn, looser))
    conn.execute(delete(family_contact).where(family_contact.c.practice_id == practice_id, gone))
    insert_rows(conn, family_contact, ("practice_id", *_SAID, "version"), rows)


def _strictness(row: Row[Any]) -> tuple[int, int, str]:
    """Return what the strictest is the greatest by; of equals the newest."""
    return _level(row.level), row.set_at, row.booking_id


def _level(level: str) -> int:
    return LEVELS.index(contact_of(level, None).level)
