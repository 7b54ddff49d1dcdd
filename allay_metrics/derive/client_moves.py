"""Data kept for a client moves with her bookings: to another family, and to another name.

A client's id is made of family and name. Closed care, notes, tags and check-ins refer to that id
only. During derivation the previous visits show which client each row belonged to:

- Her bookings are in another family under the same name: the data move to the client of that name
  there. Where only some bookings left, each dated row goes with the last visit before it was
  written; undated rows about the client stay while any booking stays.
- No visit has her name any more: everything moves to the client who replaced her in more than half
  of her visits. A visit counts as replaced where she alone left and one alone came, in the same
  family. If both twins are renamed at once, or a booking changes family and name together, the
  new client is unknown: nothing moves.
- She has no visit left: the data stay under her id and are found again when her visits return.
  Meanwhile a warning sign is shown as not matched (review/open_check_ins.py).

Where the new client already has such a row, the old row stays behind; but a death replaces any
other closing, and check-ins, of which a client has many, always move. Protection never becomes
looser: an opt-out applies to everybody in her visits now, and after a death whose client is unknown
its bookings allow practical contact at most.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    Row,
    RowMapping,
    Table,
    and_,
    delete,
    insert,
    select,
    union,
    update,
)

from allay_metrics.derive.closing import DIED
from allay_metrics.derive.family_members import client_id, people_named
from allay_metrics.derive.override_rules import Overrides
from allay_metrics.derive.reading import imports_that_mark_attendance, read_bookings, read_decisions
from allay_metrics.derive.slots import derive_visits
from allay_metrics.derive.visit_type import visit_types
from allay_metrics.records.bulk import among
from allay_metrics.records.keys import key_of
from allay_metrics.records.tables import (
    booking,
    care_closed,
    check_in,
    client,
    client_detail,
    client_note,
    client_tag,
    family_contact,
    visit,
    visit_client,
)

# The column that dates each row; '' where the row is about the client as such.
_WRITTEN = {
    care_closed: "closed_on",
    check_in: "due_on",
    client_detail: "",
    client_note: "written_at",
    client_tag: "tagged_at",
}
_KEPT = tuple(_WRITTEN)
_DAYS = frozenset({"closed_on", "due_on"})


class _Person(NamedTuple):
    """A client according to the current bookings."""

    id: str
    family_id: str
    kind: str


# Current clients of each visit by the id of any of its bookings: case-folded name -> person.
_Now = Mapping[str, Mapping[str, _Person]]


@dataclass
class _ClientBefore:
    """A client before the derivation, with her visits in order of their start."""

    id: str
    name: str
    kind: str
    family_id: str
    visits: list[Row[Any]] = field(default_factory=list)

    @property
    def plain(self) -> str:
        """Return the case-folded name, which identifies a client within a family."""
        return self.name.casefold()


def move_client_data(
    conn: Connection,
    practice_id: str,
    families: Iterable[str],
    choices: Overrides,
    stay: frozenset[tuple[str, str]] = frozenset(),
) -> None:
    """Move the data of clients whose bookings have another family or another name by now.

    Runs while the previous visits still exist and the bookings already have their new families.
    `stay` are rows that somebody assigned by hand, as (table name, `content_id`): they never move.
    """
    clients_before = _find_changed(conn, practice_id, families, choices)
    if not clients_before:
        return
    before = _names_before(conn, practice_id, clients_before)
    now = _people_now(conn, practice_id, clients_before, choices)
    changes = [_change_of(conn, practice_id, client_, before, now) for client_ in clients_before]
    _move_all(conn, practice_id, changes, stay)


def _find_changed(
    conn: Connection, practice_id: str, families: Iterable[str], choices: Overrides
) -> list[_ClientBefore]:
    """Return the clients with kept data one of whose visits may be another client's by now."""
    clients_by_id: dict[str, _ClientBefore] = {}
    changed: set[str] = set()
    for row in conn.execute(_previous_visits(conn, practice_id, families)):
        client_before = clients_by_id.setdefault(
            row.id, _ClientBefore(row.id, row.name, row.kind, row.family_id)
        )
        client_before.visits.append(row)
        if not _is_still_hers(client_before, row, choices):
            changed.add(row.id)
    return [clients_by_id[id_] for id_ in sorted(changed)]


