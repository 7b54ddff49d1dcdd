"""City by weekday or by visit type: one grid with a switch."""

import streamlit as st

from allay_metrics.review.cities import CitiesReview
from allay_metrics.ui.card import card, head
from allay_metrics.ui.cities.city_drilldown import CityDrilldown, find_part
from allay_metrics.ui.cities.city_ranking import CityRows, shorten
from allay_metrics.ui.grid import grid_html
from allay_metrics.ui.html import TYPE_WORDS

BY_DAY, BY_TYPE = "By weekday", "By visit type"


def grid_card(review: CitiesReview) -> None:
    """Draw the grid with its switch; a cell's token is `grid|part|name`."""
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
            )
        few, columns = _count_by_type(review) if by == BY_TYPE else _count_by_day(review)
        st.html(grid_html(few.rows, columns, total="all"))


def cell(review: CitiesReview, part: str, name: str) -> CityDrilldown | None:
    """Return the drilldown of a cell; None for an unknown cell."""
    few, columns = _count_by_type(review) if part in TYPE_WORDS else _count_by_day(review)
    if name not in few.members or part not in columns:
        return None
    return find_part(review, name, few.members[name], part)


def _count_by_day(review: CitiesReview) -> tuple[CityRows, dict[str, str]]:
    counts = dict(zip(review.grid.cities, review.grid.counts, strict=True))
    return shorten(counts), {day: day for day in review.grid.weekdays}


def _count_by_type(review: CitiesReview) -> tuple[CityRows, dict[str, str]]:
    kinds = [kind for kind, counts in review.by_type.items() if any(counts)]
    counts = {
        city: tuple(review.by_type[kind][i] for kind in kinds)
        for i, city in enumerate(review.cities)
    }
    return shorten(counts), {kind: TYPE_WORDS[kind] for kind in kinds}
