"""How a choice of the owner is kept: every number follows in the same transaction.

A choice is a few rows. What they change is found by comparing what was chosen before and after,
and the visits of the families concerned are derived anew and compared. Each can be taken back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, insert, select, update

from allay_metrics.actions.driving import days_of_therapist, drive_anew
from allay_metrics.actions.linked import Parting, client_names, match_to_nobody, part, remember
from allay_metrics.actions.moved import Move, standing, touched_families, ways_moved
from allay_metrics.derive import derive
from allay_metrics.derive.choices import Overrides, read_choices
from allay_metrics.derive.contact_match import Match, put_matches, read_matches
from allay_metrics.errors import Conflict
from allay_metrics.records import Scope
from allay_metrics.records.bulk import among
from allay_metrics.records.tables import (
    care_closed,
    check_in,
    client,
    client_detail,
    client_note,
    client_tag,
    family_contact,
    family_link,
    metadata,
    therapist,
)

_OF_CLIENTS = (care_closed, client_detail, client_note, client_tag)
_NEW = 0  # the version of a row that was not there when it was read

Stored = Mapping[str, Any]
# Table, key, what stood there before, what stands there after, what it is to a person.
_Kept = tuple[str, Stored, Stored | None, Stored | None, str]


@dataclass(frozen=True)
class OverrideRow:
    """One row as it shall be: its table, its key, and what it says; None for `values`: it goes.

    `version` is the one that was read, 0 for none yet, None where it does not matter. `name` says
    to a person what the row is.
    """

    table: Table
    key: Stored
    values: Stored | None
    name: str
    version: int | None = None


@dataclass(frozen=True)
class UndoToken:
    """What stood there before a choice, and what the choice left: enough to take it back."""

    rows: tuple[_Kept, ...] = ()
    care_before: tuple[tuple[str, Stored], ...] = ()
    care_after: tuple[tuple[str, Stored], ...] = ()
    asked_before: tuple[tuple[str, str], ...] = ()
    # By booking and death: what was said of contact before, and what stands there after.
    contact: tuple[tuple[tuple[str, str], Stored | None, Stored | None], ...] = ()
    # What bookings with a word on contact are known by, which went and which came.
    matches: tuple[frozenset[Match], frozenset[Match]] = (frozenset(), frozenset())


@dataclass(frozen=True)
class OverrideChange:
    """What a choice changed: visits in all, and from where to where, most first."""

    visits: int
    ways: tuple[Move, ...]
    back: UndoToken


def keep(scope: Scope, reason: str, rows: Iterable[OverrideRow]) -> OverrideChange:
    """Keep these rows of a choice, derive what they concern, and return what changed.

    Raises Conflict when a row is no longer the one that was read: then nothing was kept.
    """
    with scope.write(reason) as conn:
        return keep_in(conn, scope.practice_id, rows)


def keep_in(conn: Connection, practice_id: str, rows: Iterable[OverrideRow]) -> OverrideChange:
    """Do what `keep` does in a transaction that is open."""
    before = read_choices(conn, practice_id)
    kept = [_write(conn, practice_id, row) for row in rows]
    return _follow(conn, practice_id, before, kept)


def take_back(scope: Scope, back: UndoToken) -> OverrideChange:
    """Give back what stood there before a choice, and return what changed by it.

    Raises Conflict when somebody changed it once more meanwhile.
    """
    with scope.write("take a choice back") as conn:
        before = read_choices(conn, scope.practice_id)
        kept = []
        for table_name, key, was, left, name in back.rows:
            table = metadata.tables[table_name]
            if _read(conn, scope.practice_id, table, key) != left:
                raise Conflict(f"{name} was changed meanwhile: it stays as it is now.")
            _put(conn, scope.practice_id, table, key, was)
            kept.append((table_name, key, left, was, name))
        _give_care_back(conn, scope.practice_id, back)
        is_contact_restored = _give_contact_back(conn, scope.practice_id, back)
        return _follow(
            conn, scope.practice_id, before, kept, contact_given_back=is_contact_restored
        )


def _write(conn: Connection, practice_id: str, row: OverrideRow) -> _Kept:
    was = _read(conn, practice_id, row.table, row.key)
    if _says(was, row.values):  # pressed twice, or two who meant the same
        return row.table.name, row.key, was, was, row.name
    if row.version is not None and (was["version"] if was else _NEW) != row.version:
        raise Conflict(f"{row.name} was changed meanwhile{_both(was, row.values)}")
    left = None
    if row.values is not None:
        version = was["version"] + 1 if was else 1
        left = {**(was or {}), **row.key, **row.values, "version": version}
    _put(conn, practice_id, row.table, row.key, left)
    return row.table.name, row.key, was, _read(conn, practice_id, row.table, row.key), row.name


def _says(was: Stored | None, values: Stored | None) -> bool:
    """Return whether what stands there is what is to be kept."""
    if was is None or values is None:
        return was is None and values is None
    return all(was[name] == value for name, value in values.items())


def _both(was: Stored | None, values: Stored | None) -> str:
    """Return what stands there and what was to be kept, for whoever has to choose."""
    differ = [name for name in (values or was or {}) if _of(was, name) != _of(values, name)]
    theirs, draft = (
        ", ".join(filter(None, (_of(row, name) for name in differ))) or "nothing"
        for row in (was, values)
    )
    return f". It now says: {theirs}. Yours, not kept: {draft}."


def _of(row: Stored | None, name: str) -> str:
    value = row.get(name) if row else None
    return "" if value is None else str(value)


def _read(conn: Connection, practice_id: str, table: Table, key: Stored) -> Stored | None:
    row = conn.execute(select(table).where(_at(practice_id, table, key))).mappings().first()
    return dict(row) if row else None


def _put(conn: Connection, practice_id: str, table: Table, key: Stored, row: Stored | None) -> None:
    at = _at(practice_id, table, key)
    if row is None:
        conn.execute(delete(table).where(at))
        return
    values = {**row, "practice_id": practice_id}
    if conn.execute(update(table).where(at).values(values)).rowcount == 0:
        conn.execute(insert(table).values(values))


def _at(practice_id: str, table: Table, key: Stored) -> Any:
    named = (table.c[name] == value for name, value in key.items())
    return and_(table.c.practice_id == practice_id, *named)


def _follow(
    conn: Connection,
    practice_id: str,
    before: Overrides,
    kept: Sequence[_Kept],
    *,
    contact_given_back: bool = False,
) -> OverrideChange:
    after = read_choices(conn, practice_id)
    families = touched_families(conn, practice_id, before, after)
    relinked = before.links != after.links
    stood = standing(conn, practice_id, families)
    ids = _clients(conn, practice_id, families) if relinked else set()
    care_before, check_ins_before = (
        _care(conn, practice_id, ids),
        _read_check_in_clients(conn, practice_id, ids),
    )
    names = client_names(conn, practice_id, ids)
    parting = _part(conn, practice_id, kept)
    contact = _contact(conn, practice_id) if relinked else {}
    matches = read_matches(conn, practice_id) if relinked else frozenset()
    if families:
        derive(
            conn,
            practice_id,
            families,
            relinked=relinked,
            contact_given_back=contact_given_back,
            stay=frozenset().union(*(one.stay for one in parting)),
        )
    for one in parting:
        match_to_nobody(conn, practice_id, one)
    ways, visits = ways_moved(stood, standing(conn, practice_id, families))
    driven = _drive_from_new_bases(conn, practice_id, kept)
    ids |= _clients(conn, practice_id, families) if relinked else set()
    now = _contact(conn, practice_id) if relinked else {}
    matches_now = read_matches(conn, practice_id) if relinked else frozenset()
    changed = tuple(
        (key, contact.get(key), now.get(key))
        for key in sorted(contact.keys() | now.keys())
        if contact.get(key) != now.get(key)
    )
    known_by = (matches - matches_now, matches_now - matches)
    care_after = _care(conn, practice_id, ids)
    if links := [
        key
        for table, key, was, left, _ in kept
        if table == family_link.name and was is None and left is not None
    ]:
        names_after = client_names(conn, practice_id, ids)
        check_ins_after = _read_check_in_clients(conn, practice_id, ids)
        before_it = (names, care_before, check_ins_before)
        since = (names_after, care_after, check_ins_after)
        for key in links:
            remember(conn, practice_id, key, before_it, since)
    back = UndoToken(tuple(kept), care_before, care_after, check_ins_before, changed, known_by)
    return OverrideChange(visits + sum(way.visits for way in driven), (*ways, *driven), back)


def _part(conn: Connection, practice_id: str, kept: Sequence[_Kept]) -> list[Parting]:
    """Give back what was whose before links that are taken back now."""
    return [
        part(conn, practice_id, key)
        for table, key, was, left, _ in kept
        if table == family_link.name and was is not None and left is None
    ]


def _drive_from_new_bases(
    conn: Connection, practice_id: str, kept: Sequence[_Kept]
) -> tuple[Move, ...]:
    """Drive every day of therapists anew whose base is another one now."""
    ways = []
    for table, key, was, left, _ in kept:
        if table != therapist.name or was is None or left is None:
            continue
        base, new = was["base_city"] or "", left["base_city"] or ""
        if base != new:
            days = days_of_therapist(conn, practice_id, key["id"])
            ways.append(Move("base", base, new, drive_anew(conn, practice_id, days)))
    return tuple(ways)


# What is kept of a client follows her to her new family. Where that had a client of her name it
# could not be told apart afterwards: what stood before is remembered, and whose each check-in was.


def _clients(conn: Connection, practice_id: str, families: Iterable[str]) -> set[str]:
    theirs = client.c.family_id.in_(among(conn, families))
    statement = select(client.c.id).where(client.c.practice_id == practice_id, theirs)
    return set(conn.execute(statement).scalars())


def _care(
    conn: Connection, practice_id: str, clients: Iterable[str]
) -> tuple[tuple[str, Stored], ...]:
    ids = sorted(clients)
    if not ids:
        return ()
    return tuple(
        (table.name, dict(row))
        for table in _OF_CLIENTS
        for row in conn.execute(
            select(table)
            .where(table.c.practice_id == practice_id, table.c.client_id.in_(among(conn, ids)))
            .order_by(*table.primary_key.columns)
        ).mappings()
    )


def _read_check_in_clients(
    conn: Connection, practice_id: str, clients: Iterable[str]
) -> tuple[tuple[str, str], ...]:
    """Return the check-ins of these clients, and whose each is."""
    ids = sorted(clients)
    statement = select(check_in.c.id, check_in.c.client_id).where(
        check_in.c.practice_id == practice_id, check_in.c.client_id.in_(among(conn, ids))
    )
    return tuple((row.id, row.client_id) for row in conn.execute(statement.order_by(check_in.c.id)))


def _give_care_back(conn: Connection, practice_id: str, back: UndoToken) -> None:
    """Put what was kept of clients where it stood, unless somebody wrote there meanwhile."""
    for id_, client_id in back.asked_before:
        which = and_(check_in.c.practice_id == practice_id, check_in.c.id == id_)
        conn.execute(update(check_in).where(which).values(client_id=client_id))
    clients = {row["client_id"] for _, row in (*back.care_before, *back.care_after)}
    if not clients or _care(conn, practice_id, clients) != back.care_after:
        return
    for table in _OF_CLIENTS:
        in_practice = table.c.practice_id == practice_id
        conn.execute(delete(table).where(in_practice, table.c.client_id.in_(among(conn, clients))))
    for name, row in back.care_before:
        conn.execute(insert(metadata.tables[name]).values(dict(row)))


def _contact(conn: Connection, practice_id: str) -> dict[tuple[str, str], Stored]:
    """Return what is said of contact, by booking and death: few rows in any practice."""
    statement = select(family_contact).where(family_contact.c.practice_id == practice_id)
    rows = conn.execute(statement).mappings()
    return {(row["booking_id"], row["death"]): dict(row) for row in rows}


def _give_contact_back(conn: Connection, practice_id: str, back: UndoToken) -> bool:
    """Give contact back what was said before, unless somebody set it meanwhile; return whether."""
    stands = _contact(conn, practice_id)
    if any(stands.get(key) != after for key, _, after in back.contact):
        return False
    for (id_, death), before, _ in back.contact:
        _put(conn, practice_id, family_contact, {"booking_id": id_, "death": death}, before)
    put_matches(conn, practice_id, *back.matches)
    return True
