"""What a parent reported of one client: answers over time, and the parent's words."""

from dataclasses import dataclass
from datetime import date

from allay_metrics.metrics.outcomes import read_episodes
from allay_metrics.outcomes.measures import Measure, concerns, measures
from allay_metrics.outcomes.norms import age_weeks, band
from allay_metrics.records import Scope

AT_MOST = 4


@dataclass(frozen=True)
class Answers:
    """One measure's answers: (weeks of age, or since the first visit, value), over its band."""

    measure: Measure
    points: tuple[tuple[float, float], ...]
    band: tuple[tuple[float, float, float, float], ...]
    by_age: bool
    newest: float
    on: date


def read_answers(scope: Scope, client_id: str) -> tuple[Answers, ...]:
    """Return a client's answers by measure, the concern's own first; at most four measures.

    All of them, whether or not the family agreed to be counted in totals: they are the client's.
    """
    episodes = read_episodes(scope, totals=False, clients=[client_id])
    if not episodes:
        return ()
    newest = episodes[-1]
    concern = concerns().get(newest.concern)
    first = concern.primary_measure if concern else ""
    charted = [one for one in measures().values() if one.kind in ("number", "ordinal")]
    charted.sort(key=lambda one: one.id != first)
    found = []
    for measure in charted:
        given = [one for one in newest.answers if one.measure == measure.id]
        if not given:
            continue
        by_age = newest.born is not None and measure.id != "parent_pain"
        start = newest.born if by_age and newest.born else newest.first
        weeks = newest.gestation_weeks if by_age else None
        points = tuple((age_weeks(start, one.on, weeks), one.value) for one in given)
        ages = [point[0] for point in points]
        steps = [half / 2 for half in range(int(min(ages) * 2) - 2, int(max(ages) * 2) + 4)]
        over = band(measure.norm_metric, steps) if by_age and measure.norm_metric else []
        found.append(Answers(measure, points, tuple(over), by_age, given[-1].value, given[-1].on))
    return tuple(found[:AT_MOST])
