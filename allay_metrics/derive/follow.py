"""What is kept of a client follows her when her bookings move to another family.

A client's id is made of family and name. Closed care, notes, tags, check-ins and what was said in
them hang on that id alone: they move to the id the same name has in the family that now holds the
bookings. Where that client has a row of her own, the other stays behind, and is found again when
the bookings come back; check-ins, of which a client has many, always go along.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, and_, select, union, update

from allay_metrics.derive.people import client_id
from allay_metrics.records.bulk import among
from allay_metrics.records.tables import (
    booking,
    care_closed,
    check_in,
    client,
    client_detail,
    client_note,
    client_tag,
    visit_client,
)

_KEPT = (care_closed, check_in, client_detail, client_note, client_tag)


def follow(conn: Connection, practice_id: str, families: Iterable[str]) -> None:
    """Move what is kept of clients all of whose bookings have left these families.

    It runs while the visits of before still stand, when bookings already have their families.
    """
    for old, new in _moves(conn, practice_id, families).items():
        for table in _KEPT:
            _move(conn, practice_id, table, old, new)


def _moves(conn: Connection, practice_id: str, families: Iterable[str]) -> dict[str, str]:
    """Return the new client id by the old one."""
    kept = union(*(select(t.c.client_id).where(t.c.practice_id == practice_id) for t in _KEPT))
    asked = (
        select(client.c.id, client.c.name, client.c.family_id, booking.c.family_id.label("now"))
        .select_from(
            client.join(
                visit_client,
                and_(
                    visit_client.c.practice_id == client.c.practice_id,
                    visit_client.c.client_id == client.c.id,
                ),
            ).join(
                # A visit is called by its first booking.
                booking,
                and_(
                    booking.c.practice_id == visit_client.c.practice_id,
                    booking.c.id == visit_client.c.visit_id,
                ),
            )
        )
        .where(
            client.c.practice_id == practice_id,
            client.c.id.in_(kept),
            client.c.family_id.in_(among(conn, families)),
        )
    )
    homes: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for row in conn.execute(asked):
        homes[row.id, row.name, row.family_id][row.now] += 1
    return {
        id_: client_id(min(now, key=lambda home: (-now[home], home)), name)
        for (id_, name, before), now in homes.items()
        if before not in now
    }


def _move(conn: Connection, practice_id: str, table: Any, old: str, new: str) -> None:
    mine = table.c.practice_id == practice_id
    there = select(table).where(mine, table.c.client_id == new)
    if table is client_tag:
        tags = {row.tag for row in conn.execute(there)}
        free = and_(mine, table.c.client_id == old, table.c.tag.not_in(tags))
    elif table is not check_in and conn.execute(there).first() is not None:
        return
    else:
        free = and_(mine, table.c.client_id == old)
    conn.execute(update(table).where(free).values(client_id=new))
