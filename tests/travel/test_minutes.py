"""Minutes between cities: near the typical ones, over the right bridge, overruled by the owner."""

import csv
import re
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allay_metrics import config, travel
from allay_metrics.travel.places import straight_miles, towns

DOC = config.ROOT / "docs" / "driving.md"
with (config.REFERENCE / "cities.csv").open(encoding="utf-8", newline="") as _file:
    CITIES = [row["name"] for row in csv.DictReader(_file)]
cities = st.sampled_from(CITIES)


def _table():
    """Return the rows of the table in docs/driving.md as lists of text."""
    rows = [line.strip("| \n").split(" | ") for line in DOC.read_text("utf-8").splitlines()]
    return [row for row in rows if len(row) == 8 and row[0] in CITIES]


def test_fifteen_pairs_lie_near_their_typical_minutes():
    errors = [abs(int(typical) - travel.minutes(a, b)) for a, b, *_, typical, _, _ in _table()]
    assert len(errors) == 15
    assert mean(errors) <= 3
    assert max(errors) <= 8


@pytest.mark.parametrize("row", _table(), ids=lambda row: f"{row[0]} to {row[1]}")
def test_the_table_says_what_is_computed(row):
    a, b, over, _, miles, typical, minutes, error = row
    way = travel.route(a, b)
    assert ", ".join(way.over) == over
    assert (f"{way.miles:.0f}", str(travel.minutes(a, b))) == (miles, minutes)
    assert int(error) == int(minutes) - int(typical)


def test_the_mean_error_told_is_that_of_the_table():
    told = re.search(
        r"Mean absolute error \*\*([\d.]+) minutes\*\*, at most (\d+)", DOC.read_text()
    )
    errors = [abs(int(row[-1])) for row in _table()]
    assert (float(told[1]), int(told[2])) == (round(mean(errors), 1), max(errors))


@pytest.mark.parametrize(
    ("a", "b", "over"),
    [
        ("San Francisco", "Sausalito", ["Golden Gate Bridge"]),
        ("San Francisco", "Oakland", ["Bay Bridge"]),
        ("San Mateo", "Hayward", ["San Mateo-Hayward Bridge"]),
        ("Palo Alto", "Newark", ["Dumbarton Bridge"]),
        ("San Rafael", "Richmond", ["Richmond-San Rafael Bridge"]),
        ("Vallejo", "Crockett", ["Carquinez Bridge"]),
        ("Benicia", "Martinez", ["Benicia-Martinez Bridge"]),
        ("Rio Vista", "Antioch", ["Antioch Bridge"]),
        ("San Jose", "Fremont", ["round the south end of the Bay"]),
        ("San Jose", "Vallejo", ["round the south end of the Bay", "Carquinez Bridge"]),
        ("San Mateo", "San Jose", []),
        ("San Rafael", "Vallejo", []),
    ],
)
def test_water_is_crossed_by_the_bridge_one_would_take(a, b, over):
    assert list(travel.route(a, b).over) == over


@given(cities, cities)
def test_any_two_cities_have_a_time_that_is_the_same_both_ways(a, b):
    assert travel.minutes(a, b) == travel.minutes(b, a) > 0
    assert travel.miles(a, b) == pytest.approx(travel.miles(b, a))


@given(cities, cities)
def test_the_way_is_never_shorter_than_the_straight_line(a, b):

    assert travel.miles(a, b) >= straight_miles(towns()[a].at, towns()[b].at)


def test_two_homes_of_one_city_are_ten_minutes_apart():
    assert travel.minutes("Oakland", "Oakland") == 10
    assert travel.minutes("San Francisco", "San Francisco") == 14


@pytest.mark.parametrize("nowhere", ["unknown", "virtual", "94608 Oakland or Emeryville", ""])
def test_a_place_that_is_no_city_has_no_time(nowhere):
    assert travel.minutes("Oakland", nowhere) is None
    assert travel.miles(nowhere, "Oakland") is None


def test_what_the_owner_knows_wins_in_both_directions():
    known = {("Oakland", "San Jose"): 71, ("Oakland", "Oakland"): 5}
    assert travel.minutes("San Jose", "Oakland", known) == 71
    assert travel.minutes("Oakland", "San Jose", known) == 71
    assert travel.minutes("Oakland", "Oakland", known) == 5
    assert travel.minutes("Oakland", "Berkeley", known) == travel.minutes("Oakland", "Berkeley")


def test_an_overruled_pair_needs_no_place_on_the_map():
    assert travel.minutes("Oakland", "Reno", {("Oakland", "Reno"): 200}) == 200


def test_every_county_of_the_cities_lies_on_a_shore():

    assert {town.shore for town in towns().values()} == {"west", "east", "north"}
    assert towns().keys() == set(CITIES)
