"""What makes the demo's latest full week worth reviewing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from allay_metrics.demo.demo_cities import CITY_INDEX
from allay_metrics.demo.demo_families import Births, Ints
from allay_metrics.demo.demo_practice import TEAM
from allay_metrics.demo.visit_plan import Flags, Visits

QUIET_CITY = "San Francisco"
QUIET_SHARE = 0.45  # of its visits are missing
LONE_CITY = "San Jose"
LONE_THERAPIST = "Linh Tran"
VANISHING = 3
_LONE_INDEX = next(n for n, therapist in enumerate(TEAM) if therapist.name == LONE_THERAPIST)


def last_full_week(until: date) -> date:
    """Return the Monday of the last week that had ended before `until` began."""
    return until - timedelta(days=until.weekday() + 7)


def add_unusual_week(
    visits: Visits, births: Births, until: date, rng: np.random.Generator
) -> Visits:
    """Return the visits with a quiet city and a lone visit in the last full week."""
    monday = last_full_week(until).toordinal()
    in_week = (visits.day >= monday) & (visits.day < monday + 7)
    city = births.city[visits.birth]
    quiet = in_week & (city == CITY_INDEX[QUIET_CITY]) & (rng.random(len(visits)) < QUIET_SHARE)
    return _add_lone_visit(visits.pick(~quiet), births, monday)


def is_on_lone_day(visits: Visits, until: date) -> Flags:
    """Return which visits are on the day reserved for a single visit in San Jose."""
    tuesday = last_full_week(until).toordinal() + 1
    is_on_day: Flags = (visits.therapist == _LONE_INDEX) & (visits.day == tuesday)
    return is_on_day


def _add_lone_visit(visits: Visits, births: Births, monday: int) -> Visits:
    """Return the visits with a single one in San Jose on Tuesday for the therapist there."""
    tuesday, day = monday + 1, visits.day.copy()
    is_lone_therapist = visits.therapist == _LONE_INDEX
    in_city = births.city[visits.birth] == CITY_INDEX[LONE_CITY]
    near = np.abs(day - tuesday)
    candidates = np.flatnonzero(
        is_lone_therapist & in_city & (near <= 10) & (visits.booked < tuesday)
    )
    if not len(candidates):
        return visits
    day[is_lone_therapist & (day == tuesday)] += 2
    day[candidates[np.argmin(near[candidates])]] = tuesday
    return replace(visits, day=day)


def pick_vanishing(
    visits: Visits, kept: Flags, until: date, seen_by: int, rng: np.random.Generator
) -> Flags:
    """Return which kept visits are not in the newest export: one of the last full week and two
    others of the last 14 days, all booked by `seen_by`, the older export's last booking day.
    """
    monday = last_full_week(until).toordinal()
    today = until.toordinal()
    is_candidate = (
        kept & (visits.booked <= seen_by) & (visits.day >= today - 14) & (visits.day < today)
    )
    in_week = np.flatnonzero(is_candidate & (visits.day >= monday) & (visits.day < monday + 7))
    first = _sample(in_week, 1, rng)
    others = np.setdiff1d(np.flatnonzero(is_candidate), first)
    gone: Ints = np.concatenate([first, _sample(others, VANISHING - len(first), rng)])
    flags = np.zeros(len(visits), dtype=np.bool_)
    flags[gone] = True
    return flags


def _sample(of: Ints, count: int, rng: np.random.Generator) -> Ints:
    """Return a random sample of `count`, or all if there are fewer."""
    return rng.choice(of, size=min(count, len(of)), replace=False)
