"""What is kept of a client follows her bookings: to another family, and to another name.

A client's id is made of family and name. Closed care, notes, tags, check-ins and what was said in
them hang on that id alone. While deriving, the visits that stood tell whose each was:

- Her bookings are in another family, under the same name: what is kept moves to the client of that
  name there. Where only some left, each row goes with the last visit before it was written, for it
  was written of that visit; what was said of the client as such stays while any booking does.
- None of her visits bears her name any more: all moves to the one who took her place in more than
  half of them. In a visit that is so where she alone went and one alone came, within the family. Of
  twins both named anew at once nobody says who is who, and a booking that changed its family along
  with the name may be anybody's: there nothing moves, for a doubt is no guess.
- She has no visit left at all: what is kept stays under her id, and is found again when her visits
  come back. A warning sign is shown as matched to nobody meanwhile (review/check_ins.py).

Where the new client has a row of her own, the other stays behind; but a death takes the place of
any other closing, and check-ins, of which a client has many, always go along. What protects a
family never gets looser: that it asked not to be asked again holds for everybody who is in her
visits now, and a death nobody can be found for leaves its bookings practical contact at most.
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

from allay_metrics.derive.choices import Overrides
from allay_metrics.derive.closing import DIED
from allay_metrics.derive.people import client_id, people_named
from allay_metrics.derive.reading import decisions, imports_that_mark_attendance, read_bookings
from allay_metrics.derive.slots import visits_of
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

# What says when each was written; nothing of what was said of the client as such.
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
    """A client as the bookings say it now."""

    id: str
    family_id: str
    kind: str


# Whom each visit is for now, by the id of any of its bookings: people by their names, case folded.
_Now = Mapping[str, Mapping[str, _Person]]


@dataclass
class _ClientBefore:
    """A client as she stood, with her visits in order of their start."""

    id: str
    name: str
    kind: str
    family_id: str
    visits: list[Row[Any]] = field(default_factory=list)

    @property
    def plain(self) -> str:
        """Return the name as clients are told apart by."""
        return self.name.casefold()


def follow(
    conn: Connection,
    practice_id: str,
    families: Iterable[str],
    choices: Overrides,
    stay: frozenset[tuple[str, str]] = frozenset(),
) -> None:
    """Move what is kept of clients whose bookings say another family or another name by now.

    It runs while the visits of before still stand, when bookings already have their families.
    `stay` are rows of which somebody knows whose they are, by table and `content_id`.
    """
    clients_before = _changed(conn, practice_id, families, choices)
    if not clients_before:
        return
    before = _names_before(conn, practice_id, clients_before)
    now = _people_now(conn, practice_id, clients_before, choices)
    changes = [_change_of(conn, practice_id, one, before, now) for one in clients_before]
    _move_all(conn, practice_id, changes, stay)


def _changed(
    conn: Connection, practice_id: str, families: Iterable[str], choices: Overrides
) -> list[_ClientBefore]:
    """Return the clients with something kept of whom a visit may be somebody else's by now."""
    clients_by_id: dict[str, _ClientBefore] = {}
    changed: set[str] = set()
    for row in conn.execute(_standing(conn, practice_id, families)):
        one = _ClientBefore(row.id, row.name, row.kind, row.family_id)
        client_before = clients_by_id.setdefault(row.id, one)
        client_before.visits.append(row)
        if not _is_still_hers(client_before, row, choices):
            changed.add(row.id)
    return [clients_by_id[id_] for id_ in sorted(changed)]


