"""The route between two cities: straight lines times a road factor, over the best bridges."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from allay_metrics.travel.places import Crossing, Town, crossings, straight_miles, towns

# Length of roads relative to the straight line; bridges are nearly straight.
ROAD_FACTOR = 1.2
BRIDGE_FACTOR = 1.05
WITHIN_CITY_MILES = 3.5  # between two homes of one city


@dataclass(frozen=True)
class Route:
    """Estimated road miles, and the names of the bridges crossed, in order."""

    miles: float
    over: tuple[str, ...] = ()


@cache
def route(city_a: str, city_b: str) -> Route | None:
    """Return the shortest route; None where one of the two is not a shipped city.

    Cities on one shore are connected by land. Otherwise the route uses the one or two crossings
    that make it shortest: from San Francisco to Vallejo via Marin, or via the East Bay.
    """
    towns_by_name = towns()
    if city_a not in towns_by_name or city_b not in towns_by_name:
        return None
    if city_a == city_b:
        return Route(WITHIN_CITY_MILES)
    a, b = towns_by_name[city_a], towns_by_name[city_b]
    if a.shore == b.shore:
        return Route(ROAD_FACTOR * straight_miles(a.at, b.at))
    routes = (_over(a, b, chain) for chain in _chains(a.shore, b.shore))
    return min(routes, key=lambda candidate: candidate.miles)


def miles(city_a: str, city_b: str) -> float | None:
    """Return the estimated road miles; None where one of the two is not a shipped city."""
    shortest_route = route(city_a, city_b)
    return shortest_route.miles if shortest_route else None


def _chains(start: str, end: str) -> Iterator[tuple[Crossing, ...]]:
    """Yield every chain of one crossing, or of two via the third shore."""
    for first in crossings():
        if first.from_shore != start:
            continue
        if first.to_shore == end:
            yield (first,)
            continue
        for second in crossings():
            if (second.from_shore, second.to_shore) == (first.to_shore, end):
                yield first, second


def _over(a: Town, b: Town, chain: tuple[Crossing, ...]) -> Route:
    total, position = 0.0, a.at
    for crossing in chain:
        total += ROAD_FACTOR * straight_miles(position, crossing.leaves)
        total += BRIDGE_FACTOR * straight_miles(crossing.leaves, crossing.lands)
        position = crossing.lands
    total += ROAD_FACTOR * straight_miles(position, b.at)
    return Route(total, tuple(crossing.name for crossing in chain))