def _previous_visits(conn: Connection, practice_id: str, families: Iterable[str]) -> Any:
    """Return the SELECT of the previous visits of these families' clients, with their bookings."""
    kept = union(*(select(t.c.client_id).where(t.c.practice_id == practice_id) for t in _KEPT))
    of_client, visited, booked = (
        and_(visit_client.c.practice_id == client.c.practice_id,
             visit_client.c.client_id == client.c.id),
        and_(visit.c.practice_id == client.c.practice_id, visit.c.id == visit_client.c.visit_id),
        # A visit has the id of its first booking.
        and_(booking.c.practice_id == client.c.practice_id, booking.c.id == visit.c.id),
    )  # fmt: skip
    booking_columns = ("type_text", "infant_names", "client_name")
    return (
        select(
            *(client.c[name] for name in ("id", "name", "kind", "family_id")),
            *(visit.c[name] for name in ("starts_at", "day", "visit_type", "row_count")),
            *(booking.c[name] for name in booking_columns),
            visit.c.id.label("visit_id"),
            booking.c.family_id.label("now"),
        )
        .select_from(
            client.join(visit_client, of_client).join(visit, visited).join(booking, booked)
        )
        .where(
            client.c.practice_id == practice_id,
            client.c.id.in_(kept),
            client.c.family_id.in_(among(conn, families)),
        )
        .order_by(visit.c.starts_at, visit.c.id)
    )


def _is_still_hers(client_before: _ClientBefore, row: Row[Any], choices: Overrides) -> bool:
    """Return whether a visit is certainly still hers; all others are derived and compared."""
    if row.now != client_before.family_id or row.row_count > 1:
        return False
    types = choices.types.get(row.visit_id) or visit_types(row.type_text, choices.type_words)
    kind, names = people_named(types[0], row.infant_names, row.client_name)
    return kind == client_before.kind and client_before.plain in {name.casefold() for name in names}


def _names_before(
    conn: Connection, practice_id: str, clients_before: Sequence[_ClientBefore]
) -> dict[str, set[str]]:
    """Return the case-folded names of all previous clients of these visits, by visit id."""
    visits = {row.visit_id for client_before in clients_before for row in client_before.visits}
    statement = (
        select(visit_client.c.visit_id, client.c.name)
        .select_from(visit_client.join(client))
        .where(
            visit_client.c.practice_id == practice_id,
            visit_client.c.visit_id.in_(among(conn, sorted(visits))),
        )
    )
    names_by_visit: dict[str, set[str]] = defaultdict(set)
    for visit_id, name in conn.execute(statement):
        names_by_visit[visit_id].add(name.casefold())
    return names_by_visit


def _people_now(
    conn: Connection, practice_id: str, clients_before: Sequence[_ClientBefore], choices: Overrides
) -> _Now:
    """Return the current clients of all visits in the families that hold these bookings now."""
    families = sorted({row.now for client_before in clients_before for row in client_before.visits})
    decided = read_decisions(conn, practice_id)
    marking = imports_that_mark_attendance(conn, practice_id)
    people_by_booking: dict[str, dict[str, _Person]] = {}
    for family_id, bookings in read_bookings(conn, practice_id, families):
        for derived_visit in derive_visits(bookings, decided, marking, choices):
            people: dict[str, _Person] = {}
            for booking_row in derived_visit.bookings:
                kind, names = people_named(
                    derived_visit.visit_type, booking_row.infant_names, booking_row.client_name
                )
                for name in names:
                    person = _Person(client_id(family_id, name), family_id, kind)
                    people.setdefault(name.casefold(), person)
                people_by_booking[booking_row.id] = people
    return people_by_booking


