"""Places of visits: counts by city and weekday, and cities with coordinates."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from allay_metrics.metrics.question import WEEKDAYS
from allay_metrics.records import UNKNOWN, Scope
from allay_metrics.records.tables import city

NOWHERE = (UNKNOWN,)


@dataclass(frozen=True)
class Grid:
    """Visits per city and weekday: `counts[city][weekday]`, most visits first, unknown last."""

    cities: tuple[str, ...]
    weekdays: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    @property
    def total(self) -> int:
        """Return all visits in it."""
        return sum(map(sum, self.counts))


@dataclass(frozen=True)
class MapPlace:
    """A city on the map. Coordinates in degrees; `label_side` is l, r, t or b."""

    name: str
    visits: int
    latitude: float
    longitude: float
    label_side: str


@dataclass(frozen=True)
class CityMap:
    """Cities with coordinates, most visits first, and the visits that have none, by name."""

    places: tuple[MapPlace, ...]
    elsewhere: dict[str, int]

    @property
    def unknown(self) -> int:
        """Return the number of visits with an unknown city."""
        return self.elsewhere.get(UNKNOWN, 0)


def rank_cities(counts: Mapping[str, int]) -> list[str]:
    """Return cities sorted by visits, most first; the unknown one always last."""
    return sorted(counts, key=lambda name: (name in NOWHERE, -counts[name], name))


def grid_of(counts: Iterable[tuple[str, str, int]]) -> Grid:
    """Return the grid of (city, weekday, visits); cities without a visit are left out."""
    cells: Counter[tuple[str, str]] = Counter()
    totals: Counter[str] = Counter()
    for name, weekday, visits in counts:
        cells[name, weekday] += visits
        totals[name] += visits
    cities = tuple(name for name in rank_cities(totals) if totals[name])
    rows = tuple(tuple(cells[name, weekday] for weekday in WEEKDAYS) for name in cities)
    return Grid(cities, WEEKDAYS, rows)


def read_map(scope: Scope, visits: Mapping[str, int]) -> CityMap:
    """Return the map of these cities; ambiguous, virtual and unknown ones have no place."""
    columns = (city.c.name, city.c.latitude, city.c.longitude, city.c.label_side)
    statement = select(*columns).where(
        city.c.practice_id == scope.practice_id,
        city.c.name.in_(sorted(visits)),
        city.c.latitude.is_not(None),
    )
    with scope.read() as conn:
        rows_by_city = {row.name: row for row in conn.execute(statement)}
    places = tuple(
        MapPlace(
            name,
            visits[name],
            rows_by_city[name].latitude,
            rows_by_city[name].longitude,
            rows_by_city[name].label_side,
        )
        for name in rank_cities(visits)
        if name in rows_by_city and visits[name]
    )
    elsewhere = {
        name: visits[name]
        for name in rank_cities(visits)
        if name not in rows_by_city and visits[name]
    }
    return CityMap(places, elsewhere)
