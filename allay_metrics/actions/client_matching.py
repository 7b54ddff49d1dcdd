"""Whose check-in it is: by e-mail, name and date; a doubt is a question, never a guess."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from allay_metrics.derive.matching import plain_name
from allay_metrics.outcomes.episodes import build_stays
from allay_metrics.outcomes.moments import moment_of
from allay_metrics.outcomes.windows import WINDOWS
from allay_metrics.records.bulk import among
from allay_metrics.records.states import State
from allay_metrics.records.tables import booking, client, visit, visit_client

NOBODY_BY_E_MAIL = "No family on file has this e-mail: whose check-in is it?"
NOBODY_BY_NAME = "No family on file has this e-mail or name: whose check-in is it?"
WHO_OF_THEM = "The family has nobody of this name: whom is this check-in about?"
OTHER_E_MAIL = "The name fits a family on file, the e-mail does not: is it theirs?"
OTHER_TIME = "The name fits, but nobody of that name was in care then: whose check-in is it?"
SEVERAL = "The name fits several families: whose check-in is it?"

_AHEAD = timedelta(days=14)
_BEHIND = timedelta(days=WINDOWS["week8"].day + WINDOWS["week8"].margin)


class Respondent(Protocol):
    """What a check-in says of the person it is about."""

    @property
    def email(self) -> str | None:
        """Return the family's e-mail."""
        ...

    @property
    def name(self) -> str:
        """Return the person's name, '' where it was not asked."""
        ...

    @property
    def parent(self) -> str:
        """Return the parent's full name, '' where it was not asked."""
        ...

    @property
    def kind(self) -> str | None:
        """Return infant or parent, None where it is not known."""
        ...

    @property
    def answered_at(self) -> int | None:
        """Return when it was answered."""
        ...


class ClientCandidate(NamedTuple):
    """A client on file."""

    id: str
    family_id: str
    name: str
    kind: str
    born_on: date | None


Match = tuple[str | None, str | None]


@dataclass
class ClientMatcher:
    """The clients whom these check-ins may be about, and when they were in care."""

    conn: Connection
    practice_id: str
    zone: ZoneInfo
    _by_email: dict[str, list[ClientCandidate]] = field(default_factory=lambda: defaultdict(list))
    _by_parent: dict[str, list[ClientCandidate]] = field(default_factory=lambda: defaultdict(list))
    _stays: dict[str, list[tuple[date, date, int]]] = field(default_factory=dict)

    def load_candidates(
        self, respondents: Iterable[Respondent], clients: Iterable[str] = ()
    ) -> None:
        """Read who may be meant; `clients` are matched before, of whom only the days are read."""
        respondents = list(respondents)
        emails = {respondent.email.lower() for respondent in respondents if respondent.email}
        for email, person in self._with(booking.c.email, emails):
            self._by_email[email].append(person)
        lost = [
            respondent
            for respondent in respondents
            if (respondent.email or "").lower() not in self._by_email
        ]
        parents = {plain_name(respondent.parent) for respondent in lost} - {""}
        if parents:
            for name, person in self._with(booking.c.client_name, self._spelt(parents)):
                if person not in self._by_parent[plain_name(name)]:
                    self._by_parent[plain_name(name)].append(person)
        lists = [*self._by_email.values(), *self._by_parent.values()]
        self._read_stays({*(person.id for people in lists for person in people), *clients})

    def match(self, respondent: Respondent) -> Match:
        """Return the client's id, or None and the question for the owner."""
        theirs = self._by_email.get((respondent.email or "").lower(), [])
        if theirs:
            matches = self._narrowed(respondent, theirs)
            return (matches[0].id, None) if len(matches) == 1 else (None, WHO_OF_THEM)
        return self._by_name(respondent)

    def find_moment(self, client_id: str | None, answered_at: int) -> tuple[str, date]:
        """Return the moment an answer of this client belongs to, and its day."""
        on = datetime.fromtimestamp(answered_at, self.zone).date()
        firsts = [(first, at) for first, _, at in self._stays.get(client_id or "", ())]
        return moment_of(answered_at, on, firsts)

    def _by_name(self, respondent: Respondent) -> Match:
        theirs = (
            self._by_parent.get(plain_name(respondent.parent), [])
            if respondent.parent.strip()
            else []
        )
        if not theirs:
            return None, NOBODY_BY_NAME if respondent.parent.strip() else NOBODY_BY_E_MAIL
        matches = self._narrowed(respondent, theirs)
        if len(matches) != 1:
            families = {person.family_id for person in theirs}
            return None, SEVERAL if len(families) > 1 else WHO_OF_THEM
        if respondent.email:
            return None, OTHER_E_MAIL
        return (
            (matches[0].id, None) if self._in_care(matches[0], respondent) else (None, OTHER_TIME)
        )

    def _narrowed(
        self, respondent: Respondent, theirs: Sequence[ClientCandidate]
    ) -> list[ClientCandidate]:
        """Return who is meant of a family: by kind and name; without a name, by date."""
        alike = [person for person in theirs if respondent.kind in {None, person.kind}]
        name = plain_name(respondent.name)
        if name:
            return [person for person in alike if plain_name(person.name) == name]
        if len(alike) > 1:
            return [person for person in alike if self._in_care(person, respondent)]
        return alike

    def _in_care(self, person: ClientCandidate, respondent: Respondent) -> bool:
        if respondent.answered_at is None:
            return False
        on = datetime.fromtimestamp(respondent.answered_at, self.zone).date()
        client_stays = self._stays.get(person.id, ())
        return any(first - _AHEAD <= on <= last + _BEHIND for first, last, _ in client_stays)

    def _with(self, column: Any, values: Iterable[str]) -> list[tuple[str, ClientCandidate]]:
        """Return (what was said, client) of the families with bookings that say so."""
        homes = (
            select(column.label("said"), booking.c.family_id)
            .where(booking.c.practice_id == self.practice_id, column.in_(among(self.conn, values)))
            .distinct()
            .subquery()
        )
        columns = (client.c.id, client.c.family_id, client.c.name, client.c.kind, client.c.born_on)
        statement = (
            select(homes.c.said, *columns)
            .join(client, client.c.family_id == homes.c.family_id)
            .where(client.c.practice_id == self.practice_id)
            .order_by(homes.c.said, client.c.id)
        )
        return [(row.said, ClientCandidate(*row[1:])) for row in self.conn.execute(statement)]

    def _spelt(self, plain: set[str]) -> list[str]:
        """Return the names on file that are these, however they are spelt there."""
        in_practice = booking.c.practice_id == self.practice_id
        names = self.conn.execute(
            select(booking.c.client_name).where(in_practice).distinct()
        ).scalars()
        return [name for name in names if plain_name(name) in plain]

    def _read_stays(self, clients: set[str]) -> None:
        statement = (
            select(visit_client.c.client_id, visit.c.day, visit.c.starts_at)
            .join(visit)
            .where(
                visit_client.c.practice_id == self.practice_id,
                visit_client.c.client_id.in_(among(self.conn, sorted(clients))),
                visit.c.state.in_((State.COMPLETED, State.BOOKED)),
            )
            .order_by(visit.c.starts_at)
        )
        starts: dict[str, dict[date, int]] = defaultdict(dict)
        for row in self.conn.execute(statement):
            starts[row.client_id].setdefault(row.day, row.starts_at)
        for id_, days in starts.items():
            self._stays[id_] = [
                (stay.days[0], stay.days[-1], days[stay.days[0]])
                for stay in build_stays(days, None, max(days))
            ]
