"""The Cities page: its parts in order, and what a click opens."""

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.metrics.metric import MetricKey
from allay_metrics.records import UNKNOWN, Scope
from allay_metrics.review.cities import CitiesReview, review_cities
from allay_metrics.review.exports import cities_export
from allay_metrics.ui.cached_by_version import cached_by_version
from allay_metrics.ui.cities.city_drawer import open_city
from allay_metrics.ui.cities.city_drilldown import CITY, find_drilldown
from allay_metrics.ui.cities.city_ranking import (
    MAP,
    RANKED,
    draw_city_map,
    draw_city_ranking,
    two_columns,
)
from allay_metrics.ui.cities.city_table import city_table_card
from allay_metrics.ui.cities.city_trends import trends_card
from allay_metrics.ui.cities.weekday_grid import cell, grid_card
from allay_metrics.ui.click_listener import clicked, record_unknown_token
from allay_metrics.ui.empty import loading
from allay_metrics.ui.figure import forget
from allay_metrics.ui.grid import GRID
from allay_metrics.ui.period_head import PeriodChoice
from allay_metrics.ui.visit_drawer import open_number

cities_of = cached_by_version(review_cities)
FEW = 3  # up to so many bars the card leaves room below them, beside the map


def cities_page(scope: Scope, chosen: PeriodChoice) -> None:
    """Draw the page of a period; a click opens a drawer."""
    with loading("cities", 460, 620, 460):
        review = cities_of(scope, chosen.first, chosen.last, chosen.where)
    chosen.tell(_summary_items(review))
    chosen.offer("cities", lambda: cities_export(scope, review))
    token = clicked()
    few = len(review.cities) <= FEW
    with two_columns():
        with st.container(height="stretch", gap="small"):
            bar = draw_city_ranking(review, fill=not few)
            if few:
                trends_card(review)
        city = draw_city_map(review)
    city_table_card(review)
    if few:
        grid_card(review)
    else:
        with two_columns():
            grid_card(review)
            trends_card(review)
    if city:
        open_city(scope, review, city, MAP)
    elif bar:
        open_number(scope, bar.question, title=bar.title, on_close=lambda: forget(RANKED))
    elif token:
        _open_token(scope, review, token)


def _open_token(scope: Scope, review: CitiesReview, token: str) -> None:
    kind, what, city = (*token.split("|", 2), "", "")[:3]
    if kind == CITY and city in {line.city for line in review.lines}:
        open_city(scope, review, city)
    elif drilldown := cell(review, what, city) if kind == GRID else find_drilldown(review, token):
        open_number(scope, drilldown.question, title=drilldown.title)
    else:
        record_unknown_token(scope, "cities")


def _summary_items(review: CitiesReview) -> list[str]:
    numbers = review.total.numbers
    bookings, done = numbers[MetricKey.BOOKINGS], numbers[MetricKey.COMPLETED]
    items = [f"**{fmt.plural(bookings.count, 'booking')}**, {fmt.number(done.value)} completed"]
    nowhere = next((line for line in review.lines if line.city == UNKNOWN), None)
    if nowhere and nowhere.numbers[MetricKey.BOOKINGS].count:
        items.append(f"{fmt.number(nowhere.numbers['bookings'].count)} without a city")
    return items
