"""Clients to look at first, because their parents' newest answer got worse."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from sqlalchemy import Connection, select

from allay_metrics.metrics.outcome_metrics import read_deaths, read_episodes
from allay_metrics.outcomes.measures import Measure, concerns, measures
from allay_metrics.outcomes.summary import Episode
from allay_metrics.records import Scope
from allay_metrics.records.tables import check_in

RECENT = timedelta(days=14)
_OPEN = timedelta(days=200)


@dataclass(frozen=True)
class Worsening:
    """A client's newest answer is worse than the one before by the meaningful change."""

    client_id: str
    measure: Measure
    before: float
    after: float
    on: date


@dataclass(frozen=True)
class CheckInWait:
    """What is open about a client's check-ins: unread words, or an overdue answer."""

    client_id: str
    what: str
    when: str
    weight: Literal["act", "soon"]


def read_worsenings(
    scope: Scope, as_of: date, conn: Connection | None = None, clients: Iterable[str] | None = None
) -> list[Worsening]:
    """Return what got worse in answers of the 14 days to `as_of`, newest first.

    Of the families this viewer may see. It is no practice total, so every answer counts.
    """
    if conn is None:
        with scope.read() as own:
            return read_worsenings(scope, as_of, own, clients)
    # Few answered lately, however many are in care.
    lately = _answered_lately(conn, scope, as_of)
    client_ids = (lately if clients is None else lately & set(clients)) - read_deaths(
        conn, scope
    ).keys()
    if not client_ids:
        return []
    opened = as_of - _OPEN, as_of
    worsenings = [
        worse
        for episode in read_episodes(
            scope, totals=False, opened=opened, clients=client_ids, conn=conn
        )
        if (worse := _worse(episode, as_of)) is not None
    ]
    return sorted(
        worsenings, key=lambda worsening: (worsening.on, worsening.client_id), reverse=True
    )


def _answered_lately(conn: Connection, scope: Scope, as_of: date) -> set[str]:
    since = datetime.combine(as_of - RECENT, time(), scope.zone)
    statement = select(check_in.c.client_id).where(
        check_in.c.practice_id == scope.practice_id,
        check_in.c.answered_at >= int(since.timestamp()),
        check_in.c.client_id.is_not(None),
    )
    return {id_ for id_ in conn.execute(statement).scalars() if id_}


def _worse(episode: Episode, as_of: date) -> Worsening | None:
    concern = concerns().get(episode.concern)
    if concern is None:
        return None
    measure = measures()[concern.primary_measure]
    answers = [
        answer for answer in episode.answers if answer.measure == measure.id and answer.on <= as_of
    ]
    if len(answers) < 2 or answers[-1].on <= as_of - RECENT:
        return None
    before, after = answers[-2], answers[-1]
    if measure.change(before.value, after.value) > -measure.threshold:
        return None
    return Worsening(episode.client_id, measure, before.value, after.value, after.on)
