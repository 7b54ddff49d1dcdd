"""Who answered, what the missing could move, and what may be shown of few."""

import pytest

from allay_metrics.outcomes.funnel import (
    Funnel,
    at_an_extreme,
    bounds,
    detail,
    tells_on_one,
    withheld,
)


def test_fifteen_of_twenty_two_of_forty_is_38_to_82():
    worst, best = bounds(15, 22, 40)
    assert (worst, best) == (15 / 40, 33 / 40)
    assert (f"{worst:.0%}", f"{best:.0%}") == ("38%", "82%")


def test_of_nobody_there_are_no_bounds():
    assert bounds(0, 0, 0) is None


@pytest.mark.parametrize(
    ("paired", "standing"), [(15, "no headline"), (16, "amber"), (23, "amber"), (24, "good")]
)
def test_how_far_the_answers_stand_for_forty_families(paired, standing):
    assert Funnel(40, 40, 40, paired, paired).standing == standing


def test_nobody_stands_for_nobody():
    assert Funnel(0, 0, 0, 0, 0).standing == "nobody"


@pytest.mark.parametrize(
    ("n", "shown"),
    [(0, "nothing"), (1, "lines"), (4, "lines"), (5, "dots"), (10, "dots"), (11, "summary")],
)
def test_how_much_is_shown_of_few(n, shown):
    assert detail(n) == shown


def test_a_single_small_group_takes_another_with_it():
    # All 40 less 25 and 12 would tell the three.
    assert withheld({"cst": 25, "lactation": 12, "massage": 3}) == {"lactation", "massage"}


def test_two_small_groups_hide_each_other():
    assert withheld({"cst": 25, "lactation": 4, "massage": 3}) == {"lactation", "massage"}


def test_where_all_are_large_or_empty_nothing_is_withheld():
    assert withheld({"cst": 25, "lactation": 11, "massage": 0}) == frozenset()


def test_a_total_tells_on_a_small_group_that_stands_alone():
    assert tells_on_one({"crying": 25, "feeding": 12, "sleep": 3})
    assert not tells_on_one({"crying": 25, "feeding": 4, "sleep": 3}), "they hide each other"
    assert not tells_on_one({"crying": 25, "feeding": 12, "sleep": 0})
    assert not tells_on_one({"sleep": 3}), "nothing is shown beside it"


def test_a_seventh_of_the_answers_at_one_end_is_flagged():
    assert at_an_extreme([0] * 3 + [5] * 17, 0, 10) == "floor"
    assert at_an_extreme([10] * 3 + [5] * 17, 0, 10) == "ceiling"
    assert at_an_extreme([0] * 2 + [5] * 18, 0, 10) == ""
    assert at_an_extreme([], 0, 10) == ""
