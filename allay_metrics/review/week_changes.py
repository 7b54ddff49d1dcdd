"""Changes since the week before: in total, by city, by type."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from allay_metrics import formatting as fmt
from allay_metrics.metrics.metric import MetricKey
from allay_metrics.metrics.question import VISIT_TYPES, WEEKDAYS
from allay_metrics.metrics.usual import Signal, Usual
from allay_metrics.metrics.weeks import WEEK
from allay_metrics.review.scorecard import Number

NAMED = 3


@dataclass(frozen=True)
class Spot:
    """Visits of one week in one city, of one primary type, on one weekday."""

    week: date
    city: str
    visit_type: str
    weekday: str
    completed: int
    booked: int


@dataclass(frozen=True)
class Difference:
    """The change of a city's or type's completed visits since the week before."""

    name: str
    change: int


@dataclass(frozen=True)
class WeekChange:
    """Completed visits compared with the week before, and where the difference is.

    `days` is None for whole weeks, else how many days of each week are compared. `cities` are the
    three that changed most, `others` all the rest together; they sum to the whole difference.
    `types` are the four, in order, without those that did not change. `why_not` says why there is
    nothing to compare. `outside` are the numbers that lie outside their usual range.
    """

    completed: Number
    now: int
    before: int
    days: int | None
    usual: Usual | None
    signal: Signal | None
    cities: tuple[Difference, ...]
    others: int
    types: tuple[Difference, ...]
    outside: tuple[Number, ...]
    why_not: str = ""

    @property
    def sentence(self) -> str:
        """Return the change in one sentence, the cities and types after it."""
        if self.why_not:
            return f"Completed {self.now}. Not compared with the week before: {self.why_not}."
        parts = [f"Completed {self.now}, was {self.before}{self._span}."]
        if self.usual is not None and self.days is None:
            place = f"{self.signal.capitalize()}" if self.signal else "Inside"
            parts.append(f"{place} the usual range.")
        cities = [f"{change.name} {fmt.delta(change.change)}" for change in self.cities]
        if self.others:
            cities.append(f"all others {fmt.delta(self.others)}")
        types = [f"{_TYPE_NAMES[change.name]} {fmt.delta(change.change)}" for change in self.types]
        parts += [f"{', '.join(some)}." for some in (cities, types) if some]
        return " ".join(parts)

    @property
    def _span(self) -> str:
        return "" if self.days is None else f" over the same {fmt.plural(self.days, 'day')}"


_TYPE_NAMES = {"cst": "CST", "lactation": "Lactation", "massage": "Massage", "other": "Other"}


def compare_weeks(monday: date, spots: Iterable[Spot], numbers: tuple[Number, ...]) -> WeekChange:
    """Compare the week with the one before; `spots` are those of both weeks."""
    completed = {number.metric.key: number for number in numbers}[MetricKey.COMPLETED]
    compared = completed.compared
    days = set(WEEKDAYS if compared.days is None else WEEKDAYS[: compared.days])
    cities: Counter[str] = Counter()
    types: Counter[str] = Counter()
    totals: Counter[date] = Counter()
    for spot in spots:
        if spot.weekday in days:
            sign = 1 if spot.week == monday else -1
            cities[spot.city] += sign * spot.completed
            types[spot.visit_type] += sign * spot.completed
            totals[spot.week] += spot.completed
    # Weeks with different coverage are not compared: the difference would be one of the records.
    ranked = sorted(
        (Difference(name, change) for name, change in cities.items() if change),
        key=lambda difference: (-abs(difference.change), difference.name),
    )
    shown = () if compared.why_not else tuple(ranked[:NAMED])
    by_type = (Difference(kind, types[kind]) for kind in VISIT_TYPES if types[kind])
    return WeekChange(
        completed=completed,
        now=totals[monday] if compared.days is not None else completed.now.cell.count,
        before=totals[monday - WEEK],
        days=compared.days,
        usual=completed.now.usual,
        signal=completed.now.signal,
        cities=shown,
        others=0 if compared.why_not else sum(difference.change for difference in ranked[NAMED:]),
        types=() if compared.why_not else tuple(by_type),
        outside=tuple(number for number in numbers if number.now.signal),
        why_not=compared.why_not,
    )
