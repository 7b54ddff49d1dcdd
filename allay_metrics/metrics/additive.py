"""Additive metrics: all sums of a question in one statement."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from operator import add

from sqlalchemy import ColumnElement, and_, case, func, literal_column, or_

from allay_metrics.metrics.aggregates import Aggregate, AggregateKey, Cells
from allay_metrics.metrics.coverage import open_to
from allay_metrics.metrics.days import DAY, start_of
from allay_metrics.metrics.fact_table import (
    IS_FIRST,
    OF_FIRST_VISITS,
    VISITS,
    FactTable,
    choose_fact_table,
)
from allay_metrics.metrics.metric import COUNTED, NOT_COUNTED, Metric, MetricWindow, Sum
from allay_metrics.metrics.query_context import QueryContext
from allay_metrics.metrics.question import Question
from allay_metrics.records import Scope
from allay_metrics.records.tables import visit

_ZERO: ColumnElement[int] = literal_column("0")
_WEEK = 7 * DAY

# (sign, position of a selected sum) pairs that are added up.
Parts = tuple[tuple[int, int], ...]
Recipe = tuple[Parts, ...]


def is_summed_in(metric: Metric, facts: FactTable) -> bool:
    """Return whether the table has every sum that the metric needs."""
    parts = [part.of for part in _parts(metric) if part]
    return facts.summed.keys() >= set(parts)


def _parts(metric: Metric) -> tuple[Sum | None, ...]:
    return metric.top, metric.bottom, metric.remark, metric.basis, metric.second_remark


class _SumColumns:
    """The sums one statement selects, without repeats, however many metrics need them.

    One state at a time: SQLite compares one name in a fifth of the time of a list.
    """

    def __init__(self) -> None:
        self.places: dict[tuple[str, str | None, MetricWindow], int] = {}

    def add(self, what: Sum | None, window: MetricWindow) -> Parts:
        """Return sign and position of each part of this sum; empty without a sum."""
        if not what:
            return ()
        signs: list[tuple[int, str | None]] = [(1, state) for state in what.states]
        if what.states == COUNTED:
            signs = [(1, None), *((-1, state) for state in NOT_COUNTED)]
        return tuple(
            (sign, self.places.setdefault((what.of, state, window), len(self.places)))
            for sign, state in signs
        )

    def recipe(self, metric: Metric) -> Recipe:
        """Return positions of top, bottom, bottom with too recent visits, remark, basis, second."""
        unripe_too = replace(metric.window, ripe_after=None)
        return (
            self.add(metric.top, metric.window),
            self.add(metric.bottom, metric.window),
            self.add(metric.bottom, unripe_too),
            self.add(metric.remark, metric.window),
            self.add(metric.basis, metric.window),
            self.add(metric.second_remark, metric.window),
        )


def sums(context: QueryContext, metrics: Sequence[Metric], facts: FactTable) -> dict[str, Cells]:
    """Return the aggregates of these metrics by key, all selected from `facts`."""
    wanted = _SumColumns()
    recipes = {metric.key: wanted.recipe(metric) for metric in metrics}
    columns = [
        _column(facts, of, state, open_to(window, context.records, facts, context.days))
        for of, state, window in wanted.places
    ]
    narrow = facts is VISITS and all(of in OF_FIRST_VISITS for of, _, _ in wanted.places)
    read = _read(context, facts, columns, IS_FIRST if narrow else None)
    return {
        key: {place: _cell(counted, recipe) for place, counted in read.items()}
        for key, recipe in recipes.items()
    }


def _read(
    context: QueryContext,
    facts: FactTable,
    columns: Sequence[ColumnElement[int]],
    only: ColumnElement[bool] | None = None,
) -> dict[AggregateKey, list[int]]:
    """Return the sums by aggregate key."""
    # The roll-up is stored in the order of its days: grouping by day needs no sort.
    daily = not context.question.by
    statement = context.select(facts, columns, daily=daily)
    totals: dict[AggregateKey, list[int]] = {}
    for place, sums_of_row in context.rows(statement if only is None else statement.where(only)):
        # No rows sum to NULL; PostgreSQL sums big integers to decimals.
        counted = [int(value or 0) for value in sums_of_row]
        there = totals.get(place)
        totals[place] = counted if there is None else list(map(add, there, counted))
    return totals


def _column(
    facts: FactTable, of: str, state: str | None, days: ColumnElement[bool] | None
) -> ColumnElement[int]:
    if days is None:
        return _sum(facts, of, state)
    counted = days if state is None else and_(facts.in_states((state,)), days)
    return func.sum(case((counted, facts.summed[of]), else_=_ZERO))


@cache
def _sum(facts: FactTable, of: str, state: str | None) -> ColumnElement[int]:
    if state is None:
        return func.sum(facts.summed[of])
    return func.sum(case((facts.in_states((state,)), facts.summed[of]), else_=_ZERO))


def _cell(counted: list[int], recipe: Recipe) -> Aggregate:
    top, bottom, unripe_too, remark, basis, second = (
        sum(sign * counted[place] for sign, place in parts) for parts in recipe
    )
    left_out = unripe_too - bottom
    return Aggregate(top, bottom, left_out, remark, basis=basis, second_remark=second)


def count_on_books(context: QueryContext, metric: Metric) -> Cells:
    """Return, for each week, the visits of the two weeks after it that were booked by its Sunday.

    Without a grain the only value is that of the period's last week.
    """
    facts = choose_fact_table(context.question, context.scope)
    weeks = [start_of("week", bucket.last) for bucket in context.buckets]
    first, last = weeks[0] + _WEEK, weeks[-1] + 3 * _WEEK - DAY
    ahead = context.over(
        replace(context.question, metrics=(metric.key,), grain="week", first=first, last=last)
    )
    columns = [func.sum(facts.summed["booked_ahead_1w"]), func.sum(facts.summed["booked_ahead_2w"])]
    counts: dict[AggregateKey, int] = defaultdict(int)
    for (group, week), ahead_counts in _read(ahead, facts, columns).items():
        # The first week after one Sunday is the second week after the Sunday before.
        for back, count in enumerate(ahead_counts):
            if 0 <= week - back < len(weeks):
                counts[AggregateKey(group, week - back)] += count
    return {place: Aggregate(top=count) for place, count in counts.items()}


def is_on_books(
    question: Question, _scope: Scope, _on_days: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Return the condition for visits on the books at the end of the period's last week."""
    monday = start_of("week", question.last)
    next_week, week_after = monday + _WEEK, monday + 2 * _WEEK
    return and_(
        VISITS.on((next_week, week_after + 6 * DAY)),
        or_(
            and_(visit.c.week == next_week, visit.c.booked_ahead_1w == 1),
            and_(visit.c.week == week_after, visit.c.booked_ahead_2w == 1),
        ),
    )
