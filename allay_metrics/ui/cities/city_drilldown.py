"""The drilldowns of the Cities page: the token of each number, and its question.

A token is `kind|what|city`. There are questions only for numbers that the page shows.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from allay_metrics import formatting as fmt
from allay_metrics.metrics import METRICS, Question
from allay_metrics.metrics.metric import MetricKey
from allay_metrics.metrics.weeks import monday_of, sunday_of
from allay_metrics.plausibility import read_day
from allay_metrics.records import UNKNOWN
from allay_metrics.review.cities import CitiesReview
from allay_metrics.ui.html import TYPE_WORDS

NUMBER, CITY, WEEK = "number", "city", "week"
AHEAD = MetricKey.BOOKED
ALL = "All cities"
VIRTUAL = "virtual"
DAYS = {
    "Mon": "Mondays",
    "Tue": "Tuesdays",
    "Wed": "Wednesdays",
    "Thu": "Thursdays",
    "Fri": "Fridays",
    "Sat": "Saturdays",
    "Sun": "Sundays",
}


@dataclass(frozen=True)
class CityDrilldown:
    """An opened number: the drawer's title and the question behind it."""

    title: str
    question: Question


def format_city(city: str) -> str:
    """Return a city's display name; `Unknown` for the unknown one."""
    return city.capitalize() if city in (UNKNOWN, VIRTUAL) else city


def link(kind: str, what: str = "", city: str = "") -> str:
    """Return the token of a number of a city; without a city, of all."""
    return f"{kind}|{what}|{city}"


def find_drilldown(review: CitiesReview, token: str) -> CityDrilldown | None:
    """Return what a token opens; None for a token this page does not offer."""
    kind, what, city = (*token.split("|", 2), "", "")[:3]
    if city and city not in {line.city for line in review.lines}:
        return None
    if kind == NUMBER and what in (AHEAD, *(metric.key for metric in review.columns)):
        days = review.ahead if what == AHEAD else (review.first, review.last)
        name = "Booked, next 14 days" if what == AHEAD else METRICS[what].label
        return CityDrilldown(
            _title(city, name), _question(review, what, days, [city] if city else ())
        )
    return _find_week(review, city, what) if kind == WEEK and city else None


def _find_week(review: CitiesReview, city: str, day_text: str) -> CityDrilldown | None:
    """Return the completed visits of one city in one week."""
    day = read_day(day_text)
    if day is None:
        return None
    monday = monday_of(day)
    days = (monday, sunday_of(monday))
    title = _title(city, f"week of {fmt.short_day(monday)}")
    return CityDrilldown(title, _question(review, MetricKey.COMPLETED, days, [city]))


def find_part(review: CitiesReview, name: str, cities: Iterable[str], part: str) -> CityDrilldown:
    """Return the completed visits of a city, or of several, of one visit type or weekday.

    Without a part they are all of its completed visits.
    """
    question = _question(review, MetricKey.COMPLETED, (review.first, review.last), cities)
    if not part:
        return CityDrilldown(_title(name, METRICS[MetricKey.COMPLETED].label), question)
    if part in TYPE_WORDS:
        return CityDrilldown(_title(name, TYPE_WORDS[part]), question.only("visit_type", part))
    return CityDrilldown(_title(name, DAYS[part]), question.only("weekday", part))


def _title(city: str, name: str) -> str:
    return f"{format_city(city) if city else ALL}: {name[:1].lower() + name[1:]}" if city else name


def _question(
    review: CitiesReview, metric: str, days: tuple[date, date], cities: Iterable[str]
) -> Question:
    named = tuple(("city", city) for city in cities)
    kept = review.where if not named else tuple(p for p in review.where if p[0] != "city")
    question = Question(metrics=(metric,), first=days[0], last=days[1], where=kept)
    return replace(question, where=(*kept, *named))
