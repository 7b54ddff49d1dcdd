"""Contact permissions are also found by the e-mail, phone, name and address of their bookings.

A source may give the same visits other ids, or an import may be undone and imported again from
another file. The bookings that held the permission are gone then; new bookings of the same people
take it over by a match. No addresses are stored, but the family ids that they would lead to
(match ids). A match shared by bookings of two families identifies neither, and is not stored.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, delete, or_, select

from allay_metrics.derive.matching import Links, certain_match, name_match, plain_name
from allay_metrics.derive.override_rules import read_links
from allay_metrics.records.bulk import among, insert_rows
from allay_metrics.records.keys import key_of
from allay_metrics.records.tables import booking, contact_match, family_contact

Rows = tuple[Mapping[str, Any], ...]
Match = tuple[str, str]  # match id, booking id

_KEY = (contact_match.c.practice_id, contact_match.c.match_id, contact_match.c.booking_id)
_WHO = tuple(booking.c[name] for name in ("email", "phone", "client_name", "address"))


class Cut(NamedTuple):
    """The rows removed from a family's matches and from contact entries of vanished bookings."""

    matches: Rows = ()
    words: Rows = ()


def match_ids(conn: Connection, practice_id: str, families: Iterable[str]) -> dict[str, set[str]]:
    """Return the match ids of the bookings of each family."""
    links = read_links(conn, practice_id)
    in_practice = booking.c.practice_id == practice_id
    statement = select(booking.c.family_id, *_WHO).where(
        in_practice, booking.c.family_id.in_(among(conn, families))
    )
    ids_by_family: dict[str, set[str]] = defaultdict(set)
    for family_id, *who in conn.execute(statement.distinct()):
        ids_by_family[family_id] |= {family_id, *_ids(practice_id, who, links)}
    return ids_by_family


def _ids(practice_id: str, who: Sequence[str | None], links: Links) -> set[str]:
    email, phone, name, address = who
    matches = {certain_match(email), f"p:{phone}" if phone else None}
    if address or not (email or phone):
        matches.add(name_match(name or "", address))
    # A client name split off into a family of its own does not match what the others share.
    return {
        key_of(practice_id, "family", match)
        for match in matches
        if match and (match, plain_name(name or "")) not in links
    }


def entries_by_match(
    conn: Connection, practice_id: str, families: Iterable[str]
) -> list[tuple[str, Row[Any]]]:
    """Return (family id, contact entry) for the bookings that share a match with these families."""
    some = select(contact_match.c.match_id).where(contact_match.c.practice_id == practice_id)
    if conn.execute(some.limit(1)).first() is None:
        return []
    by_match: dict[str, list[Row[Any]]] = defaultdict(list)
    of_booking = and_(
        contact_match.c.practice_id == family_contact.c.practice_id,
        contact_match.c.booking_id == family_contact.c.booking_id,
    )
    statement = select(contact_match.c.match_id, *family_contact.c).join(family_contact, of_booking)
    for row in conn.execute(statement.where(contact_match.c.practice_id == practice_id)):
        by_match[row.match_id].append(row)
    return [
        (family_id, row)
        for family_id, ids in match_ids(conn, practice_id, families).items()
        for id_ in ids & by_match.keys()
        for row in by_match[id_]
    ]


def keep_matches(conn: Connection, practice_id: str, families: Iterable[str]) -> None:
    """Store the match ids of these families' bookings that have a contact entry."""
    contact_statement = select(family_contact.c.booking_id).where(
        family_contact.c.practice_id == practice_id
    )
    # Bookings whose entry is gone need no match any more.
    in_practice = contact_match.c.practice_id == practice_id
    conn.execute(
        delete(contact_match).where(
            in_practice, contact_match.c.booking_id.not_in(contact_statement)
        )
    )
    statement = select(booking.c.id, booking.c.family_id, *_WHO).where(
        booking.c.practice_id == practice_id,
        booking.c.family_id.in_(among(conn, families)),
        booking.c.id.in_(contact_statement),
    )
    rows = conn.execute(statement.order_by(booking.c.id)).all()
    if not rows:
        return
    links = read_links(conn, practice_id)
    others = _others(conn, practice_id, rows)
    wanted = {
        (practice_id, match_id, row.id)
        for row in rows
        for match_id in (row.family_id, *_possible_ids(practice_id, row, links))
        if others.get(match_id, set()) <= {row.family_id}
    }
    stored = set(map(tuple, conn.execute(select(*_KEY).where(in_practice))))
    insert_rows(conn, contact_match, [column.name for column in _KEY], sorted(wanted - stored))


