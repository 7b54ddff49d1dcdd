"""Reads of a caseload, each limited to the viewer's own families."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, FromClause, Row, Select, and_, exists, or_, select

from allay_metrics.caseload.caseload_clients import CaseloadClient
from allay_metrics.derive.closing import DIED
from allay_metrics.records import Scope
from allay_metrics.records.bulk import among
from allay_metrics.records.states import State
from allay_metrics.records.tables import (
    booking,
    care_closed,
    check_in,
    client,
    client_note,
    import_,
    red_flag,
    therapist,
    visit,
    visit_client,
)

STANDS_FOR = timedelta(days=14)
# The columns of a visit that a therapist may read: none of money.
VISIT = (
    "id",
    "family_id",
    "day",
    "starts_at",
    "ends_at",
    "minutes",
    "visit_type",
    "second_type",
    "city",
    "state",
    "as_of",
    "therapist_id",
    "drive_minutes",
    "undriven",
    "unconfirmed",
)
_DETAIL_COLUMNS = ("starts_at", "notes", "concern", "address", "phone")


@dataclass(frozen=True)
class BookingDetails:
    """The texts of a visit's bookings; `notes` holds each different text once."""

    notes: tuple[str, ...] = ()
    concern: str = ""
    address: str = ""
    phone: str = ""


def own_condition(
    scope: Scope, table: FromClause, families: ColumnElement[str]
) -> ColumnElement[bool]:
    """Return the condition for rows of the viewer's own families."""
    return and_(table.c.practice_id == scope.practice_id, families.in_(scope.own_families()))


def read_visits(conn: Connection, scope: Scope, *conditions: ColumnElement[bool]) -> list[Row[Any]]:
    """Return visits of own families in order of their start, with the therapist's name."""
    statement = (
        select(*(visit.c[name] for name in VISIT), therapist.c.name.label("therapist"))
        .select_from(visit.join(therapist))
        .where(own_condition(scope, visit, visit.c.family_id), *conditions)
        .order_by(visit.c.starts_at, visit.c.id)
    )
    return list(conn.execute(statement))


def read_missing_exports(
    conn: Connection, scope: Scope, visits: Iterable[str]
) -> dict[str, datetime]:
    """Return by id of these visits when the first export without it was made, if it is missing."""
    statement = _missing(scope).where(visit.c.id.in_(among(conn, visits)))
    return {
        row.id: datetime.fromtimestamp(row.missing_as_of, scope.zone)
        for row in conn.execute(statement)
    }


class MissingVisit(NamedTuple):
    """A missing visit: its day, and when the first export without it was made."""

    day: date
    missing_as_of: datetime


def read_recent_missing(
    conn: Connection, scope: Scope, today: date
) -> dict[str, list[MissingVisit]]:
    """Return the missing visits still shown, by family id, in order of their start.

    A caseload shows one for 14 days from its day or from the first export without it, whichever is
    later. After that it is on no list; who may see the family does not change until somebody
    decides.
    """
    since = datetime.combine(today - STANDS_FOR, time(), scope.zone)
    is_shown = or_(visit.c.day >= since.date(), import_.c.as_of >= int(since.timestamp()))
    missing_by_family: dict[str, list[MissingVisit]] = defaultdict(list)
    for row in conn.execute(
        _missing(scope).where(is_shown).order_by(visit.c.starts_at, visit.c.id)
    ):
        missing_as_of = datetime.fromtimestamp(row.missing_as_of, scope.zone)
        missing_by_family[row.family_id].append(MissingVisit(row.day, missing_as_of))
    return missing_by_family


def _missing(scope: Scope) -> Select[Any]:
    """Return the SELECT of own families' missing visits; a visit has its first booking's id."""
    of_visit = and_(booking.c.practice_id == visit.c.practice_id, booking.c.id == visit.c.id)
    first_without = and_(
        import_.c.practice_id == booking.c.practice_id,
        import_.c.id == booking.c.missing_from_import_id,
    )
    return (
        select(visit.c.id, visit.c.family_id, visit.c.day, import_.c.as_of.label("missing_as_of"))
        .select_from(visit.join(booking, of_visit).join(import_, first_without))
        .where(own_condition(scope, visit, visit.c.family_id), visit.c.state == State.MISSING)
    )


def read_open_sign_families(conn: Connection, scope: Scope) -> set[str]:
    """Return the ids of own families with a warning sign that waits to be acknowledged."""
    statement = (
        select(client.c.family_id)
        .select_from(red_flag.join(check_in).join(client, _of_client(check_in.c.client_id)))
        .where(
            own_condition(scope, client, client.c.family_id), red_flag.c.acknowledged_at.is_(None)
        )
    )
    return set(conn.execute(statement.distinct()).scalars())


