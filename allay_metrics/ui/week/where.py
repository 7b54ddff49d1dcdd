"""Where the week was: cities by weekday, and the map of the Bay."""

from collections.abc import Callable

from allay_metrics import charts, words
from allay_metrics.metrics import Question
from allay_metrics.records import Scope
from allay_metrics.review.week import WeekReview
from allay_metrics.ui.card import card, head
from allay_metrics.ui.cities.where import shorten
from allay_metrics.ui.cities.words import shown as city_shown
from allay_metrics.ui.figure import figure, forget
from allay_metrics.ui.visits import open_number

GRID, MAP = "week-grid", "week-map"
_WEEKDAYS = {
    "Mon": "Monday",
    "Tue": "Tuesday",
    "Wed": "Wednesday",
    "Thu": "Thursday",
    "Fri": "Friday",
    "Sat": "Saturday",
    "Sun": "Sunday",
}


def week_grid(scope: Scope, review: WeekReview) -> Callable[[], None] | None:
    """Draw completed and booked visits by city and weekday; return what a click opens."""
    grid = review.grid
    few = shorten(dict(zip(grid.cities, grid.counts, strict=True)))
    counts = [few.rows[name] for name in few.names]
    with card("week-grid", fill=True):
        head("Where and when", _states(review))
        alt = charts.grid_alt(few.names, grid.weekdays, counts)
        picked = figure(charts.grid(few.names, grid.weekdays, counts), GRID, alt)
    if not picked:
        return None
    name, weekday = map(str, picked)
    asked = _visits(review, few.members.get(name, ()), weekday)
    title = f"{name}, {_WEEKDAYS.get(weekday, weekday)}"
    return lambda: open_number(scope, asked, title=title, on_close=lambda: forget(GRID))


def week_map(scope: Scope, review: WeekReview) -> Callable[[], None] | None:
    """Draw a bubble per city; return what a click on one opens."""
    places = [
        charts.Place(place.name, place.latitude, place.longitude, place.visits)
        for place in review.map.places
    ]
    with card("week-map", fill=True):
        head("Around the Bay", _elsewhere(review))
        alt = charts.bay_map_alt(places, unknown=review.map.unknown)
        picked = figure(charts.bay_map(places), MAP, alt, fill=True)
    if not picked:
        return None
    city = str(picked[0])
    asked = _visits(review, (city,))
    return lambda: open_number(scope, asked, title=city, on_close=lambda: forget(MAP))


def _visits(review: WeekReview, cities: tuple[str, ...], weekday: str = "") -> Question:
    """Return the question of the week's completed and booked visits there."""
    kept = tuple(pair for pair in review.where if pair[0] != "city")
    day = (("weekday", weekday),) if weekday else ()
    return Question(
        metrics=("bookings",),
        first=review.monday,
        last=review.sunday,
        where=(
            *kept,
            *(("city", city) for city in cities),
            *day,
            ("state", "completed"),
            ("state", "booked"),
        ),
    )


def _states(review: WeekReview) -> str:
    return "completed and booked visits" if review.so_far else "completed visits"


def _elsewhere(review: WeekReview) -> str:
    nowhere = [
        f"{words.number(visits)} {city_shown(city).lower()}"
        for city, visits in review.map.elsewhere.items()
    ]
    return f"not on the map: {words.listed(nowhere)}" if nowhere else "visits by home city"
