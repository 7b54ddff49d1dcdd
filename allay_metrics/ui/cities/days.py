"""City by weekday, or by visit type: one grid, one of the two at a time."""

import streamlit as st

from allay_metrics import charts
from allay_metrics.review.cities import CitiesReview
from allay_metrics.ui.card import card, head
from allay_metrics.ui.cities.where import shorten
from allay_metrics.ui.cities.words import Opening, of_part
from allay_metrics.ui.figure import figure, forget
from allay_metrics.ui.html import TYPE_WORDS

GRID = "cities-grid"
BY_DAY, BY_TYPE = "By weekday", "By visit type"


def grid_card(review: CitiesReview) -> Opening | None:
    """Draw the grid with its choice; return what a click on a cell opens."""
    with card("cities-grid", fill=True):
        head("Which days, which visits", "completed visits")
        with st.container(key="al-seg-grid"):
            by = st.segmented_control(
                "Columns of the grid",
                (BY_DAY, BY_TYPE),
                default=BY_DAY,
                required=True,
                key="al-grid-by",
                persist_state="session",
                label_visibility="collapsed",
                on_change=forget,
                args=(GRID,),
            )
        return _by_type(review) if by == BY_TYPE else _by_day(review)


def _by_day(review: CitiesReview) -> Opening | None:
    days = review.grid.weekdays
    counts = dict(zip(review.grid.cities, review.grid.counts, strict=True))
    return _grid(review, counts, {day: day for day in days})


def _by_type(review: CitiesReview) -> Opening | None:
    kinds = [kind for kind, counts in review.by_type.items() if any(counts)]
    counts = {
        city: tuple(review.by_type[kind][i] for kind in kinds)
        for i, city in enumerate(review.cities)
    }
    return _grid(review, counts, {TYPE_WORDS[kind]: kind for kind in kinds})


def _grid(
    review: CitiesReview, counts: dict[str, tuple[int, ...]], columns: dict[str, str]
) -> Opening | None:
    few = shorten(counts)
    rows = [few.rows[name] for name in few.names]
    heads = list(columns)
    drawn = charts.grid(few.names, heads, rows, noun="visit", total="all")
    picked = figure(drawn, GRID, charts.grid_alt(few.names, heads, rows))
    if not picked or picked[0] not in few.members or picked[1] not in columns:
        return None
    return of_part(review, picked[0], few.members[picked[0]], columns[picked[1]])
