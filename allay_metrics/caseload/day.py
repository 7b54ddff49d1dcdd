"""A therapist's day: its visits in order, the driving, and the seven days after today."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, select

from allay_metrics.caseload import links, queries
from allay_metrics.caseload.caseload_clients import CaseloadClient
from allay_metrics.caseload.reading_day import ON, Today
from allay_metrics.caseload.visit_doubt import explain_doubt
from allay_metrics.contact import ContactPermission, call_link, parse_contact
from allay_metrics.records import VIRTUAL, Scope
from allay_metrics.records.bulk import among
from allay_metrics.records.states import State
from allay_metrics.records.tables import family, therapist, visit

DAYS_AHEAD = 7


@dataclass(frozen=True)
class VisitCard:
    """One visit of her day. Times are in the practice's zone.

    `number` counts the family's visits up to this one, by any therapist. `notes` are the booking's
    (parking, gate code), `remember` what a therapist noted for the next visit. `doubt` says why
    the visit may not take place, empty where nothing speaks against it. `call`, `directions` and
    `late` are links, None without a phone or place, or where `contact` allows none. `people` are
    the clients of the visit, `died` the babies of the family who died.
    """

    visit_id: str
    family_id: str
    family: str
    people: tuple[CaseloadClient, ...]
    died: tuple[CaseloadClient, ...]
    starts: datetime
    ends: datetime
    minutes: int
    types: tuple[str, ...]
    city: str
    state: str
    number: int
    concern: str
    notes: tuple[str, ...]
    remember: tuple[str, ...]
    attention: bool
    as_of: datetime
    doubt: str
    contact: ContactPermission
    call: str | None
    directions: str | None
    late: str | None


@dataclass(frozen=True)
class DayAhead:
    """One of the seven days after today: visits, and visits by city, most first.

    `in_doubt` of the visits are missing from a newer export, or confirmed by none.
    """

    day: date
    visits: int
    in_doubt: int
    cities: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class ScheduleDay:
    """The day shown. `drive_minutes` is None where `why_no_drive` says why.

    Visits in doubt are among the cards; those that are missing are not among the minutes.
    """

    cards: tuple[VisitCard, ...]
    drive_minutes: int | None
    why_no_drive: str
    ahead: tuple[DayAhead, ...]

    @property
    def cities(self) -> tuple[str, ...]:
        """Return the cities of the day in the order of the visits."""
        return tuple(dict.fromkeys(card.city for card in self.cards if card.city != VIRTUAL))

    @property
    def in_doubt(self) -> int:
        """Return how many of the visits may not take place."""
        return sum(bool(card.doubt) for card in self.cards)

    def next_one(self, now: datetime) -> VisitCard | None:
        """Return the first visit that has not ended; None when the day is done."""
        return next((card for card in self.cards if card.ends > now), None)


def read_day(scope: Scope, today: Today) -> ScheduleDay:
    """Return the day shown and the seven days after today."""
    last = max(today.shown, today.day + timedelta(days=DAYS_AHEAD))
    conditions = (scope.own(visit), visit.c.state.in_(ON))
    with scope.read() as conn:
        rows = queries.read_visits(conn, scope, *conditions, visit.c.day.between(today.day, last))
        shown = [row for row in rows if row.day == today.shown]
        cards = _cards(conn, scope, shown)
        base = _base(conn, scope)
    minutes, why = _driving(shown, base)
    return ScheduleDay(tuple(cards), minutes, why, _ahead(rows, today))


def _cards(conn: Any, scope: Scope, rows: Sequence[Any]) -> list[VisitCard]:
    families = {row.family_id for row in rows}
    context = _CardContext(
        people=queries.read_clients(conn, scope, families),
        client_ids_by_visit=queries.read_client_ids(conn, scope, families),
        details=queries.read_booking_details(conn, scope, families),
        marks=queries.read_client_notes(conn, scope, families),
        families=_families(conn, scope, families),
        numbers=_numbers(conn, scope, rows),
        missing_as_of=queries.read_missing_exports(conn, scope, _missing(rows)),
    )
    return [_card(scope, row, context) for row in rows]


def _is_in_doubt(row: Any) -> bool:
    return row.state == State.MISSING or bool(row.unconfirmed)


def _missing(rows: Sequence[Any]) -> list[str]:
    return [row.id for row in rows if row.state == State.MISSING]


@dataclass(frozen=True)
class _CardContext:
    """What the cards of a day are built from: see the functions of the same names."""

    people: Mapping[str, Mapping[str, CaseloadClient]]
    client_ids_by_visit: Mapping[str, Sequence[str]]
    details: Mapping[str, Sequence[tuple[int, queries.BookingDetails]]]
    marks: Mapping[str, tuple[str, bool]]
    families: Mapping[str, tuple[str, str | None, ContactPermission]]
    numbers: Mapping[str, int]
    missing_as_of: Mapping[str, datetime]


def _card(scope: Scope, row: Any, context: _CardContext) -> VisitCard:
    clients = [
        context.people[row.family_id][id_] for id_ in context.client_ids_by_visit.get(row.id, ())
    ]
    people = [client for client in clients if not client.died_before(row.day)]
    details = queries.details_at(context.details.get(row.family_id, ()), row.starts_at)
    name, newest_phone, contact = context.families[row.family_id]
    starts, ends, as_of = (
        datetime.fromtimestamp(at, scope.zone) for at in (row.starts_at, row.ends_at, row.as_of)
    )
    phone = newest_phone or details.phone
    marks = [
        context.marks[client.client_id] for client in people if client.client_id in context.marks
    ]
    return VisitCard(
        visit_id=row.id,
        family_id=row.family_id,
        family=name,
        people=tuple(people),
        died=tuple(client for client in context.people[row.family_id].values() if client.has_died),
        starts=starts,
        ends=ends,
        minutes=row.minutes,
        types=tuple(filter(None, (row.visit_type, row.second_type))),
        city=row.city,
        state=row.state,
        number=context.numbers[row.id],
        concern=details.concern,
        notes=details.notes,
        remember=tuple(dict.fromkeys(text for text, _ in marks if text)),
        attention=any(is_marked for _, is_marked in marks),
        as_of=as_of,
        doubt=explain_doubt(
            context.missing_as_of.get(row.id), as_of, is_unconfirmed=bool(row.unconfirmed)
        ),
        contact=contact,
        call=call_link(contact, "visit", phone),
        directions=links.build_directions_link(details.address, row.city),
        late=links.build_late_text_link(contact, phone, row.therapist, starts),
    )


def _families(
    conn: Any, scope: Scope, families: set[str]
) -> dict[str, tuple[str, str | None, ContactPermission]]:
    """Return (name, phone, contact) by id of those of these families that the viewer may see."""
    columns = ("id", "name", "phone", "contact", "contact_reason")
    statement = select(*(family.c[name] for name in columns)).where(
        queries.own_condition(scope, family, family.c.id), family.c.id.in_(among(conn, families))
    )
    return {
        row.id: (row.name, row.phone, parse_contact(row.contact, row.contact_reason))
        for row in conn.execute(statement)
    }


def _numbers(conn: Any, scope: Scope, rows: Sequence[Any]) -> dict[str, int]:
    """Return by visit id its number among the family's visits, by any therapist, from 1."""
    before = visit.alias("before")
    earlier = and_(
        before.c.practice_id == visit.c.practice_id,
        before.c.family_id == visit.c.family_id,
        before.c.starts_at < visit.c.starts_at,
        before.c.state.in_((State.COMPLETED, State.BOOKED)),
    )
    statement = (
        select(visit.c.id, (func.count(before.c.id) + 1).label("number"))
        .select_from(visit.outerjoin(before, earlier))
        .where(
            queries.own_condition(scope, visit, visit.c.family_id),
            visit.c.id.in_(among(conn, [row.id for row in rows])),
        )
        .group_by(visit.c.id)
    )
    return {row.id: row.number for row in conn.execute(statement)}


