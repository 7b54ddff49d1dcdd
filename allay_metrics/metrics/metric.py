"""A metric as data, checked when it is loaded."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from sqlalchemy import ColumnElement

from allay_metrics.records.states import State

if TYPE_CHECKING:
    from allay_metrics.metrics.aggregates import Cells
    from allay_metrics.metrics.answerability import Judged
    from allay_metrics.metrics.query_context import QueryContext
    from allay_metrics.metrics.question import Question
    from allay_metrics.records import Scope

Kind = Literal[
    "count",
    "rate",
    "share_of_hours",
    "money",
    "per_hour",
    "hours",
    "per_visit",
    "median",
    "stock",
    "distinct",
]
Direction = Literal["up", "down", "neither"]  # the direction that is better
CoverageKind = Literal[
    "kept", "cancelled", "no_show", "cancel_time", "canceller", "booked_on", "attendance", "family"
]

# Visit states that metrics count; `rescheduled` counts at its new time, `missing` after a decision.
COMPLETED = (State.COMPLETED,)
BOOKED = (State.BOOKED,)
DUE = (State.COMPLETED, State.NO_SHOW, State.LATE_CANCELLED)
DROVE = (State.COMPLETED, State.NO_SHOW)  # driven to, whether or not anybody was at home
FAMILY_CANCELLED = (State.CANCELLED, State.LATE_CANCELLED)
COUNTED = (
    State.COMPLETED,
    State.BOOKED,
    State.NO_SHOW,
    State.CANCELLED,
    State.LATE_CANCELLED,
    State.PRACTICE_CANCELLED,
    State.UNMARKED,
)
NOT_COUNTED = (State.RESCHEDULED, State.MISSING)


class MetricKey(StrEnum):
    """The keys of the registry: in questions, addresses, exports and on the command line."""

    BOOKINGS = "bookings"
    COMPLETED = "completed"
    BOOKED = "booked"
    DUE = "due"
    COMBINED = "combined"
    ON_BOOKS = "on_books"
    SHOW_RATE = "show_rate"
    NO_SHOW_RATE = "no_show_rate"
    LATE_CANCEL_RATE = "late_cancel_rate"
    CANCEL_RATE = "cancel_rate"
    PRACTICE_CANCEL_RATE = "practice_cancel_rate"
    REBOOKED_RATE = "rebooked_rate"
    CONTINUED_RATE = "continued_rate"
    FAMILIES_SEEN = "families_seen"
    NEW_FAMILIES = "new_families"
    NEW_TO_TYPE = "new_to_type"
    WAIT_DAYS = "wait_days"
    FIRST_LACTATION_WITHIN_2_DAYS = "first_lactation_within_2_days"
    LAPSED_FAMILIES = "lapsed_families"
    CARE_HOURS = "care_hours"
    VISIT_VALUE = "visit_value"
    BOOKED_VALUE = "booked_value"
    DRIVE_HOURS = "drive_hours"
    DRIVE_MINUTES_PER_VISIT = "drive_minutes_per_visit"
    VALUE_PER_FIELD_HOUR = "value_per_field_hour"
    DRIVE_SHARE = "drive_share"
    LONE_VISIT_DAYS = "lone_visit_days"
    FIELD_UTILISATION = "field_utilisation"
    RESPONSE_RATE = "response_rate"
    IMPROVED_SHARE = "improved_share"


Count = Callable[["QueryContext", "Metric"], "Cells"]
Judge = Callable[["QueryContext", "Judged"], "Judged"]
# Takes the condition that a visit starts on the days of the question.
Behind = Callable[["Question", "Scope", ColumnElement[bool]], ColumnElement[bool]]


@dataclass(frozen=True)
class Sum:
    """A sum: a fact of visits (fact_table.py) over the visits in these states."""

    of: str
    states: tuple[str, ...]


@dataclass(frozen=True)
class MetricWindow:
    """Which days of a question a metric may count.

    It `needs` kinds of coverage; `ripe_after` days must have passed before the source's as-of;
    `settled`: not in the first 90 days of the practice's records.
    """

    needs: tuple[CoverageKind, ...] = ()
    ripe_after: int | None = None
    settled: bool = False


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric: its labels, its definition, how it is counted.

    `numerator` and `denominator` are words for people; `top` and `bottom` say the same to the
    database. `noted` kinds of coverage do not withhold the value, their absence is noted.
    `remark` is a sum shown beside the value, such as `12 prices missing`; its words may name {top};
    there may be a second.
    `basis` is a sum without which the remark says all there is: no value then. Denominators up
    to `small` are shown as counts only; those up to 4 always are. A week's value counts visits of
    `spans` weeks, so values fewer than `spans` weeks apart share visits.

    `count` counts what is no sum of visits; `behind` is the condition of the visits it counted;
    `judge` changes the verdicts of a question's periods. `groups` are the only groups it may be
    asked by (None: any), `groups_reason` says why. `by_whole_weeks`: asked for whole weeks only,
    and counted as of their Sunday. `reach`: a week's value depends on the visits from so many days
    after its Monday to so many after its Sunday; None: on any later visit. `is_reported`: it counts
    check-ins, not visits. `beside` is the key of the metric shown next to it on a tile, with
    `beside_words`. `column` is its head in a table of several metrics, by default `short`.
    """

    key: str
    label: str
    short: str
    unit: str
    direction: Direction
    kind: Kind
    definition: str
    numerator: str
    denominator: str = ""
    needs: tuple[CoverageKind, ...] = ("kept",)
    noted: tuple[CoverageKind, ...] = ()
    top: Sum | None = None
    bottom: Sum | None = None
    ripe_after: int | None = None
    settled: bool = False
    remark: Sum | None = None
    remark_words: str = ""
    second_remark: Sum | None = None
    second_words: str = ""
    basis: Sum | None = None
    small: int = 0
    spans: int = 1
    count: Count | None = None
    behind: Behind | None = None
    judge: Judge | None = None
    groups: tuple[str, ...] | None = None
    groups_reason: str = ""
    column: str = ""
    by_whole_weeks: bool = False
    reach: tuple[int, int | None] = (0, 0)
    is_reported: bool = False
    beside: str = ""
    beside_words: str = ""

    @property
    def column_label(self) -> str:
        """Return the head of its column in a table of several metrics."""
        return self.column or self.short

    @property
    def money(self) -> bool:
        """Return whether only viewers who see prices may ask for it."""
        return self.unit == "$"

    @property
    def is_rate(self) -> bool:
        """Return whether the value is a share, 0 to 1, of a denominator."""
        return self.kind in ("rate", "share_of_hours")

    @property
    def is_ratio(self) -> bool:
        """Return whether the value is one sum over another: a rate, or a value per hour."""
        return self.is_rate or self.kind in ("per_hour", "per_visit")

    @property
    def is_count(self) -> bool:
        """Return whether counting nothing gives zero instead of no value."""
        return not self.is_ratio and self.kind != "median"

    @property
    def is_ahead(self) -> bool:
        """Return whether it counts only visits that were upcoming at the export."""
        return self.top is not None and self.top.states == BOOKED

    @property
    def window(self) -> MetricWindow:
        """Return the window of days it may count; kept visits on file limit no days."""
        limiting = tuple(kind for kind in self.needs if kind != "kept")
        return MetricWindow(limiting, self.ripe_after, self.settled)


