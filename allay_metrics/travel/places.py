"""Coordinates and shores of the cities, and the crossings between the shores; read once.

The Bay, the Golden Gate and the Carquinez Strait divide the land into three shores. Every county
lies on one of them, so a city's county determines its shore.
"""

import csv
from dataclasses import dataclass
from functools import cache
from math import asin, cos, radians, sin, sqrt

from allay_metrics import config

EARTH_MILES = 3958.8  # mean radius


@dataclass(frozen=True)
class Point:
    """A point in degrees, WGS 84."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class Town:
    """A city's point and its shore: west, east or north."""

    at: Point
    shore: str


@dataclass(frozen=True)
class Crossing:
    """A crossing from one shore to another, with its start and end point."""

    name: str
    from_shore: str
    leaves: Point
    to_shore: str
    lands: Point


@cache
def towns() -> dict[str, Town]:
    """Return the shipped cities by name."""
    shores = {row["county"]: row["shore"] for row in _read("shores.csv")}
    return {
        row["name"]: Town(
            Point(float(row["latitude"]), float(row["longitude"])), shores[row["county"]]
        )
        for row in _read("cities.csv")
    }


@cache
def crossings() -> tuple[Crossing, ...]:
    """Return all crossings, in both directions."""
    both_ways = []
    for row in _read("crossings.csv"):
        a = Point(float(row["from_latitude"]), float(row["from_longitude"]))
        b = Point(float(row["to_latitude"]), float(row["to_longitude"]))
        both_ways.append(Crossing(row["name"], row["from_shore"], a, row["to_shore"], b))
        both_ways.append(Crossing(row["name"], row["to_shore"], b, row["from_shore"], a))
    return tuple(both_ways)


def straight_miles(a: Point, b: Point) -> float:
    """Return the great-circle distance (haversine formula)."""
    up, along = radians(b.latitude - a.latitude), radians(b.longitude - a.longitude)
    bend = cos(radians(a.latitude)) * cos(radians(b.latitude))
    return 2 * EARTH_MILES * asin(sqrt(sin(up / 2) ** 2 + bend * sin(along / 2) ** 2))


def _read(name: str) -> list[dict[str, str]]:
    with (config.REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
