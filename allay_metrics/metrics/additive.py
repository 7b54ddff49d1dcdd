"""Sums: every additive number of a question in one statement."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, literal_column

from allay_metrics.metrics.cells import Cell, Cells, Place
from allay_metrics.metrics.coverage import open_to
from allay_metrics.metrics.days import DAY, start_of
from allay_metrics.metrics.facts import IS_FIRST, OF_FIRST_VISITS, VISITS, Facts
from allay_metrics.metrics.inquiry import Inquiry
from allay_metrics.metrics.metric import Metric, Sum, Window

_ZERO: ColumnElement[int] = literal_column("0")
_WEEK = 7 * DAY

Recipe = tuple[int | None, int | None, int | None, int | None]


def summed_in(metric: Metric, facts: Facts) -> bool:
    """Return whether all that the metric adds up is held there."""
    parts = [part.of for part in (metric.top, metric.bottom, metric.remark) if part]
    return facts.summed.keys() >= set(parts)


class _Wanted:
    """The sums one statement reads, each once, however many metrics need it."""

    def __init__(self) -> None:
        self.places: dict[tuple[Sum, Window], int] = {}

    def add(self, what: Sum | None, window: Window) -> int | None:
        """Return the place of this sum among those read; None for no sum."""
        return self.places.setdefault((what, window), len(self.places)) if what else None

    def recipe(self, metric: Metric) -> Recipe:
        """Return the places of top, bottom, bottom with what is unripe, and remark."""
        unripe_too = replace(metric.window, ripe_after=None)
        return (
            self.add(metric.top, metric.window),
            self.add(metric.bottom, metric.window),
            self.add(metric.bottom, unripe_too),
            self.add(metric.remark, metric.window),
        )


def sums(inquiry: Inquiry, metrics: Sequence[Metric], facts: Facts) -> dict[str, Cells]:
    """Return the cells of these metrics by key; all of them are read from `facts`."""
    wanted = _Wanted()
    recipes = {metric.key: wanted.recipe(metric) for metric in metrics}
    columns = [
        _column(facts, what, open_to(window, inquiry.records, facts, inquiry.days))
        for what, window in wanted.places
    ]
    statement = inquiry.select(facts, columns)
    if facts is VISITS and all(what.of in OF_FIRST_VISITS for what, _ in wanted.places):
        statement = statement.where(IS_FIRST)
    found: dict[str, Cells] = {key: {} for key in recipes}
    for place, row in inquiry.rows(statement):
        for key, recipe in recipes.items():
            found[key][place] = _cell(row, inquiry.width, recipe)
    return found


def _column(facts: Facts, what: Sum, days: ColumnElement[bool] | None) -> ColumnElement[int]:
    counted = facts.in_states(what.states)
    if days is not None:
        counted = and_(counted, days)
    return func.sum(case((counted, facts.summed[what.of]), else_=_ZERO))


def _cell(row: Row[Any], width: int, recipe: Recipe) -> Cell:
    # No rows at all sum to NULL; PostgreSQL sums big integers to decimals.
    top, bottom, unripe_too, remark = (
        0 if place is None else int(row[width + place] or 0) for place in recipe
    )
    return Cell(top, bottom, unripe_too - bottom, remark)


def on_books(inquiry: Inquiry, facts: Facts) -> Cells:
    """Return, for each week, the visits of the two weeks after it that were booked by its Sunday.

    Without a grain there is one answer, that of the period's last week.
    """
    weeks = [start_of("week", bucket.last) for bucket in inquiry.buckets]
    first, last = weeks[0] + _WEEK, weeks[-1] + 3 * _WEEK - DAY
    ahead = inquiry.over(
        replace(inquiry.question, metrics=("on_books",), grain="week", first=first, last=last)
    )
    columns = [func.sum(facts.summed["told_1"]), func.sum(facts.summed["told_2"])]
    found: dict[Place, int] = defaultdict(int)
    for (group, week), row in ahead.rows(ahead.select(facts, columns)):
        # The first week ahead of one Sunday is the second week ahead of the Sunday before.
        for back, count in enumerate(row[ahead.width :]):
            if 0 <= week - back < len(weeks):
                found[Place(group, week - back)] += int(count)
    return {place: Cell(top=count) for place, count in found.items()}