@dataclass(frozen=True)
class _Change:
    """What became of one client: `own` are the visits that still have her name, in any family.

    `came` maps a visit in her family that lost her name to the people new in it. `heir` is the
    client who replaced her.
    """

    client_before: _ClientBefore
    now: _Now
    own: Sequence[Row[Any]]
    came: Mapping[str, Sequence[_Person]]
    heir: _Person | None

    def new_id(self, table: Table, row: RowMapping) -> str:
        """Return the id of the client a row moves to; her own id where it stays."""
        if self.own:
            return self._home(_WRITTEN[table], row)
        if self.heir is None or (_is_death(table, row) and self.heir.kind != "infant"):
            return self.client_before.id
        return self.heir.id

    def in_her_visits(self) -> set[str]:
        """Return the ids of all current clients of her visits who may be herself."""
        homes = {self.now[row.visit_id][self.client_before.plain].id for row in self.own}
        return homes | {person.id for people in self.came.values() for person in people}

    def _home(self, written: str, kept: RowMapping) -> str:
        homes = [self.now[row.visit_id][self.client_before.plain].id for row in self.own]
        if not written:
            return self.client_before.id if self.client_before.id in homes else _most(homes)
        starts = [row.day if written in _DAYS else row.starts_at for row in self.own]
        return homes[max(bisect_right(starts, kept[written]) - 1, 0)]


def _change_of(
    conn: Connection,
    practice_id: str,
    client_before: _ClientBefore,
    before: Mapping[str, set[str]],
    now: _Now,
) -> _Change:
    own = [row for row in client_before.visits if client_before.plain in now.get(row.visit_id, {})]
    came: dict[str, list[_Person]] = {}
    votes: Counter[_Person] = Counter()
    for row in client_before.visits:
        people = now.get(row.visit_id, {})
        if row.now != client_before.family_id or client_before.plain in people:
            continue
        there = before[row.visit_id]
        came[row.visit_id] = [person for name, person in people.items() if name not in there]
        if len(came[row.visit_id]) == len(there - people.keys()) == 1:
            votes[came[row.visit_id][0]] += 1
    heir = None
    if votes and not own:
        first, count = votes.most_common(1)[0]
        still_visits = sum(row.visit_id in now for row in client_before.visits)
        if count * 2 > still_visits and (
            first.kind == client_before.kind or not _client_exists(conn, practice_id, first.id)
        ):
            heir = first
    return _Change(client_before, now, own, came, heir)


def _move_all(
    conn: Connection,
    practice_id: str,
    changes: Sequence[_Change],
    stay: frozenset[tuple[str, str]],
) -> None:
    """Move all kept rows at once, so that two clients who swapped names keep their own."""
    by_id = {change.client_before.id: change for change in changes}
    opted_out: list[tuple[RowMapping, set[str]]] = []
    for table in _KEPT:
        in_practice = table.c.practice_id == practice_id
        statement = select(table).where(in_practice, table.c.client_id.in_(among(conn, by_id)))
        moving: list[_Move] = []
        for row in conn.execute(statement.order_by(*table.primary_key.columns)).mappings().all():
            change = by_id[row["client_id"]]
            new = change.new_id(table, row)
            if new != change.client_before.id and (table.name, content_id(table, row)) not in stay:
                moving.append(_Move(row, new, bool(change.own)))
            elif _is_death(table, row) and not change.own:
                _limit_contact(conn, row, change.came)
            if table is client_detail and row["opted_out_at"] is not None:
                opted_out.append((row, change.in_her_visits()))
        if table is check_in:
            for move in moving:
                this = and_(in_practice, table.c.id == move.row["id"])
                conn.execute(update(table).where(this).values(client_id=move.new))
        else:
            _replace(conn, table, practice_id, moving)
    for row, clients in opted_out:
        _opt_out(conn, row, clients)


class _Move(NamedTuple):
    """A row that moves to another client."""

    row: RowMapping
    new: str
    keeps_name: bool  # same name in another family, where another client may have had such a row


