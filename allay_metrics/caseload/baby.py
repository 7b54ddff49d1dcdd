"""One client: visits, tags, note, concerns, and the other clients of the family."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from allay_metrics.caseload import queries
from allay_metrics.caseload.caseload_clients import CaseloadClient
from allay_metrics.caseload.reading_day import Today
from allay_metrics.caseload.visit_doubt import explain_doubt
from allay_metrics.contact import ContactPermission, parse_contact
from allay_metrics.errors import NotFound
from allay_metrics.metrics.care_state_metrics import CareState, care_state
from allay_metrics.records import Scope
from allay_metrics.records.keys import is_key
from allay_metrics.records.states import State
from allay_metrics.records.tables import client, client_note, client_tag, family, visit

SUGGESTED = (
    "C-section",
    "Forceps or vacuum",
    "NICU",
    "Preterm",
    "Tongue tie",
    "Torticollis",
    "Reflux",
    "Jaw tension",
)


@dataclass(frozen=True)
class PastVisit:
    """One visit of the client, by any therapist; `number` counts the completed ones.

    `starts` is in the practice's zone. `doubt` says why the visit may not take place, or did not:
    see `caseload.doubt`. `also` are the other living clients of the visit.
    """

    starts: datetime
    types: tuple[str, ...]
    city: str
    state: str
    therapist: str
    is_mine: bool
    number: int | None
    concern: str
    doubt: str
    also: tuple[CaseloadClient, ...] = ()

    @property
    def day(self) -> date:
        """Return its day, in the practice's zone."""
        return self.starts.date()


@dataclass(frozen=True)
class ClientNote:
    """The note for the next visit; version 0 where there is none yet."""

    text: str = ""
    attention: bool = False
    written_by: str = ""
    written_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True)
class Baby:
    """One client and the family. `visits` are newest first; `team` names the other therapists."""

    person: CaseloadClient
    family_id: str
    family: str
    others: tuple[CaseloadClient, ...]
    state: CareState
    last_on: date | None
    next_on: date | None
    concerns: tuple[str, ...]
    visits: tuple[PastVisit, ...]
    team: tuple[str, ...]
    tags: tuple[str, ...]
    note: ClientNote
    contact: ContactPermission

    @property
    def still_booked(self) -> PastVisit | None:
        """Return the next visit still booked for a baby who died, None without one."""
        died_on = self.person.closed_on if self.person.has_died else None
        if died_on is None:
            return None
        after = [past for past in self.visits if past.state == State.BOOKED and past.day > died_on]
        return min(after, key=lambda booked: booked.starts, default=None)

    @property
    def twins(self) -> tuple[CaseloadClient, ...]:
        """Return the infants of the same birth, this client first, who may be the only one."""
        born = self.person.born_on
        if not self.person.is_infant:
            return (self.person,)
        return (
            self.person,
            *(other for other in self.others if other.is_infant and other.born_on == born),
        )


def read_baby(scope: Scope, today: Today, client_id: str) -> Baby:
    """Return one client of the viewer's caseload. Raises NotFound for any other."""
    with scope.read() as conn:
        client_row = _client(conn, scope, client_id) if is_key(client_id) else None
        if client_row is None:
            raise NotFound("There is no such client, or none that you care for.")
        people = queries.read_clients(conn, scope, [client_row.family_id])[client_row.family_id]
        client_ids_by_visit = queries.read_client_ids(conn, scope, [client_row.family_id])
        details = queries.read_booking_details(conn, scope, [client_row.family_id]).get(
            client_row.family_id, []
        )
        rows = queries.read_visits(conn, scope, visit.c.family_id == client_row.family_id)
        missing = [row.id for row in rows if row.state == State.MISSING]
        missing_as_of = queries.read_missing_exports(conn, scope, missing)
        tags, note = _tags(conn, scope, client_id), _note(conn, scope, client_id)
    own_rows = [row for row in rows if client_id in client_ids_by_visit.get(row.id, ())]
    person = people[client_id]
    as_of = today.as_of.date() if today.as_of else today.day
    return Baby(
        person=person,
        family_id=client_row.family_id,
        family=client_row.family,
        others=tuple(other for other in people.values() if other.client_id != client_id),
        state=care_state(person.closed_reason, client_row.last_on, client_row.next_on, as_of),
        last_on=client_row.last_on,
        next_on=client_row.next_on,
        concerns=tuple(
            dict.fromkeys(detail.concern for _, detail in reversed(details) if detail.concern)
        ),
        visits=_past(
            scope,
            own_rows,
            details,
            missing_as_of,
            _also(people, client_id, client_ids_by_visit),
        ),
        team=_team(scope, rows),
        tags=tags,
        note=note,
        contact=parse_contact(client_row.contact, client_row.contact_reason),
    )


