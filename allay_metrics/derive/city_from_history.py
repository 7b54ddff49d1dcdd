"""Fills a blank city from the family's other visit that is nearest in time."""

from collections.abc import Sequence

from allay_metrics.derive.city import CityMatch

HOME = ("typed", "zip", "corrected")
NOWHERE = ("virtual", "unknown")


def fill_from_history(starts: Sequence[int], places: Sequence[CityMatch]) -> list[CityMatch]:
    """Return one family's cities, each open one taken from the nearest other visit in time.

    A tie goes to the earlier visit. Sources are typed, corrected or single-city ZIP matches, never
    a city filled from history. A city with candidates (an ambiguous ZIP) is filled only with one
    of them; without such a visit it stays open.
    """
    if not any(_is_open(place) for place in places):
        return list(places)
    homes = [(start, p.city) for start, p in zip(starts, places, strict=True) if _is_home(p)]
    return [
        _nearest(place, start, homes) if _is_open(place) else place
        for start, place in zip(starts, places, strict=True)
    ]


def _is_home(place: CityMatch) -> bool:
    return place.how in HOME and not place.candidates and place.city not in NOWHERE


def _is_open(place: CityMatch) -> bool:
    # Two cities typed in a row (unknown, with candidates) stay a doubt for the owner.
    return bool(place.candidates) != (place.city == "unknown")


def _nearest(place: CityMatch, start: int, homes: list[tuple[int, str]]) -> CityMatch:
    fitting = [home for home in homes if not place.candidates or home[1] in place.candidates]
    if not fitting:
        return place
    _, city = min(fitting, key=lambda home: (abs(home[0] - start), home[0]))
    return CityMatch(city, "history", ())
