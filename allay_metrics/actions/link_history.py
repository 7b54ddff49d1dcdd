"""Who owned what before two families were merged, so that undoing the merge restores it.

Merging families merges their clients of the same name. Undoing it returns notes, tags, closed care
and check-ins to the client who had them before. A warning sign ticked since may belong to either:
it is then matched to no client and names both families. A death recorded since must be undone
first, or a living child could count as dead.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, and_, delete, insert, select, update

from allay_metrics.derive.client_moves import content_id
from allay_metrics.derive.closing import DIED
from allay_metrics.errors import Conflict
from allay_metrics.records.bulk import among
from allay_metrics.records.keys import key_of
from allay_metrics.records.tables import (
    care_closed,
    check_in,
    client,
    client_before_link,
    client_note,
    client_tag,
    family,
    metadata,
    red_flag,
)

Care = Sequence[tuple[str, Mapping[str, Any]]]
# Client id -> name, case-folded.
Names = Mapping[str, str]

_MOVING: Mapping[str, Table] = {
    table.name: table for table in (care_closed, client_note, client_tag)
}
_SAME_NAME = "client"
OWNERS_BEFORE_LINK = "Two babies of one name were merged: whose check-in is it?"


@dataclass(frozen=True)
class Parting:
    """What moves where when a merge is undone; the rows in `stay` do not follow their visits."""

    stay: frozenset[tuple[str, str]] = frozenset()
    namesakes: tuple[tuple[str, str], ...] = ()
    signs: tuple[tuple[str, str], ...] = ()  # check-in and client


def read_client_names(conn: Connection, practice_id: str, clients: Iterable[str]) -> Names:
    """Return the case-folded names of these clients, by id."""
    statement = select(client.c.id, client.c.name).where(
        client.c.practice_id == practice_id, client.c.id.in_(among(conn, clients))
    )
    return {row.id: row.name.casefold() for row in conn.execute(statement)}


def save_owners_before(
    conn: Connection, practice_id: str, link: Mapping[str, Any], was: tuple[Names, Care, Any],
    now: tuple[Names, Care, Any],
) -> None:  # fmt: skip
    """Store who owned what before a merge: client names, care records, check-ins by client."""
    names, care, check_ins_before = was
    names_now, care_now, asked_now = now
    where = {(name, _compute_content_id(name, row)): row["client_id"] for name, row in care_now}
    rows: list[tuple[str, str, str, str]] = []
    for name, row in care:
        id_ = _compute_content_id(name, row)
        if name in _MOVING and (name, id_) in where:
            rows.append((name, id_, row["client_id"], where[name, id_]))
    home = dict(asked_now)
    rows += [
        (check_in.name, id_, client_id, home[id_])
        for id_, client_id in check_ins_before
        if id_ in home
    ]
    id_by_name = {name: id_ for id_, name in names_now.items() if id_ in names}
    rows += [
        (_SAME_NAME, id_by_name[name], id_, id_by_name[name])
        for id_, name in names.items()
        if id_ not in names_now and name in id_by_name
    ]
    link_id = _build_link_id(practice_id, link)
    _delete_record(conn, practice_id, link_id)
    columns = ("kept", "row_id", "was_client", "client_id")
    if rows:
        key = {"practice_id": practice_id, "link_id": link_id}
        values = [{**key, **dict(zip(columns, row, strict=True))} for row in dict.fromkeys(rows)]
        conn.execute(insert(client_before_link), values)


def undo_link(conn: Connection, practice_id: str, link: Mapping[str, Any]) -> Parting:
    """Restore the owners from before a merge that is undone; the caller derives afterwards.

    Raises Conflict where a death was recorded since of a client who was two clients before.
    """
    link_id = _build_link_id(practice_id, link)
    in_practice = client_before_link.c.practice_id == practice_id
    rows = conn.execute(
        select(client_before_link).where(in_practice, client_before_link.c.link_id == link_id)
    ).all()
    kept = {(row.kept, row.row_id) for row in rows}
    namesakes = tuple((row.was_client, row.client_id) for row in rows if row.kept == _SAME_NAME)
    _refuse_deaths_since(conn, practice_id, {now for _, now in namesakes}, kept)
    moving = [row for row in rows if row.kept in _MOVING and row.was_client != row.client_id]
    for row in moving:
        _restore_owner(conn, practice_id, row)
    for row in rows:
        if row.kept == check_in.name:
            this = and_(check_in.c.practice_id == practice_id, check_in.c.id == row.row_id)
            its = and_(this, check_in.c.client_id.is_not(None))
            conn.execute(update(check_in).where(its).values(client_id=row.was_client))
    of_one = select(check_in.c.id, check_in.c.client_id).join(red_flag)
    twofold = among(conn, {now for _, now in namesakes})
    since = conn.execute(
        of_one.where(check_in.c.practice_id == practice_id, check_in.c.client_id.in_(twofold))
    )
    signs = {tuple(row) for row in since if (check_in.name, row.id) not in kept}
    _delete_record(conn, practice_id, link_id)
    stay = frozenset(kept | {(check_in.name, id_) for id_, _ in signs})
    return Parting(stay, namesakes, tuple(sorted(signs)))


def refuse_to_split_namesakes(conn: Connection, practice_id: str, match_key: str) -> None:
    """Raise Conflict where it would be unclear to which part a baby who died belongs."""
    of_client = (
        (client.c.practice_id == client_before_link.c.practice_id)
        & (client.c.id == client_before_link.c.client_id)
        & (client_before_link.c.kept == _SAME_NAME)
    )
    died = (
        (care_closed.c.practice_id == client.c.practice_id)
        & (care_closed.c.client_id == client.c.id)
        & (care_closed.c.reason == DIED)
    )
    statement = (
        select(client.c.id)
        .join(client_before_link, of_client)
        .join(care_closed, died)
        .where(
            client.c.practice_id == practice_id,
            client.c.family_id == key_of(practice_id, "family", match_key),
        )
    )
    if conn.execute(statement).first() is not None:
        raise Conflict(
            "Two babies of one name were merged here, and one of them died: undo the merge of the "
            "two families instead, in the list of your decisions."
        )


def match_to_nobody(conn: Connection, practice_id: str, parting: Parting) -> None:
    """Match signs that may belong to either client to none, and name both families."""
    for was, now in parting.namesakes:
        statement = (
            select(client.c.name, family.c.name.label("family"))
            .join(family)
            .where(client.c.practice_id == practice_id, client.c.id.in_([was, now]))
        )
        people = conn.execute(statement.order_by(family.c.name)).all()
        if len(people) != len({was, now}):
            continue
        name_with_families = f"{people[0].name} {' or '.join(row.family for row in people)}"
        ids = [id_ for id_, client_id in parting.signs if client_id == now]
        these = and_(check_in.c.practice_id == practice_id, check_in.c.id.in_(among(conn, ids)))
        nobodys = {
            "client_id": None,
            "respondent_name": name_with_families,
            "doubt": OWNERS_BEFORE_LINK,
        }
        conn.execute(update(check_in).where(these).values(**nobodys))


def _refuse_deaths_since(
    conn: Connection, practice_id: str, clients: set[str], kept: set[tuple[str, str]]
) -> None:
    statement = select(care_closed).where(
        care_closed.c.practice_id == practice_id,
        care_closed.c.client_id.in_(among(conn, clients)),
        care_closed.c.reason == DIED,
    )
    for row in conn.execute(statement).mappings():
        if (care_closed.name, _compute_content_id(care_closed.name, row)) not in kept:
            raise Conflict(
                "Since the merge a death was recorded of a baby whose name both families have: "
                "take it back on the baby's page, undo the merge, then record it for the right one."
            )


def _restore_owner(conn: Connection, practice_id: str, moved: Any) -> None:
    """Move a row back to its former client, and the row that client had meanwhile the other way."""
    table = _MOVING[moved.kept]
    in_practice = table.c.practice_id == practice_id
    there = [dict(row) for row in conn.execute(
        select(table).where(in_practice, table.c.client_id == moved.client_id)
    ).mappings()]  # fmt: skip
    row = next(
        (
            row_there
            for row_there in there
            if _compute_content_id(moved.kept, row_there) == moved.row_id
        ),
        None,
    )
    if row is None:  # changed since the merge
        return
    tag = [table.c.tag == row["tag"]] if table is client_tag else []
    behind = conn.execute(
        select(table).where(in_practice, table.c.client_id == moved.was_client, *tag)
    ).mappings().all()  # fmt: skip
    both = table.c.client_id.in_([moved.client_id, moved.was_client])
    conn.execute(delete(table).where(in_practice, both, *tag))
    conn.execute(insert(table), {**row, "client_id": moved.was_client})
    for row_behind in behind:
        conn.execute(insert(table), {**row_behind, "client_id": moved.client_id})


def _compute_content_id(name: str, row: Mapping[str, Any] | RowMapping) -> str:
    return content_id(metadata.tables[name], row)


def _build_link_id(practice_id: str, link: Mapping[str, Any]) -> str:
    return key_of(practice_id, "link", link["match_key"], link["client_name"])


def _delete_record(conn: Connection, practice_id: str, link_id: str) -> None:
    in_practice = client_before_link.c.practice_id == practice_id
    conn.execute(
        delete(client_before_link).where(in_practice, client_before_link.c.link_id == link_id)
    )
