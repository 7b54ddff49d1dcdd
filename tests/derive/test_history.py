"""A blank city is taken from the family's other visits, nearest in time."""

from allay_metrics.derive.city import UNKNOWN, VIRTUAL, CityMatch
from allay_metrics.derive.city_from_history import fill_from_history

OAKLAND, BERKELEY = CityMatch("Oakland", "typed"), CityMatch("Berkeley", "zip")
HILLS = ("Burlingame", "Hillsborough")
AMBIGUOUS = CityMatch("Burlingame or Hillsborough (94010)", "none", HILLS)
DOUBT = CityMatch("unknown", "none", ("Hillsborough", "Palo Alto"))


def filled(*told):
    """Return city and how of each (start, place)."""
    starts, places = zip(*told, strict=True)
    return [(place.city, place.how) for place in fill_from_history(starts, places)]


def test_a_blank_takes_the_nearest():
    told = filled((0, OAKLAND), (60, UNKNOWN), (100, BERKELEY))
    assert told == [("Oakland", "typed"), ("Berkeley", "history"), ("Berkeley", "zip")]


def test_a_tie_goes_to_the_earlier():
    assert filled((0, OAKLAND), (50, UNKNOWN), (100, BERKELEY))[1] == ("Oakland", "history")
    assert filled((0, BERKELEY), (50, UNKNOWN), (100, OAKLAND))[1] == ("Berkeley", "history")


def test_history_is_never_a_source_itself():
    """The third is nearest to the second, but the second only has it from the first."""
    told = filled((0, OAKLAND), (90, UNKNOWN), (100, UNKNOWN), (150, BERKELEY))
    assert told[1:3] == [("Berkeley", "history"), ("Berkeley", "history")]


def test_an_ambiguous_zip_takes_only_one_of_its_own():
    told = filled((0, CityMatch("Hillsborough", "typed")), (90, AMBIGUOUS), (100, OAKLAND))
    assert told[1] == ("Hillsborough", "history")
    assert filled((90, AMBIGUOUS), (100, OAKLAND))[0] == (AMBIGUOUS.city, "none")


def test_two_cities_typed_in_a_row_stay_a_doubt():
    told = filled((0, DOUBT), (10, CityMatch("Palo Alto", "typed")), (11, UNKNOWN))
    assert told == [("unknown", "none"), ("Palo Alto", "typed"), ("Palo Alto", "history")]


def test_an_ambiguous_place_is_no_source():
    assert filled((0, AMBIGUOUS), (10, UNKNOWN))[1] == ("unknown", "none")


def test_virtual_is_no_home_and_stays_virtual():
    told = filled((0, VIRTUAL), (10, UNKNOWN), (500, OAKLAND))
    assert told[:2] == [("virtual", "typed"), ("Oakland", "history")]
    assert filled((0, VIRTUAL), (10, UNKNOWN))[1] == ("unknown", "none")


def test_a_known_place_stays():
    assert filled((0, OAKLAND), (1, BERKELEY)) == [("Oakland", "typed"), ("Berkeley", "zip")]
