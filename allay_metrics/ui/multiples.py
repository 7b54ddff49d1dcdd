"""Small multiples: one figure on a laptop, HTML in two columns on a phone."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import streamlit as st

from allay_metrics import charts
from allay_metrics import formatting as fmt
from allay_metrics.ui import html
from allay_metrics.ui.figure import figure


def trends(
    mondays: Sequence[date], series: Sequence[charts.Trend], key: str, *, what: str = "Visits"
) -> tuple[Any, ...] | None:
    """Draw one small chart per series on one scale; return (name, ISO Monday) of a click."""
    with st.container(key=f"al-wide-only-{key}"):
        alt = charts.trends_alt(mondays, series, what=what)
        picked = figure(charts.trends(mondays, series), key, alt)
    with st.container(key=f"al-phone-only-{key}"):
        st.html(multiples_html(mondays, series, what=what))
    return picked


def multiples_html(mondays: Sequence[date], series: Sequence[charts.Trend], *, what: str) -> str:
    """Return the same small charts as HTML."""
    all_values = [value for trend in series for value in (*trend.values, *(trend.usual or ()))]
    top = max(all_values, default=1) * 1.04 or 1
    each = "".join(_small_chart_html(mondays, trend, what, top) for trend in series if trend.values)
    return f'<div class="al-multiples">{each}</div>'


def _small_chart_html(mondays: Sequence[date], trend: charts.Trend, what: str, top: float) -> str:
    last = fmt.number(trend.values[-1])
    label = f"{trend.name}, {what.lower()} per week: {fmt.join_list(map(fmt.number, trend.values))}"
    return (
        f'<div><div class="nm"><span>{html.escape(trend.name)}</span><b>{last}</b></div>'
        f"{html.bars(trend.values, label, usual=trend.usual, top=top)}"
        f'<div class="wk"><span>{fmt.short_day(mondays[0])}</span>'
        f"<span>{fmt.short_day(mondays[-1])}</span></div></div>"
    )
