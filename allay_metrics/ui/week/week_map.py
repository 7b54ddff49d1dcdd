"""The places of the week: cities by weekday, and the map of the Bay."""

from collections.abc import Callable

import streamlit as st

from allay_metrics import charts
from allay_metrics import formatting as fmt
from allay_metrics.metrics import Question
from allay_metrics.metrics.metric import MetricKey
from allay_metrics.records import Scope
from allay_metrics.records.states import State
from allay_metrics.review.week import WeekReview
from allay_metrics.ui.card import card, head
from allay_metrics.ui.cities.city_drilldown import format_city as city_shown
from allay_metrics.ui.cities.city_ranking import CityRows, shorten
from allay_metrics.ui.figure import figure, forget
from allay_metrics.ui.grid import grid_html
from allay_metrics.ui.visit_drawer import open_number

MAP = "week-map"
_WEEKDAYS = {
    "Mon": "Monday",
    "Tue": "Tuesday",
    "Wed": "Wednesday",
    "Thu": "Thursday",
    "Fri": "Friday",
    "Sat": "Saturday",
    "Sun": "Sunday",
}


def week_grid(review: WeekReview) -> None:
    """Draw completed and booked visits by city and weekday; each cell opens its visits."""
    with card("week-grid", fill=True):
        head("Where and when", _states_text(review))
        days = {day: day for day in review.grid.weekdays}
        st.html(grid_html(_few_cities(review).rows, days))


def open_cell(scope: Scope, review: WeekReview, weekday: str, name: str) -> bool:
    """Open the visits of a city, or of all others, on a weekday; False for an unknown cell."""
    cities = _few_cities(review).members.get(name)
    if not cities or weekday not in review.grid.weekdays:
        return False
    title = f"{name}, {_WEEKDAYS[weekday]}"
    open_number(scope, _visits_question(review, cities, weekday), title=title)
    return True


def _few_cities(review: WeekReview) -> CityRows:
    return shorten(dict(zip(review.grid.cities, review.grid.counts, strict=True)))


def week_map(scope: Scope, review: WeekReview) -> Callable[[], None] | None:
    """Draw a bubble per city; return the function that opens the clicked one."""
    places = [
        charts.CityBubble(place.name, place.latitude, place.longitude, place.visits)
        for place in review.map.places
    ]
    with card("week-map", fill=True):
        head("Around the Bay", _unmapped_sentence(review))
        alt = charts.bay_map_alt(places, unknown=review.map.unknown)
        picked = figure(charts.bay_map(places), MAP, alt, fill=True)
    if not picked:
        return None
    city = str(picked[0])
    question = _visits_question(review, (city,))
    return lambda: open_number(scope, question, title=city, on_close=lambda: forget(MAP))


def _visits_question(review: WeekReview, cities: tuple[str, ...], weekday: str = "") -> Question:
    """Return the question of the week's completed and booked visits there."""
    kept = tuple(pair for pair in review.where if pair[0] != "city")
    day = (("weekday", weekday),) if weekday else ()
    return Question(
        metrics=(MetricKey.BOOKINGS,),
        first=review.monday,
        last=review.sunday,
        where=(
            *kept,
            *(("city", city) for city in cities),
            *day,
            ("state", State.COMPLETED),
            ("state", State.BOOKED),
        ),
    )


def _states_text(review: WeekReview) -> str:
    return "completed and booked visits" if review.so_far else "completed visits"


def _unmapped_sentence(review: WeekReview) -> str:
    nowhere = [
        f"{fmt.number(visits)} {city_shown(city).lower()}"
        for city, visits in review.map.elsewhere.items()
    ]
    return f"not on the map: {fmt.join_list(nowhere)}" if nowhere else "visits by home city"
