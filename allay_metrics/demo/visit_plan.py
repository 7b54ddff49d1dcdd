"""The visits that follow a birth: massage before it, lactation just after it, then CST."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from allay_metrics.demo.demo_cities import AREAS, CITIES
from allay_metrics.demo.demo_families import Births, Ints, number_within_runs
from allay_metrics.demo.demo_practice import (
    CST,
    KIND_SKILL,
    LACTATION,
    POSTPARTUM,
    PRENATAL,
    SKILLS,
    TEAM,
)  # fmt: skip

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class VisitPattern:
    """One kind of visit: the share of families, the start in days after birth, the frequency."""

    kind: int
    share: float
    earliest: int
    latest: int
    further: float
    most: int
    gap: tuple[int, int]
    lead: tuple[int, int]


COURSES: tuple[VisitPattern, ...] = (
    VisitPattern(PRENATAL, 0.28, -84, -21, 1.1, 4, (14, 21), (5, 20)),
    VisitPattern(LACTATION, 0.56, 2, 11, 0.8, 4, (5, 9), (0, 3)),
    VisitPattern(CST, 0.58, 14, 60, 2.6, 8, (7, 10), (2, 10)),
    VisitPattern(POSTPARTUM, 0.26, 14, 70, 0.9, 4, (10, 21), (5, 20)),
)
BOOKED_AT_THE_LAST_VISIT = 0.62
COMBINED_SHARE = 0.13


@dataclass(frozen=True)
class Visits:
    """One entry per visit; days are ordinals, `booked` the day on which it was booked."""

    birth: Ints
    family: Ints
    kind: Ints
    number: Ints
    therapist: Ints
    combined: Flags
    day: Ints
    booked: Ints

    def __len__(self) -> int:
        return len(self.day)

    def pick(self, chosen: Flags | Ints) -> Visits:
        """Return the chosen visits, in the order given."""
        return replace(
            self, **{field.name: getattr(self, field.name)[chosen] for field in fields(self)}
        )


def plan_visits(births: Births, teams: Ints, rng: np.random.Generator) -> Visits:
    """Return all visits the families want, by family and day; `teams` has one entry per birth."""
    wants = np.stack([rng.random(len(births)) < course.share for course in COURSES])
    wants[CST] |= ~wants.any(axis=0)
    therapist = _choose_therapists(births, teams, rng)
    parts = [
        _plan_course(course, births, np.flatnonzero(wants[number]), therapist, rng)
        for number, course in enumerate(COURSES)
    ]
    visits = Visits(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(Visits)
        }
    )
    visits = visits.pick(np.argsort(visits.family * 10_000_000 + visits.day, kind="stable"))
    visits = replace(visits, day=_move_to_route_days(visits, births, rng))
    return _add_booking_days(_drop_close_visits(visits), rng)


def _plan_course(
    course: VisitPattern, births: Births, chosen: Ints, therapist: Ints, rng: np.random.Generator
) -> Visits:
    """Return the visits of one kind for the chosen births, without booking days yet."""
    counts = np.minimum(1 + rng.poisson(course.further, size=len(chosen)), course.most)
    # Early days are more likely: feeding and crying are urgent.
    start = course.earliest + (
        (course.latest - course.earliest) * rng.random(len(chosen)) ** 1.6
    ).astype(np.int64)
    birth = np.repeat(chosen, counts)
    number = number_within_runs(birth)
    steps = rng.integers(course.gap[0], course.gap[1] + 1, size=len(birth))
    total = np.cumsum(np.where(number == 0, 0, steps))
    first = np.repeat(np.cumsum(counts) - counts, counts)
    day = births.day[birth] + np.repeat(start, counts) + total - total[first]
    kind = np.full(len(birth), course.kind, dtype=np.int64)
    seen_by = therapist[KIND_SKILL[course.kind], birth]
    may_combine = _has_both_skills()[seen_by % len(TEAM)] & np.isin(kind, (LACTATION, CST))
    combined = may_combine & (rng.random(len(birth)) < COMBINED_SHARE)
    visits = Visits(
        birth, births.family[birth], kind, number, seen_by, combined, day, np.zeros_like(day)
    )
    return visits.pick((day < births.day[birth] - 2) | (course.kind != PRENATAL))


def _choose_therapists(births: Births, teams: Ints, rng: np.random.Generator) -> Ints:
    """Return for each skill and birth a therapist who has the skill and drives to the city."""
    chosen = np.zeros((len(SKILLS), len(births)), dtype=np.int64)
    for row, skill in enumerate(SKILLS):
        table, counts = _list_candidates(skill)
        place = (rng.random(len(births)) * counts[births.city]).astype(np.int64)
        chosen[row] = teams * len(TEAM) + table[births.city, place]
    return chosen


def _list_candidates(skill: str) -> tuple[Ints, Ints]:
    """Return per city the team indices of the possible therapists, and their number."""
    table = np.zeros((len(CITIES), len(TEAM)), dtype=np.int64)
    counts = np.zeros(len(CITIES), dtype=np.int64)
    for row, city in enumerate(CITIES):
        able = [
            n
            for n, therapist in enumerate(TEAM)
            if skill in therapist.skills and city.area in therapist.areas
        ]
        table[row, : len(able)] = able
        counts[row] = len(able)
    return table, counts


def _has_both_skills() -> Flags:
    """Return for each team member whether she can combine CST and lactation."""
    return np.array([{"cst", "lactation"} <= set(therapist.skills) for therapist in TEAM])


def _move_to_route_days(visits: Visits, births: Births, rng: np.random.Generator) -> Ints:
    """Return each visit's day, moved to the next day on which the therapist is in the area.

    A feeding visit and one in ten of the others take any working day; a first feeding visit
    may also fall on a Sunday.
    """
    place = visits.therapist % len(TEAM)
    weekday = (visits.day - 1) % 7
    area = np.array([AREAS.index(city.area) for city in CITIES])[births.city[visits.birth]]
    urgent = (visits.kind == LACTATION) | (rng.random(len(visits)) < 0.10)
    wait = np.where(urgent, _WAIT_ANY[place, weekday], _WAIT_AREA[place, area, weekday])
    on_sunday = (visits.kind == LACTATION) & (visits.number == 0) & (weekday == 6)
    return visits.day + np.where(on_sunday & (rng.random(len(visits)) < 0.25), 0, wait)


def _days_until(open_days: set[int], weekday: int) -> int:
    """Return how many days after `weekday` the next open weekday comes."""
    return next((ahead for ahead in range(7) if (weekday + ahead) % 7 in open_days), 0)


_WAIT_AREA = np.array(
    [
        [
            [
                _days_until({n for n, day in enumerate(therapist.routes) if area in day}, weekday)
                for weekday in range(7)
            ]
            for area in AREAS
        ]
        for therapist in TEAM
    ]
)
_WAIT_ANY = np.array(
    [
        [
            _days_until({n for n, day in enumerate(therapist.routes) if day}, weekday)
            for weekday in range(7)
        ]
        for therapist in TEAM
    ]
)


def _drop_close_visits(visits: Visits) -> Visits:
    """Return the visits without those less than two days after another of the family."""
    visits = visits.pick(np.argsort(visits.family * 10_000_000 + visits.day, kind="stable"))
    same = np.r_[False, visits.family[1:] == visits.family[:-1]]
    near = np.r_[False, visits.day[1:] - visits.day[:-1] < 2]
    return visits.pick(~(same & near))


def _add_booking_days(visits: Visits, rng: np.random.Generator) -> Visits:
    """Return the visits with their booking day: at the previous visit, or some days ahead."""
    lead = np.array([course.lead for course in COURSES])
    shortest, longest = lead[visits.kind, 0], lead[visits.kind, 1]
    usual = (
        visits.day
        - shortest
        - (rng.random(len(visits)) * (longest - shortest + 1)).astype(np.int64)
    )
    same = np.r_[False, visits.family[1:] == visits.family[:-1]]
    before = np.r_[0, visits.day[:-1]]
    at_visit = same & (visits.day - before <= 28)
    at_visit &= rng.random(len(visits)) < BOOKED_AT_THE_LAST_VISIT
    booked = np.where(at_visit, before, usual)
    # A further visit is never booked before the previous one took place.
    booked = np.where(same & (visits.number > 0), np.maximum(booked, before), booked)
    return replace(visits, booked=booked)
