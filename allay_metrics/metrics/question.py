"""A question: which metrics, by which groups, over which days, of which visits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

from allay_metrics.errors import QuestionProblem, choose_from
from allay_metrics.metrics.days import GRAINS, Bucket, buckets
from allay_metrics.metrics.metric import COUNTED, NOT_COUNTED, Metric

GROUPS = ("city", "county", "visit_type", "therapist", "weekday", "state", "referral_source")
FILTERS = (*GROUPS, "includes")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
VISIT_TYPES = ("cst", "lactation", "massage", "other")
_CLOSED = {
    "weekday": WEEKDAYS,
    "visit_type": VISIT_TYPES,
    "includes": VISIT_TYPES,
    "state": (*COUNTED, *NOT_COUNTED),
}


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question to the records, independent of the viewer.

    `metrics` and `by` are keys; `grain` is day, week, month, quarter, year or None; `first` and
    `last` are local dates, both included; `where` holds (filter, value) pairs, of which several of
    one filter mean *or* and different filters mean *and*. Values are as shown: `San Jose`, `cst`,
    `Maya Lopez`, `Mon`. Raises QuestionProblem for anything unknown or without a meaning.
    """

    metrics: tuple[str, ...]
    by: tuple[str, ...] = ()
    grain: str | None = None
    first: date
    last: date
    where: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if not self.metrics:
            raise QuestionProblem("A question asks for at least one metric.")
        _check_choices("metric", self.metrics, _metrics())
        _check_choices("group", self.by, GROUPS)
        _check_choices("grain", (self.grain,) if self.grain else (), GRAINS)
        _check_choices("filter", tuple(key for key, _ in self.where), FILTERS, once=False)
        for key, value in self.where:
            if key in _CLOSED:
                _check_choices(key, (value,), _CLOSED[key])
        if self.first > self.last:
            raise QuestionProblem(f"The period ends before it starts: {self.first} to {self.last}.")
        for metric in self.metric_entries:
            _make_sense(self, metric)

    @property
    def metric_entries(self) -> list[Metric]:
        """Return the metrics' registry entries, in the question's order."""
        metrics = _metrics()
        return [metrics[key] for key in self.metrics]

    @property
    def buckets(self) -> list[Bucket]:
        """Return the periods the answer has, in order."""
        return buckets(self.grain, self.first, self.last)

    def values(self, key: str) -> list[str]:
        """Return the values of one filter; none means all."""
        return [value for name, value in self.where if name == key]

    def names(self, key: str) -> bool:
        """Return whether the question groups or filters by this."""
        return key in self.by or any(name == key for name, _ in self.where)

    def only(self, key: str, value: str) -> Self:
        """Return the same question filtered to one value of a group, as when a bar is opened."""
        kept = tuple(pair for pair in self.where if pair[0] != key)
        return replace(self, where=(*kept, (key, value)))


def _metrics() -> Mapping[str, Metric]:
    # Imported late: the registry imports counting functions, which take questions.
    from allay_metrics.metrics.registry import METRICS

    return METRICS


def _check_choices(
    kind: str, values: tuple[str, ...], choices: Iterable[str], *, once: bool = True
) -> None:
    names = list(choices)
    for name in values:
        if name not in names:
            raise QuestionProblem(choose_from(kind, name, names))
        if once and values.count(name) > 1:
            raise QuestionProblem(f"The {kind} '{name}' is asked for twice.")


def _make_sense(question: Question, metric: Metric) -> None:
    label = metric.label
    if metric.kind == "stock" and question.grain:
        raise QuestionProblem(
            f"{label} is counted at the newest export, whatever the period: it has no "
            f"{question.grain}s."
        )
    if metric.is_ratio and question.names("state"):
        raise QuestionProblem(
            f"{label} compares visits of different states: it has no groups by state."
        )
    allowed = metric.groups
    if allowed is not None and (other := [by for by in question.by if by not in allowed]):
        raise QuestionProblem(
            f"{label} can be grouped by {', '.join(allowed)}: {metric.groups_reason} "
            f"{other[0].replace('_', ' ')}."
        )
    if metric.by_whole_weeks and question.grain != "week":
        whole = question.first.weekday() == 0 and question.last.weekday() == 6
        if question.grain or not whole:
            raise QuestionProblem(
                f"{label} is computed for whole weeks: ask by week, or from a Monday to a Sunday."
            )
