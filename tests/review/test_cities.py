"""The Cities page of a practice small enough to count by hand."""

from datetime import date, timedelta

import pytest

from allay_metrics.metrics import Question, query
from allay_metrics.review.cities import city_trend, default_period, review_cities
from allay_metrics.review.query_results import index_cells
from allay_metrics.review.record_status import read_record_status
from tests.support.practices import Invented, Told, booked, put_on_file

MONDAY = date(2026, 6, 22)
FIRST, LAST = date(2026, 4, 6), date(2026, 6, 28)


@pytest.fixture
def practice(scope):
    rows = [
        booked("A", MONDAY),
        booked("A", MONDAY + timedelta(days=1)),
        booked("B", MONDAY, type_text="Lactation visit"),
        booked("B", MONDAY, at=15, city_text="San Jose"),  # one family in two cities
        booked("C", MONDAY, city_text="San Jose", marked="cancelled"),
        booked("D", MONDAY, city_text=None),
        booked("E", MONDAY, at=18, city_text="Fremont", marked="cancelled"),  # never completed
        booked("F", date(2026, 7, 1), city_text="Berkeley"),  # booked, on the export's own day
        booked("F", date(2026, 7, 14), city_text="Berkeley"),
        booked("F", date(2026, 7, 15), city_text="Berkeley"),  # the 15th day from it on
    ]
    put_on_file(Invented(rows, [Told.all(last=date(2026, 8, 1))]), scope)
    return scope


def test_cities_are_ranked_and_the_unknown_one_is_last(practice):
    review = review_cities(practice, FIRST, LAST)
    assert review.cities == ("Oakland", "San Jose", "unknown")
    assert review.by_type == {
        "cst": (2, 1, 1),
        "lactation": (1, 0, 0),
        "massage": (0, 0, 0),
        "other": (0, 0, 0),
    }


def test_each_city_has_its_line_also_without_a_completed_visit(practice):
    lines = {line.city: line for line in review_cities(practice, FIRST, LAST).lines}
    assert list(lines) == ["Oakland", "San Jose", "Berkeley", "Fremont", "unknown"]
    jose = lines["San Jose"].numbers
    assert (jose["bookings"].value, jose["completed"].value) == (2, 1)
    assert (jose["cancel_rate"].numerator, jose["cancel_rate"].denominator) == (1, 2)
    assert jose["cancel_rate"].value is None, "two are too few for a rate"
    assert lines["Fremont"].numbers["completed"].value == 0
    assert lines["Berkeley"].next_14_days == 2


def test_the_total_is_computed_not_summed(practice):
    review = review_cities(practice, FIRST, LAST)
    assert sum(line.numbers["families_seen"].value for line in review.lines) == 4
    assert review.total.numbers["families_seen"].value == 3
    assert review.total.numbers["bookings"].value == 7
    assert review.total.next_14_days == 2


def test_lines_are_the_answers_of_query(practice):
    review = review_cities(practice, FIRST, LAST)
    keys = tuple(metric.key for metric in review.columns)
    asked = Question(metrics=keys, by=("city",), first=FIRST, last=LAST)
    cells = index_cells(query(asked, practice), "city")
    assert {
        (line.city, key): line.numbers[key]
        for line in review.lines
        for key in keys
        if (line.city, key) in cells
    } == cells


def test_grid_and_map_count_completed_visits(practice):
    review = review_cities(practice, FIRST, LAST)
    assert review.grid.counts[0] == (2, 1, 0, 0, 0, 0, 0)
    assert {place.name: place.visits for place in review.map.places} == {
        "Oakland": 3,
        "San Jose": 1,
    }
    assert review.map.unknown == 1


def test_without_bases_the_driving_says_why_it_has_no_value(practice):
    total = review_cities(practice, FIRST, LAST).total.numbers
    for key in ("drive_minutes_per_visit", "lone_visit_days", "value_per_field_hour"):
        assert total[key].value is None
        assert total[key].reason.startswith("no base on file for")


def test_trends_are_of_full_weeks(practice):
    review = review_cities(practice, FIRST, LAST)
    (oakland, *_) = review.trends
    assert oakland.city == "Oakland"
    assert oakland.mondays[-1] == MONDAY
    assert oakland.counts == (0,) * 12 + (3,)
    assert oakland.usual is not None
    assert oakland.usual.whole == (0, 0), "24 weeks without a visit"
    assert city_trend(practice, "Oakland") == oakland


def test_the_period_is_the_newest_full_weeks(practice):
    assert default_period(read_record_status(practice)) == (date(2026, 3, 30), LAST)


def test_an_empty_practice_has_no_cities(sqlite_scope):
    review = review_cities(sqlite_scope, FIRST, LAST)
    assert review.cities == ()
    assert review.lines == ()
    assert review.total.numbers["bookings"].value is None
    assert default_period(read_record_status(sqlite_scope)) is None
