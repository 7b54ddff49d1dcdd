"""Outcomes on the Week: counts by concern, never a share, nothing of few, and the way on."""

import re
from dataclasses import replace

import pytest

from allay_metrics.errors import NotAllowed
from allay_metrics.records import Viewer
from allay_metrics.review.concern import NO_HEADLINE
from allay_metrics.review.outcomes import reported_changes, review_outcomes
from allay_metrics.ui.week.outcomes_card import _row
from tests.metrics.test_outcomes import END, practice_that_answered
from tests.pages.conftest import WEEK
from tests.support.on_page import bodies, page_of, run, text
from tests.support.practices import START


def _drawn(scope):
    """Return the one concern's row as text."""
    (concern,) = reported_changes(scope, START, END)
    return re.sub(r"<[^>]*>", " ", _row(concern, concern.summary.funnel.paired)).split()


def test_from_eleven_on_the_families_are_counted(sqlite_scope):
    practice_that_answered(sqlite_scope, 12, 12, 5)
    assert _drawn(sqlite_scope) == ["Digestion", "12", "n", "12"]


@pytest.mark.parametrize(("answering", "said"), [
    (10, "too few to summarise"), (4, "fewer than 5 families answered both times"),
])  # fmt: skip
def test_of_fewer_it_is_only_said_how_many_answered(sqlite_scope, answering, said):
    practice_that_answered(sqlite_scope, 10, answering, 5)
    assert " ".join(_drawn(sqlite_scope)) == f"Digestion {said} n {answering}"


def test_where_few_answered_there_is_no_headline(sqlite_scope):
    practice_that_answered(sqlite_scope, 28, 11, 5)
    assert " ".join(_drawn(sqlite_scope)) == f"Digestion {NO_HEADLINE} n 11"


def test_they_are_the_numbers_of_the_page_behind(sqlite_scope):
    practice_that_answered(sqlite_scope, 14, 12, 5)
    page = review_outcomes(sqlite_scope, START, END).concerns
    there = [concern.summary for concern in page if concern.summary.funnel.paired]
    assert [concern.summary for concern in reported_changes(sqlite_scope, START, END)] == there


def test_it_is_for_the_owner(sqlite_scope):
    hers = replace(sqlite_scope, viewer=Viewer("therapist", "x"))
    with pytest.raises(NotAllowed):
        reported_changes(hers, START, END)


@pytest.mark.usefixtures("small")
def test_the_week_says_where_nobody_answered_and_shows_no_share():
    at = page_of("owner/week")
    at.query_params["week"] = WEEK.isoformat()
    run(at)
    assert "Reported change while in care" in text(at)
    assert "No family's window closed in these weeks" in text(at)
    card = bodies(at).split("Reported change while in care")[1].split("</p>")[0]
    assert "%" not in card
