"""Assigns bookings to families: by e-mail, by phone or name, by the owner's merges and splits."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, or_, select

from allay_metrics.derive.matching import (
    Clues,
    Links,
    certain_match,
    find_match,
    follow_links,
    name_match,
    plain_name,
    provisional_match,
)
from allay_metrics.derive.override_rules import read_links
from allay_metrics.records.bulk import among, insert_rows, read_plain_rows, update_rows
from allay_metrics.records.keys import key_of
from allay_metrics.records.tables import booking, family

Person = tuple[str | None, str | None, str, str | None]  # e-mail, phone, name, address

_WHO = ("id", "family_id", "email", "phone", "client_name", "address")


def settle_families(
    conn: Connection,
    practice_id: str,
    family_ids: Iterable[str],
    links: Links,
    relinked: bool = False,
) -> set[str]:
    """Move bookings without an e-mail to the family they match; return the ids of all affected.

    This covers the bookings of the given families and all that share a phone or a name with them:
    a new row with an e-mail and a known phone gives older rows without an e-mail their family.
    `links` are the owner's merges and splits; only they move bookings that have an e-mail, which
    are checked where links exist or, `relinked`, may have existed.
    """
    touched = set(family_ids)
    if links or relinked:
        touched |= _settle_by_email(conn, practice_id, touched, links)
    doubtful = _without_email(conn, practice_id, touched)
    if not doubtful:
        return touched
    clues = _clues(conn, practice_id, doubtful)
    moves: list[tuple[str, str]] = []
    doubts: dict[str, str | None] = {}
    matches: dict[str, str] = {}
    for row in doubtful:
        match, doubt = find_match(row.phone, row.client_name, row.address, clues, links)
        id_ = matches.setdefault(match, key_of(practice_id, "family", match))
        doubts[id_] = doubts.get(id_) or doubt
        if id_ != row.family_id:
            moves.append((id_, row.id))
            touched.add(row.family_id)
        touched.add(id_)
    make_families(conn, practice_id, matches)
    update_rows(conn, booking, practice_id, ("family_id",), moves)
    doubt_rows = [(doubt, id_) for id_, doubt in doubts.items()]
    update_rows(conn, family, practice_id, ("doubt",), doubt_rows)
    return touched


def families_by_clue(conn: Connection, practice_id: str, people: Iterable[Person]) -> set[str]:
    """Return the families whose rows without an e-mail share a phone or name with these people.

    When a row with a phone or a name is removed or changed, those rows may match another family:
    the returned families must be settled again.
    """
    people = list(people)
    matches = {name_match(name, address) for _, _, name, address in people}
    matches |= {provisional_match(phone, "", None) for _, phone, _, _ in people if phone}
    statement = select(family.c.id).where(
        family.c.practice_id == practice_id, family.c.match_key.in_(among(conn, matches))
    )
    family_ids = set(conn.execute(statement).scalars())
    if not read_links(conn, practice_id):
        return family_ids
    # Merged or split families may hold such rows under another match key.
    phones = among(conn, {phone for _, phone, _, _ in people if phone})
    spelt = _spelt(conn, practice_id, {name for _, _, name, _ in people}, _nameless())
    same_person = or_(booking.c.phone.in_(phones), booking.c.client_name.in_(among(conn, spelt)))
    statement = select(booking.c.family_id).where(
        booking.c.practice_id == practice_id, booking.c.email.is_(None), same_person
    )
    return family_ids | set(conn.execute(statement).scalars())


def families_of(
    conn: Connection,
    practice_id: str,
    people: Sequence[Person],
) -> list[str]:
    """Return the family id of each of these people, inserting new families.

    People without an e-mail are assigned by their own row only; `settle_families` compares them
    with all others.
    """
    links = read_links(conn, practice_id)
    matches = [
        follow_links(certain_match(e) or provisional_match(p, n, a), n, links)
        for e, p, n, a in people
    ]
    ids = {match: key_of(practice_id, "family", match) for match in dict.fromkeys(matches)}
    make_families(conn, practice_id, ids)
    return [ids[match] for match in matches]


def make_families(conn: Connection, practice_id: str, ids: Mapping[str, str]) -> None:
    """Insert the families (match key to id) that do not exist yet; derivation fills them."""
    in_practice = family.c.practice_id == practice_id
    statement = select(family.c.id).where(in_practice, family.c.id.in_(among(conn, ids.values())))
    existing = {row.id for row in conn.execute(statement)}
    rows = [(practice_id, id_, match, "") for match, id_ in ids.items() if id_ not in existing]
    insert_rows(conn, family, ("practice_id", "id", "match_key", "name"), rows)


def _settle_by_email(
    conn: Connection, practice_id: str, families: set[str], links: Links
) -> set[str]:
    """Move bookings with an e-mail to the family the owner's links lead to; return all families."""
    emails = {match.removeprefix("e:") for match, _ in links if match.startswith("e:")}
    columns = (booking.c.id, booking.c.family_id, booking.c.email, booking.c.client_name)
    elsewhere = family.c.match_key != "e:" + booking.c.email
    statement = (
        select(*columns)
        .select_from(booking.join(family))
        .where(
            booking.c.practice_id == practice_id,
            booking.c.email.is_not(None),
            booking.c.family_id.in_(among(conn, families)),
            or_(elsewhere, booking.c.email.in_(among(conn, emails))),
        )
    )
    rows = conn.execute(statement).all()
    matches = {row.id: follow_links(f"e:{row.email}", row.client_name, links) for row in rows}
    ids = {match: key_of(practice_id, "family", match) for match in set(matches.values())}
    make_families(conn, practice_id, ids)
    moves = [
        (ids[matches[row.id]], row.id) for row in rows if ids[matches[row.id]] != row.family_id
    ]
    update_rows(conn, booking, practice_id, ("family_id",), moves)
    return set(ids.values())


