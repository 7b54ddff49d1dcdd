"""One concern's summary and its figures, and why it may have to be withheld."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from allay_metrics.outcomes.funnel import at_an_extreme
from allay_metrics.outcomes.measures import Concern, Measure
from allay_metrics.outcomes.norms import age_weeks, band
from allay_metrics.outcomes.summary import Episode, JudgedEpisode, Summary, summarise

HISTORY = "a history tag: never charted as resolved"
NO_HEADLINE = "under 40 % answered both times: no headline"


@dataclass(frozen=True)
class AnswerLine:
    """One client's answers to a measure: (weeks of age, or since the first visit, value)."""

    client_id: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class ConcernReview:
    """One concern: its summary, and the values of its figures.

    `changes` are those of all pairs, smallest first, positive where better; `lines` are over age,
    or over weeks since the first visit for parents (`by_age` False). `band` is (age, low, mean,
    high) of babies of that age, empty where no norms are known. `extreme` names a floor or ceiling
    effect of the baselines. `charted` is False for history tags.
    """

    concern: Concern
    summary: Summary
    changes: tuple[float, ...]
    lines: tuple[AnswerLine, ...]
    by_age: bool
    band: tuple[tuple[float, float, float, float], ...]
    extreme: str
    charted: bool
    exploratory: bool

    @property
    def why_not(self) -> str:
        """Return why its summary is withheld, '' where it may be shown."""
        if not self.charted:
            return HISTORY
        few = self.summary.funnel.standing == "no headline"
        return self.summary.reason or (NO_HEADLINE if few else "")

    @property
    def report(self) -> Summary:
        """Return the summary with withheld values as None, for pages, exports and command line.

        Who answered is always shown, as are worst and best case where they are known.
        """
        summary = self.summary
        if not self.why_not:
            return summary
        hushed = replace(
            summary,
            mean=None,
            expected=None,
            remainder=None,
            better=None,
            same=None,
            worse=None,
            reliably_changed=None,
            reason=self.why_not,
        )
        if self.charted and summary.detail == "dots":
            return hushed
        bounds = (summary.worst_case, summary.best_case) if self.charted else (None, None)
        return replace(hushed, median=None, worst_case=bounds[0], best_case=bounds[1])


def review_concern(
    episodes: Sequence[Episode],
    concern: Concern,
    measure: Measure | None,
    period: tuple[date, date],
    as_of: date,
) -> ConcernReview:
    """Return the summary of a concern and its lines, for windows that closed in the period."""
    summary, judged = summarise(episodes, concern, period, as_of, measure)
    counted = summary.measure
    by_age = concern.client != "parent" and counted.id != "parent_pain"
    lines = tuple(
        line for judgement in judged if (line := _line(judgement, counted, by_age=by_age)).points
    )
    ages = [age for line in lines for age, _ in line.points]
    starts = [judgement.before.answer.value for judgement in judged if judgement.before]
    drawn = band(counted.norm_metric, _steps(ages)) if by_age and counted.norm_metric else []
    return ConcernReview(
        concern=concern,
        summary=summary,
        changes=tuple(sorted(judgement.change.change for judgement in judged if judgement.change)),
        lines=lines,
        by_age=by_age,
        band=tuple(drawn),
        extreme=at_an_extreme(starts, counted.low, counted.high),
        charted=concern.kind != "history tag",
        exploratory=counted.id != concern.primary_measure,
    )


def _line(judgement: JudgedEpisode, measure: Measure, *, by_age: bool) -> AnswerLine:
    episode = judgement.episode
    points = []
    for answer in episode.answers:
        if answer.measure != measure.id:
            continue
        if not by_age:
            points.append(((answer.on - episode.first).days / 7, answer.value))
        elif episode.born is not None:
            age = age_weeks(episode.born, answer.on, episode.gestation_weeks)
            points.append((age, answer.value))
    return AnswerLine(episode.client_id, tuple(points))


def _steps(ages: Sequence[float]) -> list[float]:
    """Return ages in steps of half a week, from the youngest to the oldest, for the norm band."""
    if not ages:
        return []
    return [half / 2 for half in range(int(min(ages) * 2), int(max(ages) * 2) + 2)]
