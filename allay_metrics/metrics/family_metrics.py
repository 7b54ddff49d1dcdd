"""Metrics that are no sums: distinct families, the median wait, lapsed families."""

from collections import defaultdict
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, distinct, func, select

from allay_metrics.intake.profile import find_occupancy_sources
from allay_metrics.metrics.aggregates import Aggregate, AggregateKey, Cells
from allay_metrics.metrics.coverage import open_to
from allay_metrics.metrics.fact_table import IS_FIRST, IS_LAST, VISITS
from allay_metrics.metrics.metric import COMPLETED, Metric
from allay_metrics.metrics.query_context import QueryContext
from allay_metrics.records import Scope
from allay_metrics.records.tables import family, visit

LAPSED_AFTER = timedelta(days=30)
# The title of a calendar event does not name the family.
NAMES_FAMILY = VISITS.column("source").not_in(find_occupancy_sources())


def count_families_seen(context: QueryContext, metric: Metric) -> Cells:
    """Return how many different families had a completed visit."""
    statement = context.select(VISITS, [func.count(distinct(visit.c.family_id))])
    statement = statement.where(VISITS.in_states(COMPLETED))
    days = open_to(metric.window, context.records, VISITS, context.days)
    rows = context.rows(statement if days is None else statement.where(days))
    return {place: Aggregate(top=families) for place, (families,) in rows}


def count_wait_days(context: QueryContext, metric: Metric) -> Cells:
    """Return the median wait before first visits, from a histogram of days waited."""
    statement = (
        context.select(VISITS, [visit.c.wait_days, func.count()])
        .where(IS_FIRST, visit.c.wait_days.is_not(None))
        .group_by(visit.c.wait_days)
    )
    days = open_to(metric.window, context.records, VISITS, context.days)
    waits: dict[AggregateKey, dict[int, int]] = defaultdict(dict)
    rows = context.rows(statement if days is None else statement.where(days))
    for place, (wait, families) in rows:
        waits[place][wait] = families
    return {
        place: Aggregate(bottom=sum(histogram.values()), middle=median(histogram))
        for place, histogram in waits.items()
    }


def median(histogram: dict[int, int]) -> float:
    """Return the median of a non-empty histogram: value -> count."""
    total = sum(histogram.values())
    middle = []
    for rank in ((total - 1) // 2, total // 2):
        before = 0
        for value in sorted(histogram):
            before += histogram[value]
            if rank < before:
                middle.append(value)
                break
    return sum(middle) / 2


def count_lapsed(context: QueryContext, _metric: Metric) -> Cells:
    """Return the lapsed families at the newest export, each under its last completed visit."""
    if context.records.newest is None:
        return {}
    last_ones = lapsed_visits(context.scope, context.records.newest)
    statement = context.select(VISITS, [func.count()], whenever=True).where(last_ones)
    return {place: Aggregate(top=families) for place, (families,) in context.rows(statement)}


def lapsed_visits(scope: Scope, as_of: date) -> ColumnElement[bool]:
    """Return the condition for last completed visits of families lapsed by this day."""
    quiet = select(family.c.id).where(
        family.c.practice_id == scope.practice_id,
        family.c.closed_on.is_(None),
        family.c.next_on.is_(None),
        family.c.last_on < as_of - LAPSED_AFTER,
    )
    last = and_(IS_LAST, visit.c.day < as_of - LAPSED_AFTER)
    return and_(last, NAMES_FAMILY, visit.c.family_id.in_(quiet))
