"""Invents the whole practice up to a day; the same seed and day give the same practice."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from allay_metrics.demo.demo_families import (
    Births,
    DemoFamilies,
    Ints,
    invent_births,
    invent_families,
)
from allay_metrics.demo.demo_practice import (
    CST,
    LACTATION,
    PRENATAL,
    S_CST,
    S_CST_FIRST,
    S_CST_LACTATION,
    S_LACTATION,
    S_LACTATION_CST,
    S_LACTATION_FIRST,
    S_POSTPARTUM,
    S_PRENATAL,
    S_REBOZO,
    S_VIRTUAL,
    TIMEZONE,
)  # fmt: skip
from allay_metrics.demo.schedule import assign_start_minutes, fit_days, select_by_season
from allay_metrics.demo.unusual_week import (
    add_unusual_week,
    is_on_lone_day,
    last_full_week,
    pick_vanishing,
)
from allay_metrics.demo.visit_plan import Flags, Visits, plan_visits

DEFAULT_VISITS = 3_500
DEFAULT_WEEKS = 130
DAYS_AHEAD = 28
EXPORT_TIME = time(8, 2)
OLDER_EXPORT = timedelta(days=14)
VISITS_A_TEAM = 70  # per week, five therapists, at the practice's largest

KEPT, CANCELLED, NO_SHOW = range(3)
CANCELLED_SHARE = 0.085
NO_SHOW_SHARE = 0.022
MOVED_SHARE = 0.09


@dataclass(frozen=True)
class InventedPractice:
    """The practice up to `as_of`: arrays with one entry per visit beside `visits`.

    `minute` counts from midnight, `cancelled_on` and `moved_on` are ordinal days (0: never).
    """

    families: DemoFamilies
    births: Births
    visits: Visits
    teams: int
    minute: Ints
    service: Ints
    state: Ints
    cancelled_on: Ints
    moved_on: Ints
    vanishes: Flags
    until: date
    as_of: datetime
    seed: int


def invent(
    visits: int = DEFAULT_VISITS, *, seed: int = 7, until: date, as_of: datetime | None = None
) -> InventedPractice:
    """Return about `visits` invented visits that end with `until` and its bookings ahead.

    Raises ValueError for a number of visits below 1. `as_of` without a zone is read in the
    practice's, and is 8:02 am of `until` unless given.
    """
    if visits < 1:
        raise ValueError("a demo needs at least 1 visit")
    moment = _moment(until, as_of)
    cutoff_day = last_booking_day(moment)
    weeks = round(DEFAULT_WEEKS * min(max((visits / DEFAULT_VISITS) ** 0.25, 0.5), 4.2))
    families, births, planned, teams = _invent_demand(visits, weeks, until, cutoff_day, seed)
    rng = np.random.default_rng([seed, 2])
    # Fitted before as well, so that nothing is pushed onto the day of the lone visit.
    kept = fit_days(add_unusual_week(fit_days(planned), births, until, rng))
    state, cancelled_on = _draw_states(kept, until, cutoff_day, rng)
    may_vanish = (state == KEPT) & ~is_on_lone_day(kept, until)
    gone = pick_vanishing(kept, may_vanish, until, last_booking_day(moment - OLDER_EXPORT), rng)
    return InventedPractice(
        families, births, kept, teams,
        minute=assign_start_minutes(kept, births, rng),
        service=_draw_services(kept, rng),
        state=state,
        cancelled_on=cancelled_on,
        moved_on=_draw_moves(kept, state, cutoff_day, rng),
        vanishes=gone,
        until=until,
        as_of=moment,
        seed=seed,
    )  # fmt: skip


def last_booking_day(moment: datetime) -> int:
    """Return the ordinal of the last day whose bookings are in an export of that moment."""
    return moment.toordinal() - (moment.hour < 9)


def _moment(until: date, as_of: datetime | None) -> datetime:
    """Return the moment of the newest export, in the practice's zone."""
    zone = ZoneInfo(TIMEZONE)
    if as_of is None:
        return datetime.combine(until, EXPORT_TIME, zone)
    return as_of.replace(tzinfo=zone) if as_of.tzinfo is None else as_of.astimezone(zone)


