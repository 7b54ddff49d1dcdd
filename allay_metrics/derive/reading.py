"""Reads what deriving needs of some families: their bookings, decisions, and closed care."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Subquery, func, or_, select

from allay_metrics.contact import ContactPermission, contact_of, strictest
from allay_metrics.derive.facts import Booking, Closed
from allay_metrics.records.bulk import among, plain_rows
from allay_metrics.records.tables import (
    booking,
    care_closed,
    correction,
    coverage,
    family_contact,
    import_,
)
from allay_metrics.records.types import LocalDate


def read_bookings(
    conn: Connection, practice_id: str, families: Sequence[str]
) -> Iterator[tuple[str, list[Booking]]]:
    """Yield each family's id and its bookings in the order of their ids."""
    statement = (
        select(*(booking.c[name] for name in Booking._fields))
        .where(booking.c.practice_id == practice_id, booking.c.family_id.in_(among(conn, families)))
        .order_by(booking.c.family_id)
    )
    for family_id, theirs in groupby(
        _parse_bookings(plain_rows(conn, statement)), attrgetter("family_id")
    ):
        yield family_id, sorted(theirs, key=attrgetter("id"))


_DAYS = tuple(
    place
    for place, name in enumerate(Booking._fields)
    if isinstance(booking.c[name].type, LocalDate)
)


def _parse_bookings(rows: Sequence[Sequence[Any]]) -> Iterator[Booking]:
    # By columns: a day stands in many rows, and is read once.
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for place in _DAYS if rows else ():
        days = {day: _day(day) for day in set(columns[place])}
        columns[place] = [days[day] for day in columns[place]]
    return map(Booking._make, zip(*columns, strict=True))


def _day(value: str | date | None) -> date | None:
    """Return a day as the driver gives it: SQLite's as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def closed_clients(conn: Connection, practice_id: str, clients: Iterable[str]) -> dict[str, Closed]:
    """Return when and why care was closed, of those clients whose care was."""
    statement = select(
        care_closed.c.client_id, care_closed.c.closed_on, care_closed.c.reason
    ).where(
        care_closed.c.practice_id == practice_id,
        care_closed.c.client_id.in_(among(conn, clients)),
    )
    return {row.client_id: Closed(row.closed_on, row.reason) for row in conn.execute(statement)}


def read_contacts(conn: Connection, practice_id: str) -> dict[str, ContactPermission]:
    """Return the strictest that was said of contact with families, by booking id, newest first."""
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
        contacts_by_booking[row.booking_id].append(contact_of(row.level, row.reason))
    return {booking_id: strictest(contacts) for booking_id, contacts in contacts_by_booking.items()}


def decisions(conn: Connection, practice_id: str) -> dict[str, str]:
    """Return the owner's word on missing bookings, by booking id.

    It was said of what was known then: once a newer file held the booking it says nothing more,
    even if the booking goes missing again. The same file taken in again is no newer one, nor is an
    older export of a booking that is missing from the file it was said of.
    """
    first_known, lacking = _first_imports(practice_id), import_.alias()
    statement = (
        select(correction.c.booking_id, correction.c.value)
        .join(
            booking,
            (booking.c.practice_id == correction.c.practice_id)
            & (booking.c.id == correction.c.booking_id),
        )
        .join(
            import_,
            (import_.c.practice_id == booking.c.practice_id) & (import_.c.id == booking.c.held_by),
        )
        .join(
            first_known,
            (first_known.c.file_hash == import_.c.file_hash)
            & (first_known.c.as_of == import_.c.as_of),
        )
        .outerjoin(
            lacking,
            (lacking.c.practice_id == booking.c.practice_id)
            & (lacking.c.id == booking.c.absent_by),
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
    """Return the SELECT of when each file first came in, as it was exported: hash, as-of, moment.

    As a set by file: few files are taken in twice, and each holds thousands of bookings.
    """
    moment = func.min(import_.c.imported_at).label("imported_at")
    return (
        select(import_.c.file_hash, import_.c.as_of, moment)
        .where(import_.c.practice_id == practice_id)
        .group_by(import_.c.file_hash, import_.c.as_of)
        .subquery()
    )


def imports_that_mark_attendance(conn: Connection, practice_id: str) -> frozenset[str]:
    """Return the imports whose source tells who came."""
    statement = select(coverage.c.import_id).where(
        coverage.c.practice_id == practice_id, coverage.c.kind == "attendance"
    )
    return frozenset(conn.execute(statement).scalars())
