"""The Cities page as plain values."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from allay_metrics.metrics import METRICS, Metric, Question, query, query_all
from allay_metrics.metrics.metric import MetricKey
from allay_metrics.metrics.question import VISIT_TYPES
from allay_metrics.metrics.usual import WEEKS_BACK, Usual, usual_count
from allay_metrics.metrics.weeks import (
    SERIES,
    full_weeks,
    last_full_week,
    sunday_of,
    weeks_up_to,
)
from allay_metrics.records import Scope
from allay_metrics.review.query_results import Filters, MetricCell, index_cells, iterate_cells
from allay_metrics.review.record_status import RecordStatus, read_record_status
from allay_metrics.review.scorecard import week_coverage
from allay_metrics.review.visit_places import CityMap, Grid, grid_of, rank_cities, read_map

TRENDS = 8
COLUMNS = (
    MetricKey.BOOKINGS,
    MetricKey.COMPLETED,
    MetricKey.FAMILIES_SEEN,
    MetricKey.NEW_FAMILIES,
    MetricKey.CANCEL_RATE,
    MetricKey.DRIVE_MINUTES_PER_VISIT,
    MetricKey.LONE_VISIT_DAYS,
    MetricKey.VISIT_VALUE,
    MetricKey.VALUE_PER_FIELD_HOUR,
    MetricKey.DRIVE_SHARE,
)
NEXT_DAYS = timedelta(days=13)
_NONE = MetricCell(0, 0)
_OVER_NOTHING = MetricCell(None, 0, 0, "nothing to count")


@dataclass(frozen=True)
class CityLine:
    """One city's numbers: metric to cell, and the visits booked in the next 14 days."""

    city: str
    numbers: dict[str, MetricCell]
    next_14_days: int


@dataclass(frozen=True)
class CityTrend:
    """Completed visits of one city per week; `usual` is of the last of its weeks."""

    city: str
    mondays: tuple[date, ...]
    counts: tuple[int, ...]
    usual: Usual | None


@dataclass(frozen=True)
class CitiesReview:
    """The period's cities, most completed visits first, unknown last.

    `by_type` maps a type's key to one completed count per city of `cities`. `grid` counts
    completed visits by weekday, `map` completed visits. `lines` has a line per city with any
    booking, `total` is computed over all, not summed: families are in several cities. `trends` are
    the eight largest cities, 13 full weeks. `ahead` are the days of `next_14_days`, money stands
    for the owner only.
    """

    first: date
    last: date
    record_status: RecordStatus
    cities: tuple[str, ...]
    by_type: dict[str, tuple[int, ...]]
    grid: Grid
    map: CityMap
    lines: tuple[CityLine, ...]
    total: CityLine
    columns: tuple[Metric, ...]
    trends: tuple[CityTrend, ...]
    ahead: tuple[date, date]
    where: Filters


def default_period(record_status: RecordStatus, weeks: int = SERIES) -> tuple[date, date] | None:
    """Return the first and last day of the newest full weeks; None without records."""
    return None if record_status.as_of_day is None else full_weeks(record_status.as_of_day, weeks)


def review_cities(scope: Scope, first: date, last: date, where: Filters = ()) -> CitiesReview:
    """Return the Cities page of a period, both ends included."""
    record_status = read_record_status(scope)
    ahead = record_status.as_of_day or last
    series = _series(record_status, last)
    answers = query_all(
        {
            "lines": Question(metrics=COLUMNS, by=("city",), first=first, last=last, where=where),
            "total": Question(metrics=COLUMNS, first=first, last=last, where=where),
            "spots": Question(
                metrics=(MetricKey.COMPLETED,),
                by=("city", "visit_type", "weekday"),
                first=first,
                last=last,
                where=where,
            ),
            "ahead": Question(
                metrics=(MetricKey.BOOKED,),
                by=("city",),
                first=ahead,
                last=ahead + NEXT_DAYS,
                where=where,
            ),
            "trends": _trend_question(series, where),
        },
        scope,
    )
    table = index_cells(answers["lines"], "city")
    booked = {city: cell.count for city, _, cell in iterate_cells(answers["ahead"], "city")}
    spots = list(_spots(answers["spots"]))
    completed = _sums((city, visits) for city, _, _, visits in spots)
    names = rank_cities(
        {city: completed.get(city, 0) for city in {c for c, _ in table} | set(booked)}
    )
    cities = tuple(name for name in names if completed.get(name))
    whole = index_cells(answers["total"])
    return CitiesReview(
        first=first,
        last=last,
        record_status=record_status,
        cities=cities,
        by_type=_by_type(cities, spots),
        grid=grid_of((city, weekday, visits) for city, _, weekday, visits in spots),
        map=read_map(scope, completed),
        lines=tuple(
            CityLine(
                name,
                {key: table.get((name, key), _absent(METRICS[key])) for key in COLUMNS},
                booked.get(name, 0),
            )
            for name in names
        ),
        total=CityLine("", {key: whole[(key,)] for key in COLUMNS}, sum(booked.values())),
        columns=tuple(METRICS[key] for key in COLUMNS),
        trends=_trends(answers["trends"], record_status, series, cities[:TRENDS]),
        ahead=(ahead, ahead + NEXT_DAYS),
        where=where,
    )