def _invent_demand(
    count: int, weeks: int, until: date, cutoff_day: int, seed: int
) -> tuple[DemoFamilies, Births, Visits, int]:
    """Return families, births and about `count` of their visits, and how many teams they need.

    Inventing more families than needed and keeping a random part of them leaves growth and
    seasons as they are.
    """
    last, first = until.toordinal(), until.toordinal() - 7 * weeks
    growth = 5.0 if weeks <= 2 * DEFAULT_WEEKS else 2.5
    at_the_end = growth * math.log(growth) / (growth - 1)  # times the average week
    teams = max(1, math.ceil(count / weeks * at_the_end / VISITS_A_TEAM))
    wanted = max(8, round(count / 3.0))
    while True:
        rng = np.random.default_rng([seed, 1])
        families = invent_families(wanted, rng)
        births = invent_births(wanted, first - 75, last + 84, growth, rng)
        visits = plan_visits(births, _assign_teams(births, teams, growth, rng), rng)
        inside = (visits.day >= first) & (visits.day <= last + DAYS_AHEAD)
        visits = visits.pick(inside & (visits.booked <= cutoff_day))
        visits = visits.pick(select_by_season(visits, rng)) if len(visits) else visits
        if len(visits) >= count:
            return families, births, _sample_families(visits, wanted, count, rng), teams
        wanted = round(wanted * 1.3)


def _assign_teams(births: Births, teams: int, growth: float, rng: np.random.Generator) -> Ints:
    """Return the team of each birth: a practice that grows opens one team after another."""
    first, last = births.day.min(), births.day.max()
    place = (births.day - first) / max(last - first, 1)
    open_then = np.ceil(teams * growth ** (place - 1))
    chosen: Ints = (rng.random(len(births)) * open_then).astype(np.int64)
    return chosen


def _sample_families(visits: Visits, families: int, count: int, rng: np.random.Generator) -> Visits:
    """Return the visits of a random part of the families, about `count`."""
    place = rng.permutation(families)
    by_place = np.bincount(place[visits.family], minlength=families)
    enough = int(np.searchsorted(np.cumsum(by_place), count)) + 1
    return visits.pick(np.flatnonzero(place[visits.family] < enough))


def _draw_states(
    visits: Visits, until: date, cutoff_day: int, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Return each visit's state, and the day on which it was cancelled (0: it was not)."""
    draw = rng.random(len(visits))
    past = visits.day < until.toordinal()
    state = np.select(
        [draw < CANCELLED_SHARE, past & (draw < CANCELLED_SHARE + NO_SHOW_SHARE)],
        [CANCELLED, NO_SHOW],
        KEPT,
    ).astype(np.int64)
    monday = last_full_week(until).toordinal()
    in_week = np.flatnonzero((visits.day >= monday) & (visits.day < monday + 7) & (state == KEPT))
    state[in_week[len(in_week) // 2 :][:1]] = NO_SHOW
    latest = np.minimum(visits.day, cutoff_day)
    between = visits.booked + np.floor(
        rng.random(len(visits)) * (latest - visits.booked + 1)
    ).astype(np.int64)
    state[is_on_lone_day(visits, until)] = KEPT  # a kept visit, so that its drive is counted
    cancelled_on = np.where(state == CANCELLED, between, 0)
    return state, np.where(state == NO_SHOW, visits.day, cancelled_on)


def _draw_moves(visits: Visits, state: Ints, cutoff_day: int, rng: np.random.Generator) -> Ints:
    """Return the day on which each kept visit was moved to where it is now (0: never)."""
    latest = np.minimum(visits.day - 1, cutoff_day)
    moved = (state == KEPT) & (latest > visits.booked) & (rng.random(len(visits)) < MOVED_SHARE)
    step = (rng.random(len(visits)) * (latest - visits.booked)).astype(np.int64)
    return np.asarray(np.where(moved, visits.booked + 1 + step, 0), dtype=np.int64)


def _draw_services(visits: Visits, rng: np.random.Generator) -> Ints:
    """Return the number of each visit's service."""
    draw = rng.random(len(visits))
    first, kind = visits.number == 0, visits.kind
    massage = ~np.isin(kind, (CST, LACTATION))
    return np.select(
        [
            visits.combined & (kind == CST),
            visits.combined,
            massage & (draw < 0.025),
            kind == PRENATAL,
            massage,
            (kind == LACTATION) & first,
            (kind == LACTATION) & (draw < 0.12),
            kind == LACTATION,
            first,
        ],
        [
            S_CST_LACTATION, S_LACTATION_CST, S_REBOZO, S_PRENATAL, S_POSTPARTUM,
            S_LACTATION_FIRST, S_VIRTUAL, S_LACTATION, S_CST_FIRST,
        ],
        S_CST,
    ).astype(np.int64)  # fmt: skip
