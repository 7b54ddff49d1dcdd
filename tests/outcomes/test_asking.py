"""When a family is asked, and what."""

from datetime import date, timedelta

import pytest

from allay_metrics.outcomes.check_in_periods import MOMENTS, build_check_in_periods, choose_measures
from allay_metrics.outcomes.measures import concerns
from allay_metrics.outcomes.windows import WINDOWS

FIRST = date(2026, 3, 30)


def days(booked_on=None):
    """Return moment -> (opens, due, closes), in days from the first session."""
    return {
        period.moment: tuple(
            (day - FIRST).days for day in (period.opens, period.due, period.closes)
        )
        for period in build_check_in_periods(FIRST, booked_on)
    }


def test_the_moments_lie_around_the_first_session():
    assert days() == {
        "B0": (-14, -14, -3),
        "B1": (-2, -2, 0),
        "day7": (5, 7, 9),
        "day14": (11, 14, 17),
        "day28": (21, 28, 35),
        "week8": (42, 56, 70),
    }
    assert tuple(days()) == MOMENTS


def test_a_booking_of_the_last_two_days_is_asked_once_before_the_visit():
    assert days(FIRST - timedelta(days=3))["B0"] == (-3, -3, -3)
    assert "B0" not in days(FIRST - timedelta(days=2))


def test_the_last_day_of_a_moment_is_the_last_day_an_answer_counts():
    for period in build_check_in_periods(FIRST):
        if period.moment in WINDOWS:
            assert period.closes == WINDOWS[period.moment].closes(FIRST)
            assert period.is_open(period.closes)
            assert not period.is_open(period.closes + timedelta(days=1))
            assert not period.is_open(period.opens - timedelta(days=1))


@pytest.mark.parametrize(
    "concern", [concern for concern in concerns().values() if concern.client == "infant"]
)
def test_the_question_a_concern_is_judged_by_comes_first(concern):
    asked = [measure.id for measure in choose_measures(concern.id, "infant", "B1")]
    assert asked[0] == concern.primary_measure
    assert 5 <= len(asked) <= 8
    assert len(set(asked)) == len(asked)


def test_a_follow_up_also_asks_how_it_changed_and_what_got_worse():
    before = choose_measures("crying", "infant", "B0")
    later = choose_measures("crying", "infant", "day7")
    assert [measure.id for measure in later[len(before) :]] == ["pgic", "harms"]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("taken", [0, 1])
@pytest.mark.parametrize("concern", [*concerns(), None])
def test_no_form_asks_more_than_eight_questions(concern, taken, moment):
    """`taken` is the question about birth, asked once."""
    client = concerns()[concern].client if concern else "infant"
    asked = choose_measures(
        concern, "infant" if client == "either" else client, moment, taken=taken
    )
    assert len(asked) + taken <= 8
    assert moment in {"B0", "B1"} or asked[-1].id == "harms"


@pytest.mark.parametrize(
    "concern", [concern for concern in concerns().values() if concern.client == "infant"]
)
def test_what_is_asked_before_is_asked_after(concern):
    before = choose_measures(concern.id, "infant", "B1")
    assert choose_measures(concern.id, "infant", "day28")[: len(before)] == before
    assert {"cry_min", "sleep_long", "confidence", "top_concern"} <= {
        measure.id for measure in before
    }


def test_a_parent_is_not_asked_about_a_baby():
    asked = [measure.id for measure in choose_measures("body_pain", "parent", "B1")]
    assert asked == ["parent_pain", "top_concern"]
    assert [measure.id for measure in choose_measures(None, "parent", "B1")] == ["top_concern"]
