"""Outcomes: the context first, then who answered, then counts; and what to do while it waits."""

import csv
import io
from dataclasses import replace

import pytest

from allay_metrics.errors import NotAllowed
from allay_metrics.outcomes.research import CONTEXT
from allay_metrics.records import Viewer
from allay_metrics.review.outcomes import review_outcomes
from allay_metrics.ui.outcomes_words import outcomes_csv
from tests.metrics.test_outcomes import END, practice_that_answered
from tests.support.practices import START


def _review(scope):
    return review_outcomes(scope, START, END)


def test_an_export_carries_the_context_who_answered_and_the_interval(sqlite_scope):
    practice_that_answered(sqlite_scope, 14, 12, 5)
    context, period, *rows = list(csv.reader(io.StringIO(outcomes_csv(_review(sqlite_scope)))))
    assert context == [CONTEXT]
    assert str(START) in period[0]
    heads, *lines = rows
    told = {line[0]: dict(zip(heads, line, strict=True)) for line in lines}["digestion"]
    assert (told["eligible"], told["paired"], told["better_n"]) == ("14", "12", "12")
    assert float(told["better_low"]) < 1
    assert (told["low"], told["high"]) == ("5.0", "5.0")


def test_an_export_tells_nothing_of_ten_but_that_they_answered(sqlite_scope):
    practice_that_answered(sqlite_scope, 12, 10, 5)
    _, _, heads, *lines = list(csv.reader(io.StringIO(outcomes_csv(_review(sqlite_scope)))))
    told = {line[0]: dict(zip(heads, line, strict=True)) for line in lines}["digestion"]
    known = {key for key, value in told.items() if value}
    assert known == {
        "concern", "measure", "window", "eligible", "asked", "baseline", "paired", "reason",
    }  # fmt: skip


def test_only_the_owner_sees_the_whole_practice(sqlite_scope):
    hers = replace(sqlite_scope, viewer=Viewer("therapist", "x"))
    with pytest.raises(NotAllowed):
        _review(hers)


def test_types_are_told_only_where_each_holds_eleven(sqlite_scope):
    practice_that_answered(sqlite_scope, 14, 12, 5)
    assert list(_review(sqlite_scope).by_type) == ["cst"]
