"""Fills a blank city from the family's other visits, nearest in time."""

from collections import defaultdict
from collections.abc import Sequence

from allay_metrics.derive.city import Place

HOME = ("typed", "zip", "corrected")
NOWHERE = ("virtual", "unknown")


def fill_from_history(
    families: Sequence[str], starts: Sequence[int], places: Sequence[Place]
) -> list[Place]:
    """Return the places with each open one taken from the family's nearest other visit in time.

    A tie goes to the earlier visit. Only a typed, corrected or single-city ZIP place is a source,
    never history itself. Where a place has candidates (an ambiguous ZIP), only one of them is
    taken; where the family has no such visit the place stays as it is.
    """
    homes: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for family, start, place in zip(families, starts, places, strict=True):
        if _is_home(place):
            homes[family].append((start, place.city))
    return [
        place if not _is_open(place) else _nearest(place, start, homes.get(family, []))
        for family, start, place in zip(families, starts, places, strict=True)
    ]


def _is_home(place: Place) -> bool:
    return place.how in HOME and not place.candidates and place.city not in NOWHERE


def _is_open(place: Place) -> bool:
    return bool(place.candidates) or place.city == "unknown"


def _nearest(place: Place, start: int, homes: list[tuple[int, str]]) -> Place:
    fitting = [home for home in homes if not place.candidates or home[1] in place.candidates]
    if not fitting:
        return place
    _, city = min(fitting, key=lambda home: (abs(home[0] - start), home[0]))
    return Place(city, "history", ())
