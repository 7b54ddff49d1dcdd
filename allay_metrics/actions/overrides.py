"""Saves overrides of the owner and derives what they change, in one transaction.

An override is a few rows. The affected families are found by comparing all overrides before and
after; their visits are derived again and compared. Each override can be undone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, and_, delete, insert, select, update

from allay_metrics.actions.drive_times import read_days_of_therapist, recompute_driving
from allay_metrics.actions.link_history import (
    Parting,
    match_to_nobody,
    read_client_names,
    save_owners_before,
    undo_link,
)
from allay_metrics.actions.override_effects import (
    Move,
    count_moves,
    find_touched_families,
    read_visit_groups,
)
from allay_metrics.derive import derive
from allay_metrics.derive.contact_match import Match, put_matches, read_matches
from allay_metrics.derive.override_rules import Overrides, read_overrides
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
_NEW = 0  # the version of a row that did not exist when it was read

Stored = Mapping[str, Any]


class RowChange(NamedTuple):
    """One row before and after an override; None: no such row. `name` is its name in sentences."""

    table: str
    key: Stored
    before: Stored | None
    after: Stored | None
    name: str


@dataclass(frozen=True)
class OverrideRow:
    """One row to write: table, key and values; `values` of None deletes it.

    `version` is the one that was read, 0 for a new row, None to skip the check. `name` is the row's
    name in sentences to the user.
    """

    table: Table
    key: Stored
    values: Stored | None
    name: str
    version: int | None = None


@dataclass(frozen=True)
class UndoToken:
    """All rows before and after an override, which is what undoing it needs."""

    rows: tuple[RowChange, ...] = ()
    # (table name, row) of the care records of the affected clients.
    care_before: tuple[tuple[str, Stored], ...] = ()
    care_after: tuple[tuple[str, Stored], ...] = ()
    # (check-in id, client id).
    asked_before: tuple[tuple[str, str], ...] = ()
    # (booking id, death) -> the row of family_contact before and after.
    contact: tuple[tuple[tuple[str, str], Stored | None, Stored | None], ...] = ()
    # Rows of contact_match that were deleted and inserted.
    matches: tuple[frozenset[Match], frozenset[Match]] = (frozenset(), frozenset())


@dataclass(frozen=True)
class OverrideChange:
    """What an override changed: the number of visits, and the moves, most visits first."""

    visits: int
    moves: tuple[Move, ...]
    undo: UndoToken


def save_overrides(scope: Scope, reason: str, rows: Iterable[OverrideRow]) -> OverrideChange:
    """Save these rows of an override, derive the affected families, and return what changed.

    Raises Conflict when a row was changed since it was read; nothing is saved then.
    """
    with scope.write(reason) as conn:
        return save_overrides_in(conn, scope.practice_id, rows)


def save_overrides_in(
    conn: Connection, practice_id: str, rows: Iterable[OverrideRow]
) -> OverrideChange:
    """Do what `save_overrides` does, inside the caller's transaction."""
    before = read_overrides(conn, practice_id)
    changes = [_write(conn, practice_id, row) for row in rows]
    return _derive_changes(conn, practice_id, before, changes)


def undo_overrides(scope: Scope, undo: UndoToken) -> OverrideChange:
    """Restore the rows before an override, and return what that changed.

    Raises Conflict when somebody changed one of them since.
    """
    with scope.write("take a choice back") as conn:
        before = read_overrides(conn, scope.practice_id)
        changes = []
        for row in undo.rows:
            table = metadata.tables[row.table]
            if _read(conn, scope.practice_id, table, row.key) != row.after:
                raise Conflict(f"{row.name} was changed meanwhile: it stays as it is now.")
            _write_row(conn, scope.practice_id, table, row.key, row.before)
            changes.append(row._replace(before=row.after, after=row.before))
        _restore_care(conn, scope.practice_id, undo)
        is_contact_restored = _restore_contact(conn, scope.practice_id, undo)
        return _derive_changes(
            conn, scope.practice_id, before, changes, contact_given_back=is_contact_restored
        )


