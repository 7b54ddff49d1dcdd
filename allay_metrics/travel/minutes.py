"""Drive minutes: slow streets first, then roads, then the freeway.

The speeds are typical outside rush hours. docs/driving.md says how they were chosen, and how
far the estimates are from the figures of map services.
"""

from collections.abc import Mapping
from functools import cache

from allay_metrics.travel.route import route

Pairs = Mapping[tuple[str, str], int]

# A drive: minutes to leave and to arrive, then miles at increasing speed.
ENDS_MINUTES = 3.0
STREET_MILES, STREET_MPH = 2.0, 25.0
ROAD_MILES, ROAD_MPH = 8.0, 50.0
FREEWAY_MPH = 60.0
# Minutes that dense streets add to a drive starting or ending there.
DENSE = {"San Francisco": 4.0}
WITHIN_CITY_MINUTES = 10
# Two cities are nearby if the drive between them takes at most this long.
NEARBY_MINUTES = 15


def minutes(city_a: str, city_b: str, pairs: Pairs | None = None) -> int | None:
    """Return the drive time in whole minutes, one way, the same in both directions.

    The owner's value for a pair (keyed by `pair`) wins. None where one of the two is not a shipped
    city (unknown, virtual, an ambiguous ZIP) and the owner set no value.
    """
    own_minutes = (pairs or {}).get(pair(city_a, city_b))
    return _estimate(*pair(city_a, city_b)) if own_minutes is None else own_minutes


def pair(city_a: str, city_b: str) -> tuple[str, str]:
    """Return the two cities in the order in which pairs are stored."""
    return (city_a, city_b) if city_a <= city_b else (city_b, city_a)


@cache
def _estimate(city_a: str, city_b: str) -> int | None:
    shortest = route(city_a, city_b)
    if shortest is None:
        return None
    dense = sum(DENSE.get(city, 0) for city in {city_a, city_b})
    if city_a == city_b:
        return round(WITHIN_CITY_MINUTES + dense)
    return round(_drive_minutes(shortest.miles) + dense)


def _drive_minutes(miles: float) -> float:
    street = min(miles, STREET_MILES)
    road = min(max(miles - STREET_MILES, 0), ROAD_MILES - STREET_MILES)
    freeway = max(miles - ROAD_MILES, 0)
    hours = street / STREET_MPH + road / ROAD_MPH + freeway / FREEWAY_MPH
    return ENDS_MINUTES + 60 * hours
