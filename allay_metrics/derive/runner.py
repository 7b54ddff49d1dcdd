"""The one runner: derives everything of the families touched, and the roll-up of their days."""

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd
from sqlalchemy import Connection, delete, select

from allay_metrics.derive.county import county_of
from allay_metrics.derive.families import settle_families
from allay_metrics.derive.follow_ups import FAR, day_numbers, follow_ups
from allay_metrics.derive.people import clients_of, family_facts, referral_sources
from allay_metrics.derive.reading import read_bookings
from allay_metrics.derive.slots import derived_rows, visits_of, with_calendar
from allay_metrics.derive.writing import (
    drop_leftovers,
    drop_visits,
    write_clients,
    write_families,
    write_visits,
)
from allay_metrics.records import rollup
from allay_metrics.records.bulk import among
from allay_metrics.records.tables import city, family, therapist, visit

# Families at a time: memory stays the same however many there are.
BATCH = 3_000


def derive(
    conn: Connection,
    practice_id: str,
    family_ids: Iterable[str],
    progress: Callable[[float], None] = lambda _share: None,
) -> None:
    """Derive family, clients, visits and flags of these families, and recount the days touched.

    Deriving twice gives the same rows. `progress` is told the share done, 0 to 1. It runs in the
    caller's transaction.
    """
    families = sorted(settle_families(conn, practice_id, family_ids))
    days: set[Any] = set()
    for start in range(0, len(families), BATCH):
        batch = families[start : start + BATCH]
        days |= drop_visits(conn, practice_id, batch)
        days |= _derive_batch(conn, practice_id, batch)
        drop_leftovers(conn, practice_id, batch)
        progress((start + len(batch)) / len(families))
    rollup.refresh(conn, practice_id, days)
    _drop_unused_names(conn, practice_id)


def derive_all(conn: Connection, practice_id: str) -> None:
    """Derive every family anew."""
    asked = select(family.c.id).where(family.c.practice_id == practice_id)
    derive(conn, practice_id, list(conn.execute(asked).scalars()))


def _derive_batch(conn: Connection, practice_id: str, families: list[str]) -> set[Any]:
    bookings = read_bookings(conn, practice_id, families)
    if bookings.empty:
        return set()
    rows = derived_rows(bookings)
    visits = with_calendar(visits_of(rows))
    closed = _closed_days(conn, practice_id, families)
    visits["closed_number"] = visits["family_id"].map(closed).fillna(FAR).astype("int64")
    visits = follow_ups(visits)
    visits["referral_source"] = (
        visits["family_id"].map(referral_sources(bookings)).fillna("unknown")
    )
    visits["county"] = visits["city"].map({c: county_of(c) for c in visits["city"].unique()})
    write_families(conn, practice_id, family_facts(bookings, visits))
    write_visits(conn, practice_id, visits)
    write_clients(conn, practice_id, *clients_of(practice_id, rows, visits))
    return set(visits["day"])


def _closed_days(conn: Connection, practice_id: str, families: list[str]) -> pd.Series:
    asked = select(family.c.id, family.c.closed_on).where(
        family.c.practice_id == practice_id,
        family.c.closed_on.is_not(None),
        family.c.id.in_(among(conn, families)),
    )
    found = list(conn.execute(asked))
    numbers = day_numbers([row.closed_on for row in found])
    return pd.Series(numbers, index=[row.id for row in found], dtype="int64")


def _drop_unused_names(conn: Connection, practice_id: str) -> None:
    """Delete places and therapists that only an undone import had named."""
    used = select(visit.c.city).where(visit.c.practice_id == practice_id).distinct()
    doubtful = (city.c.practice_id == practice_id) & (city.c.kind == "ambiguous")
    conn.execute(delete(city).where(doubtful, city.c.name.not_in(used)))
    visiting = select(visit.c.therapist_id).where(visit.c.practice_id == practice_id).distinct()
    nameless = therapist.c.email.is_(None) & therapist.c.base_city.is_(None)
    conn.execute(
        delete(therapist).where(
            therapist.c.practice_id == practice_id, nameless, therapist.c.id.not_in(visiting)
        )
    )
