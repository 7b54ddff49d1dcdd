"""outcomes: one object per concern, withheld where too few, and the sentence beside them."""

from datetime import timedelta

import pytest

from allay_metrics.demo.practice_choice import open_own_practice
from allay_metrics.outcomes.measures import concerns
from allay_metrics.outcomes.research import CONTEXT
from tests.metrics.test_outcomes import practice_that_answered
from tests.support.practices import START

KEYS = [
    "concern", "measure", "window", "eligible", "asked", "baseline", "paired", "mean_change",
    "median_change", "low", "high", "expected_change", "remainder", "better", "same", "worse",
    "at_best_already", "worst_case_share", "best_case_share", "reason",
]  # fmt: skip
PERIOD = ("--from", str(START), "--to", str(START + timedelta(days=100)))


@pytest.fixture
def answered():
    scope = open_own_practice()
    practice_that_answered(scope, 14, 12, 5)
    scope.close()


@pytest.mark.usefixtures("answered")
def test_json_has_one_object_per_concern_signed_so_that_positive_is_better(run):
    rows = run("outcomes", "--json", *PERIOD).json
    assert [row["concern"] for row in rows] == list(concerns())
    assert all(list(row) == KEYS for row in rows)
    told = next(row for row in rows if row["concern"] == "digestion")
    counts = [told[key] for key in ("eligible", "asked", "baseline", "paired")]
    assert counts == [14, 12, 12, 12]
    assert (told["mean_change"], told["median_change"]) == (5, 5)
    assert told["better"]["n"] == 12
    assert (told["worst_case_share"], told["best_case_share"]) == (12 / 14, 1)


@pytest.mark.usefixtures("answered")
def test_another_measure_or_one_concern_can_be_asked_for(run):
    (row,) = run("outcomes", "--json", "--concern", "crying", "--measure", "settle", *PERIOD).json
    assert (row["measure"], row["eligible"], row["better"]["n"]) == ("settle", 0, None)
    assert row["reason"]


@pytest.mark.usefixtures("answered")
def test_text_carries_the_context(run):
    assert run("outcomes", *PERIOD).out.startswith(CONTEXT)


@pytest.mark.usefixtures("answered")
@pytest.mark.parametrize("asked", [("--concern", "x"), ("--measure", "pgic"), ("--as", "a@b.c")])
def test_what_is_not_told_is_refused_in_one_sentence(run, asked):
    ran = run("outcomes", *asked)
    assert (ran.code, ran.out) == (2, "")
    assert len(ran.err.splitlines()) == 1


def test_a_practice_without_records_says_so(run):
    ran = run("outcomes")
    assert ran.code == 2
    assert "no records" in ran.err