def city_trend(scope: Scope, city: str, where: Filters = (), weeks: int = SERIES) -> CityTrend:
    """Return one city's completed visits over the newest full weeks, with its usual range."""
    record_status = read_record_status(scope)
    series = _series(record_status, None, weeks)
    only = (*(pair for pair in where if pair[0] != "city"), ("city", city))
    answer = query(_trend_question(series, only), scope)
    return _trends(answer, record_status, series, (city,), weeks)[0]


def _absent(metric: Metric) -> MetricCell:
    """Return the cell of a city without a visit in the period."""
    return _OVER_NOTHING if metric.is_ratio else _NONE


def _spots(answer: pd.DataFrame) -> Iterable[tuple[str, str, str, int]]:
    """Return (city, type, weekday, completed visits)."""
    for city, kind, weekday, _, cell in iterate_cells(answer, "city", "visit_type", "weekday"):
        yield city, kind, weekday, cell.count


def _sums(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for name, visits in counts:
        sums[name] += visits
    return dict(sums)


def _by_type(
    cities: tuple[str, ...], spots: Iterable[tuple[str, str, str, int]]
) -> dict[str, tuple[int, ...]]:
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for city, kind, _, visits in spots:
        sums[city, kind] += visits
    return {kind: tuple(sums[city, kind] for city in cities) for kind in VISIT_TYPES}


def _series(record_status: RecordStatus, last: date | None, weeks: int = SERIES) -> list[date]:
    """Return the Mondays of the trends and of the 26 weeks before them: full weeks only."""
    newest = last_full_week(record_status.as_of_day or last or date.today())  # noqa: DTZ011  nothing on file
    return weeks_up_to(newest, weeks + WEEKS_BACK)


def _trend_question(series: list[date], where: Filters) -> Question:
    return Question(
        metrics=(MetricKey.COMPLETED,),
        by=("city",),
        grain="week",
        first=series[0],
        last=sunday_of(series[-1]),
        where=where,
    )


def _trends(
    answer: pd.DataFrame,
    record_status: RecordStatus,
    series: list[date],
    cities: Iterable[str],
    weeks: int = SERIES,
) -> tuple[CityTrend, ...]:
    counts = index_cells(answer, "city", "period")
    coverage_by_week = {
        week: week_coverage(METRICS[MetricKey.COMPLETED], record_status, week) for week in series
    }
    return tuple(_trend(city, counts, coverage_by_week, series, weeks) for city in cities)


def _trend(
    city: str,
    counts: Mapping[tuple[object, ...], MetricCell],
    coverage_by_week: Mapping[date, frozenset[tuple[str, str]]],
    series: list[date],
    weeks: int,
) -> CityTrend:
    values = {week: counts.get((city, week, MetricKey.COMPLETED), _NONE).count for week in series}
    *before, newest = series[-WEEKS_BACK - 1 :]
    alike = [
        week
        for week in before
        if coverage_by_week[week] and coverage_by_week[week] == coverage_by_week[newest]
    ]
    shown = tuple(series[-weeks:])
    usual = usual_count([values[week] for week in alike])
    return CityTrend(city, shown, tuple(values[week] for week in shown), usual)
