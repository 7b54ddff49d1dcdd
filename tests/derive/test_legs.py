"""Drive legs: from the base, from home to home, and back; nothing half known."""

from datetime import date

import pytest

from allay_metrics import travel
from allay_metrics.actions.rederive import rederive_outdated
from allay_metrics.actions.therapist_details import TherapistDetails, save_therapists
from allay_metrics.derive import RULES
from allay_metrics.derive.driving_legs import Leg, legs_of_day
from allay_metrics.records import VIRTUAL, rollup
from allay_metrics.records.tables import practice, visit
from tests.support.on_file import visits
from tests.support.practices import Invented, booked, put_on_file

TUESDAY = date(2026, 3, 3)
MAYA = TherapistDetails("Maya Lopez", "maya@example.org", "Oakland", ("cst",))
ROAD = {
    ("Berkeley", "Oakland"): 13,
    ("Oakland", "San Jose"): 52,
    ("Berkeley", "San Jose"): 60,
    ("Oakland", "Oakland"): 10,
    ("San Jose", "San Jose"): 12,
    ("Berkeley", "Berkeley"): 10,
}


def between(a, b):
    return ROAD.get(travel.pair(a, b))


def told(*cities, base="Oakland"):
    return legs_of_day(cities, base, between)


def minutes(*cities, base="Oakland"):
    return [leg.drive_minutes for leg in told(*cities, base=base)]


def test_one_visit_costs_the_way_there_and_back():
    assert minutes("San Jose") == [52 + 52]


def test_a_leg_belongs_to_the_visit_it_leads_to_and_the_way_back_to_the_last():
    assert minutes("Oakland", "Berkeley", "San Jose") == [10, 13, 60 + 52]


def test_two_homes_of_one_city_are_a_drive_apart():
    assert minutes("San Jose", "San Jose") == [52, 12 + 52]


def test_nobody_drives_to_a_visit_by_video():
    assert told("Berkeley", VIRTUAL, "Oakland") == [Leg(13, 0, 0), Leg(0, 0, 0), Leg(23, 0, 0)]
    assert told(VIRTUAL, base=None) == [Leg(0, 0, 0)]


@pytest.mark.parametrize("nowhere", ["unknown", "Oakland or Piedmont"])
def test_a_day_with_a_city_nobody_knows_has_no_drive_at_all(nowhere):
    assert told("San Jose", nowhere, VIRTUAL) == [Leg(None, 1, 0), Leg(None, 1, 0), Leg(0, 0, 0)]


def test_without_a_base_nothing_is_known():
    assert told("Oakland", base=None) == [Leg(None, 1, 0)]


def test_a_visit_is_lone_when_no_other_is_in_its_city_or_close_by():
    assert [leg.lone for leg in told("San Jose")] == [1]
    assert [leg.lone for leg in told("San Jose", "San Jose")] == [0, 0]
    assert [leg.lone for leg in told("Oakland", "Berkeley")] == [0, 0]
    assert [leg.lone for leg in told("Oakland", "San Jose", "Berkeley")] == [0, 1, 0]


# On file


def _told(scope):
    columns = ("city", "state", "drive_minutes", "undriven", "lone")
    return visits(scope, *columns)


def _day(*cities, **more):
    return [booked("Adams", TUESDAY, 9 + 2 * i, city_text=c, **more) for i, c in enumerate(cities)]


def test_completed_no_shows_and_booked_are_driven_to_and_cancelled_are_not(scope):
    save_therapists(scope, [MAYA])
    rows = _day("Oakland", "San Jose", "Berkeley")
    rows[1] |= {"marked": "cancelled", "cancelled_by": "family"}
    rows[2] |= {"marked": "no_show"}
    ahead = [booked("Brown", date(2026, 7, 7), city_text="San Jose")]
    put_on_file(Invented(rows + ahead), scope)
    there = travel.minutes("Oakland", "San Jose")
    step = travel.minutes("Oakland", "Berkeley")
    assert _told(scope) == [
        ("Oakland", "completed", 10, 0, 0),
        ("San Jose", "cancelled", None, 0, 0),
        ("Berkeley", "no_show", 2 * step, 0, 0),
        ("San Jose", "booked", 2 * there, 0, 1),
    ]


def test_days_are_driven_whole_whichever_family_is_derived(scope):
    """Another family's visit comes between two: their legs change though they do not."""
    save_therapists(scope, [MAYA])
    rows = [
        booked("Adams", TUESDAY, 9, city_text="Oakland"),
        booked("Brown", TUESDAY, 15, city_text="Oakland"),
    ]
    put_on_file(Invented([*rows, booked("Chen", TUESDAY, 12, city_text="San Jose")]), scope)
    far = travel.minutes("Oakland", "San Jose")
    assert [row[2] for row in _told(scope)] == [10, far, far + 10]


def test_a_therapists_day_is_her_own(scope):
    save_therapists(scope, [MAYA])
    rows = _day("San Jose") + _day("Berkeley", therapist="Ines Park")
    put_on_file(Invented(rows), scope)
    far = travel.minutes("Oakland", "San Jose")
    assert sorted(_told(scope)) == [
        ("Berkeley", "completed", None, 1, 0),
        ("San Jose", "completed", 2 * far, 0, 1),
    ]


def test_a_new_base_changes_every_day_of_hers_and_the_roll_up(scope):
    put_on_file(Invented(_day("San Jose", "Oakland")), scope)
    assert [row[2:] for row in _told(scope)] == [(None, 1, 0), (None, 1, 0)]
    save_therapists(scope, [MAYA])
    far = travel.minutes("Oakland", "San Jose")
    assert [row[2:] for row in _told(scope)] == [(far, 0, 1), (far + 10, 0, 1)]
    with scope.read() as conn:
        assert rollup.read_rollup(conn, scope.practice_id) == rollup.recount(
            conn, scope.practice_id
        )


def test_records_derived_by_older_rules_are_derived_anew_once(scope):
    save_therapists(scope, [MAYA])
    put_on_file(Invented(_day("San Jose")), scope)
    before = _told(scope)
    with scope.write("forget the driving") as conn:
        conn.execute(visit.update().values(drive_minutes=None, undriven=0, lone=0))
        conn.execute(practice.update().values(derived_by=RULES - 1))
    assert rederive_outdated(scope)
    assert _told(scope) == before
    assert not rederive_outdated(scope)
