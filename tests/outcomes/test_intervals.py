"""Intervals agree with scipy and statsmodels, and with the worked figures of the literature."""

import math
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from allay_metrics.outcomes.intervals import (
    least_reliable,
    mean_change,
    regression_to_the_mean,
    reliable_change,
    wilson,
)

CHANGES = st.lists(st.floats(-720, 720).map(lambda x: round(x, 2)), min_size=2, max_size=60)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_intervals_are_those_of_statsmodels(pair):
    count, n = pair
    found = wilson(count, n)
    low, high = proportion_confint(count, n, alpha=0.05, method="wilson")
    assert found.share == count / n
    assert found.low == pytest.approx(low, abs=1e-9)
    assert found.high == pytest.approx(high, abs=1e-9)


@given(CHANGES)
def test_mean_changes_have_the_t_interval_of_scipy(changes):
    found = mean_change(changes)
    assert found.mean == pytest.approx(fmean(changes), abs=1e-9)
    spread = stdev(changes)
    if spread == 0:
        assert (found.low, found.high) == (found.mean, found.mean)
        return
    interval = stats.t.interval(
        0.95, len(changes) - 1, loc=fmean(changes), scale=spread / math.sqrt(len(changes))
    )
    assert (found.low, found.high) == pytest.approx(interval, rel=1e-9, abs=1e-9)


@given(st.floats(20, 200), st.floats(10, 100), st.floats(-1, 3), st.floats(0, 0.95))
def test_regression_to_the_mean_is_the_mean_of_a_truncated_normal(mean, sd, beyond, reliability):
    cut_off = mean + beyond * sd
    picked = stats.truncnorm.mean(beyond, math.inf, loc=mean, scale=sd)
    expected = (picked - mean) * (1 - reliability)
    found = regression_to_the_mean(mean, sd, cut_off, reliability)
    assert found == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize(
    ("count", "n", "share", "low", "high"), [(7, 11, 64, 35, 85), (5, 5, 100, 57, 100)]
)
def test_worked_figures_of_shares(count, n, share, low, high):
    found = wilson(count, n)
    assert [round(100 * x) for x in (found.share, found.low, found.high)] == [share, low, high]


def test_a_share_of_nothing_has_no_value():
    assert wilson(0, 0).share is None


def test_a_share_beyond_its_whole_is_refused():
    with pytest.raises(ValueError, match="6 of 5"):
        wilson(6, 5)


def test_one_change_has_no_interval():
    found = mean_change([12.0])
    assert (found.mean, found.low, found.high) == (12.0, None, None)


def test_babies_who_cry_three_hours_at_six_weeks_fall_by_44_minutes_by_chance():
    assert round(regression_to_the_mean(133, 70, 180, 0.5)) == 44


def test_a_nought_to_ten_item_needs_two_and_a_half_points():
    assert round(least_reliable(2, 0.8), 1) == 2.5
    assert abs(reliable_change(2, 2, 0.8)) < 1.96 < abs(reliable_change(3, 2, 0.8))
