"""One concern's summary, against a second, obvious way to count it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from allay_metrics.outcomes.measures import concerns, measures
from allay_metrics.outcomes.summary import Episode, summarise
from allay_metrics.outcomes.windows import Answer

YEAR = (date(2026, 1, 1), date(2026, 12, 31))
AS_OF = date(2026, 12, 31)
FEEDING = concerns()["feeding"]
CRYING = concerns()["crying"]


def episode(number, before, after, *, concern="feeding", measure="feed_ease", first=None):
    """Return an episode with an answer the day before and one 28 days after, None for neither."""
    first = first or date(2026, 3, 2) + timedelta(days=number % 200)
    session = int(datetime(first.year, first.month, first.day, 17, tzinfo=UTC).timestamp())
    told = [
        Answer(measure, value, session + days * 86_400, first + timedelta(days=days))
        for value, days in ((before, -1), (after, 28))
        if value is not None
    ]
    born = first - timedelta(days=38)
    return Episode(
        str(number), str(number), concern, first, session, born, None, bool(told), tuple(told)
    )


SCORE = st.none() | st.integers(0, 10)
PAIRS = st.lists(st.tuples(SCORE, SCORE), max_size=45)


@settings(max_examples=150)
@given(PAIRS)
def test_feeding_counted_a_second_time(pairs):
    summary, judged = summarise(
        [episode(i, *pair) for i, pair in enumerate(pairs)], FEEDING, YEAR, AS_OF
    )
    both = [(a, b) for a, b in pairs if a is not None and b is not None]
    changes = [a - b for a, b in both]  # how hard it is: less is better
    funnel = summary.funnel
    assert len(judged) == funnel.eligible == len(pairs)
    assert funnel.asked == sum(a is not None or b is not None for a, b in pairs)
    assert funnel.baseline == sum(a is not None for a, _ in pairs)
    assert funnel.followed_up == sum(b is not None for _, b in pairs)
    assert funnel.paired == len(both)
    well = [(a, b) for a, b in both if a < 2 and a - b > -2]
    assert summary.at_best_already == len(well)
    if len(both) < 11:
        assert summary.mean is summary.better is summary.worst_case is None
        assert summary.reason
        return
    judged_pairs = len(both) - len(well)
    better = sum(a - b >= 2 for a, b in both if a >= 2)
    worse = sum(a - b <= -2 for a, b in both)
    assert (summary.better.count, summary.better.n) == (better, judged_pairs)
    assert (summary.worse.count, summary.same.count) == (worse, judged_pairs - better - worse)
    if judged_pairs:
        low, high = proportion_confint(better, judged_pairs, method="wilson")
        assert (summary.better.low, summary.better.high) == pytest.approx((low, high), abs=1e-9)
    assert summary.mean.mean == pytest.approx(sum(changes) / len(changes), abs=1e-9)
    if len(set(changes)) > 1:
        interval = stats.ttest_1samp(changes, 0).confidence_interval(0.95)
        assert (summary.mean.low, summary.mean.high) == pytest.approx(interval, abs=1e-9)
    assert summary.worst_case == pytest.approx(better / len(pairs))
    assert summary.best_case == pytest.approx((better + len(pairs) - len(both)) / len(pairs))
    # A 0-10 item needs 2.5 points to be past noise: 3, as answers are whole.
    assert summary.reliably_changed == sum(abs(change) >= 3 for change in changes)


def test_what_age_brings_stands_beside_the_change():
    # Born 38 days before the first visit: 37 days at B1, 66 days at day 28.
    babies = [episode(i, 240, 150, concern="crying", measure="cry_min") for i in range(12)]
    summary, _ = summarise(babies, CRYING, YEAR, AS_OF)
    assert (summary.mean.mean, summary.covered) == (90, 12)
    before = 125 + (37 / 7 - 3.5) / 2 * 8
    after = 105 + (66 / 7 - 8.5) / 2.5 * (68 - 105)
    assert summary.expected == pytest.approx(before - after)
    assert summary.remainder == pytest.approx(90 - summary.expected)


def test_an_order_has_no_mean():
    torticollis = concerns()["torticollis"]
    babies = [episode(i, 3, 1, concern="torticollis", measure="head_turn") for i in range(11)]
    summary, _ = summarise(babies, torticollis, YEAR, AS_OF)
    assert (summary.mean, summary.median, summary.better.count) == (None, 2, 11)


def test_an_open_window_is_not_yet_eligible():
    first = AS_OF - timedelta(days=35)
    closed, still_open = (
        episode(1, 6, 3, first=first),
        episode(2, 6, 3, first=first + timedelta(1)),
    )
    summary, judged = summarise([closed, still_open], FEEDING, YEAR, AS_OF)
    assert [one.episode.id for one in judged] == ["1"]
    assert summary.funnel.eligible == 1


def test_an_episode_belongs_to_the_period_its_window_closes_in():
    # Day 28 give or take 7: a first visit on 1 Feb closes on 8 Mar.
    early = [episode(1, 6, 3, first=date(2026, 2, 1))]
    february, march = (date(2026, 2, 1), date(2026, 2, 28)), (date(2026, 3, 1), date(2026, 3, 31))
    assert summarise(early, FEEDING, february, AS_OF)[0].funnel.eligible == 0
    assert summarise(early, FEEDING, march, AS_OF)[0].funnel.eligible == 1


@pytest.mark.parametrize(
    ("n", "median", "mean"), [(4, None, None), (5, 3, None), (10, 3, None), (11, 3, 3)]
)
def test_few_are_not_summarised(n, median, mean):
    summary, _ = summarise([episode(i, 7, 4) for i in range(n)], FEEDING, YEAR, AS_OF)
    assert summary.median == median
    assert (summary.mean and summary.mean.mean) == mean
    assert bool(summary.reason) == (mean is None)


def test_another_measure_may_be_asked_for():
    babies = [episode(i, 7, 4, measure="settle") for i in range(11)]
    summary, _ = summarise(babies, FEEDING, YEAR, AS_OF, measures()["settle"])
    assert summary.measure.id == "settle"
    assert summary.mean.mean == 3
