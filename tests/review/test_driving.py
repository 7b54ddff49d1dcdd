"""Long drives for one visit, and the mileage list: every leg, or none of a day."""

from dataclasses import replace
from datetime import date

import pytest

from allay_metrics import travel
from allay_metrics.actions.drive_times import set_drive_pair
from allay_metrics.actions.therapist_details import TherapistDetails, save_therapists
from allay_metrics.errors import NotAllowed
from allay_metrics.records import Viewer
from allay_metrics.records.keys import key_of
from allay_metrics.review.drive_lists import compute_mileage, read_lone_drives
from allay_metrics.review.export_lists import mileage_export
from allay_metrics.review.week import review_week
from tests.support.practices import EXPORTED, Invented, booked, put_on_file

MONDAY = date(2026, 6, 22)
TUESDAY, WEDNESDAY = date(2026, 6, 23), date(2026, 6, 24)
AS_OF = EXPORTED.date()
FAR = travel.minutes("Oakland", "San Jose")
MAYA = TherapistDetails("Maya Lopez", "maya@example.org", "Oakland", ("cst",))


@pytest.fixture
def practice(scope):
    """Maya of Oakland: one visit in San Jose, a day nearby, one far ahead, one in nowhere."""
    save_therapists(scope, [MAYA])
    put_on_file(
        Invented(
            [
                booked("Adams", TUESDAY, city_text="San Jose"),
                booked("Brown", WEDNESDAY, 9, city_text="Oakland"),
                booked("Chen", WEDNESDAY, 12, city_text="Berkeley", marked="no_show"),
                booked("Diaz", date(2026, 7, 8), city_text="San Jose"),  # ahead of the export
                booked("Diaz", date(2026, 7, 15), city_text="San Jose"),  # too far ahead
                booked("Adams", date(2026, 6, 9), city_text="San Jose"),  # in no week asked for
                booked("Evans", date(2026, 6, 25), city_text="somewhere"),
                booked("Brown", date(2026, 6, 26), city_text="San Jose", marked="cancelled"),
                booked("Chen", date(2026, 6, 27), city_text="Zoom"),
            ]
        ),
        scope,
    )
    return scope


def _maya(scope):
    return key_of(scope.practice_id, "therapist", "Maya Lopez")


def test_a_lone_long_drive_is_told_of_the_week_and_of_the_days_ahead(practice):
    found = read_lone_drives(practice, MONDAY, AS_OF)
    assert [(drive.day, drive.city, drive.therapist, drive.minutes) for drive in found] == [
        (TUESDAY, "San Jose", "Maya Lopez", 2 * FAR),
        (date(2026, 7, 8), "San Jose", "Maya Lopez", 2 * FAR),
    ]
    assert review_week(practice, MONDAY).lone == found


def test_a_short_drive_for_one_visit_is_no_news(practice):
    set_drive_pair(practice, "Oakland", "San Jose", 14)
    assert read_lone_drives(practice, MONDAY, AS_OF) == ()


def test_the_mileage_of_a_month_is_every_leg_in_order(practice):
    legs = compute_mileage(practice, _maya(practice), TUESDAY).legs
    assert legs[["date", "from", "to"]].to_numpy().tolist() == [
        [date(2026, 6, 9), "Oakland", "San Jose"],
        [date(2026, 6, 9), "San Jose", "Oakland"],
        [TUESDAY, "Oakland", "San Jose"],
        [TUESDAY, "San Jose", "Oakland"],
        [WEDNESDAY, "Oakland", "Oakland"],
        [WEDNESDAY, "Oakland", "Berkeley"],
        [WEDNESDAY, "Berkeley", "Oakland"],
    ]
    assert legs["minutes"].tolist()[:2] == [FAR, FAR]
    assert legs["miles"].tolist()[0] == round(travel.miles("Oakland", "San Jose"), 1)
    assert set(legs["note"]) == {"estimated"}


def test_a_day_with_an_unknown_city_is_left_out_and_counted(practice):
    assert compute_mileage(practice, _maya(practice), TUESDAY).days_left_out == 1
    assert compute_mileage(practice, _maya(practice), date(2026, 3, 1)).days_left_out == 0


def test_overruled_minutes_are_said_to_be_the_owners(practice):
    set_drive_pair(practice, "Oakland", "San Jose", 71)
    legs = compute_mileage(practice, _maya(practice), TUESDAY).legs
    assert legs["minutes"].tolist()[0] == 71
    assert legs["note"].tolist()[0].endswith("as the owner knows them")


def test_the_file_holds_every_leg_and_says_what_is_left_out(practice):
    found = compute_mileage(practice, _maya(practice), TUESDAY)
    export = mileage_export(practice, "Maya Lopez", TUESDAY, found)
    assert export.columns == ("Date", "From", "To", "Miles", "Minutes", "Note")
    assert len(export.rows) == 7
    assert dict(export.about)["An estimate"] == "1 day left out"


def test_a_therapist_reads_her_own_mileage_and_nobody_elses(practice):
    hers = replace(practice, viewer=Viewer("therapist", _maya(practice)))
    assert len(compute_mileage(hers, _maya(practice), TUESDAY).legs) == 7
    with pytest.raises(NotAllowed):
        compute_mileage(hers, "somebody else", TUESDAY)
