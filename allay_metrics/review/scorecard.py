"""The scorecard: the eight numbers of a week, each with 13 weeks, usual range and goal."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import select

from allay_metrics.metrics import METRICS, Metric, Question
from allay_metrics.metrics.metric import MetricKey
from allay_metrics.metrics.question import WEEKDAYS
from allay_metrics.metrics.usual import (
    WEEKS_BACK,
    Signal,
    Usual,
    usual_count,
    usual_share,
)
from allay_metrics.metrics.weeks import SERIES, WEEK, last_full_week, sunday_of, weeks_up_to
from allay_metrics.records import Scope
from allay_metrics.records.tables import goal
from allay_metrics.review.query_results import NOTHING, Filters, MetricCell, index_cells
from allay_metrics.review.record_status import RecordStatus

EIGHT = (
    MetricKey.COMPLETED,
    MetricKey.NEW_FAMILIES,
    MetricKey.ON_BOOKS,
    MetricKey.SHOW_RATE,
    MetricKey.REBOOKED_RATE,
    MetricKey.FIELD_UTILISATION,
    MetricKey.WAIT_DAYS,
    MetricKey.IMPROVED_SHARE,
)
VISIT_METRICS: tuple[str, ...] = tuple(key for key in EIGHT if not METRICS[key].is_reported)
AHEAD = timedelta(days=13)

Table = Mapping[tuple[Any, ...], MetricCell]


@dataclass(frozen=True)
class WeekNumber:
    """One number in one week, with its usual range from the weeks before."""

    week: date
    cell: MetricCell
    usual: Usual | None = None
    signal: Signal | None = None


@dataclass(frozen=True)
class Comparison:
    """A number now and before: of two weeks, or of the same days of each.

    `days` is None for whole weeks. `why_not` says why the two must not be compared.
    """

    now: MetricCell
    before: MetricCell
    days: int | None = None
    why_not: str = ""

    @property
    def change(self) -> float | None:
        """Return now minus before; None where a value is missing or they are not comparable."""
        if self.why_not or self.now.value is None or self.before.value is None:
            return None
        return self.now.value - self.before.value


@dataclass(frozen=True)
class Number:
    """One of the eight: label, unit and definition are its metric's.

    `weeks` are 13, oldest first; the last is the week reviewed. `now` is what the tile shows: the
    same, but for what is on the books now. `question` is the one `now` answers. `goal` is None
    where none is set, and under filters: it was set for the whole practice.
    """

    metric: Metric
    now: WeekNumber
    weeks: tuple[WeekNumber, ...]
    goal: float | None
    compared: Comparison
    question: Question

    @property
    def is_upcoming(self) -> bool:
        """Return whether the tile counts from the newest export on, not the week's own days."""
        return self.question.metrics != (self.metric.key,)


@dataclass(frozen=True)
class ScorecardRequest:
    """The questions behind the eight numbers of one week; None where one is not needed.

    `weeks`: 13 weeks and the 26 before; `reported`: 13 weeks of what parents reported, which is
    counted and never judged by a usual range. `same_days`: a week that has not ended, and the same
    days of the week before. `books`: what is on the books from the newest export on.
    """

    monday: date
    weeks: Question
    reported: Question
    same_days: Question | None
    books: Question | None

    @property
    def questions(self) -> dict[str, Question]:
        """Return the questions that are not None, by field name."""
        questions = {
            "weeks": self.weeks,
            "reported": self.reported,
            "same_days": self.same_days,
            "books": self.books,
        }
        return {name: question for name, question in questions.items() if question is not None}


def build_scorecard_request(
    record_status: RecordStatus, monday: date, where: Filters = ()
) -> ScorecardRequest:
    """Return the questions for a week's eight numbers."""
    as_of = record_status.as_of_day
    newest = as_of is not None and monday >= last_full_week(as_of)
    return ScorecardRequest(
        monday,
        week_question(monday, SERIES + WEEKS_BACK, where),
        replace(week_question(monday, SERIES, where), metrics=(MetricKey.IMPROVED_SHARE,)),
        _same_days(record_status, monday, where),
        Question(metrics=(MetricKey.BOOKED,), first=as_of, last=as_of + AHEAD, where=where)
        if as_of is not None and newest
        else None,
    )


def week_question(monday: date, count: int, where: Filters = ()) -> Question:
    """Return the question for the numbers of `count` weeks up to a Monday's week."""
    first = weeks_up_to(monday, count)[0]
    return Question(
        metrics=VISIT_METRICS, grain="week", first=first, last=sunday_of(monday), where=where
    )


def compute_scorecard(
    request: ScorecardRequest,
    answers: Mapping[str, pd.DataFrame],
    record_status: RecordStatus,
    goals: Mapping[str, float],
) -> tuple[Number, ...]:
    """Return the eight numbers in the order the page shows them.

    `answers` are those to `request.questions`, by name. Goals are left out under filters: they
    were set for the whole practice.
    """
    monday, where = request.monday, request.weeks.where
    table = {
        **index_cells(answers["weeks"], "period"),
        **index_cells(answers["reported"], "period"),
    }
    same_days = index_cells(answers["same_days"], "period") if request.same_days else {}
    books = index_cells(answers["books"])[(MetricKey.BOOKED,)] if request.books else None
    days = count_days_over(record_status, monday)
    alike = _WeekCoverage(record_status)
    numbers = []
    for key in EIGHT:
        weeks = _weeks(key, table, alike, monday)
        compared = (
            _week_before(key, weeks, alike)
            if days is None
            else _days_before(key, same_days, days, alike, monday)
        )
        number = Number(
            metric=METRICS[key],
            now=weeks[-1],
            weeks=weeks,
            goal=None if where else goals.get(key),
            compared=compared,
            question=Question(metrics=(key,), first=monday, last=sunday_of(monday), where=where),
        )
        if key == MetricKey.ON_BOOKS and books is not None and request.books is not None:
            # Judged by the shown value, which counts other days than the week's own.
            usual = number.now.usual
            signal = usual.signal(books.value) if usual is not None else None
            now = replace(number.now, cell=books, signal=signal)
            number = replace(number, now=now, question=request.books)
        numbers.append(number)
    return tuple(numbers)