def _without_email(conn: Connection, practice_id: str, families: set[str]) -> list[Row[Any]]:
    columns = [booking.c[name] for name in _WHO]
    in_practice = booking.c.practice_id == practice_id
    no_email = in_practice & booking.c.email.is_(None)
    # Where they are no more than the families touched, all are looked at: the same, but sooner.
    few = list(conn.execute(select(*columns).where(no_email).limit(len(families) + 1)))
    if len(few) <= len(families):
        return few
    theirs = in_practice & booking.c.family_id.in_(among(conn, families))
    booking_rows = read_plain_rows(
        conn, select(booking.c.client_name, booking.c.phone).where(theirs).distinct()
    )
    by_phone = booking.c.phone.in_(among(conn, {phone for _, phone in booking_rows if phone}))
    # A row matched by its phone may bring along rows that share only its name.
    client_names = select(booking.c.client_name).where(no_email, by_phone).distinct()
    names_by_phone = read_plain_rows(conn, client_names)
    names = {name for name, *_ in chain(booking_rows, names_by_phone)}
    spelt = _spelt(conn, practice_id, names, _nameless())
    by_name = booking.c.client_name.in_(among(conn, spelt))
    return list(conn.execute(select(*columns).where(no_email, or_(by_phone, by_name))))


def _clues(conn: Connection, practice_id: str, rows: list[Row[Any]]) -> Clues:
    """Return the match keys of families by phone, and by name and address."""
    in_practice = booking.c.practice_id == practice_id
    columns = [booking.c[name] for name in _WHO]
    has_email_or_phone = or_(booking.c.email.is_not(None), booking.c.phone.is_not(None))
    by_phone = booking.c.phone.in_(among(conn, {r.phone for r in rows if r.phone}))
    spelt = _spelt(
        conn, practice_id, {r.client_name for r in rows if not r.phone}, has_email_or_phone
    )
    by_name = booking.c.client_name.in_(among(conn, spelt))
    phones: dict[str, set[str]] = defaultdict(set)
    for row in conn.execute(
        select(*columns).where(in_practice, by_phone, booking.c.email.is_not(None))
    ):
        phones[row.phone].add(f"e:{row.email}")
    names: dict[str, set[str]] = defaultdict(set)
    for row in conn.execute(select(*columns).where(in_practice, by_name, has_email_or_phone)):
        match, _ = find_match(row.phone, row.client_name, row.address, Clues(phones, {}), {})
        names[name_match(row.client_name, row.address)].add(certain_match(row.email) or match)
    return Clues(phones, names)


def _nameless() -> ColumnElement[bool]:
    """Return the condition for rows that may have only a name; an index covers it."""
    return booking.c.email.is_(None)


def _spelt(
    conn: Connection, practice_id: str, names: Iterable[str], rows: ColumnElement[bool]
) -> set[str]:
    """Return all spellings of these names in such rows: databases fold case of ASCII only."""
    wanted = {plain_name(name) for name in names}
    if not wanted:
        return set()
    statement = select(booking.c.client_name).where(booking.c.practice_id == practice_id, rows)
    stored = read_plain_rows(conn, statement.distinct())
    return {name for (name,) in stored if plain_name(name) in wanted}
