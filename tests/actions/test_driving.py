"""The owner overrules drives, therapists offer hours: what follows at once, and what is refused."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from allay_metrics import travel
from allay_metrics.actions.drive_times import drop_drive_pair, set_drive_pair
from allay_metrics.actions.offered_hours import set_usual_minutes, set_week_minutes
from allay_metrics.actions.therapist_details import TherapistDetails, save_therapists
from allay_metrics.derive import derive_all
from allay_metrics.errors import ConfigProblem, NotAllowed, NotFound
from allay_metrics.records import rollup
from allay_metrics.records.keys import key_of
from allay_metrics.records.scope import Viewer
from allay_metrics.records.tables import booking, offered_hours, therapist
from tests.support.on_file import fingerprint, visits
from tests.support.practices import Invented, booked, put_on_file

TUESDAY, WEDNESDAY = date(2026, 3, 3), date(2026, 3, 4)
MONDAY = date(2026, 3, 2)
MAYA = TherapistDetails("Maya Lopez", "maya@example.org", "Oakland", ("cst",))


@pytest.fixture
def practice(scope):
    """Maya, based in Oakland: a day in San Jose, a day in Oakland and Berkeley."""
    save_therapists(scope, [MAYA])
    put_on_file(
        Invented(
            [
                booked("Adams", TUESDAY, city_text="San Jose"),
                booked("Brown", WEDNESDAY, 9, city_text="Oakland"),
                booked("Chen", WEDNESDAY, 12, city_text="Berkeley"),
            ]
        ),
        scope,
    )
    return scope


def _minutes(scope):
    return dict(visits(scope, "city", "drive_minutes"))


def test_an_overruled_drive_changes_its_days_and_no_other(practice):
    before = _minutes(practice)
    assert set_drive_pair(practice, "San Jose", "Oakland", 71) == 1
    assert _minutes(practice) == before | {"San Jose": 142}
    with practice.read() as conn:
        assert rollup.read_rollup(conn, practice.practice_id) == rollup.recount(
            conn, practice.practice_id
        )


def test_a_drive_said_twice_changes_nothing_the_second_time(practice):
    assert set_drive_pair(practice, "Oakland", "San Jose", 71) == 1
    assert set_drive_pair(practice, "San Jose", "Oakland", 71) == 0
    assert set_drive_pair(practice, "San Jose", "Oakland", 60) == 1
    assert _minutes(practice)["San Jose"] == 120


def test_dropping_it_brings_everything_back(practice):
    before = fingerprint(practice)
    set_drive_pair(practice, "Oakland", "San Jose", 71)
    assert fingerprint(practice) != before
    assert drop_drive_pair(practice, "San Jose", "Oakland") == 1
    assert fingerprint(practice) == before


def test_cities_said_to_be_close_by_make_no_lone_visit(scope):
    far_apart = [
        booked("Adams", TUESDAY, 9, city_text="San Jose"),
        booked("Brown", TUESDAY, 14, city_text="Palo Alto"),
    ]
    save_therapists(scope, [MAYA])
    put_on_file(Invented(far_apart), scope)
    assert visits(scope, "lone") == [(1,), (1,)]
    set_drive_pair(scope, "San Jose", "Palo Alto", travel.NEARBY_MINUTES)
    assert visits(scope, "lone") == [(0,), (0,)]


def test_the_drive_within_a_city_is_overruled_too(practice):
    assert set_drive_pair(practice, "Oakland", "Oakland", 5) == 1
    assert _minutes(practice)["Oakland"] == 5


@pytest.mark.parametrize(
    ("city", "minutes", "error"),
    [
        ("Atlantis", 10, NotFound),
        ("Oakland", 0, ConfigProblem),
        ("Oakland", 481, ConfigProblem),
    ],
)
def test_what_makes_no_sense_is_refused(practice, city, minutes, error):
    before = fingerprint(practice)
    with pytest.raises(error):
        set_drive_pair(practice, "San Jose", city, minutes)
    assert fingerprint(practice) == before


def test_a_drive_that_was_not_overruled_cannot_be_dropped(practice):
    with pytest.raises(NotFound, match="the estimate is in use already"):
        drop_drive_pair(practice, "Oakland", "Berkeley")


def test_deriving_again_finds_the_same_drives(practice):
    set_drive_pair(practice, "Oakland", "San Jose", 71)
    before = fingerprint(practice)
    with practice.write("derive again") as conn:
        derive_all(conn, practice.practice_id)
    assert fingerprint(practice) == before


# Offered hours


def _maya(scope):
    return key_of(scope.practice_id, "therapist", "Maya Lopez")


def _offered(scope):
    with scope.read() as conn:
        usual = conn.execute(select(therapist.c.week_minutes)).scalar_one()
        weeks = conn.execute(select(offered_hours.c.week, offered_hours.c.minutes)).all()
    return usual, [tuple(week) for week in weeks]


def test_usual_hours_and_a_week_that_differs(practice):
    set_usual_minutes(practice, _maya(practice), 22 * 60)
    set_week_minutes(practice, _maya(practice), MONDAY, 600)
    set_week_minutes(practice, _maya(practice), MONDAY, 0)
    assert _offered(practice) == (1320, [(MONDAY, 0)])
    set_week_minutes(practice, _maya(practice), MONDAY, None)
    set_usual_minutes(practice, _maya(practice), None)
    assert _offered(practice) == (None, [])


def test_hours_that_make_no_sense_are_refused(practice):
    with pytest.raises(ConfigProblem, match="Monday"):
        set_week_minutes(practice, _maya(practice), TUESDAY, 60)
    with pytest.raises(ConfigProblem, match="80 hours"):
        set_usual_minutes(practice, _maya(practice), 81 * 60)
    with pytest.raises(NotFound):
        set_usual_minutes(practice, "nobody", 60)


def test_a_therapist_sets_neither_drives_nor_hours(practice):
    hers = replace(practice, viewer=Viewer("therapist", _maya(practice)))
    with pytest.raises(NotAllowed):
        set_drive_pair(hers, "Oakland", "San Jose", 71)
    with pytest.raises(NotAllowed):
        set_usual_minutes(hers, _maya(practice), 60)


def test_a_therapist_who_offers_hours_stays_without_visits(scope):
    put_on_file(Invented([booked("Adams", TUESDAY)]), scope)
    set_usual_minutes(scope, _maya(scope), 600)
    set_week_minutes(scope, _maya(scope), MONDAY, 60)
    with scope.write("forget the bookings") as conn:
        conn.execute(booking.delete())
        derive_all(conn, scope.practice_id)
    assert _offered(scope) == (600, [(MONDAY, 60)])