def count_days_over(record_status: RecordStatus, monday: date) -> int | None:
    """Return how many days of an unfinished week are over; None for a finished week.

    Today is not over, because its visits are only partly known.
    """
    as_of = record_status.as_of_day
    if as_of is None or as_of > sunday_of(monday):
        return None
    return max(0, (as_of - monday).days)


def read_goals(scope: Scope) -> dict[str, float]:
    """Return the owner's goals: metric to aim, shares as 0 to 1."""
    with scope.read() as conn:
        statement = select(goal.c.metric, goal.c.value).where(
            goal.c.practice_id == scope.practice_id
        )
        return {metric: float(value) for metric, value in conn.execute(statement)}


def week_coverage(
    metric: Metric, record_status: RecordStatus, monday: date
) -> frozenset[tuple[str, str]]:
    """Return the coverage of a metric's week; weeks with different coverage are not comparable.

    Empty where no source covers what the metric needs for the whole week.
    """
    settled = record_status.records.settled_from
    if metric.settled and (settled is None or monday < settled):
        return frozenset()
    coverage = record_status.told_of(monday, (*metric.needs, *metric.noted))
    whole = any(
        all((source, kind) in coverage for kind in metric.needs)
        for source in record_status.records.sources
    )
    return coverage if whole else frozenset()


class _WeekCoverage:
    """Compares the coverage of weeks, cached because the eight numbers need the same few."""

    def __init__(self, record_status: RecordStatus) -> None:
        self.record_status = record_status
        self._coverage: dict[tuple[object, ...], frozenset[tuple[str, str]]] = {}

    def comparable_counts(self, metric: Metric, monday: date) -> frozenset[tuple[str, str]]:
        """Return `week_coverage` of a week, from the cache."""
        key = (metric.needs, metric.noted, metric.settled, monday)
        if key not in self._coverage:
            self._coverage[key] = week_coverage(metric, self.record_status, monday)
        return self._coverage[key]

    def why_not(self, key: str, monday: date) -> str:
        """Return why a week cannot be compared with the one before, '' where it can."""
        now, before = (
            self.comparable_counts(METRICS[key], week) for week in (monday, monday - WEEK)
        )
        return "" if now and now == before else "the records do not tell both weeks alike"


def _weeks(key: str, table: Table, alike: "_WeekCoverage", monday: date) -> tuple[WeekNumber, ...]:
    metric = METRICS[key]
    past = weeks_up_to(monday, SERIES + WEEKS_BACK)
    coverage_by_week = {week: alike.comparable_counts(metric, week) for week in past}
    numbers = []
    for place in range(WEEKS_BACK, len(past)):
        week = past[place]
        cell = table.get((week, key), NOTHING)
        before = [
            table.get((earlier, key), NOTHING)
            for earlier in past[place - WEEKS_BACK : place]
            if coverage_by_week[earlier] and coverage_by_week[earlier] == coverage_by_week[week]
        ]
        numbers.append(_judge(metric, week, cell, before, alike.record_status))
    return tuple(numbers)


def _judge(
    metric: Metric,
    week: date,
    cell: MetricCell,
    before: list[MetricCell],
    record_status: RecordStatus,
) -> WeekNumber:
    if metric.is_reported:
        return WeekNumber(week, cell)
    # Hours are no trials: a share of hours varies like a count.
    if metric.is_rate and metric.kind != "share_of_hours":
        pairs = [(c.numerator or 0, c.denominator or 0) for c in before]
        usual = usual_share(pairs, cell.denominator)
    else:
        usual = usual_count([c.value for c in before if c.value is not None], metric.spans)
    # The count of an unfinished week is lower than that of any whole one.
    ended = record_status.as_of_day is not None and sunday_of(week) < record_status.as_of_day
    judged = usual is not None and (ended or metric.is_rate)
    signal = usual.signal(cell.value) if usual is not None and judged else None
    return WeekNumber(week, cell, usual, signal)


def _week_before(key: str, weeks: tuple[WeekNumber, ...], alike: "_WeekCoverage") -> Comparison:
    *_, before, now = weeks
    return Comparison(now.cell, before.cell, None, alike.why_not(key, now.week))


def _same_days(record_status: RecordStatus, monday: date, where: Filters) -> Question | None:
    days = count_days_over(record_status, monday)
    if not days or any(key == "weekday" for key, _ in where):
        return None
    return Question(
        metrics=tuple(key for key in VISIT_METRICS if key != MetricKey.ON_BOOKS),
        grain="week",
        first=monday - WEEK,
        last=sunday_of(monday),
        where=(*where, *(("weekday", name) for name in WEEKDAYS[:days])),
    )


def _days_before(
    key: str, table: Table, days: int, alike: "_WeekCoverage", monday: date
) -> Comparison:
    if not days:
        return Comparison(NOTHING, NOTHING, days, "no day of this week is over yet")
    return Comparison(
        table.get((monday, key), NOTHING),
        table.get((monday - WEEK, key), NOTHING),
        days,
        alike.why_not(key, monday),
    )
