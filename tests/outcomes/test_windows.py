"""Baselines come before the first session, follow-ups within their windows."""

from datetime import UTC, date, datetime, timedelta

import pytest

from allay_metrics.outcomes.windows import WINDOWS, Answer, baseline, in_window, latest

FIRST = date(2026, 9, 1)
SESSION = int(datetime(2026, 9, 1, 17, tzinfo=UTC).timestamp())
DAY = 86_400


def at(days, value=5.0, measure="settle"):
    """Return an answer this many days after the start of the session."""
    moment = SESSION + round(days * DAY)
    return Answer(measure, value, moment, datetime.fromtimestamp(moment, UTC).date())


def test_the_last_answer_of_the_two_days_before_is_the_baseline():
    found = baseline([at(-1.9, 7), at(-0.5, 6), at(-10, 9)], "settle", SESSION)
    assert (found.answer.value, found.kind) == (6, "B1")


def test_an_answer_of_the_fortnight_before_serves_and_says_so():
    found = baseline([at(-13)], "settle", SESSION)
    assert found.kind == "B0"
    assert baseline([at(-14.1)], "settle", SESSION) is None


def test_an_answer_stamped_after_the_start_is_no_baseline():
    assert baseline([at(0), at(0.01)], "settle", SESSION) is None


def test_an_answer_to_another_question_is_no_baseline():
    assert baseline([at(-1, measure="tummy")], "settle", SESSION) is None


@pytest.mark.parametrize(
    ("window", "days"),
    [("day7", (5, 9)), ("day14", (11, 17)), ("day28", (21, 35)), ("week8", (42, 70))],
)
def test_windows_hold_both_their_ends(window, days):
    early, late = days
    for day in (early, late):
        assert in_window([at(day)], "settle", FIRST, SESSION, WINDOWS[window])
    for day in (early - 1, late + 1):
        assert in_window([at(day)], "settle", FIRST, SESSION, WINDOWS[window]) is None
    assert WINDOWS[window].closes(FIRST) == FIRST + timedelta(days=late)


def test_the_nearest_answer_counts_and_the_earlier_of_two():
    near = in_window([at(22, 1), at(27, 2), at(30, 3)], "settle", FIRST, SESSION, WINDOWS["day28"])
    assert near.value == 2
    tie = in_window([at(29, 1), at(27, 2)], "settle", FIRST, SESSION, WINDOWS["day28"])
    assert tie.value == 2


def test_the_latest_answer_is_one_after_the_session():
    assert latest([at(-1), at(3, 1), at(40, 2)], "settle", SESSION).value == 2
    assert latest([at(-1)], "settle", SESSION) is None
