"""A check-in form as its parent sees it: the answers so far, and the next step."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, and_, select

from allay_metrics.actions.open_episodes import read_open_episodes
from allay_metrics.actions.own_measure_changes import read_own_measures
from allay_metrics.contact import parse_contact
from allay_metrics.derive.closing import DIED
from allay_metrics.errors import NotFound
from allay_metrics.outcomes.check_in_periods import choose_measures
from allay_metrics.outcomes.own_measures import OwnMeasure
from allay_metrics.outcomes.wording import Wording, wordings
from allay_metrics.records import Scope
from allay_metrics.records.tables import (
    answer,
    care_closed,
    check_in,
    client,
    client_detail,
    family,
    red_flag,
)

BIRTH, WORDS = "birth", "words"
CLOSED = "This link is not open."


@dataclass(frozen=True)
class SavedAnswer:
    """A saved answer; no value where the parent would rather not say."""

    value: float | None
    text: str


@dataclass(frozen=True)
class ReadingPause:
    """The time until answers are read again: the current moment, and when reading begins."""

    now: datetime
    begins: datetime


@dataclass(frozen=True)
class OpenForm:
    """An open check-in and its answers so far. It contains no name.

    `about` are the first letters of the client's name where the family has several clients.
    `measures` are asked in this order; `own` are the practice's own among them. `asks_birth` is
    whether birth is asked about, `asks_date` whether its date is unknown. `reading` is None during
    reading hours.
    """

    language: str
    kind: str
    about: str
    consented: bool
    in_totals: bool
    screened: bool
    ticked: frozenset[int]
    has_read_advice: bool
    asks_birth: bool
    asks_date: bool
    measures: tuple[str, ...]
    answers: Mapping[str, SavedAnswer]
    own: Mapping[str, OwnMeasure] = field(default_factory=dict)
    reading: ReadingPause | None = None

    @property
    def step(self) -> str:
        """Return the next step: consent, signs, act, birth, the id of a measure, or words."""
        if not self.consented:
            return "consent"
        if not self.screened:
            return "signs"
        if self.ticked and not self.has_read_advice:
            return "act"
        return next((next_step for next_step in self.steps if next_step not in self.answers), WORDS)

    @property
    def steps(self) -> tuple[str, ...]:
        """Return the steps in order; the last one is free text and submits the form."""
        return (*((BIRTH,) if self.asks_birth else ()), *self.measures, WORDS)

    def words(self, measure: str, language: str) -> Wording:
        """Return the wording of a measure in a language."""
        own = self.own.get(measure)
        return own.words[language] if own else wordings(language)[measure]


def read_form(conn: Connection, scope: Scope, row: Row[Any], today: date) -> OpenForm:
    """Return the form of a row of `check_in`, with everything its parent may see."""
    columns = ("family_id", "name", "kind", "born_on")
    whom = conn.execute(
        select(*(client.c[name] for name in columns)).where(
            is_of_practice(client, row, client.c.id == row.client_id)
        )
    ).first()
    if whom is None:
        raise NotFound(CLOSED)
    concern, answered_before = _read_background(scope, row, today)
    detail = conn.execute(
        select(client_detail).where(
            is_of_practice(client_detail, row, client_detail.c.client_id == row.client_id)
        )
    ).first()
    names = select(client.c.name).where(
        is_of_practice(client, row, client.c.family_id == whom.family_id),
        client.c.kind == whom.kind,
    )
    answer_statement = select(answer).where(
        is_of_practice(answer, row, answer.c.check_in_id == row.id)
    )
    answers = {
        values.measure: SavedAnswer(values.value, values.text or "")
        for values in conn.execute(answer_statement)
    }
    knows_date = whom.born_on is not None or (detail is not None and detail.born_on is not None)
    knows_weeks = detail is not None and detail.gestation_weeks is not None
    asks = whom.kind == "infant" and (BIRTH in answers or not (knows_date and knows_weeks))
    asks = asks and not answered_before
    own = read_own_measures(conn, row.practice_id)
    measures = choose_measures(concern, whom.kind, row.moment, taken=int(asks), own=own)
    return OpenForm(
        language=row.language,
        kind=whom.kind,
        about=_first_letters(whom.name, list(conn.execute(names).scalars())),
        consented=row.consented_at is not None,
        in_totals=bool(row.in_totals),
        screened=row.screened_at is not None,
        ticked=frozenset(read_ticked_signs(conn, row)),
        has_read_advice=row.advice_read_at is not None,
        asks_birth=asks,
        asks_date=whom.born_on is None,
        measures=tuple(measure.id for measure in measures),
        answers=answers,
        own={own_measure.id: own_measure for own_measure in own},
    )


def is_contact_allowed(scope: Scope, row: Row[Any]) -> bool:
    """Return whether this link may still ask the family.

    It may not while the family's contact is restricted, nor after a baby of the family died.
    """
    practice = scope.of_practice("form")
    own = select(client.c.family_id).where(
        is_of_practice(client, row, client.c.id == row.client_id)
    )
    contact_statement = select(family.c.contact, family.c.contact_reason).where(
        is_of_practice(family, row, family.c.id.in_(own))
    )
    died = (
        select(care_closed.c.closed_at)
        .join(
            client,
            and_(
                client.c.practice_id == care_closed.c.practice_id,
                client.c.id == care_closed.c.client_id,
            ),
        )
        .where(
            is_of_practice(care_closed, row, care_closed.c.reason == DIED),
            client.c.family_id.in_(own),
            care_closed.c.closed_at >= row.asked_at,
        )
    )
    with practice.read() as conn:
        contact = conn.execute(contact_statement).first()
        ended = conn.execute(died.limit(1)).first() is not None
    return contact is not None and parse_contact(*contact).allows("check-in") and not ended


def _read_background(scope: Scope, row: Row[Any], today: date) -> tuple[str | None, bool]:
    """Return the concern asked about, and whether birth was asked before."""
    practice = scope.of_practice("form")
    with practice.read() as conn:
        course = read_open_episodes(conn, practice, today, [row.client_id])
        return course[0].concern if course else None, _has_answered_before(conn, row)


def _has_answered_before(conn: Connection, row: Row[Any]) -> bool:
    """Return whether this client answered one of our forms: birth is asked about once."""
    earlier = select(check_in.c.id).where(
        is_of_practice(check_in, row, check_in.c.client_id == row.client_id),
        check_in.c.source == row.source,
        check_in.c.answered_at.is_not(None),
    )
    return conn.execute(earlier.limit(1)).first() is not None


def _first_letters(name: str, names: list[str]) -> str:
    """Return the shortest distinct prefix of a name among its siblings', '' without siblings."""
    others = [other_name for other_name in names if other_name.casefold() != name.casefold()]
    if not others:
        return ""
    for length in range(1, len(name)):
        start = name[:length].casefold()
        if not any(other_name.casefold().startswith(start) for other_name in others):
            return name[:length]
    return name


def read_ticked_signs(conn: Connection, row: Row[Any]) -> set[int]:
    """Return the warning signs ticked so far."""
    statement = select(red_flag.c.sign).where(
        is_of_practice(red_flag, row, red_flag.c.check_in_id == row.id)
    )
    return set(conn.execute(statement).scalars())


def read_family_clients(conn: Connection, row: Row[Any]) -> list[str]:
    """Return the ids of all clients of the family a check-in is about."""
    own = select(client.c.family_id).where(
        is_of_practice(client, row, client.c.id == row.client_id)
    )
    statement = select(client.c.id).where(is_of_practice(client, row, client.c.family_id.in_(own)))
    return list(conn.execute(statement).scalars())


def is_of_practice(table: Table, row: Row[Any], *which: Any) -> Any:
    """Return the condition for rows of the check-in's practice."""
    return and_(table.c.practice_id == row.practice_id, *which)
