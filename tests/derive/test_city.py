"""Where a visit is, from what people type."""

import csv
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allay_metrics import config
from allay_metrics.derive.city import UNKNOWN, VIRTUAL, CityMatch, find_city
from allay_metrics.derive.city_names import city_names

OWN_CITIES = [
    "San Francisco", "Berkeley", "Oakland", "San Mateo", "Burlingame", "Hillsborough",
    "Palo Alto", "Los Altos", "Sunnyvale", "Cupertino", "San Jose",
]  # fmt: skip


def typed(city):
    return CityMatch(city, "typed")


def rows(name):
    with (config.REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("city", [row["name"] for row in rows("cities.csv")])
def test_every_city_is_found_as_typed_alone_and_at_the_end_of_an_address(city):
    for text in (city, city.upper(), f" {city} , CA", f"{city} CA 94000"):
        assert find_city(text, None, None) == typed(city)
    for address in (f"12 Elm St, {city}, CA 94000", f"12 Elm St {city}", f"12 Elm St\n{city}"):
        assert find_city(None, None, address) == typed(city)


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("SF", "San Francisco"),
        ("S.F.", "San Francisco"),
        ("San Fran", "San Francisco"),
        ("San José", "San Jose"),
        ("So. San Francisco", "South San Francisco"),
        ("E. Palo Alto", "East Palo Alto"),
        ("Mtn. View", "Mountain View"),
        ("Saint Helena", "St. Helena"),
        ("Inner Richmond", "San Francisco"),  # a neighbourhood, not the city of Richmond
        ("Noe Valley, San Francisco", "San Francisco"),
        ("Alameda County, Oakland", "Oakland"),
        ("downtown Oakland", "Oakland"),
    ],
)
def test_other_names_of_a_city_are_known(text, city):
    assert find_city(text, None, None) == typed(city)


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("Burlingam", "Burlingame"),
        ("Sunyvale, CA", "Sunnyvale"),
        ("Berkley", "Berkeley"),
        ("Hilsborough 94010", "Hillsborough"),
        ("San Fransisco", "San Francisco"),
        ("PaloAlto", "Palo Alto"),
        ("76 Elm St, Palo Atlo", "Palo Alto"),
        ("Los Altis", "Los Altos"),
    ],
)
def test_a_slip_of_the_pen_is_read_once_state_and_zip_are_off(text, city):
    assert find_city(text, None, None) == typed(city)


@pytest.mark.parametrize(
    "text", ["Santa Clarita", "San Marcos", "Sonora", "Los Atos", "Sacramento", "Home", "CA", "SM"]
)
def test_what_is_not_clearly_one_of_our_cities_is_unknown(text):
    assert find_city(text, None, None) == UNKNOWN


def test_a_typed_city_wins_over_the_zip():
    assert find_city("Hillsborough", "94010", None) == typed("Hillsborough")
    assert find_city(None, "94610", "1 Elm St, Berkeley") == typed("Berkeley")


def test_the_city_answer_wins_over_the_address():
    assert find_city("Oakland", None, "1 Elm St, Berkeley") == typed("Oakland")


def test_a_zip_with_one_city_fills_a_blank():
    for told in (("", "94110", None), (None, "94110-1234", ""), (None, None, "1 Elm St, CA 94110")):
        assert find_city(*told) == CityMatch("San Francisco", "zip")


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("94010", "Burlingame or Hillsborough (94010)"),
        ("94022", "Los Altos or Los Altos Hills (94022)"),
        ("94024", "Los Altos or Los Altos Hills (94024)"),
        ("94303", "Palo Alto or East Palo Alto (94303)"),
        ("94404", "San Mateo or Foster City (94404)"),
        ("94608", "Emeryville or Oakland (94608)"),
        ("94602", "Oakland or Piedmont (94602)"),
        ("94610", "Oakland or Piedmont (94610)"),
        ("94611", "Oakland or Piedmont (94611)"),
        ("94618", "Oakland or Piedmont (94618)"),
        ("94706", "Albany, Berkeley or Kensington (94706)"),
        ("94305", "Stanford or Palo Alto (94305)"),
    ],
)
def test_a_shared_zip_is_shown_as_the_cities_it_may_be(code, shown):
    found = find_city(None, code, None)
    assert (found.city, found.how) == (shown, "none")
    assert found.candidates == city_names().zips[code]


