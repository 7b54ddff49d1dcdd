"""Reads the inputs of derivation: bookings, decisions, closed care, contact permissions."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Subquery, func, or_, select

from allay_metrics.contact import ContactPermission, parse_contact, strictest
from allay_metrics.derive.facts import Booking, ClosedCare
from allay_metrics.records.bulk import among, read_plain_rows
from allay_metrics.records.column_types import LocalDate
from allay_metrics.records.tables import (
    booking,
    care_closed,
    correction,
    coverage,
    family_contact,
    import_,
)


def read_bookings(
    conn: Connection, practice_id: str, families: Sequence[str]
) -> Iterator[tuple[str, list[Booking]]]:
    """Yield each family's id and its bookings in the order of their ids."""
    statement = (
        select(*(booking.c[name] for name in Booking._fields))
        .where(booking.c.practice_id == practice_id, booking.c.family_id.in_(among(conn, families)))
        .order_by(booking.c.family_id)
    )
    bookings = _parse_bookings(read_plain_rows(conn, statement))
    for family_id, group in groupby(bookings, attrgetter("family_id")):
        yield family_id, sorted(group, key=attrgetter("id"))


_DAY_INDEXES = tuple(
    index
    for index, name in enumerate(Booking._fields)
    if isinstance(booking.c[name].type, LocalDate)
)


def _parse_bookings(rows: Sequence[Sequence[Any]]) -> Iterator[Booking]:
    # By columns: each distinct day is parsed only once.
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for index in _DAY_INDEXES if rows else ():
        days = {day: _day(day) for day in set(columns[index])}
        columns[index] = [days[day] for day in columns[index]]
    return map(Booking._make, zip(*columns, strict=True))


def _day(value: str | date | None) -> date | None:
    """Parse a day: the SQLite driver returns text, PostgreSQL's a date."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def read_closings(
    conn: Connection, practice_id: str, clients: Iterable[str]
) -> dict[str, ClosedCare]:
    """Return the closings of these clients by client id."""
    statement = select(
        care_closed.c.client_id, care_closed.c.closed_on, care_closed.c.reason
    ).where(
        care_closed.c.practice_id == practice_id,
        care_closed.c.client_id.in_(among(conn, clients)),
    )
    return {row.client_id: ClosedCare(row.closed_on, row.reason) for row in conn.execute(statement)}


def read_contacts(conn: Connection, practice_id: str) -> dict[str, ContactPermission]:
    """Return the strictest contact permission of each booking that has one, newest first."""
    statement = (
        select(family_contact.c.booking_id, family_contact.c.level, family_contact.c.reason)
        .where(family_contact.c.practice_id == practice_id)
        .order_by(
            family_contact.c.set_at.desc(),
            family_contact.c.death.desc(),
            family_contact.c.booking_id,
        )
    )
    contacts_by_booking: dict[str, list[ContactPermission]] = defaultdict(list)
    for row in conn.execute(statement):
        contacts_by_booking[row.booking_id].append(parse_contact(row.level, row.reason))
    return {booking_id: strictest(contacts) for booking_id, contacts in contacts_by_booking.items()}


def read_decisions(conn: Connection, practice_id: str) -> dict[str, str]:
    """Return the owner's decisions on missing bookings, by booking id.

    A decision ends once a newer file holds the booking, even if it goes missing again later. The
    same file imported again is no newer file; nor is an older export that holds the booking where
    the file the decision was about still lacks it.
    """
    first_known, lacking = _first_imports(practice_id), import_.alias()
    statement = (
        select(correction.c.booking_id, correction.c.value)
        .select_from(correction.join(booking))
        .join(
            import_,
            (import_.c.practice_id == booking.c.practice_id)
            & (import_.c.id == booking.c.current_import_id),
        )
        .join(
            first_known,
            (first_known.c.file_hash == import_.c.file_hash)
            & (first_known.c.as_of == import_.c.as_of),
        )
        .outerjoin(
            lacking,
            (lacking.c.practice_id == booking.c.practice_id)
            & (lacking.c.id == booking.c.missing_from_import_id),
        )
        .where(
            correction.c.practice_id == practice_id,
            correction.c.field == "state",
            or_(
                correction.c.made_at >= first_known.c.imported_at,
                correction.c.made_at >= lacking.c.imported_at,
            ),
        )
        .order_by(correction.c.made_at)
    )
    return {row.booking_id: row.value for row in conn.execute(statement)}


def _first_imports(practice_id: str) -> Subquery:
    """Return the SELECT of the first import of each file: hash, as-of, moment (seconds UTC).

    Grouped by file: few files are imported twice, and each holds thousands of bookings.
    """
    moment = func.min(import_.c.imported_at).label("imported_at")
    return (
        select(import_.c.file_hash, import_.c.as_of, moment)
        .where(import_.c.practice_id == practice_id)
        .group_by(import_.c.file_hash, import_.c.as_of)
        .subquery()
    )


def imports_that_mark_attendance(conn: Connection, practice_id: str) -> frozenset[str]:
    """Return the ids of the imports whose source marks attendance."""
    statement = select(coverage.c.import_id).where(
        coverage.c.practice_id == practice_id, coverage.c.kind == "attendance"
    )
    return frozenset(conn.execute(statement).scalars())
