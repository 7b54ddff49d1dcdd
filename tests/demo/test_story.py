"""The last full week is worth looking at."""

from datetime import date

import numpy as np

from allay_metrics.demo.demo_cities import CITIES
from allay_metrics.demo.demo_practice import TEAM
from allay_metrics.demo.invention import KEPT, NO_SHOW
from allay_metrics.demo.unusual_week import LONE_CITY, LONE_THERAPIST, QUIET_CITY, last_full_week


def test_the_last_full_week_is_over():
    assert last_full_week(date(2026, 11, 22)) == date(2026, 11, 9)  # a Sunday is still its week
    assert last_full_week(date(2026, 11, 23)) == date(2026, 11, 16)


def city_names(invented):
    return np.array([city.name for city in CITIES])[invented.births.city[invented.visits.birth]]


def test_one_tuesday_holds_a_lone_visit_in_san_jose(invented):
    visits = invented.visits
    therapist = [member.name for member in TEAM].index(LONE_THERAPIST)
    tuesday = date(2026, 11, 10).toordinal()
    that_day = (visits.therapist == therapist) & (visits.day == tuesday)
    assert city_names(invented)[that_day].tolist() == [LONE_CITY]
    assert invented.state[that_day].tolist() == [KEPT]
    assert not invented.vanishes[that_day].any()


def test_one_city_is_down(invented):
    monday = date(2026, 11, 9).toordinal()
    weeks = (invented.visits.day - monday) // 7
    quiet = np.array(
        [((city_names(invented) == QUIET_CITY) & (weeks == week)).sum() for week in range(-8, 1)]
    )
    assert quiet[-1] < quiet[:-1].mean() * 0.75


def test_someone_did_not_open_the_door(invented):
    monday = date(2026, 11, 9).toordinal()
    in_week = (invented.visits.day >= monday) & (invented.visits.day < monday + 7)
    assert (invented.state[in_week] == NO_SHOW).any()
