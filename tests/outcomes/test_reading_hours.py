"""The hours warning signs are read in, by the practice's own clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from allay_metrics.outcomes.reading_hours import EVERY_DAY, ReadingHours

ZONE = ZoneInfo("America/Los_Angeles")
OFFICE = ReadingHours((1, 2, 3, 4, 5), 8, 20)
ALWAYS = ReadingHours(EVERY_DAY, 0, 24)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-11-18 08:00", "2026-11-18 08:00"),
        ("2026-11-18 19:59", "2026-11-18 19:59"),
        ("2026-11-18 20:00", "2026-11-19 08:00"),
        ("2026-11-18 03:00", "2026-11-18 08:00"),
        ("2026-11-20 21:00", "2026-11-23 08:00"),  # a Friday evening waits for Monday
    ],
)
def test_outside_the_hours_reading_begins_with_the_next_ones(moment, opening):
    assert OFFICE.next_opening(at(moment)) == at(opening)
    assert OFFICE.is_open(at(moment)) == (moment == opening)


def test_one_day_a_week_comes_again_a_week_later():
    monday = ReadingHours((1,), 8, 9)
    assert monday.next_opening(at("2026-11-16 09:30")) == at("2026-11-23 08:00")


@pytest.mark.parametrize(
    ("ticked", "minutes", "late"),
    [
        ("2026-11-18 10:00", 120, "2026-11-18 12:00"),
        ("2026-11-18 03:00", 120, "2026-11-18 10:00"),
        ("2026-11-18 19:00", 120, "2026-11-19 09:00"),
        ("2026-11-20 19:30", 60, "2026-11-23 08:30"),
        ("2026-11-18 10:00", 24 * 60, "2026-11-20 10:00"),
    ],
)
def test_time_passes_in_reading_hours_alone(ticked, minutes, late):
    assert OFFICE.after(at(ticked), minutes) == at(late)


def test_an_hour_is_an_hour_where_clocks_change():
    before = at("2026-11-01 00:30")
    assert ALWAYS.after(before, 120).timestamp() - before.timestamp() == 7_200


@pytest.mark.parametrize(
    "hours",
    [ReadingHours(()), ReadingHours((8,)), ReadingHours((1,), 9, 9), ReadingHours((1,), 20, 8),
     ReadingHours((1,), 8, 25)],
)  # fmt: skip
def test_hours_without_an_hour_are_no_hours(hours):
    assert not hours.is_valid
