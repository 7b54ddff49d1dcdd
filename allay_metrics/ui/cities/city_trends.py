"""Visits per week: a small chart for each of the largest cities, on one scale."""

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.review.cities import CitiesReview, CityTrend
from allay_metrics.ui import html
from allay_metrics.ui.card import card, head
from allay_metrics.ui.cities.city_drilldown import CITY, WEEK, format_city, link


def trends_card(review: CitiesReview) -> None:
    """Draw the small charts; names open the city, columns their week."""
    with card("cities-trends", fill=True):
        head("Visits per week", _note_text(review.trends))
        st.html(trends_html(review.trends))


def _note_text(trends: tuple[CityTrend, ...]) -> str:
    weeks = fmt.plural(len(trends[0].mondays), "week") if trends else "completed"
    shaded = ", shaded: usual" if any(trend.usual for trend in trends) else ""
    return f"{weeks}, one scale{shaded}"


def trends_html(trends: tuple[CityTrend, ...]) -> str:
    """Return the small charts."""
    if not trends:
        return '<p class="al-sub">No completed visits in this period.</p>'
    tops = [top_of(trend) for trend in trends]
    each = "".join(_small_chart_html(trend, max(tops)) for trend in trends)
    return f'<div class="al-multiples al-roomy">{each}</div>'


def top_of(trend: CityTrend) -> float:
    """Return the height that one city's columns and its usual range need."""
    return max([*trend.counts, trend.usual.whole[1] if trend.usual else 0]) * 1.04 or 1


def columns_html(trend: CityTrend, top: float) -> str:
    """Return the weekly columns of one city; each opens its week."""
    label = (
        f"{format_city(trend.city)}, completed visits per week:"
        f" {fmt.join_list(map(fmt.number, trend.counts))}"
    )
    opens = [link(WEEK, monday.isoformat(), trend.city) for monday in trend.mondays]
    signal = bool(trend.usual and trend.usual.signal(trend.counts[-1]))
    usual = trend.usual.whole if trend.usual else None
    bars = html.bars(trend.counts, label, usual=usual, top=top, signal=signal, opens=opens)
    first, last = fmt.short_day(trend.mondays[0]), fmt.short_day(trend.mondays[-1])
    return f'{bars}<div class="wk"><span>{first}</span><span>{last}</span></div>'


def _small_chart_html(trend: CityTrend, top: float) -> str:
    name = html.button(html.escape(format_city(trend.city)), link(CITY, "", trend.city))
    newest = fmt.number(trend.counts[-1])
    week = link(WEEK, trend.mondays[-1].isoformat(), trend.city)
    spoken = f"{format_city(trend.city)}, newest week: {newest}"
    return (
        f'<div><div class="nm">{name}<b>{html.button(newest, week, spoken)}</b></div>'
        f"{columns_html(trend, top)}</div>"
    )