def registry(metrics: Iterable[Metric]) -> MappingProxyType[str, Metric]:
    """Return the metrics by key, in order. Raises ValueError where one breaks a rule."""
    by_key: dict[str, Metric] = {}
    for metric in metrics:
        if metric.key in by_key:
            raise ValueError(f"{metric.key}: there are two metrics with this key")
        for rule, holds in _rules(metric).items():
            if not holds:
                raise ValueError(f"{metric.key}: {rule}")
        by_key[metric.key] = metric
    labels = [metric.label for metric in by_key.values()]
    if len(set(labels)) < len(labels):
        raise ValueError("two metrics have the same label")
    return MappingProxyType(by_key)


def _rules(metric: Metric) -> dict[str, bool]:
    definition = metric.definition
    summed = metric.count is None
    return {
        "a key is lower case with underscores": re.fullmatch(r"[a-z0-9_]+", metric.key) is not None,
        "label, short label, unit and numerator are needed": all(
            (metric.label, metric.short, metric.unit, metric.numerator)
        ),
        "a definition starts with a capital and ends with a full stop": definition[:1].isupper()
        and definition.endswith("."),
        "a definition is one sentence": ". " not in definition,
        "a tile has room for 18 characters": len(metric.short) <= 18,
        "rates, and only rates, are a share of a denominator": metric.is_rate
        == (metric.unit == "%"),
        "a rate has a denominator": bool(metric.denominator) or not metric.is_ratio,
        "what is summed says of what": bool(metric.top) or not summed,
        "a rate sums two things": bool(metric.bottom) == (metric.is_ratio and summed),
        "a remark has words": (bool(metric.remark), bool(metric.second_remark))
        == (bool(metric.remark_words), bool(metric.second_words)),
    }