def _write(conn: Connection, practice_id: str, row: OverrideRow) -> RowChange:
    before = _read(conn, practice_id, row.table, row.key)
    if _is_same(before, row.values):  # a double click, or two people saved the same
        return RowChange(row.table.name, row.key, before, before, row.name)
    if row.version is not None and (before["version"] if before else _NEW) != row.version:
        raise Conflict(f"{row.name} was changed meanwhile{_describe_conflict(before, row.values)}")
    new = None
    if row.values is not None:
        version = before["version"] + 1 if before else 1
        new = {**(before or {}), **row.key, **row.values, "version": version}
    _write_row(conn, practice_id, row.table, row.key, new)
    after = _read(conn, practice_id, row.table, row.key)
    return RowChange(row.table.name, row.key, before, after, row.name)


def _is_same(stored: Stored | None, values: Stored | None) -> bool:
    """Return whether the stored row has these values already."""
    if stored is None or values is None:
        return stored is None and values is None
    return all(stored[name] == value for name, value in values.items())


def _describe_conflict(stored: Stored | None, values: Stored | None) -> str:
    """Return both texts as a sentence, so that the user can choose."""
    differ = [
        name for name in (values or stored or {}) if _text(stored, name) != _text(values, name)
    ]
    current, draft = (
        ", ".join(filter(None, (_text(row, name) for name in differ))) or "nothing"
        for row in (stored, values)
    )
    return f". It now says: {current}. Yours, not saved: {draft}."


def _text(row: Stored | None, name: str) -> str:
    value = row.get(name) if row else None
    return "" if value is None else str(value)


def _read(conn: Connection, practice_id: str, table: Table, key: Stored) -> Stored | None:
    row = conn.execute(select(table).where(_has_key(practice_id, table, key))).mappings().first()
    return dict(row) if row else None


def _write_row(
    conn: Connection, practice_id: str, table: Table, key: Stored, row: Stored | None
) -> None:
    is_row = _has_key(practice_id, table, key)
    if row is None:
        conn.execute(delete(table).where(is_row))
        return
    values = {**row, "practice_id": practice_id}
    if conn.execute(update(table).where(is_row).values(values)).rowcount == 0:
        conn.execute(insert(table).values(values))


def _has_key(practice_id: str, table: Table, key: Stored) -> Any:
    columns = (table.c[name] == value for name, value in key.items())
    return and_(table.c.practice_id == practice_id, *columns)


def _derive_changes(
    conn: Connection,
    practice_id: str,
    before: Overrides,
    changes: Sequence[RowChange],
    *,
    contact_given_back: bool = False,
) -> OverrideChange:
    after = read_overrides(conn, practice_id)
    families = find_touched_families(conn, practice_id, before, after)
    relinked = before.links != after.links
    visits_before = read_visit_groups(conn, practice_id, families)
    ids = _read_clients(conn, practice_id, families) if relinked else set()
    care_before = _read_care(conn, practice_id, ids)
    check_ins_before = _read_check_in_clients(conn, practice_id, ids)
    names_before = read_client_names(conn, practice_id, ids)
    partings = _undo_links(conn, practice_id, changes)
    contact_before = _read_contact(conn, practice_id) if relinked else {}
    matches_before = read_matches(conn, practice_id) if relinked else frozenset()
    if families:
        derive(
            conn,
            practice_id,
            families,
            relinked=relinked,
            contact_given_back=contact_given_back,
            stay=frozenset().union(*(parting.stay for parting in partings)),
        )
    for parting in partings:
        match_to_nobody(conn, practice_id, parting)
    moves, visits = count_moves(visits_before, read_visit_groups(conn, practice_id, families))
    base_moves = _recompute_driving(conn, practice_id, changes)
    ids |= _read_clients(conn, practice_id, families) if relinked else set()
    contact_after = _read_contact(conn, practice_id) if relinked else {}
    matches_after = read_matches(conn, practice_id) if relinked else frozenset()
    contact_changes = tuple(
        (key, contact_before.get(key), contact_after.get(key))
        for key in sorted(contact_before.keys() | contact_after.keys())
        if contact_before.get(key) != contact_after.get(key)
    )
    match_changes = (matches_before - matches_after, matches_after - matches_before)
    care_after = _read_care(conn, practice_id, ids)
    if links := [
        change.key
        for change in changes
        if change.table == family_link.name and change.before is None and change.after is not None
    ]:
        names_after = read_client_names(conn, practice_id, ids)
        check_ins_after = _read_check_in_clients(conn, practice_id, ids)
        before_link = (names_before, care_before, check_ins_before)
        after_link = (names_after, care_after, check_ins_after)
        for key in links:
            save_owners_before(conn, practice_id, key, before_link, after_link)
    undo = UndoToken(
        tuple(changes), care_before, care_after, check_ins_before, contact_changes, match_changes
    )
    total = visits + sum(move.visits for move in base_moves)
    return OverrideChange(total, (*moves, *base_moves), undo)