def _base(conn: Any, scope: Scope) -> str | None:
    """Return the city where her day starts; None for the owner."""
    statement = select(therapist.c.base_city).where(
        therapist.c.practice_id == scope.practice_id, therapist.c.id == scope.viewer.therapist_id
    )
    base_city: str | None = conn.execute(statement).scalar_one_or_none()
    return base_city


def _driving(rows: Sequence[Any], base: str | None) -> tuple[int | None, str]:
    """Return the day's estimated minutes of driving, or None and why there is no estimate."""
    home_visits = [row for row in rows if row.city != VIRTUAL and row.state != State.MISSING]
    if not home_visits:
        return 0, ""
    if base is None:
        return None, "no driving estimate: no base city on file"
    if any(row.undriven or row.drive_minutes is None for row in home_visits):
        return None, "no driving estimate: a visit's city is not known"
    return sum(row.drive_minutes for row in home_visits), ""


def _ahead(rows: Sequence[Any], today: Today) -> tuple[DayAhead, ...]:
    days = [today.day + timedelta(days=n) for n in range(1, DAYS_AHEAD + 1)]
    cities = {day: Counter(row.city for row in rows if row.day == day) for day in days}
    return tuple(
        DayAhead(
            day,
            counts.total(),
            sum(row.day == day and _is_in_doubt(row) for row in rows),
            tuple(counts.most_common()),
        )
        for day, counts in cities.items()
    )
