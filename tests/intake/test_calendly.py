"""Calendly's events export: cancelled, moved and missed events, questions in cells."""

import pytest

from allay_metrics.derive.city import find_city
from allay_metrics.intake.source_file import open_source
from tests.support.acuity import ZONE
from tests.support.sources import CALENDLY, calendly, write_table


def opened(folder, *rows):
    return open_source(write_table(folder / "events.csv", CALENDLY, rows), timezone=ZONE)


def read(folder, *rows):
    return opened(folder, *rows).preview(1000)


def test_it_is_recognised_and_says_what_it_tells(tmp_path):
    file = opened(tmp_path, calendly(1, "2026-11-09 09:00"))
    assert (file.source, file.holds) == ("calendly", "all")
    assert file.carries == {"kept", "cancelled", "no_show", "canceller", "booked_on"}


def test_times_are_the_exporters_not_the_invitees(tmp_path):
    [row] = read(tmp_path, calendly(1, "2026-11-09 13:00")).rows.to_dict("records")
    assert row["starts_at"] == 1794258000  # 13:00 in California
    assert (row["minutes"], row["booked_on"], row["email"]) == (
        60, "2026-10-20", "ada@example.com",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "marked", "by"),
    [
        ({}, "none", None),
        ({"Canceled": "FALSE"}, "none", None),
        ({"Canceled": "true", "Canceled By": "Invitee"}, "cancelled", "family"),
        ({"Canceled": "TRUE", "Canceled By": "Host"}, "cancelled", "practice"),
        ({"Canceled": "True", "Cancellation reason": "Please reschedule us"}, "cancelled", None),
        ({"Canceled": "true", "Cancellation reason": "Rescheduled"}, "rescheduled", None),
        (
            {"Canceled": "true", "Cancellation reason": "This event was rescheduled by Ada"},
            "rescheduled",
            None,
        ),
        ({"Marked as No-Show": "Yes"}, "no_show", None),
    ],
)
def test_what_became_of_an_event(tmp_path, cells, marked, by):
    [row] = read(tmp_path, calendly(1, "2026-11-09 09:00", **cells)).rows.to_dict("records")
    assert (row["marked"], row["cancelled_by"]) == (marked, by)


def test_a_flag_of_its_own_tells_a_moved_event(tmp_path):
    headers = [*CALENDLY, "Rescheduled"]
    rows = [
        calendly(1, "2026-11-09 09:00", Canceled="true", Rescheduled="true"),
        calendly(2, "2026-11-10 09:00", Rescheduled="false"),
    ]
    path = write_table(tmp_path / "events.csv", headers, rows)
    rows_read = open_source(path, timezone=ZONE).preview().rows
    assert list(rows_read["marked"]) == ["rescheduled", "none"]


def test_questions_are_found_in_their_cells_row_by_row(tmp_path):
    first_answers = {
        "Question 1": "What brings you in?",
        "Response 1": "Latch 😢\nand sleep",
        "Question 2": "Baby's date of birth",
        "Response 2": "09/01/2026",
        "Question 3": "How did you hear about us?",
        "Response 3": "A friend",
    }
    second_answers = {
        "Question 1": "How did you hear about us?",
        "Response 1": "OB",
        "Question 2": "Parking or gate code?",
        "Response 2": "#12 🚪",
        "Question 3": "",
        "Response 3": "stray",
    }
    rows = [
        calendly(1, "2026-11-09 09:00", **first_answers),
        calendly(2, "2026-11-10 09:00", **second_answers),
        calendly(3, "2026-11-11 09:00"),
    ]
    rows_read = read(tmp_path, *rows).rows
    assert list(rows_read["concern"]) == ["Latch 😢\nand sleep", None, None]
    assert list(rows_read["infant_born"]) == ["2026-09-01", None, None]
    assert list(rows_read["referral_source"]) == ["A friend", "OB", None]
    assert list(rows_read["notes"]) == [None, "#12 🚪", None]


@pytest.mark.parametrize(
    ("location", "city"),
    [
        ("12 Main St\nOakland, CA 94607\nUSA", "Oakland"),
        ("Berkeley", "Berkeley"),
        ("94305", "Stanford or Palo Alto (94305)"),
        ("Virtual", "virtual"),
        ("Home", "unknown"),
        ("(415) 555-0100", "unknown"),
    ],
)
def test_what_people_type_as_location_places_a_visit_or_does_not(tmp_path, location, city):
    rows = read(tmp_path, calendly(1, "2026-11-09 09:00", Location=location)).rows
    [row] = rows.to_dict("records")
    assert find_city(row["city_text"], row["zip"], row["address"], row["notes"]).city == city


def test_two_invitees_of_one_event_are_two_rows(tmp_path):
    shared = {"Event UUID": "group"}
    rows = [calendly(n, "2026-11-09 09:00", **shared) for n in (1, 2)]
    assert len(read(tmp_path, *rows).rows) == 2
