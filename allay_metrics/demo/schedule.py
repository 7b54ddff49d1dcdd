"""From wanted days to a calendar: seasons, holidays, and one visit per therapist at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from allay_metrics.demo.demo_cities import CITIES
from allay_metrics.demo.demo_families import Births, Ints, number_within_runs
from allay_metrics.demo.visit_plan import Flags, Visits

FIRST_MINUTE = 9 * 60
SLOT_MINUTES = 120  # the longest visit is 90 minutes: at least 30 remain for the way
SLOTS_A_DAY = 5
DAY_SHIFTS = np.array([0, 15, 30, 60])  # so the last visit of a day starts at 6:00 pm at the latest
HOLIDAYS = frozenset({(1, 1), (7, 4), (12, 24), (12, 25), (12, 31)})


def select_by_season(visits: Visits, rng: np.random.Generator) -> Flags:
    """Return which visits take place: fewer in summer and around Christmas, some weeks busier."""
    first, last = int(visits.day.min()), int(visits.day.max())
    days = np.array([_season_share(date.fromordinal(day)) for day in range(first, last + 1)])
    weeks = rng.normal(0, 0.06, size=(last - first) // 7 + 2)
    days *= 1 + weeks[(np.arange(len(days)) + (first - 1) % 7) // 7]
    return rng.random(len(visits)) < days[visits.day - first]


def _season_share(day: date) -> float:
    """Return the share of wanted visits that take place around this day."""
    if (day.month, day.day) in HOLIDAYS or _is_thanksgiving(day):
        return 0.0
    if (day.month, day.day) >= (12, 20) or (day.month, day.day) <= (1, 3):
        return 0.4
    if (6, 25) <= (day.month, day.day) <= (8, 20):
        return 0.68
    return 0.9


def _is_thanksgiving(day: date) -> bool:
    """Return whether it is the fourth Thursday of November."""
    return day.month == 11 and day.weekday() == 3 and 22 <= day.day <= 28


def fit_days(visits: Visits) -> Visits:
    """Return the visits so that no therapist has more than fit into a day.

    Visits that do not fit move to one of her next days; the few that fit nowhere are dropped.
    """
    day = visits.day.copy()
    for _ in range(24):
        full = _is_too_many(visits.therapist, day)
        if not full.any():
            break
        day[full] += 1
        day[full & ((day - 1) % 7 == 6)] += 1  # nobody is moved to a Sunday
    moved = replace(visits, day=day)
    return moved.pick(~_is_too_many(moved.therapist, moved.day))


def _is_too_many(therapist: Ints, day: Ints) -> Flags:
    """Return which visits exceed the slots of their therapist's day."""
    key = therapist * 10_000_000 + day
    order = np.argsort(key, kind="stable")
    late = np.zeros(len(day), dtype=np.bool_)
    late[order] = number_within_runs(key[order]) >= SLOTS_A_DAY
    return late


def assign_start_minutes(visits: Visits, births: Births, rng: np.random.Generator) -> Ints:
    """Return the start minute of each visit, city by city within a day."""
    city = births.city[visits.birth]
    turned = (visits.therapist + visits.day) % 2 == 1
    along = np.where(turned, len(CITIES) - 1 - city, city)
    key = visits.therapist * 10_000_000 + visits.day
    order = np.lexsort((rng.random(len(visits)), along, key))
    rank = np.empty(len(visits), dtype=np.int64)
    rank[order] = number_within_runs(key[order])
    _, inverse, counts = np.unique(key, return_inverse=True, return_counts=True)
    free = SLOTS_A_DAY - counts
    first_slot = (rng.random(len(counts)) * (free + 1)).astype(np.int64)
    shift = DAY_SHIFTS[rng.integers(len(DAY_SHIFTS), size=len(counts))]
    slot = first_slot[inverse] + rank
    return np.asarray(FIRST_MINUTE + slot * SLOT_MINUTES + shift[inverse], dtype=np.int64)