def _possible_ids(practice_id: str, row: Row[Any], links: Links) -> set[str]:
    """Return all possible match ids of a booking, also by name only: its e-mail may go."""
    bare = key_of(practice_id, "family", name_match(row.client_name, row.address))
    who = (row.email, row.phone, row.client_name, row.address)
    return _ids(practice_id, who, links) | {bare}


def _others(conn: Connection, practice_id: str, rows: Sequence[Row[Any]]) -> Mapping[str, set[str]]:
    """Return the families that share a match id with these bookings, by match id."""
    same_contact = [
        booking.c[name].in_(among(conn, {getattr(row, name) for row in rows} - {None}))
        for name in ("email", "phone", "client_name")
    ]
    statement = select(booking.c.family_id).where(
        booking.c.practice_id == practice_id, or_(*same_contact)
    )
    families = set(conn.execute(statement.distinct()).scalars())
    families_by_match: dict[str, set[str]] = defaultdict(set)
    for family_id, ids in match_ids(conn, practice_id, families).items():
        for id_ in ids:
            families_by_match[id_].add(family_id)
    return families_by_match


def read_matches(conn: Connection, practice_id: str) -> frozenset[Match]:
    """Return all stored matches; any practice has few."""
    statement = select(contact_match.c.match_id, contact_match.c.booking_id)
    rows = conn.execute(statement.where(contact_match.c.practice_id == practice_id))
    return frozenset((row.match_id, row.booking_id) for row in rows)


def put_matches(
    conn: Connection, practice_id: str, went: frozenset[Match], came: frozenset[Match]
) -> None:
    """Restore the matches that `went` and remove those that `came`."""
    for match_id, booking_id in came:
        row = {"practice_id": practice_id, "match_id": match_id, "booking_id": booking_id}
        conn.execute(delete(contact_match).where(*(column == row[column.name] for column in _KEY)))
    rows = sorted((practice_id, *match) for match in went - read_matches(conn, practice_id))
    insert_rows(conn, contact_match, [column.name for column in _KEY], rows)


def cut_matches(conn: Connection, practice_id: str, family_id: str) -> Cut:
    """Detach a family from earlier contact entries, so that none comes back by a match.

    Bookings of other families keep their entries.
    """
    of_family = select(booking.c.id).where(
        booking.c.practice_id == practice_id, booking.c.family_id == family_id
    )
    own = set(conn.execute(of_family).scalars())
    ids = match_ids(conn, practice_id, [family_id])[family_id]
    in_practice = contact_match.c.practice_id == practice_id
    before = select(contact_match.c.match_id).where(
        in_practice, contact_match.c.booking_id.in_(among(conn, own))
    )
    match_ids_now_and_before = ids | set(conn.execute(before).scalars())
    same_match = contact_match.c.match_id.in_(among(conn, match_ids_now_and_before))
    rows = conn.execute(select(contact_match).where(in_practice, same_match)).mappings().all()
    bookings = {row["booking_id"] for row in rows} - own
    existing = set(conn.execute(select(booking.c.id).where(
        booking.c.practice_id == practice_id, booking.c.id.in_(among(conn, bookings))
    )).scalars())  # fmt: skip
    gone = bookings - existing
    cut = [row for row in rows if row["booking_id"] not in existing or row["match_id"] in ids]
    of_gone = and_(
        family_contact.c.practice_id == practice_id,
        family_contact.c.booking_id.in_(among(conn, gone)),
    )
    words = conn.execute(select(family_contact).where(of_gone)).mappings().all()
    for row in cut:
        conn.execute(delete(contact_match).where(*(column == row[column.name] for column in _KEY)))
    conn.execute(delete(family_contact).where(of_gone))
    return Cut(tuple(map(dict, cut)), tuple(map(dict, words)))
