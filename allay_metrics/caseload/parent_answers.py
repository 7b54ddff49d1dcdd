"""Reads what parents reported about one client: answers over time, and free text."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from allay_metrics.actions.own_measure_changes import list_own_measures
from allay_metrics.caseload import queries
from allay_metrics.metrics.outcome_metrics import read_episodes
from allay_metrics.outcomes.measures import Measure, concerns, measures
from allay_metrics.outcomes.norms import age_weeks, band
from allay_metrics.records import Scope
from allay_metrics.records.tables import answer, check_in, client

DRAWN = ("number", "ordinal", "words")


@dataclass(frozen=True)
class ParentWords:
    """A parent's texts in one check-in, as (measure, text) in order, and who read them."""

    check_in_id: str
    on: date
    texts: tuple[tuple[str, str], ...]
    read_by: str
    read_on: date | None


def read_parent_words(scope: Scope, client_id: str) -> tuple[ParentWords, ...]:
    """Return the check-ins with text of a client in the viewer's own families, newest first."""
    own = select(client.c.id).where(queries.own_condition(scope, client, client.c.family_id))
    columns = ("id", "answered_at", "words_read_by", "words_read_at")
    selection: list[Any] = [
        *(check_in.c[name] for name in columns),
        answer.c.measure,
        answer.c.text,
    ]
    statement = (
        select(*selection)
        .join(answer)
        .where(
            check_in.c.practice_id == scope.practice_id,
            check_in.c.client_id == client_id,
            check_in.c.client_id.in_(own),
            check_in.c.answered_at.is_not(None),
            answer.c.text.is_not(None),
        )
        .order_by(check_in.c.answered_at.desc(), check_in.c.id, answer.c.saved_at)
    )
    words_by_check_in: dict[str, ParentWords] = {}
    with scope.read() as conn:
        for row in conn.execute(statement):
            before = words_by_check_in[row.id].texts if row.id in words_by_check_in else ()
            read_at = row.words_read_at
            words_by_check_in[row.id] = ParentWords(
                row.id,
                _day(scope, row.answered_at),
                (*before, (row.measure, row.text)),
                row.words_read_by or "",
                None if read_at is None else _day(scope, read_at),
            )
    return tuple(words_by_check_in.values())


def _day(scope: Scope, at: int) -> date:
    return datetime.fromtimestamp(at, scope.zone).date()


@dataclass(frozen=True)
class MeasureAnswers:
    """One measure's answers as points, over the band of usual values.

    `points` are (weeks, value): weeks of age if `by_age`, else since the first visit. `newest` and
    `on` are the last value and its day.
    """

    measure: Measure
    points: tuple[tuple[float, float], ...]
    band: tuple[tuple[float, float, float, float], ...]
    by_age: bool
    newest: float
    on: date


def read_answers(scope: Scope, client_id: str) -> tuple[MeasureAnswers, ...]:
    """Return a client's answers by measure, the primary measure of the concern first.

    Including those that the family does not want counted in totals.
    """
    episodes = read_episodes(scope, totals=False, clients=[client_id])
    if not episodes:
        return ()
    newest = episodes[-1]
    concern = concerns().get(newest.concern)
    first = concern.primary_measure if concern else ""
    charted = [measure for measure in measures().values() if measure.kind in DRAWN]
    charted += [own.measure for own in list_own_measures(scope)]
    charted.sort(key=lambda measure: measure.id != first)
    measure_answers = []
    for measure in charted:
        answers = [reply for reply in newest.answers if reply.measure == measure.id]
        if not answers:
            continue
        by_age = newest.born is not None and measure.id != "parent_pain"
        start = newest.born if by_age and newest.born else newest.first
        weeks = newest.gestation_weeks if by_age else None
        points = tuple((age_weeks(start, reply.on, weeks), reply.value) for reply in answers)
        ages = [age for age, _ in points]
        steps = [half / 2 for half in range(int(min(ages) * 2) - 2, int(max(ages) * 2) + 4)]
        norm_band = band(measure.norm_metric, steps) if by_age and measure.norm_metric else []
        measure_answers.append(
            MeasureAnswers(
                measure, points, tuple(norm_band), by_age, answers[-1].value, answers[-1].on
            )
        )
    return tuple(measure_answers)
