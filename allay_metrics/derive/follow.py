"""What is kept of a client follows her when her bookings move to another family.

A client's id is made of family and name. Closed care, notes, tags, check-ins and what was said in
them hang on that id alone: they move to the id the same name has in the family that now holds the
bookings. Where only some bookings left, each goes with the last visit before it was written, for
it was written of that visit; what was said of the client as such stays while any booking does.
Where the client of the new family has a row of her own, the other stays behind, and is found again
when the bookings come back; check-ins, of which a client has many, always go along.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, select, union, update

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
    visit,
    visit_client,
)

# What says when each was written; nothing of what was said of the client as such.
_WRITTEN = {
    care_closed: "closed_on",
    check_in: "due_on",
    client_detail: "",
    client_note: "written_at",
    client_tag: "tagged_at",
}
_KEPT = tuple(_WRITTEN)


@dataclass
class _Known:
    """A client as she stood: her visits in order, as (start, day), and the families they are in."""

    name: str
    family_id: str
    visits: list[tuple[int, Any]] = field(default_factory=list)
    homes: list[str] = field(default_factory=list)

    def home(self, written: str, row: RowMapping) -> str:
        """Return the family that a row goes to."""
        if not written:
            return self.family_id if self.family_id in self.homes else _most(self.homes)
        by_day = written in {"closed_on", "due_on"}
        place = bisect_right([one[by_day] for one in self.visits], row[written])
        return self.homes[max(place - 1, 0)]


def follow(conn: Connection, practice_id: str, families: Iterable[str]) -> None:
    """Move what is kept of clients of whose bookings some have left these families.

    It runs while the visits of before still stand, when bookings already have their families.
    """
    for old, known in _left(conn, practice_id, families).items():
        for table in _KEPT:
            _move(conn, practice_id, table, old, known)


def _left(conn: Connection, practice_id: str, families: Iterable[str]) -> dict[str, _Known]:
    """Return by id the clients with something kept and a booking in another family by now."""
    kept = union(*(select(t.c.client_id).where(t.c.practice_id == practice_id) for t in _KEPT))
    asked = (
        select(
            client.c.id,
            client.c.name,
            client.c.family_id,
            visit.c.starts_at,
            visit.c.day,
            booking.c.family_id.label("now"),
        )
        .select_from(
            client.join(
                visit_client,
                and_(
                    visit_client.c.practice_id == client.c.practice_id,
                    visit_client.c.client_id == client.c.id,
                ),
            )
            .join(
                visit,
                and_(
                    visit.c.practice_id == visit_client.c.practice_id,
                    visit.c.id == visit_client.c.visit_id,
                ),
            )
            .join(
                # A visit is called by its first booking.
                booking,
                and_(booking.c.practice_id == visit.c.practice_id, booking.c.id == visit.c.id),
            )
        )
        .where(
            client.c.practice_id == practice_id,
            client.c.id.in_(kept),
            client.c.family_id.in_(among(conn, families)),
        )
        .order_by(visit.c.starts_at, visit.c.id)
    )
    found: dict[str, _Known] = {}
    for row in conn.execute(asked):
        known = found.setdefault(row.id, _Known(row.name, row.family_id))
        known.visits.append((row.starts_at, row.day))
        known.homes.append(row.now)
    return {id_: one for id_, one in found.items() if set(one.homes) != {one.family_id}}


def _move(conn: Connection, practice_id: str, table: Any, old: str, known: _Known) -> None:
    mine = table.c.practice_id == practice_id
    going: dict[str, list[RowMapping]] = defaultdict(list)
    for row in conn.execute(select(table).where(mine, table.c.client_id == old)).mappings():
        going[known.home(_WRITTEN[table], row)].append(row)
    going.pop(known.family_id, None)
    for home, rows in going.items():
        new = client_id(home, known.name)
        there = conn.execute(select(table).where(mine, table.c.client_id == new)).mappings().all()
        tags = {one["tag"] for one in there} if table is client_tag else ()
        for row in rows:
            if table is check_in:
                which = table.c.id == row["id"]
            elif table is client_tag and row["tag"] not in tags:
                which = and_(table.c.client_id == old, table.c.tag == row["tag"])
            elif table is not client_tag and not there:
                which = table.c.client_id == old
            else:
                continue
            conn.execute(update(table).where(mine, which).values(client_id=new))


def _most(homes: list[str]) -> str:
    counts = Counter(homes)
    return min(counts, key=lambda home: (-counts[home], home))