def _standing(conn: Connection, practice_id: str, families: Iterable[str]) -> Any:
    """Return the SELECT of visits that stand of these families' clients, with their bookings."""
    kept = union(*(select(t.c.client_id).where(t.c.practice_id == practice_id) for t in _KEPT))
    of_client, visited, booked = (
        and_(visit_client.c.practice_id == client.c.practice_id,
             visit_client.c.client_id == client.c.id),
        and_(visit.c.practice_id == client.c.practice_id, visit.c.id == visit_client.c.visit_id),
        # A visit is called by its first booking.
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
    """Return whether a visit is surely hers still: all else is looked at as it is derived."""
    if row.now != client_before.family_id or row.row_count > 1:
        return False
    types = choices.types.get(row.visit_id) or visit_types(row.type_text, choices.type_words)
    kind, names = people_named(types[0], row.infant_names, row.client_name)
    return kind == client_before.kind and client_before.plain in {name.casefold() for name in names}


def _names_before(
    conn: Connection, practice_id: str, clients_before: Sequence[_ClientBefore]
) -> dict[str, set[str]]:
    """Return the names of all who were cared for in these clients' visits, by visit id."""
    visits = {row.visit_id for one in clients_before for row in one.visits}
    of_visit = and_(
        client.c.practice_id == visit_client.c.practice_id, client.c.id == visit_client.c.client_id
    )
    statement = (
        select(visit_client.c.visit_id, client.c.name)
        .select_from(visit_client.join(client, of_visit))
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
    """Return whom the visits of the families that hold these clients' bookings are for now."""
    families = sorted({row.now for one in clients_before for row in one.visits})
    decided = decisions(conn, practice_id)
    marking = imports_that_mark_attendance(conn, practice_id)
    people_by_booking: dict[str, dict[str, _Person]] = {}
    for family_id, bookings in read_bookings(conn, practice_id, families):
        for one in visits_of(bookings, decided, marking, choices):
            people: dict[str, _Person] = {}
            for booking_row in one.bookings:
                kind, names = people_named(
                    one.visit_type, booking_row.infant_names, booking_row.client_name
                )
                for name in names:
                    person = _Person(client_id(family_id, name), family_id, kind)
                    people.setdefault(name.casefold(), person)
                people_by_booking[booking_row.id] = people
    return people_by_booking


@dataclass(frozen=True)
class _Change:
    """What became of one client: `own` are the visits that bear her name still, wherever they are.

    `came` are those who stand in a visit of hers, in her family, in which she does not any more.
    `heir` is who took her place.
    """

    client_before: _ClientBefore
    now: _Now
    own: Sequence[Row[Any]]
    came: Mapping[str, Sequence[_Person]]
    heir: _Person | None

    def new_id(self, table: Table, row: RowMapping) -> str:
        """Return the id of the client a row goes to; her own where it stays."""
        if self.own:
            return self._home(_WRITTEN[table], row)
        if self.heir is None or (_is_death(table, row) and self.heir.kind != "infant"):
            return self.client_before.id
        return self.heir.id

    def in_her_visits(self) -> set[str]:
        """Return the ids of all whose care her visits are now, as far as they may be herself."""
        homes = {self.now[row.visit_id][self.client_before.plain].id for row in self.own}
        return homes | {person.id for people in self.came.values() for person in people}

    def _home(self, written: str, row: RowMapping) -> str:
        homes = [self.now[one.visit_id][self.client_before.plain].id for one in self.own]
        if not written:
            return self.client_before.id if self.client_before.id in homes else _most(homes)
        starts = [one.day if written in _DAYS else one.starts_at for one in self.own]
        return homes[max(bisect_right(starts, row[written]) - 1, 0)]


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
            first.kind == client_before.kind or not _stood(conn, practice_id, first.id)
        ):
            heir = first
    return _Change(client_before, now, own, came, heir)


def _move_all(
    conn: Connection,
    practice_id: str,
    changes: Sequence[_Change],
    stay: frozenset[tuple[str, str]],
) -> None:
    """Move what is kept, all at once: of two who swapped names each keeps her own."""
    by_id = {change.client_before.id: change for change in changes}
    opted_out: list[tuple[RowMapping, set[str]]] = []
    for table in _KEPT:
        in_practice = table.c.practice_id == practice_id
        theirs = select(table).where(in_practice, table.c.client_id.in_(among(conn, by_id)))
        moving: list[_Move] = []
        for row in conn.execute(theirs.order_by(*table.primary_key.columns)).mappings().all():
            change = by_id[row["client_id"]]
            new = change.new_id(table, row)
            if new != change.client_before.id and (table.name, content_id(table, row)) not in stay:
                moving.append(_Move(row, new, bool(change.own)))
            elif _is_death(table, row) and not change.own:
                _leave_in_peace(conn, row, change.came)
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
    """A row that is to be of another client."""

    row: RowMapping
    new: str
    keeps_name: bool  # another family, the same name: there it may have been somebody else's


def _replace(conn: Connection, table: Table, practice_id: str, moving: Sequence[_Move]) -> None:
    """Let rows be of other clients, but for those where another stands that does not go."""
    in_practice = table.c.practice_id == practice_id
    news = among(conn, {move.new for move in moving})
    stands = {
        _place(table, row): row
        for row in conn.execute(
            select(table).where(in_practice, table.c.client_id.in_(news))
        ).mappings()
    }
    wanted = sorted(moving, key=lambda move: not _is_death(table, move.row))
    while True:
        goes = {_place(table, move.row) for move in wanted}
        free: dict[tuple[str, str], _Move] = {}
        for move in wanted:
            place = _place(table, move.row, move.new)
            there = None if place in goes else stands.get(place)
            beats = _is_death(table, move.row) and there is not None
            if place not in free and (there is None or (beats and not _is_death(table, there))):
                free[place] = move
        if len(free) == len(wanted):
            break
        # Whoever stays keeps her place: others may not come there then.
        wanted = list(free.values())
    for client_id_, tag in {*goes, *free}:
        at = [table.c.tag == tag] if table is client_tag else []
        conn.execute(delete(table).where(in_practice, table.c.client_id == client_id_, *at))
    for place, move in free.items():
        conn.execute(insert(table), {**move.row, "client_id": move.new})
        if move.keeps_name and place in stands and place not in goes:  # it stays behind
            behind = {**stands[place], "client_id": move.row["client_id"]}
            if _place(table, behind) not in free:
                conn.execute(insert(table), behind)


def _place(
    table: Table, row: Mapping[str, Any] | RowMapping, client: str | None = None
) -> tuple[str, str]:
    """Return what is there once: a client, of tags a client's tag."""
    return client or row["client_id"], row["tag"] if table is client_tag else ""


def content_id(table: Table, row: Mapping[str, Any] | RowMapping) -> str:
    """Return a check-in's id, or an id of what a row says, whosever it is."""
    if table is check_in:
        return str(row["id"])
    return key_of(*(str(row[name]) for name in sorted(row.keys() - {"client_id"})))


def _opt_out(conn: Connection, row: RowMapping, clients: Iterable[str]) -> None:
    """Let these clients not be asked again either."""
    for id_ in sorted(clients):
        this = and_(
            client_detail.c.practice_id == row["practice_id"], client_detail.c.client_id == id_
        )
        at = {"opted_out_at": row["opted_out_at"]}
        own = conn.execute(select(client_detail.c.opted_out_at).where(this)).first()
        if own is None:
            key = {"practice_id": row["practice_id"], "client_id": id_}
            conn.execute(insert(client_detail), {**key, **at})
        elif own.opted_out_at is None:
            conn.execute(update(client_detail).where(this).values(**at))


def _leave_in_peace(
    conn: Connection, death: RowMapping, came: Mapping[str, Sequence[_Person]]
) -> None:
    """Allow practical contact at most with the family a death that stands on nobody was kept in."""
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


def _stood(conn: Connection, practice_id: str, id_: str) -> bool:
    statement = select(client.c.id).where(client.c.practice_id == practice_id, client.c.id == id_)
    return conn.execute(statement).first() is not None


def _most(homes: Sequence[str]) -> str:
    counts = Counter(homes)
    return min(counts, key=lambda home: (-counts[home], home))
