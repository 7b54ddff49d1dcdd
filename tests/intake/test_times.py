"""Times of day, dates and zones."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allay_metrics.errors import ConfigProblem
from allay_metrics.intake.clock import Clock, practice_zone
from allay_metrics.intake.profile import find_shipped_profile
from allay_metrics.intake.times import DayFormats, compile_format, read_time, split_moment

ZONE = ZoneInfo("America/Los_Angeles")
ACUITY = find_shipped_profile("acuity").days


def clock():
    return Clock(ZONE, ACUITY)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("December 2, 2020 9:00 am", ("December 2, 2020", "9:00 am")),
        ("2021-08-31T10:00:00-0400", ("2021-08-31", "10:00:00-0400")),
        ("2021-08-31 10:00", ("2021-08-31", "10:00")),
        ("Monday, November 16, 2026 at 9 am", ("Monday, November 16, 2026", "9 am")),
        ("11/16/2026, 9:00 AM", ("11/16/2026", "9:00 AM")),
        ("11/16/2026", ("11/16/2026", "")),
    ],
)
def test_a_moment_is_parted_into_date_and_time(text, parts):
    assert split_moment(text) == parts


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("12:00 am", 0), ("12:00 pm", 43200), ("9 PM", 75600), ("00:00", 0), ("9:05:07", 32707)],
)
def test_times_of_day_are_read_as_they_come(text, seconds):
    assert read_time(text).seconds == seconds


@pytest.mark.parametrize("text", ["24:00", "13:00 pm", "0:30 am", "9:60", "9", "", "noon"])
def test_a_time_of_day_that_does_not_exist_is_said(text):
    assert isinstance(read_time(text), str)


def test_an_offset_in_the_text_wins_over_any_zone():
    moment = clock().moment("2026-11-01T01:30:00-0800", "Europe/London")
    assert (moment.epoch, moment.day, moment.problem) == (1793525400, "2026-11-01", "")


@given(
    day=st.dates(date(1995, 1, 1), date(2090, 1, 1)),
    minute=st.integers(0, 24 * 60 - 1),
    zone=st.sampled_from(["", "America/Los_Angeles", "Europe/London", "Asia/Kolkata"]),
)
def test_a_wall_time_is_the_instant_the_zone_database_says(day, minute, zone):
    wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60)  # noqa: DTZ001
    there = ZoneInfo(zone) if zone else ZONE
    text = f"{wall:%B} {wall.day}, {wall.year} {wall:%H:%M}"
    moments = clock().moments([text, text], [zone, zone])  # parsed, then cached
    early, late = (wall.replace(tzinfo=there, fold=fold).timestamp() for fold in (0, 1))
    if early != late:
        assert set(moments.problems) == {0, 1}
    else:
        instant = datetime.fromtimestamp(early, UTC)
        assert moments.epochs == [early] * 2
        assert moments.days == [instant.astimezone(ZONE).date().isoformat()] * 2


@given(day=st.dates(date(1991, 1, 1), date(2099, 12, 31)))
def test_every_date_is_read_in_every_form_of_the_profile(day):
    month = f"{day:%B}"
    for text in (
        day.isoformat(),
        f"{month} {day.day}, {day.year}",
        f"{month[:3]} {day.day}, {day.year}",
        f"{day.month}/{day.day}/{day.year}",
        f"{day.day} {month} {day.year}",
    ):
        assert ACUITY.read(text) == day


def test_a_year_of_two_digits_is_of_this_century_or_the_last():
    days = DayFormats((compile_format("%m/%d/%y"),))
    assert (days.read("3/4/26"), days.read("3/4/95")) == (date(2026, 3, 4), date(1995, 3, 4))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("%Q %d", "^%Q is not one of %Y, %y, %m, %B, %b, %d, %A, %a$"),
        ("%m/%Y", r"^it has no day \(%d\)$"),
        ("%d/%d", "^a part stands in it twice$"),
    ],
)
def test_a_format_that_cannot_work_is_refused(text, reason):
    with pytest.raises(ValueError, match=reason):
        compile_format(text)


def test_zone_names_that_schedulers_write_are_known():
    moment = clock().moment("2026-11-16 09:00", "Pacific Time (US & Canada)")
    assert moment.epoch == clock().moment("2026-11-16 09:00", "").epoch


def test_an_unknown_practice_zone_is_refused():
    with pytest.raises(ConfigProblem, match="Nowhere"):
        practice_zone("Nowhere")


def test_remembering_is_bounded(monkeypatch):
    monkeypatch.setattr("allay_metrics.intake.clock._DISTINCT_TEXTS", 3)
    small_clock = clock()
    texts = [(date(2026, 1, 1) + timedelta(days=n)).isoformat() + " 9:00" for n in range(50)]
    moments_read = small_clock.moments(texts, [""] * 50)
    assert (moments_read.problems, len(set(moments_read.epochs))) == ({}, 50)
