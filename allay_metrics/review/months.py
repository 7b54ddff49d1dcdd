"""Reported change month by month, for a run chart."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from allay_metrics.outcomes.funnel import LINES_ONLY_UNDER
from allay_metrics.outcomes.measures import concerns
from allay_metrics.outcomes.summary import Episode, closes_on, summarise

RUN_FROM = 12  # the fewest months of a run chart


@dataclass(frozen=True)
class Month:
    """Pairs with a window that closed in a month, and how many of them were better."""

    month: date
    better: int
    pairs: int


def compute_months(episodes: Sequence[Episode], as_of: date) -> tuple[Month, ...]:
    """Return whole months with five pairs or more; none while a run chart has too few."""
    verdicts_by_month: dict[date, list[bool]] = defaultdict(list)
    for concern in concerns().values():
        if concern.kind == "history tag":
            continue
        _, judged = summarise(episodes, concern, (date.min, as_of.replace(day=1)), as_of)
        for judgement in judged:
            if judgement.change is not None:
                month = closes_on(judgement.episode, concern).replace(day=1)
                verdicts_by_month[month].append(judgement.change.verdict == "better")
    whole = {
        month: verdicts
        for month, verdicts in verdicts_by_month.items()
        if month < as_of.replace(day=1)
    }
    months = [
        Month(month, sum(verdicts), len(verdicts))
        for month, verdicts in sorted(whole.items())
        if len(verdicts) >= LINES_ONLY_UNDER
    ]
    return tuple(months[-24:]) if len(months) >= RUN_FROM else ()


def middle_share(months: Sequence[Month]) -> float | None:
    """Return the median of the months' shares, the centre line of the run chart."""
    return median(month.better / month.pairs for month in months) if months else None
