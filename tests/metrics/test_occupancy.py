"""A calendar tells when somebody is occupied: visits and hours count, families do not."""

from datetime import date

import pytest

from allay_metrics.actions.file_import import import_file
from allay_metrics.metrics import METRICS, Question, query, visits_behind
from tests.support.acuity import ZONE
from tests.support.exports import Desk, appointment, instant
from tests.support.sources import event, write_calendar

OF_FAMILIES = ("families_seen", "new_families", "new_to_type", "wait_days",
               "first_lactation_within_2_days", "rebooked_rate", "continued_rate",
               "lapsed_families")  # fmt: skip
WHY = "families are not in this export"


@pytest.fixture
def calendar(sqlite_scope, tmp_path):
    """Maya's calendar of two Mondays in November, exported a week later."""
    at = f";TZID={ZONE}:202611"
    events = [
        event(f"{at}{d:02}T090000", f"{at}{d:02}T100000", uid=str(d), summary=f"CST {who}")
        for d, who in ((9, "Ada"), (16, "Ada again"))
    ]
    path = write_calendar(tmp_path / "maya.ics", *events, name="Maya Lopez")
    import_file(sqlite_scope, path, as_of=instant("2026-11-23 08:00"))
    return sqlite_scope


def told(scope, *metrics, first=date(2026, 11, 1), last=date(2026, 11, 22)):
    answer = query(Question(metrics=metrics, first=first, last=last), scope)
    return {row["metric"]: (row["value"], row["reason"]) for row in answer.to_dict("records")}


def test_all_numbers_of_families_are_known_here():
    assert {key for key, metric in METRICS.items() if "family" in metric.needs} == set(OF_FAMILIES)


def test_visits_and_hours_of_a_calendar_count(calendar):
    assert told(calendar, "bookings", "completed", "care_hours") == {
        "bookings": (2, "the records start on 9 Nov 2026; kept visits only"),
        "completed": (
            2,
            "the records start on 9 Nov 2026; 2 of 2 not marked as attended, counted as kept",
        ),
        "care_hours": (2, "the records start on 9 Nov 2026"),
    }


@pytest.mark.parametrize("metric", OF_FAMILIES)
def test_what_needs_families_has_no_value_and_says_why(calendar, metric):
    assert told(calendar, metric) == {metric: (None, WHY)}
    asked = Question(metrics=(metric,), first=date(2026, 11, 1), last=date(2026, 11, 22))
    assert visits_behind(asked, calendar).empty


def test_where_an_export_names_families_they_are_counted_and_the_calendar_is_noted(
    calendar, tmp_path
):
    rows = [appointment("a", "2026-11-10 10:00"), appointment("b", "2026-11-17 10:00", "Bea Lee")]
    Desk(calendar, tmp_path).take_in(rows, "2026-11-23 08:00")
    found = told(calendar, "families_seen", "completed", first=date(2026, 11, 9))
    assert found["completed"][0] == 4
    assert found["families_seen"] == (2, "families are not in the google_calendar records")


def test_days_that_only_the_calendar_covers_have_no_value(calendar, tmp_path):
    Desk(calendar, tmp_path).take_in([appointment("a", "2026-11-17 10:00")], "2026-11-23 08:00")
    asked = {"first": date(2026, 11, 9), "last": date(2026, 11, 15)}
    assert told(calendar, "families_seen", **asked) == {
        "families_seen": (None, "families are covered from 17 Nov 2026 on")
    }


def test_a_family_of_the_calendar_is_no_lapsed_one(calendar, tmp_path):
    rows = [appointment("a", "2026-11-10 10:00"), appointment("l", "2027-01-19 10:00", "Bea Lee")]
    Desk(calendar, tmp_path).take_in(rows, "2027-01-20 08:00")
    assert told(calendar, "lapsed_families")["lapsed_families"][0] == 1
