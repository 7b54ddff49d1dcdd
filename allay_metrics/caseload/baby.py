"""One client: the line of visits, what is known and noted, and the others of the family."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, select

from allay_metrics.caseload import reading
from allay_metrics.caseload.doubt import doubt
from allay_metrics.caseload.people import Person
from allay_metrics.caseload.today import Today
from allay_metrics.contact import Contact, contact_of
from allay_metrics.errors import NotFound
from allay_metrics.metrics.care import CareState, care_state
from allay_metrics.records import Scope
from allay_metrics.records.keys import is_key
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
    """One visit of the client's, whoever visited; `number` counts those that took place.

    `doubt` says why it may not have been, or not be, one: see `caseload.doubt`. `also` are the
    living it is of as well.
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
    also: tuple[Person, ...] = ()

    @property
    def day(self) -> date:
        """Return its day, in the practice's zone."""
        return self.starts.date()


@dataclass(frozen=True)
class Note:
    """The note for the next visit; version 0 stands for none yet."""

    text: str = ""
    attention: bool = False
    written_by: str = ""
    written_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True)
class Baby:
    """One client and the family. `visits` are newest first, `team` who has seen the family."""

    person: Person
    family_id: str
    family: str
    others: tuple[Person, ...]
    state: CareState
    last_on: date | None
    next_on: date | None
    concerns: tuple[str, ...]
    visits: tuple[PastVisit, ...]
    team: tuple[str, ...]
    tags: tuple[str, ...]
    note: Note
    contact: Contact

    @property
    def still_booked(self) -> PastVisit | None:
        """Return the next visit booked on the name of a baby who died, None without one."""
        died_on = self.person.closed_on if self.person.has_died else None
        if died_on is None:
            return None
        after = [one for one in self.visits if one.state == "booked" and one.day > died_on]
        return min(after, key=lambda one: one.starts, default=None)

    @property
    def twins(self) -> tuple[Person, ...]:
        """Return the infants of the same birth, this one first; alone it stands by itself."""
        born = self.person.born_on
        if not self.person.is_infant:
            return (self.person,)
        return (
            self.person,
            *(one for one in self.others if one.is_infant and one.born_on == born),
        )


def read_baby(scope: Scope, today: Today, client_id: str) -> Baby:
    """Return one client of the viewer's caseload. Raises NotFound for any other."""
    with scope.read() as conn:
        found = _client(conn, scope, client_id) if is_key(client_id) else None
        if found is None:
            raise NotFound("There is no such client, or none that you care for.")
        people = reading.people(conn, scope, [found.family_id])[found.family_id]
        seen = reading.seen(conn, scope, [found.family_id])
        told = reading.told(conn, scope, [found.family_id]).get(found.family_id, [])
        rows = reading.visits(conn, scope, visit.c.family_id == found.family_id)
        missing = [row.id for row in rows if row.state == "missing"]
        lacks = reading.exports_without(conn, scope, missing)
        tags, note = _tags(conn, scope, client_id), _note(conn, scope, client_id)
    theirs = [row for row in rows if client_id in seen.get(row.id, ())]
    person = people[client_id]
    as_of = today.as_of.date() if today.as_of else today.day
    return Baby(
        person=person,
        family_id=found.family_id,
        family=found.family,
        others=tuple(one for one in people.values() if one.client_id != client_id),
        state=care_state(person.closed_reason, found.last_on, found.next_on, as_of),
        last_on=found.last_on,
        next_on=found.next_on,
        concerns=tuple(dict.fromkeys(one.concern for _, one in reversed(told) if one.concern)),
        visits=_past(scope, theirs, told, lacks, _also(people, client_id, seen)),
        team=_team(scope, rows),
        tags=tags,
        note=note,
        contact=contact_of(found.contact, found.contact_reason),
    )


def _client(conn: Connection, scope: Scope, client_id: str) -> Any:
    of_family = and_(
        family.c.practice_id == client.c.practice_id, family.c.id == client.c.family_id
    )
    columns = (client.c.family_id, family.c.name.label("family"), family.c.last_on)
    more = (family.c.next_on, family.c.contact, family.c.contact_reason)
    asked = (
        select(*columns, *more)
        .select_from(client.join(family, of_family))
        .where(reading.own(scope, client, client.c.family_id), client.c.id == client_id)
    )
    return conn.execute(asked).one_or_none()


def _own_clients(scope: Scope) -> Select[tuple[str]]:
    return select(client.c.id).where(reading.own(scope, client, client.c.family_id))


def _also(
    people: Mapping[str, Person], client_id: str, seen: Mapping[str, Sequence[str]]
) -> dict[str, tuple[Person, ...]]:
    """Return by visit the living it is of, but this client."""
    return {
        id_: tuple(people[one] for one in of if one != client_id and not people[one].has_died)
        for id_, of in seen.items()
    }


def _past(
    scope: Scope,
    rows: list[Any],
    told: list[tuple[int, reading.Told]],
    lacks: Mapping[str, datetime],
    also: Mapping[str, tuple[Person, ...]],
) -> tuple[PastVisit, ...]:
    concerns = {at: one.concern for at, one in told if one.concern}
    number, found = 0, []
    for row in rows:
        number += row.state == "completed"
        found.append(
            PastVisit(
                starts=datetime.fromtimestamp(row.starts_at, scope.zone),
                types=tuple(filter(None, (row.visit_type, row.second_type))),
                city=row.city,
                state=row.state,
                therapist=row.therapist,
                is_mine=row.therapist_id == scope.viewer.therapist_id,
                number=number if row.state == "completed" else None,
                concern=concerns.get(row.starts_at, ""),
                doubt=doubt(
                    lacks.get(row.id),
                    datetime.fromtimestamp(row.as_of, scope.zone),
                    is_unconfirmed=bool(row.unconfirmed),
                ),
                also=also.get(row.id, ()),
            )
        )
    return tuple(reversed(found))


def _team(scope: Scope, rows: list[Any]) -> tuple[str, ...]:
    """Return who else has seen the family, most recent first."""
    met = [row for row in reversed(rows) if row.state == "completed"]
    others = [row.therapist for row in met if row.therapist_id != scope.viewer.therapist_id]
    return tuple(dict.fromkeys(others))


def _tags(conn: Connection, scope: Scope, client_id: str) -> tuple[str, ...]:
    asked = select(client_tag.c.tag).where(
        client_tag.c.practice_id == scope.practice_id,
        client_tag.c.client_id == client_id,
        client_tag.c.client_id.in_(_own_clients(scope)),
    )
    return tuple(conn.execute(asked.order_by(client_tag.c.tagged_at, client_tag.c.tag)).scalars())


def _note(conn: Connection, scope: Scope, client_id: str) -> Note:
    asked = select(client_note).where(
        client_note.c.practice_id == scope.practice_id,
        client_note.c.client_id == client_id,
        client_note.c.client_id.in_(_own_clients(scope)),
    )
    row = conn.execute(asked).one_or_none()
    if row is None:
        return Note()
    at = datetime.fromtimestamp(row.written_at, scope.zone)
    return Note(row.text, bool(row.attention), row.written_by, at, row.version)


def read_note(scope: Scope, client_id: str) -> Note:
    """Return the note as it stands now, of a client in the viewer's caseload. Raises NotFound."""
    with scope.read() as conn:
        if _client(conn, scope, client_id) is None:
            raise NotFound("There is no such client, or none that you care for.")
        return _note(conn, scope, client_id)
