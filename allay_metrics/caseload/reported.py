"""What a parent reported of one client: answers over time, and the parent's words."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, select

from allay_metrics.actions.own_measures import own_measures
from allay_metrics.caseload import reading
from allay_metrics.metrics.outcomes import read_episodes
from allay_metrics.outcomes.measures import Measure, concerns, measures
from allay_metrics.outcomes.norms import age_weeks, band
from allay_metrics.records import Scope
from allay_metrics.records.tables import answer, check_in, client

DRAWN = ("number", "ordinal", "words")


@dataclass(frozen=True)
class ParentWords:
    """What a parent wrote in one check-in: (measure, text) in the order given, and who read it."""

    check_in_id: str
    on: date
    texts: tuple[tuple[str, str], ...]
    read_by: str
    read_on: date | None


def read_said(scope: Scope, client_id: str) -> tuple[ParentWords, ...]:
    """Return a client's check-ins with words in them, newest first; of own families alone."""
    own = select(client.c.id).where(reading.own(scope, client, client.c.family_id))
    columns = ("id", "answered_at", "words_read_by", "words_read_at")
    selection: list[Any] = [
        *(check_in.c[name] for name in columns),
        answer.c.measure,
        answer.c.text,
    ]
    statement = (
        select(*selection)
        .join(
            answer,
            and_(
                answer.c.practice_id == check_in.c.practice_id,
                answer.c.check_in_id == check_in.c.id,
            ),
        )
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
        for id_, at, by, read_at, measure, text in conn.execute(statement):
            before = words_by_check_in[id_].texts if id_ in words_by_check_in else ()
            day, read_on = _day(scope, at), None if read_at is None else _day(scope, read_at)
            words_by_check_in[id_] = ParentWords(
                id_, day, (*before, (measure, text)), by or "", read_on
            )
    return tuple(words_by_check_in.values())


def _day(scope: Scope, at: int) -> date:
    return datetime.fromtimestamp(at, scope.zone).date()


@dataclass(frozen=True)
class MeasureAnswers:
    """One measure's answers: (weeks of age, or since the first visit, value), over its band."""

    measure: Measure
    points: tuple[tuple[float, float], ...]
    band: tuple[tuple[float, float, float, float], ...]
    by_age: bool
    newest: float
    on: date


def read_answers(scope: Scope, client_id: str) -> tuple[MeasureAnswers, ...]:
    """Return a client's answers by measure, the concern's own first.

    All of them, whether or not the family agreed to be counted in totals: they are the client's.
    """
    episodes = read_episodes(scope, totals=False, clients=[client_id])
    if not episodes:
        return ()
    newest = episodes[-1]
    concern = concerns().get(newest.concern)
    first = concern.primary_measure if concern else ""
    charted = [one for one in measures().values() if one.kind in DRAWN]
    charted += [one.measure for one in own_measures(scope)]
    charted.sort(key=lambda one: one.id != first)
    measure_answers = []
    for measure in charted:
        answers = [one for one in newest.answers if one.measure == measure.id]
        if not answers:
            continue
        by_age = newest.born is not None and measure.id != "parent_pain"
        start = newest.born if by_age and newest.born else newest.first
        weeks = newest.gestation_weeks if by_age else None
        points = tuple((age_weeks(start, one.on, weeks), one.value) for one in answers)
        ages = [point[0] for point in points]
        steps = [half / 2 for half in range(int(min(ages) * 2) - 2, int(max(ages) * 2) + 4)]
        over = band(measure.norm_metric, steps) if by_age and measure.norm_metric else []
        measure_answers.append(
            MeasureAnswers(measure, points, tuple(over), by_age, answers[-1].value, answers[-1].on)
        )
    return tuple(measure_answers)
