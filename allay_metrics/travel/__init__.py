"""Estimated drive times between two cities from their coordinates, no database."""

from allay_metrics.travel.minutes import NEARBY_MINUTES, Pairs, minutes, pair
from allay_metrics.travel.route import Route, miles, route

__all__ = ["NEARBY_MINUTES", "Pairs", "Route", "miles", "minutes", "pair", "route"]
