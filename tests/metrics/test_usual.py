"""The usual range, against a second, plain implementation and by hand."""

import random
from itertools import pairwise
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allay_metrics.metrics import METRICS
from allay_metrics.metrics.usual import Usual, usual_count, usual_share

weeks = st.lists(st.integers(0, 400), min_size=12, max_size=26)
shares = st.lists(
    st.integers(0, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=0,
    max_size=26,
)


def plain_count(before, spans=1):
    average = 0
    for value in before:
        average += value / len(before)
    ranges = 0
    for i in range(spans, len(before)):
        ranges += max(before[i], before[i - spans]) - min(before[i], before[i - spans])
    limit = 2.66 * ranges / (len(before) - spans)
    return max(average - limit, 0), average + limit


def plain_share(before, of):
    hits = trials = 0
    for hit, trial in before:
        hits, trials = hits + hit, trials + trial
    p = hits / trials
    three_sigma = 3 * (p * (1 - p) / of) ** 0.5
    return max(p - three_sigma, 0), min(p + three_sigma, 1)


@given(weeks, st.integers(1, 3))
def test_count_agrees_with_the_plain_formula(before, spans):
    found = usual_count(before, spans)
    low, high = plain_count(before, spans)
    assert isclose(found.low, low, abs_tol=1e-6)
    assert isclose(found.high, high, abs_tol=1e-6)


@given(shares, st.integers(0, 60))
def test_share_agrees_with_the_plain_formula(before, of):
    found = usual_share(before, of)
    asked = [week for week in before if week[1] > 0]
    if len(asked) < 12 or of == 0:
        assert found is None
        return
    low, high = plain_share(before, of)
    assert isclose(found.low, low, abs_tol=1e-6)
    assert isclose(found.high, high, abs_tol=1e-6)


def test_by_hand():
    # Mean 11; twelve weeks have eleven moves of 2 each: 11 +- 5.32.
    assert usual_count([10, 12] * 6) == Usual(pytest.approx(5.68), pytest.approx(16.32))


def marked(series, spans):
    """Return the share of weeks that lie outside the usual range of the 26 before."""
    out = [usual_count(series[n - 26 : n], spans).signal(series[n]) for n in range(26, len(series))]
    return sum(value is not None for value in out) / len(out)


def test_a_stock_of_two_weeks_is_marked_as_seldom_as_a_count():
    # Nothing changes: 20,000 weeks of about 40 visits, then the sum of each two weeks that follow.
    draw = random.Random(28)
    weekly = [draw.gauss(40, 6) for _ in range(20_000)]
    stock = [sum(pair) for pair in pairwise(weekly)]
    assert marked(weekly, 1) < 0.01
    assert marked(stock, 2) < 0.015
    assert marked(stock, 1) > 3 * marked(stock, 2), "neighbours share visits: far too narrow"


def test_only_what_is_on_the_books_counts_more_than_its_week():
    assert {key: metric.spans for key, metric in METRICS.items() if metric.spans > 1} == {
        "on_books": 2
    }


def test_no_usual_under_twelve_weeks():
    assert usual_count([3] * 11) is None
    assert usual_share([(3, 4)] * 11, 4) is None


def test_a_count_is_never_usual_below_nothing():
    assert usual_count([0, 9] * 6).low == 0


def test_shares_stay_between_none_and_all():
    usual = usual_share([(19, 20)] * 12, 5)
    assert usual.high == 1
    assert 0 < usual.low < 0.95


def test_rates_are_pooled_not_averaged():
    # 90 of 90 and eleven weeks of 0 of 10: 45 %, where the average of rates would say 8 %.
    usual = usual_share([(90, 90)] + [(0, 10)] * 11, 10_000)
    assert usual.low < 90 / 200 < usual.high
    assert usual.low > 0.4


def test_the_ends_are_usual():
    usual = Usual(2, 5)
    assert [usual.signal(v) for v in (2, 5, 1.9, 5.1, None)] == [None, None, "below", "above", None]


def test_what_only_rounding_sets_apart_is_no_signal():
    assert usual_count([0.1 + 0.2] * 12).signal(0.3) is None
