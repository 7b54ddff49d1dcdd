"""What words and spellings make of the records, counted."""

import pytest

from allay_metrics.actions.city_spellings import correct_city, set_alias
from allay_metrics.actions.type_words import set_word
from allay_metrics.actions.visit_type_overrides import assign_type
from allay_metrics.review.taxonomy import (
    alias_lines,
    cities_to_choose,
    corrected_visits,
    name_lines,
    read_words,
    unplaced_visits,
)
from tests.support.exports import Desk, appointment
from tests.support.on_file import bookings

MONDAY = "2026-03-09 08:00"


@pytest.fixture
def filed(scope, tmp_path):
    """A practice of four visits: an unknown city, an ambiguous one, a name without a type."""
    rows = [
        appointment("1", "2026-03-02 10:00", type="Infant CST", city="Home"),
        appointment("2", "2026-03-03 10:00", "Bea Moss", type="Consult", city="", zip="94010"),
        appointment("3", "2026-03-04 10:00", "Eve Ford", type="consult ", city="Berkeley"),
        appointment("4", "2026-03-05 10:00", "Kim Roe", type="Consult", city="Berkeley"),
    ]
    Desk(scope, tmp_path).take_in(rows, MONDAY)
    return scope


def test_names_of_services_with_their_visits_and_meaning(filed):
    told = [(line.name, line.types, line.visits, line.version) for line in name_lines(filed)]
    assert told == [("Consult", ("other", ""), 3, 0), ("Infant CST", ("cst", ""), 1, 0)]
    assign_type(filed, "CONSULT", "lactation+massage")
    assign_type(filed, "not on file", "cst")
    told = [(line.name, line.types, line.visits, line.version) for line in name_lines(filed)]
    assert told == [
        ("Consult", ("lactation", "massage"), 3, 1),
        ("Infant CST", ("cst", ""), 1, 0),
        ("not on file", ("cst", ""), 0, 1),
    ]


def test_words_with_the_visits_they_stand_in(filed):
    set_word(filed, "Consult", "lactation", "alone")
    set_word(filed, "CST", "none")
    own, silent, *shipped = read_words(filed)
    assert (own.word, own.visit_type, own.decides, own.visits) == (
        "consult", "lactation", "alone", 3,
    )  # fmt: skip
    assert (silent.word, silent.visit_type, silent.visits, silent.shipped) == (
        "cst", "none", 1, True,
    )  # fmt: skip
    assert "CST" not in {line.word for line in shipped}
    assert {line.version for line in shipped} == {0}


def test_visits_to_place_newest_first(filed):
    told = [
        (visit.family, visit.typed, visit.spelling, visit.city) for visit in unplaced_visits(filed)
    ]
    assert told == [
        ("Moss", "94010", "", "Burlingame or Hillsborough (94010)"),
        ("Lee", "Home", "Home", "unknown"),
    ]


def test_what_was_corrected_and_spelt(filed):
    ids = bookings(filed, "id")
    correct_city(filed, [ids["2"]], "Hillsborough")
    set_alias(filed, "HOME", "Oakland")
    assert unplaced_visits(filed) == []
    (visit_corrected,) = corrected_visits(filed, "city")
    assert (visit_corrected.booking_id, visit_corrected.value, visit_corrected.family) == (
        ids["2"],
        "Hillsborough",
        "Bea Moss",
    )
    (alias,) = alias_lines(filed)
    assert (alias.spelling, alias.city, alias.bookings) == ("home", "Oakland", 1)


def test_cities_visited_most_come_first(filed):
    found = cities_to_choose(filed)
    assert found[0] == "Berkeley"
    assert found[-1] == "virtual"
    assert "unknown" not in found
