"""The contact permission of a family is stored with each of its bookings and moves with them.

It is written to the bookings the family has at that moment. Whenever the family is derived, the
strictest permission of any of its bookings, of one that left it, or of one with the same e-mail,
phone or name and address (contact_match.py) is copied to all bookings with a looser one, so
that a booking that arrives later, or remains when others leave, has it too. Contact never becomes
looser because a source changes names or addresses, or because the owner merges or splits
families: only when somebody sets it again.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, and_, delete, select

from allay_metrics.contact import LEVELS, parse_contact
from allay_metrics.derive.contact_match import entries_by_match, keep_matches
from allay_metrics.records.bulk import among, insert_rows
from allay_metrics.records.tables import booking, family_contact, visit

# The columns copied. The entry set by a person and the entry of each death are separate rows.
_ENTRY = ("level", "reason", "set_by", "set_at", "version", "death")


def spread_contact(
    conn: Connection, practice_id: str, families: Collection[str], *, of_left: bool = True
) -> None:
    """Copy the strictest contact permission of each family to all its bookings with a looser one.

    The entry set by a person and the entry of each death are compared separately.

    Runs while the previous visits still exist and the bookings already have their new families.
    `of_left` includes bookings that left a family; it is False where an override is undone
    together with its effect on contact.
    """
    entries = entries_by_match(conn, practice_id, families)
    for table in (booking, visit) if of_left else (booking,):
        rows = conn.execute(_build_statement(conn, practice_id, table, families))
        entries += [(row.family_id, row) for row in rows]
    floors: dict[tuple[str, str], Row[Any]] = {}  # by family and death
    for family_id, row in entries:
        before = floors.get((family_id, row.death))
        if before is None or _strictness(row) > _strictness(before):
            floors[family_id, row.death] = row
    if floors:
        _write_floors(conn, practice_id, floors)
    keep_matches(conn, practice_id, {family_id for family_id, _ in floors})


def _build_statement(
    conn: Connection, practice_id: str, table: Any, families: Iterable[str]
) -> Select[Any]:
    """Return the SELECT of the contact entries of these families, by `booking` or by `visit`.

    A visit has the id of its first booking.
    """
    of_booking = and_(
        table.c.practice_id == family_contact.c.practice_id,
        table.c.id == family_contact.c.booking_id,
    )
    return (
        select(table.c.family_id, family_contact.c.booking_id, *_entry_columns())
        .select_from(family_contact.join(table, of_booking))
        .where(
            family_contact.c.practice_id == practice_id,
            table.c.family_id.in_(among(conn, families)),
        )
    )


def _entry_columns() -> list[Column[Any]]:
    return [family_contact.c[name] for name in _ENTRY]


def _write_floors(
    conn: Connection, practice_id: str, floors: Mapping[tuple[str, str], Row[Any]]
) -> None:
    families = {family_id for family_id, _ in floors}
    of_families = select(booking.c.id, booking.c.family_id).where(
        booking.c.practice_id == practice_id, booking.c.family_id.in_(among(conn, families))
    )
    bookings: dict[str, list[str]] = defaultdict(list)
    for row in conn.execute(of_families.order_by(booking.c.id)):
        bookings[row.family_id].append(row.id)
    every = {id_ for ids in bookings.values() for id_ in ids}
    statement = select(family_contact.c.booking_id, *_entry_columns()).where(
        family_contact.c.practice_id == practice_id,
        family_contact.c.booking_id.in_(among(conn, every)),
    )
    levels = {(row.booking_id, row.death): _level(row.level) for row in conn.execute(statement)}
    rows = [
        (practice_id, id_, *(getattr(floor, name) for name in _ENTRY))
        for (family_id, death), floor in floors.items()
        for id_ in bookings[family_id]
        if levels.get((id_, death), -1) < _level(floor.level)
    ]
    for _, id_, *_, death in rows:
        if (id_, death) in levels:
            looser = and_(family_contact.c.booking_id == id_, family_contact.c.death == death)
            conn.execute(
                delete(family_contact).where(family_contact.c.practice_id == practice_id, looser)
            )
    insert_rows(conn, family_contact, ("practice_id", "booking_id", *_ENTRY), rows)


def _strictness(row: Row[Any]) -> tuple[int, int, str]:
    """Return the sort key whose maximum is the strictest entry, the newest of equals."""
    return _level(row.level), row.set_at, row.booking_id


def _level(level: str) -> int:
    return LEVELS.index(parse_contact(level, None).level)
