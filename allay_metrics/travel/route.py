"""The way between two cities: straight on land times a road factor, and over the best bridges."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from allay_metrics.travel.places import Crossing, Town, crossings, straight_miles, towns

# How much longer roads are than the straight line, on land; bridges are nearly straight.
ROAD_FACTOR = 1.2
BRIDGE_FACTOR = 1.05
WITHIN_CITY_MILES = 3.5  # between two homes of one city


@dataclass(frozen=True)
class Route:
    """Estimated miles by road, and the names of the bridges on the way, in order."""

    miles: float
    over: tuple[str, ...] = ()


@cache
def route(city_a: str, city_b: str) -> Route | None:
    """Return the shortest way; None where one of the two is no shipped city.

    Cities on one shore are joined by land. Else the way goes over one or two crossings, whichever
    makes it shortest: from San Francisco to Vallejo by Marin, or by the East Bay.
    """
    towns_by_name = towns()
    if city_a not in towns_by_name or city_b not in towns_by_name:
        return None
    if city_a == city_b:
        return Route(WITHIN_CITY_MILES)
    a, b = towns_by_name[city_a], towns_by_name[city_b]
    if a.shore == b.shore:
        return Route(ROAD_FACTOR * straight_miles(a.at, b.at))
    ways = (_over(a, b, chosen) for chosen in _chains(a.shore, b.shore))
    return min(ways, key=lambda way: way.miles)


def miles(city_a: str, city_b: str) -> float | None:
    """Return the estimated miles by road; None where one of the two is no shipped city."""
    shortest_route = route(city_a, city_b)
    return shortest_route.miles if shortest_route else None


def _chains(start: str, end: str) -> Iterator[tuple[Crossing, ...]]:
    """Yield every way from shore to shore over one crossing, or over two by the third shore."""
    for first in crossings():
        if first.from_shore != start:
            continue
        if first.to_shore == end:
            yield (first,)
            continue
        for second in crossings():
            if (second.from_shore, second.to_shore) == (first.to_shore, end):
                yield first, second


def _over(a: Town, b: Town, chosen: tuple[Crossing, ...]) -> Route:
    total, here = 0.0, a.at
    for crossing in chosen:
        total += ROAD_FACTOR * straight_miles(here, crossing.leaves)
        total += BRIDGE_FACTOR * straight_miles(crossing.leaves, crossing.lands)
        here = crossing.lands
    total += ROAD_FACTOR * straight_miles(here, b.at)
    return Route(total, tuple(crossing.name for crossing in chosen))
