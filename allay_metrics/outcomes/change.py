"""One episode's change: the raw change, the change expected by age, and the remainder."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from allay_metrics.outcomes.intervals import RELIABLE, reliable_change
from allay_metrics.outcomes.measures import Measure
from allay_metrics.outcomes.norms import age_weeks, expected_change
from allay_metrics.outcomes.windows import Answer

Verdict = Literal["better", "same", "worse", "at_best_already", "cannot_tell"]


@dataclass(frozen=True)
class Change:
    """The change between two answers of one episode. Everything is signed: positive is better.

    `expected` is the change by age alone according to the norms, `remainder` the rest; both are
    None where the measure has no norms or the baby's age is outside the table. `reliable` is True
    where the change exceeds both the threshold and noise, None where the noise is unknown.
    """

    before: float
    after: float
    change: float
    expected: float | None
    remainder: float | None
    verdict: Verdict
    reliable: bool | None


def change_of(
    measure: Measure,
    before: Answer,
    after: Answer,
    born: date | None = None,
    gestation_weeks: int | None = None,
) -> Change:
    """Return the change from a baseline to a later answer of the same measure."""
    change = measure.change(before.value, after.value)
    expected = _expected(measure, before.on, after.on, born, gestation_weeks)
    remainder = None if expected is None else change - expected
    verdict = _verdict(measure, before.value, change, remainder)
    return Change(
        before=before.value,
        after=after.value,
        change=change,
        expected=expected,
        remainder=remainder,
        verdict=verdict,
        reliable=_reliable(measure, change),
    )


def _expected(
    measure: Measure, before: date, after: date, born: date | None, gestation_weeks: int | None
) -> float | None:
    if not measure.norm_metric or born is None:
        return None
    ages = [age_weeks(born, day, gestation_weeks) for day in (before, after)]
    moved = expected_change(measure.norm_metric, *ages)
    return None if moved is None else moved * measure.better


def _verdict(measure: Measure, before: float, change: float, remainder: float | None) -> Verdict:
    """Return better, same or worse by the measure's threshold.

    A baby who starts within one threshold of the best value cannot improve and is counted
    separately, unless it got worse, which is always counted. Where the threshold applies beyond
    the change by age and that is unknown, the verdict is `cannot_tell`.
    """
    judged = remainder if measure.beyond_age else change
    could_not_improve = abs(measure.best - before) < measure.threshold
    if judged is None:
        return "at_best_already" if could_not_improve else "cannot_tell"
    if judged <= -measure.threshold:
        return "worse"
    if could_not_improve:
        return "at_best_already"
    return "better" if judged >= measure.threshold else "same"


def _reliable(measure: Measure, change: float) -> bool | None:
    if measure.sd is None or measure.reliability is None:
        return None
    beyond_noise = abs(reliable_change(change, measure.sd, measure.reliability)) > RELIABLE
    return beyond_noise and abs(change) >= measure.threshold