def _replace(conn: Connection, table: Table, practice_id: str, moving: Sequence[_Move]) -> None:
    """Give rows to other clients, except where a row exists that does not move away itself."""
    in_practice = table.c.practice_id == practice_id
    news = among(conn, {move.new for move in moving})
    stored = {
        _place(table, row): row
        for row in conn.execute(
            select(table).where(in_practice, table.c.client_id.in_(news))
        ).mappings()
    }
    wanted = sorted(moving, key=lambda move: not _is_death(table, move.row))
    while True:
        leaving = {_place(table, move.row) for move in wanted}
        free: dict[tuple[str, str], _Move] = {}
        for move in wanted:
            place = _place(table, move.row, move.new)
            occupant = None if place in leaving else stored.get(place)
            beats = _is_death(table, move.row) and occupant is not None
            if place not in free and (
                occupant is None or (beats and not _is_death(table, occupant))
            ):
                free[place] = move
        if len(free) == len(wanted):
            break
        # A row that stays keeps its place: others cannot move there then.
        wanted = list(free.values())
    for client_id_, tag in {*leaving, *free}:
        at = [table.c.tag == tag] if table is client_tag else []
        conn.execute(delete(table).where(in_practice, table.c.client_id == client_id_, *at))
    for place, move in free.items():
        conn.execute(insert(table), {**move.row, "client_id": move.new})
        if move.keeps_name and place in stored and place not in leaving:  # it stays behind
            behind = {**stored[place], "client_id": move.row["client_id"]}
            if _place(table, behind) not in free:
                conn.execute(insert(table), behind)


def _place(
    table: Table, row: Mapping[str, Any] | RowMapping, client: str | None = None
) -> tuple[str, str]:
    """Return the key that is unique in the table: the client id, and the tag where it is tags."""
    return client or row["client_id"], row["tag"] if table is client_tag else ""


def content_id(table: Table, row: Mapping[str, Any] | RowMapping) -> str:
    """Return a check-in's id, or a key of a row's values without its client."""
    if table is check_in:
        return str(row["id"])
    return key_of(*(str(row[name]) for name in sorted(row.keys() - {"client_id"})))


def _opt_out(conn: Connection, row: RowMapping, clients: Iterable[str]) -> None:
    """Store the opt-out of a row for these clients, too."""
    for id_ in sorted(clients):
        this = and_(
            client_detail.c.practice_id == row["practice_id"], client_detail.c.client_id == id_
        )
        values = {"opted_out_at": row["opted_out_at"]}
        own = conn.execute(select(client_detail.c.opted_out_at).where(this)).first()
        if own is None:
            key = {"practice_id": row["practice_id"], "client_id": id_}
            conn.execute(insert(client_detail), {**key, **values})
        elif own.opted_out_at is None:
            conn.execute(update(client_detail).where(this).values(**values))


def _limit_contact(
    conn: Connection, death: RowMapping, came: Mapping[str, Sequence[_Person]]
) -> None:
    """Limit the bookings of a death whose client is unknown now to practical contact."""
    bookings = [visit_id for visit_id, people in came.items() if people]
    statement = select(family_contact.c.booking_id).where(
        family_contact.c.practice_id == death["practice_id"],
        family_contact.c.booking_id.in_(among(conn, bookings)),
    )
    for id_ in sorted(set(bookings) - set(conn.execute(statement).scalars())):
        row = {"practice_id": death["practice_id"], "booking_id": id_, "level": "practical"}
        row |= {"reason": "bereaved", "set_by": death["closed_by"], "set_at": death["closed_at"]}
        conn.execute(insert(family_contact), row)


def _is_death(table: Table, row: RowMapping) -> bool:
    return table is care_closed and row["reason"] == DIED


def _client_exists(conn: Connection, practice_id: str, id_: str) -> bool:
    statement = select(client.c.id).where(client.c.practice_id == practice_id, client.c.id == id_)
    return conn.execute(statement).first() is not None


def _most(homes: Sequence[str]) -> str:
    counts = Counter(homes)
    return min(counts, key=lambda home: (-counts[home], home))
