"""What is said of contact with a family stands at each of its bookings, and goes along with them.

It is said of the bookings a family has then. Whenever the family is derived, the strictest that is
said of any of them, or of one that left it, or of one that is known by the same e-mail, phone or
name and address (contact_match.py), is noted at all that say less: a booking that comes in
later, or stays when others leave, has it too. So contact never gets looser by what a source says of
names and addresses, nor by the owner's word on who is one family, until somebody sets it anew.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, and_, delete, select

from allay_metrics.contact import LEVELS, contact_of
from allay_metrics.derive.contact_match import keep_matches, words_by_match
from allay_metrics.records.bulk import among, insert_rows
from allay_metrics.records.tables import booking, family_contact, visit

# What is copied of a word; a person's own and that of each death stand for themselves.
_WORD = ("level", "reason", "set_by", "set_at", "version", "death")


def spread_contact(
    conn: Connection, practice_id: str, families: Collection[str], *, of_left: bool = True
) -> None:
    """Note the strictest contact of each of these families at all its bookings that say less.

    A person's word, and what each death asks for, is looked at for itself.

    It runs while the visits of before still stand, when bookings already have their families.
    `of_left` counts bookings that left a family, too: not where a choice of the owner is taken
    back together with what it did to contact.
    """
    words = words_by_match(conn, practice_id, families)
    for table in (booking, visit) if of_left else (booking,):
        rows = conn.execute(_build_statement(conn, practice_id, table, families))
        words += [(row.family_id, row) for row in rows]
    floors: dict[tuple[str, str], Row[Any]] = {}  # by family and death
    for family_id, row in words:
        before = floors.get((family_id, row.death))
        if before is None or _strictness(row) > _strictness(before):
            floors[family_id, row.death] = row
    if floors:
        _note(conn, practice_id, floors)
    keep_matches(conn, practice_id, {family_id for family_id, _ in floors})


def _build_statement(
    conn: Connection, practice_id: str, table: Any, families: Iterable[str]
) -> Select[Any]:
    """Return the SELECT of what is said of these families' bookings: now, or as visits stand.

    A visit is called by its first booking.
    """
    of_booking = and_(
        table.c.practice_id == family_contact.c.practice_id,
        table.c.id == family_contact.c.booking_id,
    )
    return (
        select(table.c.family_id, family_contact.c.booking_id, *_word_columns())
        .select_from(family_contact.join(table, of_booking))
        .where(
            family_contact.c.practice_id == practice_id,
            table.c.family_id.in_(among(conn, families)),
        )
    )


def _word_columns() -> list[Column[Any]]:
    return [family_contact.c[name] for name in _WORD]


def _note(conn: Connection, practice_id: str, floors: Mapping[tuple[str, str], Row[Any]]) -> None:
    families = {family_id for family_id, _ in floors}
    of_families = select(booking.c.id, booking.c.family_id).where(
        booking.c.practice_id == practice_id, booking.c.family_id.in_(among(conn, families))
    )
    bookings: dict[str, list[str]] = defaultdict(list)
    for row in conn.execute(of_families.order_by(booking.c.id)):
        bookings[row.family_id].append(row.id)
    every = {id_ for ids in bookings.values() for id_ in ids}
    statement = select(family_contact.c.booking_id, *_word_columns()).where(
        family_contact.c.practice_id == practice_id,
        family_contact.c.booking_id.in_(among(conn, every)),
    )
    levels = {(row.booking_id, row.death): _level(row.level) for row in conn.execute(statement)}
    rows = [
        (practice_id, id_, *(getattr(floor, name) for name in _WORD))
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
    insert_rows(conn, family_contact, ("practice_id", "booking_id", *_WORD), rows)


def _strictness(row: Row[Any]) -> tuple[int, int, str]:
    """Return what the strictest is the greatest by; of equals the newest."""
    return _level(row.level), row.set_at, row.booking_id


def _level(level: str) -> int:
    return LEVELS.index(contact_of(level, None).level)
