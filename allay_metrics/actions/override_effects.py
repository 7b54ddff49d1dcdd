"""Which families an override affects, and how it moved their visits."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from allay_metrics.derive.city import find_city
from allay_metrics.derive.matching import follow_links
from allay_metrics.derive.override_rules import Overrides
from allay_metrics.derive.visit_type import visit_types
from allay_metrics.records.bulk import among
from allay_metrics.records.keys import key_of
from allay_metrics.records.tables import booking, family, visit


@dataclass(frozen=True)
class Move:
    """How many visits moved from one city, type, family or base to another; `what` says which.

    A base is where a therapist's days begin and end; visits move with it because their driving
    changes.
    """

    what: str
    before: str
    after: str
    visits: int


def find_touched_families(
    conn: Connection, practice_id: str, before: Overrides, after: Overrides
) -> set[str]:
    """Return the families with a booking that the two sets of overrides read differently."""
    family_ids: set[str] = set()
    in_practice = booking.c.practice_id == practice_id
    if before.type_words is not after.type_words:
        texts = conn.execute(select(booking.c.type_text).where(in_practice).distinct()).scalars()
        moved = [t for t in texts if _types(t, before) != _types(t, after)]
        theirs = booking.c.type_text.in_(among(conn, moved))
        family_ids |= set(
            conn.execute(select(booking.c.family_id).where(in_practice, theirs)).scalars()
        )
    if before.city_names is not after.city_names:
        columns = (booking.c.city_text, booking.c.zip, booking.c.address, booking.c.notes)
        statement = select(booking.c.family_id, *columns).where(in_practice).distinct()
        names, now = before.city_names, after.city_names
        for family_id, *where in conn.execute(statement):
            if find_city(*where, names) != find_city(*where, now):
                family_ids.add(family_id)
    ids = _differing_keys(before.cities, after.cities) | _differing_keys(before.types, after.types)
    if ids:
        statement = select(booking.c.family_id).where(
            in_practice, booking.c.id.in_(among(conn, ids))
        )
        family_ids |= set(conn.execute(statement).scalars())
    for match, name in _differing_keys(before.links, after.links):
        ends = {match, *(follow_links(match, name, links) for links in (before.links, after.links))}
        family_ids |= {key_of(practice_id, "family", end) for end in ends}
    return family_ids


def _types(text: str, choices: Overrides) -> tuple[str, str]:
    return visit_types(text, choices.type_words)


def _differing_keys(one: Mapping[Any, Any], other: Mapping[Any, Any]) -> set[Any]:
    return {key for key in one.keys() | other.keys() if one.get(key) != other.get(key)}


def read_visit_groups(
    conn: Connection, practice_id: str, families: Iterable[str]
) -> dict[str, dict[str, tuple[str, str]]]:
    """Return the groups each visit of these families counts in, as (key, name) by kind."""
    columns = [visit.c[name] for name in ("id", "city", "visit_type", "second_type", "family_id")]
    statement = (
        select(*columns, family.c.name)
        .join(family)
        .where(visit.c.practice_id == practice_id, visit.c.family_id.in_(among(conn, families)))
    )
    groups_by_visit: dict[str, dict[str, tuple[str, str]]] = {}
    for row in conn.execute(statement):
        types = f"{row.visit_type}+{row.second_type}" if row.second_type else row.visit_type
        groups_by_visit[row.id] = {
            "city": (row.city, row.city),
            "type": (types, types),
            "family": (row.family_id, row.name),
        }
    return groups_by_visit


def count_moves(
    before: Mapping[str, Mapping[str, tuple[str, str]]],
    after: Mapping[str, Mapping[str, tuple[str, str]]],
) -> tuple[tuple[Move, ...], int]:
    """Return the moves and how many visits moved; one merged into another has moved, too."""
    counts: Counter[tuple[str, str, str]] = Counter()
    moved = before.keys() ^ after.keys()
    for id_ in before.keys() & after.keys():
        for what, (was, name) in before[id_].items():
            now, new_name = after[id_][what]
            if was != now:
                counts[what, name, new_name] += 1
                moved |= {id_}
    ways = (Move(*way, visits) for way, visits in counts.items())
    return tuple(sorted(ways, key=lambda way: (-way.visits, way.what, way.before))), len(moved)
