"""The drawer of one city: its numbers, weeks, visit types and visits."""

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.metrics import Question, visits_behind
from allay_metrics.metrics.metric import MetricKey
from allay_metrics.records import Scope
from allay_metrics.review.cities import CitiesReview, CityLine, city_trend
from allay_metrics.ui import html
from allay_metrics.ui.cached_by_version import cached_by_version
from allay_metrics.ui.cities.city_drilldown import AHEAD, NUMBER, format_city, link
from allay_metrics.ui.cities.city_table import number_cell
from allay_metrics.ui.cities.city_trends import columns_html, top_of
from allay_metrics.ui.drawer import drawer
from allay_metrics.ui.figure import forget
from allay_metrics.ui.html_table import TableCell, table
from allay_metrics.ui.problem import problems_shown
from allay_metrics.ui.visit_drawer import visits_table

WEEKS = 26
IN_PERIOD = TableCell("In this period")
NEWEST = 60
trend_of = cached_by_version(city_trend)


def open_city(scope: Scope, review: CitiesReview, city: str, from_figure: str = "") -> None:
    """Open the drawer of a city; closing it clears the selection of `from_figure`."""
    line = next((city_line for city_line in review.lines if city_line.city == city), None)
    if line is None:
        return
    done = line.numbers[MetricKey.COMPLETED]
    drawer(
        format_city(city),
        lambda: _draw_body(scope, review, line),
        value=fmt.number(done.value),
        beside=f"completed visits, {fmt.span(review.first, review.last)}",
        on_close=(lambda: forget(from_figure)) if from_figure else None,
    )


def _draw_body(scope: Scope, review: CitiesReview, line: CityLine) -> None:
    with problems_shown():
        st.html(_draw_trend(scope, review, line.city))
        st.html(_draw_types(review, line.city))
        columns, row = _draw_numbers(review, line)
        table(columns, [row], caption=f"Numbers of {format_city(line.city)}")
        _draw_visits(scope, review, line.city)


def _draw_trend(scope: Scope, review: CitiesReview, city: str) -> str:
    where = tuple(pair for pair in review.where if pair[0] != "city")
    trend = trend_of(scope, city, where, WEEKS)
    usual = f", usual {fmt.value_range(*trend.usual.whole)}" if trend.usual else ""
    title = html.definition("Visits per week", f"{WEEKS} full weeks{usual}.")
    return f'{title}<div class="al-one">{columns_html(trend, top_of(trend))}</div>'


def _draw_types(review: CitiesReview, city: str) -> str:
    if city not in review.cities:
        return "<span></span>"
    at = review.cities.index(city)
    chips = [
        html.chip(kind, fmt.number(counts[at]))
        for kind, counts in review.by_type.items()
        if counts[at]
    ]
    return f'<div class="al-delta">{"".join(chips)}</div>'


def _draw_numbers(review: CitiesReview, line: CityLine) -> tuple[list[str], list[TableCell]]:
    names = [metric.column_label for metric in review.columns]
    cells = [number_cell(metric, line.numbers[metric.key], line.city) for metric in review.columns]
    ahead = TableCell(fmt.number(line.next_14_days), opens=link(NUMBER, AHEAD, line.city))
    return ["Days", *names, "Next 14 days"], [IN_PERIOD, *cells, ahead]


def _draw_visits(scope: Scope, review: CitiesReview, city: str) -> None:
    where = (*(pair for pair in review.where if pair[0] != "city"), ("city", city))
    question = Question(
        metrics=(MetricKey.COMPLETED,), first=review.first, last=review.last, where=where
    )
    visit_rows = visits_behind(question, scope, limit=NEWEST)
    if visit_rows.empty:
        st.html('<p class="al-sub">No completed visits in this period.</p>')
        return
    newest = f"The newest {NEWEST} completed visits." if len(visit_rows) == NEWEST else ""
    st.html(html.definition("Completed visits", newest))
    visits_table(visit_rows, caption=f"Completed visits in {format_city(city)}")
