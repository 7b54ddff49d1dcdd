"""What the owner chose is obeyed whenever visits are derived."""

import pytest

from allay_metrics.derive.city import CityMatch, find_city
from allay_metrics.derive.matching import Clues, find_match, follow_links, split_match
from allay_metrics.derive.override_rules import Overrides
from allay_metrics.derive.visit_type import shipped_words, visit_types


@pytest.mark.parametrize(
    ("text", "chosen", "types"),
    [
        ("Bodywork for mothers", {"bodywork": ("massage", "always")}, ("massage", "")),
        ("Body-Work", {"body work": ("massage", "always")}, ("massage", "")),
        ("Cranial hold", {"cranial": ("none", "always")}, ("other", "")),  # a shipped word silenced
        ("CST", {"cst": ("lactation", "always")}, ("lactation", "")),  # or given another type
        ("CST with taping", {"taping": ("massage", "alone")}, ("cst", "")),
        ("Taping", {"taping": ("massage", "alone")}, ("massage", "")),
        ("Suck training CST", {"suck": ("lactation", "unless_cst")}, ("cst", "")),
    ],
)
def test_the_practices_words_stand_over_the_shipped_ones(text, chosen, types):
    assert visit_types(text, Overrides(words=chosen).type_words) == types


def test_a_service_name_means_what_it_was_assigned_whatever_its_words_say():
    words = Overrides(names={"cst & latch": ("cst", "lactation"), "": ("massage", "")}).type_words
    assert visit_types("  CST &  Latch ", words) == ("cst", "lactation")
    assert visit_types("CST & latch check", words) == ("cst", "")
    assert visit_types("", words) == ("massage", "")


SPELT = Overrides(
    aliases={
        "rockridge bart": "Oakland",
        "our place, the one with the tree": "Berkeley",
        "oakland": "Berkeley",
        "hillsborough palo alto": "Hillsborough",
        "clinic line": "virtual",
    }
).city_names


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Rockridge BART", CityMatch("Oakland", "typed")),
        ("near Rockridge Bart, CA", CityMatch("Oakland", "typed")),
        ("Our place, the one with the tree", CityMatch("Berkeley", "typed")),  # a whole text
        ("Oakland", CityMatch("Berkeley", "typed")),  # the practice knows better
        ("Hillsborough Palo Alto", CityMatch("Hillsborough", "typed")),  # no doubt any more
        ("Clinic line", CityMatch("virtual", "typed")),
        ("Alameda", CityMatch("Alameda", "typed")),
        ("nowhere", CityMatch("unknown", "none")),
    ],
)
def test_the_practices_spellings_of_cities(text, found):
    assert find_city(text, None, None, None, SPELT) == found
    assert find_city(None, None, text, None, SPELT) == found


def test_a_spelling_of_many_words_is_found_at_the_end_of_an_address():
    names = Overrides(aliases={"the old house by the lake": "Oakland"}).city_names
    assert (
        find_city(None, None, "1 Elm St, the old house by the lake", None, names).city == "Oakland"
    )


def test_where_nothing_was_chosen_the_shipped_tables_are_used_themselves():
    assert Overrides().type_words is shipped_words()
    assert Overrides().city_names is Overrides(words={"x": ("cst", "always")}).city_names


def test_equal_choices_share_what_was_looked_up():
    first, again = (
        Overrides(words={"x": ("cst", "always")}, aliases={"y": "Oakland"}) for _ in "12"
    )
    assert first.type_words is again.type_words
    assert first.city_names is again.city_names


LINKS = {
    ("e:a", ""): "e:b",
    ("e:b", ""): "e:c",
    ("e:h", "bea moss"): split_match("e:h", "Bea Moss"),
    ("p:+2", ""): "p:+2",
    ("e:x", ""): "e:y",
    ("e:y", ""): "e:x",
}


@pytest.mark.parametrize(
    ("match", "name", "into"),
    [
        ("e:a", "Ana Lee", "e:c"),  # merged twice over
        ("e:h", "Ana Lee", "e:h"),
        ("e:h", "BEA  Moss", "n:bea moss|e:h"),
        ("p:+2", "Leo", "p:+2"),  # kept as it is
        ("e:x", "Leo", "e:y"),  # a circle ends
        ("e:z", "Leo", "e:z"),
    ],
)
def test_a_match_key_leads_to_where_the_owners_word_ends(match, name, into):
    assert follow_links(match, name, LINKS) == into


def test_families_made_one_are_no_doubt_and_an_answer_ends_one():
    clues = Clues({"+1": {"e:a", "e:c"}, "+2": {"e:a", "e:d"}, "+3": {"e:a", "e:d"}}, {})
    assert find_match("+1", "Leo", None, clues, LINKS) == ("e:c", None)
    assert find_match("+2", "Leo", None, clues, LINKS) == ("p:+2", None)
    assert find_match("+3", "Leo", None, clues, LINKS)[1] is not None
