"""Minutes for the way: slow streets at both ends, roads in between, then the freeway.

The speeds are typical of a day outside the rush hours. docs/driving.md says how they were set, and
how far the estimates lie from the figures map services show.
"""

from collections.abc import Mapping
from functools import cache

from allay_metrics.travel.route import route

Pairs = Mapping[tuple[str, str], int]

# A drive: so many minutes to leave and to arrive, then miles at growing speed.
ENDS_MINUTES = 3.0
STREET_MILES, STREET_MPH = 2.0, 25.0
ROAD_MILES, ROAD_MPH = 8.0, 50.0
FREEWAY_MPH = 60.0
# What dense streets add to a drive that starts or ends there.
DENSE = {"San Francisco": 4.0}
WITHIN_CITY_MINUTES = 10
# Two cities are close by when the drive between them is no longer than this.
NEARBY_MINUTES = 15


def minutes(city_a: str, city_b: str, pairs: Pairs | None = None) -> int | None:
    """Return the whole minutes of driving one way, the same in both directions.

    A pair the owner overruled, keyed as `pair` gives it, wins. None where nothing can be said: one
    of the two is no shipped city (unknown, virtual, an ambiguous ZIP) and the pair is not
    overruled.
    """
    ruled = (pairs or {}).get(pair(city_a, city_b))
    return _estimate(*pair(city_a, city_b)) if ruled is None else ruled


def pair(city_a: str, city_b: str) -> tuple[str, str]:
    """Return the two cities in the order in which pairs are kept."""
    return (city_a, city_b) if city_a <= city_b else (city_b, city_a)


@cache
def _estimate(city_a: str, city_b: str) -> int | None:
    way = route(city_a, city_b)
    if way is None:
        return None
    dense = sum(DENSE.get(city, 0) for city in {city_a, city_b})
    if city_a == city_b:
        return round(WITHIN_CITY_MINUTES + dense)
    return round(_driven(way.miles) + dense)


def _driven(miles: float) -> float:
    street = min(miles, STREET_MILES)
    road = min(max(miles - STREET_MILES, 0), ROAD_MILES - STREET_MILES)
    freeway = max(miles - ROAD_MILES, 0)
    hours = street / STREET_MPH + road / ROAD_MPH + freeway / FREEWAY_MPH
    return ENDS_MINUTES + 60 * hours
