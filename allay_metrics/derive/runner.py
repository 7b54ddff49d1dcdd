"""The one runner: derives the affected families, and the roll-up of their days."""

from collections.abc import Callable, Iterable
from datetime import date

from sqlalchemy import Connection, delete, select

from allay_metrics.derive.client_moves import move_client_data
from allay_metrics.derive.closing import derive_ending, died_on
from allay_metrics.derive.contact_floor import spread_contact
from allay_metrics.derive.driving_legs import refresh_legs
from allay_metrics.derive.episode_derivation import (
    EpisodeRow,
    derive_episodes,
    drop_episodes,
    write_episodes,
)
from allay_metrics.derive.facts import ClientRow, FamilyFacts, Visit
from allay_metrics.derive.family_grouping import settle_families
from allay_metrics.derive.family_members import derive_clients, family_facts, referral_source
from allay_metrics.derive.follow_ups import set_flags
from allay_metrics.derive.override_rules import Overrides, read_overrides
from allay_metrics.derive.reading import (
    imports_that_mark_attendance,
    read_bookings,
    read_closings,
    read_contacts,
    read_decisions,
)
from allay_metrics.derive.respondents import clear_respondents, save_respondents
from allay_metrics.derive.slots import derive_visits
from allay_metrics.derive.writing import (
    drop_clients_without_visit,
    drop_families_without_booking,
    drop_visits,
    write_clients,
    write_families,
    write_visits,
)
from allay_metrics.records import rollup
from allay_metrics.records.tables import city, family, offered_hours, therapist, visit

# Version of the rules: records derived by an older version are derived again when opened.
RULES = 5
# Families at a time, so that memory does not grow with the practice.
BATCH = 3_000


def derive(
    conn: Connection,
    practice_id: str,
    family_ids: Iterable[str],
    progress: Callable[[float], None] = lambda _share: None,
    *,
    relinked: bool = False,
    contact_given_back: bool = False,
    stay: frozenset[tuple[str, str]] = frozenset(),
) -> None:
    """Derive family, clients, visits and flags of these families, and recount the days touched.

    Deriving twice gives the same rows. `relinked`: merges or splits of families changed.
    `contact_given_back`: an override is undone and the earlier contact permissions are restored.
    `stay` are rows of clients that do not follow their visits (client_moves.py). `progress` is
    called with the share done, 0 to 1. Runs in the caller's transaction.
    """
    choices = read_overrides(conn, practice_id)
    families = sorted(settle_families(conn, practice_id, family_ids, choices.links, relinked))
    batches = [families[start : start + BATCH] for start in range(0, len(families), BATCH)]
    move_client_data(conn, practice_id, families, choices, stay)
    spread_contact(conn, practice_id, families, of_left=not contact_given_back)
    # All visits are deleted before any is written: a moved booking takes its visit id along.
    dropped_days = [_drop_batch(conn, practice_id, batch) for batch in batches]
    days = set().union(*dropped_days)
    for done, (batch, before) in enumerate(zip(batches, dropped_days, strict=True), 1):
        days |= _derive_batch(conn, practice_id, batch, choices)
        if before:
            save_respondents(conn, practice_id, batch)
            drop_clients_without_visit(conn, practice_id, batch)
        drop_families_without_booking(conn, practice_id, batch)
        progress(done / len(batches))
    refresh_legs(conn, practice_id, days, as_written=True)
    rollup.refresh(conn, practice_id, days)
    _drop_unused_names(conn, practice_id)


def derive_all(conn: Connection, practice_id: str) -> None:
    """Derive every family again."""
    statement = select(family.c.id).where(family.c.practice_id == practice_id)
    derive(conn, practice_id, list(conn.execute(statement).scalars()), relinked=True)


def _drop_batch(conn: Connection, practice_id: str, families: list[str]) -> set[date]:
    """Delete the visits and episodes of these families; return the days of the visits."""
    days = drop_visits(conn, practice_id, families)
    if days:
        drop_episodes(conn, practice_id, families)
    return days


def _derive_batch(
    conn: Connection, practice_id: str, families: list[str], choices: Overrides
) -> set[date]:
    decided = read_decisions(conn, practice_id)
    contacts = read_contacts(conn, practice_id)
    marking = imports_that_mark_attendance(conn, practice_id)
    visits: list[Visit] = []
    facts: list[FamilyFacts] = []
    clients: dict[str, ClientRow] = {}
    visit_client_pairs: list[tuple[str, str]] = []
    episodes: list[EpisodeRow] = []
    bookings_by_family = [group for _, group in read_bookings(conn, practice_id, families)]
    courses = [
        (bookings, derive_visits(bookings, decided, marking, choices))
        for bookings in bookings_by_family
    ]
    cared_for = [derive_clients(family_visits) for _, family_visits in courses]
    closed = read_closings(conn, practice_id, [id_ for people, _ in cared_for for id_ in people])
    for (bookings, family_visits), (people, pairs) in zip(courses, cared_for, strict=True):
        parents = {id_ for id_, person in people.items() if person.kind == "parent"}
        ended = derive_ending(people, family_visits, pairs, closed, parents)
        set_flags(family_visits, ended.day if ended else None, died_on(people, closed))
        source = referral_source(bookings)
        for family_visit in family_visits:
            family_visit.referral_source = source
        visits += family_visits
        clients |= people
        visit_client_pairs += pairs
        episodes += derive_episodes(family_visits, people, pairs, closed)
        facts.append(family_facts(bookings, family_visits, ended, contacts))
    write_families(conn, practice_id, facts)
    write_visits(conn, practice_id, visits)
    write_clients(conn, practice_id, clients, visit_client_pairs)
    clear_respondents(conn, practice_id, clients)
    write_episodes(conn, practice_id, episodes)
    return {family_visit.day for family_visit in visits}


def _drop_unused_names(conn: Connection, practice_id: str) -> None:
    """Delete cities and therapists that only an undone import had named."""
    used = select(visit.c.city).where(visit.c.practice_id == practice_id).distinct()
    doubtful = (city.c.practice_id == practice_id) & (city.c.kind == "ambiguous")
    conn.execute(delete(city).where(doubtful, city.c.name.not_in(used)))
    visiting = select(visit.c.therapist_id).where(visit.c.practice_id == practice_id).distinct()
    offering = select(offered_hours.c.therapist_id).where(
        offered_hours.c.practice_id == practice_id
    )
    nameless = (
        therapist.c.email.is_(None)
        & therapist.c.base_city.is_(None)
        & therapist.c.week_minutes.is_(None)
        & therapist.c.id.not_in(offering)
    )
    conn.execute(
        delete(therapist).where(
            therapist.c.practice_id == practice_id, nameless, therapist.c.id.not_in(visiting)
        )
    )
