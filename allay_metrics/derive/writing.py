"""Replaces the derived rows of some families by new ones."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from operator import attrgetter

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, insert, select

from allay_metrics.derive.county import county_of
from allay_metrics.derive.driving_legs import Leg, leg_before
from allay_metrics.derive.facts import ClientRow, FamilyFacts, Visit
from allay_metrics.records.bulk import among, insert_rows, update_rows
from allay_metrics.records.keys import key_of
from allay_metrics.records.tables import booking, city, client, family, therapist, visit_client
from allay_metrics.records.tables import visit as visit_table

_AS_DERIVED = (
    "id",
    "family_id",
    "source",
    "starts_at",
    "ends_at",
    "minutes",
    "visit_type",
    "second_type",
    "state",
    "assumed",
    "city",
    "city_how",
    "price_cents",
    "as_of",
    "referral_source",
    "is_first",
    "is_first_of_type",
    "is_last",
    "continued",
    "bereaved",
    "rebooked",
    "before_close",
    "unconfirmed",
    "booked_ahead_1w",
    "booked_ahead_2w",
)
_OTHERS = (
    "practice_id",
    "therapist_id",
    "row_count",
    "day",
    "week",
    "month",
    "weekday",
    "booked_on",
    "wait_days",
    *Leg._fields,
)


def drop_visits(conn: Connection, practice_id: str, families: Sequence[str]) -> set[date]:
    """Delete the visits of these families; return their days."""
    of_families = (visit_table.c.practice_id == practice_id) & visit_table.c.family_id.in_(
        among(conn, families)
    )
    days = set(conn.execute(select(visit_table.c.day).where(of_families).distinct()).scalars())
    if days:
        their_visits = visit_client.c.visit_id.in_(select(visit_table.c.id).where(of_families))
        conn.execute(
            delete(visit_client).where(visit_client.c.practice_id == practice_id, their_visits)
        )
        conn.execute(delete(visit_table).where(of_families))
    return days


def write_visits(conn: Connection, practice_id: str, visits: list[Visit]) -> None:
    """Insert visits with all flags set, adding the calendar columns of their day."""
    therapists = _save_therapists(conn, practice_id, {visit.therapist for visit in visits})
    _save_cities(conn, practice_id, {visit.city for visit in visits})
    calendar = {day: _calendar(day) for day in {visit.day for visit in visits}}
    as_derived = attrgetter(*_AS_DERIVED)
    rows = [
        (
            practice_id,
            therapists[visit.therapist],
            len(visit.bookings),
            *calendar[visit.day],
            _iso(visit.booked_on),
            (visit.day - visit.booked_on).days if visit.booked_on else None,
            *leg_before(visit.state, visit.city),
            *as_derived(visit),
        )
        for visit in visits
    ]
    insert_rows(conn, visit_table, _OTHERS + _AS_DERIVED, rows)


def _calendar(day: date) -> tuple[str, str, str, int]:
    """Return the day, its Monday and its month's first day as ISO text, and its weekday."""
    monday = day - timedelta(days=day.weekday())
    return day.isoformat(), monday.isoformat(), day.replace(day=1).isoformat(), day.weekday()


def _save_therapists(conn: Connection, practice_id: str, names: set[str]) -> dict[str, str]:
    in_practice = therapist.c.practice_id == practice_id
    ids_by_name = {
        r.name: r.id
        for r in conn.execute(select(therapist.c.name, therapist.c.id).where(in_practice))
    }
    new = sorted(names - ids_by_name.keys())
    rows = [
        {"practice_id": practice_id, "id": key_of(practice_id, "therapist", name), "name": name}
        for name in new
    ]
    if rows:
        conn.execute(insert(therapist), rows)
    return ids_by_name | {str(row["name"]): row["id"] for row in rows}


def _save_cities(conn: Connection, practice_id: str, shown: set[str]) -> None:
    in_practice = city.c.practice_id == practice_id
    existing_names = set(conn.execute(select(city.c.name).where(in_practice)).scalars())
    rows = [
        {
            "practice_id": practice_id,
            "name": name,
            "kind": "ambiguous",
            "county": county_of(name),
            "label_side": "r",
        }
        for name in sorted(shown - existing_names)
    ]
    if rows:
        conn.execute(insert(city), rows)


def write_families(conn: Connection, practice_id: str, facts: list[FamilyFacts]) -> None:
    """Update each family's name, contact data, days, closing and contact permission."""
    days = ("first_on", "last_on", "next_on", "closed_on")
    text_columns = ("closed_reason", "contact", "contact_reason")
    columns = ("name", "email", "phone", *days, *text_columns)
    rows = [
        (
            *(f.name, f.email, f.phone),
            *(_iso(getattr(f, day)) for day in days),
            *(f.closed_reason, f.contact, f.contact_reason, f.id),
        )
        for f in facts
    ]
    update_rows(conn, family, practice_id, columns, rows)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def write_clients(
    conn: Connection,
    practice_id: str,
    clients: Mapping[str, ClientRow],
    visit_client_pairs: list[tuple[str, str]],
) -> None:
    """Insert or update the clients by id, and insert the pairs (visit id, client id)."""
    in_practice = client.c.practice_id == practice_id
    statement = select(client.c.id, client.c.name, client.c.kind, client.c.born_on)
    stored = {
        row.id: (row.name, row.kind, row.born_on)
        for row in conn.execute(statement.where(in_practice, client.c.id.in_(among(conn, clients))))
    }
    columns = ("practice_id", "id", "family_id", "name", "kind", "born_on")
    new = [
        (practice_id, c.id, c.family_id, c.name, c.kind, _iso(c.born_on))
        for c in clients.values()
        if c.id not in stored
    ]
    insert_rows(conn, client, columns, new)
    changed = [
        (c.name, c.kind, _iso(c.born_on), c.id)
        for c in clients.values()
        if c.id in stored and stored[c.id] != (c.name, c.kind, c.born_on)
    ]
    update_rows(conn, client, practice_id, ("name", "kind", "born_on"), changed)
    # Inserting in primary key order takes half the time.
    rows = [
        (practice_id, visit_id, client_id) for visit_id, client_id in sorted(visit_client_pairs)
    ]
    insert_rows(conn, visit_client, ("practice_id", "visit_id", "client_id"), rows)


def has_no_visit(
    conn: Connection, practice_id: str, families: Sequence[str]
) -> ColumnElement[bool]:
    """Return the condition for these families' clients without a visit."""
    of_families = client.c.family_id.in_(among(conn, families))
    has_visit = exists().where(
        visit_client.c.practice_id == practice_id, visit_client.c.client_id == client.c.id
    )
    return and_(client.c.practice_id == practice_id, of_families, ~has_visit)


def drop_clients_without_visit(conn: Connection, practice_id: str, families: Sequence[str]) -> None:
    """Delete these families' clients without a visit, left by an undone import or a new name."""
    conn.execute(delete(client).where(has_no_visit(conn, practice_id, families)))


def drop_families_without_booking(
    conn: Connection, practice_id: str, families: Sequence[str]
) -> None:
    """Delete the families that have no booking any more."""
    booked = exists().where(
        booking.c.practice_id == practice_id, booking.c.family_id == family.c.id
    )
    given_families = family.c.id.in_(among(conn, families))
    conn.execute(delete(family).where(family.c.practice_id == practice_id, given_families, ~booked))