def test_a_house_number_is_no_zip():
    assert find_city(None, None, "94110 Elm Street") == UNKNOWN
    assert find_city(None, None, "94110") == CityMatch("San Francisco", "zip")


def test_a_zip_of_another_region_places_nothing():
    assert find_city(None, "90210", None) == UNKNOWN


@pytest.mark.parametrize(
    ("text", "cities"),
    [
        ("Hillsborough Palo Alto", ("Hillsborough", "Palo Alto")),
        ("Hillsborough Palo Alto 94010", ("Hillsborough", "Palo Alto")),
        ("Oakland/Berkeley", ("Oakland", "Berkeley")),
        ("San Mateo or Foster City", ("San Mateo", "Foster City")),
    ],
)
def test_two_cities_are_a_doubt_and_not_a_city(text, cities):
    assert find_city(text, "94110", None) == CityMatch("unknown", "none", cities)


@pytest.mark.parametrize(
    ("address", "city"),
    [
        ("500 San Mateo Ave San Bruno", "San Bruno"),
        ("1 Oakland Ave, Piedmont", "Piedmont"),
        ("12 Grand Ave South San Francisco", "South San Francisco"),
        ("1234 The Alameda, San Jose", "San Jose"),
        ("742 Evergreen Ter Apt 3\nLos Altos Hills\nCA 94022", "Los Altos Hills"),
    ],
)
def test_a_street_named_like_a_city_is_a_street(address, city):
    assert find_city(None, None, address) == typed(city)


@pytest.mark.parametrize("address", ["1500 Oakland", "1234 The Alameda", "415-555-0100", "Home"])
def test_a_street_alone_names_no_city(address):
    assert find_city(None, None, address) == UNKNOWN


@pytest.mark.parametrize("text", ["Virtual", "Zoom", "by phone", "Phone", "Video call", "online"])
def test_visits_without_a_home_are_virtual(text):
    assert find_city(text, "94110", None) == VIRTUAL
    assert find_city(None, None, text) == VIRTUAL


def test_a_video_avenue_is_a_street():
    assert find_city(None, None, "221 Video Ave, San Jose") == typed("San Jose")


def test_notes_count_only_where_they_hold_an_address():
    assert find_city(None, None, None, "Lives at 1 Elm, Albany, CA 94706. Dog") == typed("Albany")
    assert find_city(None, None, None, "Two flats\n1 Elm St Oakland 94610") == typed("Oakland")
    assert find_city(None, None, None, "Gate code 94107#. Friend from Oakland") == UNKNOWN


def test_nothing_told_is_unknown():
    assert find_city(None, None, None) == find_city("", " ", "") == UNKNOWN


@given(st.text(max_size=60), st.text(max_size=12), st.text(max_size=60))
def test_whatever_is_typed_gives_a_place(city, code, address):
    found = find_city(city, code, address)
    assert found.how in {"typed", "zip", "none"}
    assert (found.how == "none") == (found.city == "unknown" or bool(found.candidates))


def test_the_practices_cities_and_101_incorporated_ones_are_there():
    names = {row["name"] for row in rows("cities.csv")}
    assert set(OWN_CITIES) <= names
    assert len(names) >= 101


def test_every_city_lies_inside_its_county():
    shapes = json.loads((config.REFERENCE / "bay_area_counties.geojson").read_text())
    rings = {}
    for feature in shapes["features"]:
        shape = feature["geometry"]
        parts = shape["coordinates"]
        parts = parts if shape["type"] == "MultiPolygon" else [parts]
        rings[feature["properties"]["name"]] = [part[0] for part in parts]
    for row in rows("cities.csv"):
        x, y = float(row["longitude"]), float(row["latitude"])
        around = [name for name, parts in rings.items() if any(inside(x, y, p) for p in parts)]
        assert around == [row["county"]], row["name"]
        assert row["label_side"] in {"l", "r", "t", "b"}


def inside(x, y, ring):
    crossed = False
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            crossed = not crossed
    return crossed


def test_aliases_and_zips_lead_to_cities_there_are():
    names = {row["name"] for row in rows("cities.csv")}
    assert {row["city"] for row in rows("city_aliases.csv")} - {""} <= names
    for row in rows("zips.csv"):
        cities = row["cities"].split(";")
        assert set(cities) <= names
        assert row["primary"] == cities[0]
