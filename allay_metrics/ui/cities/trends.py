"""Visits per week: a small chart for each of the largest cities, on one scale."""

import streamlit as st

from allay_metrics import words
from allay_metrics.review.cities import CitiesReview, CityTrend
from allay_metrics.ui import html
from allay_metrics.ui.card import card, head
from allay_metrics.ui.cities.words import CITY, WEEK, format_city, link


def trends_card(review: CitiesReview) -> None:
    """Draw the small charts; names open the city, columns their week."""
    with card("cities-trends", fill=True):
        head("Visits per week", _note(review.trends))
        st.html(trends_html(review.trends))


def _note(trends: tuple[CityTrend, ...]) -> str:
    weeks = words.plural(len(trends[0].mondays), "week") if trends else "completed"
    shaded = ", shaded: usual" if any(one.usual for one in trends) else ""
    return f"{weeks}, one scale{shaded}"


def trends_html(trends: tuple[CityTrend, ...]) -> str:
    """Return the small charts."""
    if not trends:
        return '<p class="al-sub">No completed visits in this period.</p>'
    tops = [top_of(one) for one in trends]
    each = "".join(_small(one, max(tops)) for one in trends)
    return f'<div class="al-multiples al-roomy">{each}</div>'


def top_of(one: CityTrend) -> float:
    """Return the height that one city's columns and its usual range need."""
    return max([*one.counts, one.usual.whole[1] if one.usual else 0]) * 1.04 or 1


def columns_html(one: CityTrend, top: float) -> str:
    """Return the weekly columns of one city; each opens its week."""
    label = (
        f"{format_city(one.city)}, completed visits per week:"
        f" {words.listed(map(words.number, one.counts))}"
    )
    opens = [link(WEEK, monday.isoformat(), one.city) for monday in one.mondays]
    signal = bool(one.usual and one.usual.signal(one.counts[-1]))
    usual = one.usual.whole if one.usual else None
    bars = html.bars(one.counts, label, usual=usual, top=top, signal=signal, opens=opens)
    first, last = words.short_day(one.mondays[0]), words.short_day(one.mondays[-1])
    return f'{bars}<div class="wk"><span>{first}</span><span>{last}</span></div>'


def _small(one: CityTrend, top: float) -> str:
    name = html.button(html.escape(format_city(one.city)), link(CITY, "", one.city))
    newest = words.number(one.counts[-1])
    week = link(WEEK, one.mondays[-1].isoformat(), one.city)
    spoken = f"{format_city(one.city)}, newest week: {newest}"
    return (
        f'<div><div class="nm">{name}<b>{html.button(newest, week, spoken)}</b></div>'
        f"{columns_html(one, top)}</div>"
    )
