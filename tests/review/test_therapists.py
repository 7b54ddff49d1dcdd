"""The Therapists page: hours offered and used, days by city, each one's own past; by name."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from allay_metrics import travel
from allay_metrics.actions.offered_hours import set_usual_minutes, set_week_minutes
from allay_metrics.actions.therapist_details import TherapistDetails, save_therapists
from allay_metrics.errors import NotAllowed
from allay_metrics.records import Viewer
from allay_metrics.records.keys import key_of
from allay_metrics.review.therapists import review_therapists
from tests.support.practices import Invented, booked, put_on_file

THIS_WEEK = date(2026, 6, 29)  # the records are as of Wed 1 July
NEXT_WEEK = date(2026, 7, 6)
FAR = travel.minutes("Oakland", "San Jose")


@pytest.fixture
def practice(scope):
    """Maya, based in Oakland, with 10 hours offered; Ines without base or hours."""
    save_therapists(
        scope, [TherapistDetails("Maya Lopez", "m@example.org", "Oakland", ("cst",), 600)]
    )
    weekly = [
        booked("Adams", THIS_WEEK - timedelta(weeks=back), city_text="Oakland")
        for back in range(1, 21)
    ]
    put_on_file(
        Invented(
            [
                *weekly,
                booked("Adams", THIS_WEEK, 9, city_text="San Jose"),
                booked("Brown", THIS_WEEK, 11, city_text="San Jose", marked="no_show"),
                booked("Brown", THIS_WEEK, 15, city_text="San Jose", marked="cancelled"),
                booked("Chen", NEXT_WEEK, 9, city_text="Oakland"),
                booked("Diaz", NEXT_WEEK, 9, city_text="Berkeley", therapist="Ines Park"),
            ]
        ),
        scope,
    )
    return scope


def _lines(scope):
    return {therapist.name: therapist for therapist in review_therapists(scope).therapists}


def _maya(scope):
    return key_of(scope.practice_id, "therapist", "Maya Lopez")


def test_therapists_stand_by_name(practice):
    assert list(_lines(practice)) == ["Ines Park", "Maya Lopez"]


def test_hours_used_are_visits_and_driving_and_the_rest_is_room(practice):
    this, after = _lines(practice)["Maya Lopez"].weeks
    within = travel.minutes("San Jose", "San Jose")
    assert (this.monday, this.offered, this.used) == (THIS_WEEK, 600, 60 + 2 * FAR + within)
    assert (after.monday, after.offered, after.used, after.room) == (NEXT_WEEK, 600, 80, 520)


def test_days_are_told_by_city_with_their_driving(practice):
    (day,) = _lines(practice)["Maya Lopez"].weeks[0].days
    assert (day.day, day.cities) == (THIS_WEEK, (("San Jose", 2),))
    (day,) = _lines(practice)["Ines Park"].weeks[1].days
    assert (day.drive_minutes, day.undriven) == (0, 1)


def test_without_hours_on_file_there_is_no_room_to_tell(practice):
    assert [week.room for week in _lines(practice)["Ines Park"].weeks] == [None, None]


def test_a_week_of_its_own_wins_over_the_usual_one(practice):
    set_week_minutes(practice, _maya(practice), NEXT_WEEK, 60)
    set_usual_minutes(practice, _maya(practice), 1200)
    assert [week.offered for week in _lines(practice)["Maya Lopez"].weeks] == [1200, 60]
    assert _lines(practice)["Maya Lopez"].weeks[1].room == 60 - 80


def test_her_weeks_are_compared_with_her_own(practice):
    maya, ines = _lines(practice)["Maya Lopez"], _lines(practice)["Ines Park"]
    assert maya.completed == (1,) * 13
    assert maya.usual.whole == (1, 1), "the weeks before her first visit are not hers"
    assert ines.usual is None


def test_a_therapist_does_not_see_the_others(practice):
    with pytest.raises(NotAllowed):
        review_therapists(replace(practice, viewer=Viewer("therapist", _maya(practice))))