def read_client_ids(
    conn: Connection, scope: Scope, families: Iterable[str]
) -> dict[str, list[str]]:
    """Return the client ids by visit id, for all visits of these families."""
    statement = (
        select(visit_client.c.visit_id, visit_client.c.client_id)
        .select_from(visit_client.join(client))
        .where(_own_clients(conn, scope, families))
        .order_by(client.c.kind, client.c.name, client.c.id)
    )
    client_ids_by_visit: dict[str, list[str]] = defaultdict(list)
    for visit_id, client_id in conn.execute(statement):
        client_ids_by_visit[visit_id].append(client_id)
    return client_ids_by_visit


def read_clients(
    conn: Connection, scope: Scope, families: Iterable[str]
) -> dict[str, dict[str, CaseloadClient]]:
    """Return each family's clients by id, infants first."""
    # A visit after the closing opened the care again, except of a baby who died.
    returned = exists(visit.c.id).where(
        visit_client.c.practice_id == client.c.practice_id,
        visit_client.c.client_id == client.c.id,
        visit.c.practice_id == client.c.practice_id,
        visit.c.id == visit_client.c.visit_id,
        visit.c.state.in_((State.COMPLETED, State.BOOKED)),
        visit.c.day > care_closed.c.closed_on,
    )
    ended = and_(
        care_closed.c.practice_id == client.c.practice_id,
        care_closed.c.client_id == client.c.id,
        or_(~returned, care_closed.c.reason == DIED),
    )
    columns = [client.c[name] for name in ("family_id", "id", "name", "kind", "born_on")]
    statement = (
        select(*columns, care_closed.c.closed_on, care_closed.c.reason)
        .select_from(client.outerjoin(care_closed, ended))
        .where(_own_clients(conn, scope, families))
        .order_by(client.c.kind, client.c.name, client.c.id)
    )
    people_by_family: dict[str, dict[str, CaseloadClient]] = defaultdict(dict)
    for row in conn.execute(statement):
        people_by_family[row.family_id][row.id] = CaseloadClient(
            row.id, row.name, row.kind, row.born_on, row.closed_on, row.reason
        )
    return people_by_family


def read_booking_details(
    conn: Connection, scope: Scope, families: Iterable[str]
) -> Mapping[str, list[tuple[int, BookingDetails]]]:
    """Return by family id its bookings' (start in seconds since 1970 UTC, details), in order."""
    statement = (
        select(booking.c.family_id, *(booking.c[name] for name in _DETAIL_COLUMNS))
        .where(
            own_condition(scope, booking, booking.c.family_id),
            booking.c.family_id.in_(among(conn, families)),
            or_(*(booking.c[name].is_not(None) for name in _DETAIL_COLUMNS[1:])),
        )
        .order_by(booking.c.starts_at, booking.c.id)
    )
    details_by_family: dict[str, list[tuple[int, BookingDetails]]] = defaultdict(list)
    for row in conn.execute(statement):
        details = BookingDetails(
            notes=(row.notes.strip(),) if row.notes and row.notes.strip() else (),
            concern=(row.concern or "").strip(),
            address=(row.address or "").strip(),
            phone=(row.phone or "").strip(),
        )
        details_by_family[row.family_id].append((row.starts_at, details))
    return details_by_family


def details_at(details: Iterable[tuple[int, BookingDetails]], starts_at: int) -> BookingDetails:
    """Return the details of the visit at `starts_at`: of its own bookings, else the newest ones.

    A gate code is typed once and holds for later visits.
    """
    rows = list(details)
    own_details = [detail for at, detail in rows if at == starts_at]
    newest_first = [detail for _, detail in sorted(rows, key=itemgetter(0), reverse=True)]
    candidates = [*own_details, *newest_first]

    def first(name: str) -> str:
        return next((text for detail in candidates if (text := getattr(detail, name))), "")

    notes = dict.fromkeys(line for detail in own_details for line in detail.notes)
    newest_notes = next((detail.notes for detail in newest_first if detail.notes), ())
    return BookingDetails(
        tuple(notes) or newest_notes, first("concern"), first("address"), first("phone")
    )


def read_client_notes(
    conn: Connection, scope: Scope, families: Iterable[str]
) -> dict[str, tuple[str, bool]]:
    """Return (note for the next visit, is marked for attention) by client id."""
    statement = (
        select(client_note.c.client_id, client_note.c.text, client_note.c.attention)
        .select_from(client_note.join(client, _of_client(client_note.c.client_id)))
        .where(_own_clients(conn, scope, families))
    )
    return {row.client_id: (row.text, bool(row.attention)) for row in conn.execute(statement)}


def _own_clients(conn: Connection, scope: Scope, families: Iterable[str]) -> ColumnElement[bool]:
    is_own = own_condition(scope, client, client.c.family_id)
    return and_(is_own, client.c.family_id.in_(among(conn, families)))


def _of_client(column: ColumnElement[str]) -> ColumnElement[bool]:
    return and_(client.c.practice_id == column.table.c.practice_id, client.c.id == column)
