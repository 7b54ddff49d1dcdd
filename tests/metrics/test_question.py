"""A question that has no meaning is refused with a sentence that helps."""

from datetime import date

import pytest

from allay_metrics.errors import QuestionProblem
from allay_metrics.metrics import Question

WEEK = {"first": date(2026, 11, 9), "last": date(2026, 11, 15)}


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"metrics": ()}, "at least one metric"),
        ({"metrics": ("booking",)}, "There is no metric 'booking': did you mean bookings"),
        ({"by": ("town",)}, "There is no group 'town': choose from city, county"),
        ({"by": ("includes",)}, "There is no group 'includes'"),
        ({"by": ("city", "city")}, "'city' is asked for twice"),
        ({"grain": "weekly"}, "There is no grain 'weekly': did you mean week"),
        ({"where": (("cty", "Oakland"),)}, "There is no filter 'cty': did you mean city"),
        ({"where": (("visit_type", "CST"),)}, "There is no visit_type 'CST'"),
        ({"where": (("weekday", "Monday"),)}, "did you mean Mon"),
        ({"where": (("state", "done"),)}, "There is no state 'done'"),
        ({"last": date(2026, 11, 8)}, "ends before it starts"),
        ({"metrics": ("lapsed_families",), "grain": "week"}, "at the newest export"),
        ({"metrics": ("show_rate",), "by": ("state",)}, "has no groups by state"),
        ({"metrics": ("show_rate",), "where": (("state", "completed"),)}, "by state"),
        ({"metrics": ("on_books",), "grain": "month"}, "whole weeks"),
        ({"metrics": ("on_books",), "last": date(2026, 11, 14)}, "whole weeks"),
    ],
)
def test_a_question_without_a_meaning_is_refused(asked, sentence):
    with pytest.raises(QuestionProblem, match=sentence):
        Question(**{"metrics": ("bookings",), **WEEK, **asked})


def test_equal_questions_are_one_key_of_a_cache():
    one, same = (Question(metrics=("bookings",), by=("city",), **WEEK) for _ in range(2))
    assert {one: "kept"}[same] == "kept"


def test_a_question_narrows_to_one_bar():
    asked = Question(metrics=("bookings",), by=("city",), where=(("city", "Oakland"),), **WEEK)
    assert asked.only("city", "San Jose").where == (("city", "San Jose"),)
    assert asked.only("weekday", "Tue").where == (("city", "Oakland"), ("weekday", "Tue"))