def _undo_links(conn: Connection, practice_id: str, changes: Sequence[RowChange]) -> list[Parting]:
    """Return clients and check-ins to their families where a link is removed."""
    return [
        undo_link(conn, practice_id, change.key)
        for change in changes
        if change.table == family_link.name and change.before is not None and change.after is None
    ]


def _recompute_driving(
    conn: Connection, practice_id: str, changes: Sequence[RowChange]
) -> tuple[Move, ...]:
    """Recompute the driving of every day of the therapists whose base changed."""
    moves = []
    for change in changes:
        if change.table != therapist.name or change.before is None or change.after is None:
            continue
        old, new = change.before["base_city"] or "", change.after["base_city"] or ""
        if old != new:
            days = read_days_of_therapist(conn, practice_id, change.key["id"])
            moves.append(Move("base", old, new, recompute_driving(conn, practice_id, days)))
    return tuple(moves)


# Rows about a client follow the client to the new family. If that has a client of the same name,
# the two cannot be told apart afterwards: the earlier rows, and each check-in's client, are kept.


def _read_clients(conn: Connection, practice_id: str, families: Iterable[str]) -> set[str]:
    of_families = client.c.family_id.in_(among(conn, families))
    statement = select(client.c.id).where(client.c.practice_id == practice_id, of_families)
    return set(conn.execute(statement).scalars())


def _read_care(
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
    """Return the check-ins of these clients as (check-in id, client id)."""
    ids = sorted(clients)
    statement = select(check_in.c.id, check_in.c.client_id).where(
        check_in.c.practice_id == practice_id, check_in.c.client_id.in_(among(conn, ids))
    )
    return tuple((row.id, row.client_id) for row in conn.execute(statement.order_by(check_in.c.id)))


def _restore_care(conn: Connection, practice_id: str, undo: UndoToken) -> None:
    """Restore the rows about clients, unless one of them was changed since."""
    for id_, client_id in undo.asked_before:
        this = and_(check_in.c.practice_id == practice_id, check_in.c.id == id_)
        conn.execute(update(check_in).where(this).values(client_id=client_id))
    clients = {row["client_id"] for _, row in (*undo.care_before, *undo.care_after)}
    if not clients or _read_care(conn, practice_id, clients) != undo.care_after:
        return
    for table in _OF_CLIENTS:
        in_practice = table.c.practice_id == practice_id
        conn.execute(delete(table).where(in_practice, table.c.client_id.in_(among(conn, clients))))
    for name, row in undo.care_before:
        conn.execute(insert(metadata.tables[name]).values(dict(row)))


def _read_contact(conn: Connection, practice_id: str) -> dict[tuple[str, str], Stored]:
    """Return all rows of family_contact by (booking id, death); there are few in any practice."""
    statement = select(family_contact).where(family_contact.c.practice_id == practice_id)
    rows = conn.execute(statement).mappings()
    return {(row["booking_id"], row["death"]): dict(row) for row in rows}


def _restore_contact(conn: Connection, practice_id: str, undo: UndoToken) -> bool:
    """Restore contact, unless it was set since; return whether it was restored."""
    current = _read_contact(conn, practice_id)
    if any(current.get(key) != after for key, _, after in undo.contact):
        return False
    for (id_, death), before, _ in undo.contact:
        _write_row(conn, practice_id, family_contact, {"booking_id": id_, "death": death}, before)
    put_matches(conn, practice_id, *undo.matches)
    return True