def _client(conn: Connection, scope: Scope, client_id: str) -> Any:
    columns = (client.c.family_id, family.c.name.label("family"), family.c.last_on)
    more = (family.c.next_on, family.c.contact, family.c.contact_reason)
    statement = (
        select(*columns, *more)
        .select_from(client.join(family))
        .where(queries.own_condition(scope, client, client.c.family_id), client.c.id == client_id)
    )
    return conn.execute(statement).one_or_none()


def _own_clients(scope: Scope) -> Select[tuple[str]]:
    return select(client.c.id).where(queries.own_condition(scope, client, client.c.family_id))


def _also(
    people: Mapping[str, CaseloadClient],
    client_id: str,
    client_ids_by_visit: Mapping[str, Sequence[str]],
) -> dict[str, tuple[CaseloadClient, ...]]:
    """Return by visit id its other living clients."""
    return {
        visit_id: tuple(
            people[other] for other in ids if other != client_id and not people[other].has_died
        )
        for visit_id, ids in client_ids_by_visit.items()
    }


def _past(
    scope: Scope,
    rows: list[Any],
    details: list[tuple[int, queries.BookingDetails]],
    missing_as_of: Mapping[str, datetime],
    also: Mapping[str, tuple[CaseloadClient, ...]],
) -> tuple[PastVisit, ...]:
    concerns = {starts_at: detail.concern for starts_at, detail in details if detail.concern}
    number, past_visits = 0, []
    for row in rows:
        number += row.state == State.COMPLETED
        past_visits.append(
            PastVisit(
                starts=datetime.fromtimestamp(row.starts_at, scope.zone),
                types=tuple(filter(None, (row.visit_type, row.second_type))),
                city=row.city,
                state=row.state,
                therapist=row.therapist,
                is_mine=row.therapist_id == scope.viewer.therapist_id,
                number=number if row.state == State.COMPLETED else None,
                concern=concerns.get(row.starts_at, ""),
                doubt=explain_doubt(
                    missing_as_of.get(row.id),
                    datetime.fromtimestamp(row.as_of, scope.zone),
                    is_unconfirmed=bool(row.unconfirmed),
                ),
                also=also.get(row.id, ()),
            )
        )
    return tuple(reversed(past_visits))


def _team(scope: Scope, rows: list[Any]) -> tuple[str, ...]:
    """Return the other therapists who have seen the family, most recent first."""
    completed = [row for row in reversed(rows) if row.state == State.COMPLETED]
    others = [row.therapist for row in completed if row.therapist_id != scope.viewer.therapist_id]
    return tuple(dict.fromkeys(others))


def _tags(conn: Connection, scope: Scope, client_id: str) -> tuple[str, ...]:
    statement = select(client_tag.c.tag).where(
        client_tag.c.practice_id == scope.practice_id,
        client_tag.c.client_id == client_id,
        client_tag.c.client_id.in_(_own_clients(scope)),
    )
    return tuple(
        conn.execute(statement.order_by(client_tag.c.tagged_at, client_tag.c.tag)).scalars()
    )


def _note(conn: Connection, scope: Scope, client_id: str) -> ClientNote:
    statement = select(client_note).where(
        client_note.c.practice_id == scope.practice_id,
        client_note.c.client_id == client_id,
        client_note.c.client_id.in_(_own_clients(scope)),
    )
    row = conn.execute(statement).one_or_none()
    if row is None:
        return ClientNote()
    at = datetime.fromtimestamp(row.written_at, scope.zone)
    return ClientNote(row.text, bool(row.attention), row.written_by, at, row.version)


def read_note(scope: Scope, client_id: str) -> ClientNote:
    """Return the current note on a client of the viewer's caseload. Raises NotFound."""
    with scope.read() as conn:
        if _client(conn, scope, client_id) is None:
            raise NotFound("There is no such client, or none that you care for.")
        return _note(conn, scope, client_id)
