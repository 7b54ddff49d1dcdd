"""A practice with no effect at all: babies age along the norms, families book on a bad day."""

from datetime import date, datetime, timedelta

import numpy as np
import pytest

from allay_metrics.outcomes.measures import concerns
from allay_metrics.outcomes.norms import expected
from allay_metrics.outcomes.summary import Episode, summarise
from allay_metrics.outcomes.windows import Answer

FIRST = date(2026, 3, 2)
FAMILIES, SD, STEADY, CUT_OFF = 400, 60, 0.5, 180


def _answer(on, value, hour):
    at = int(datetime(on.year, on.month, on.day, hour).timestamp())  # noqa: DTZ001
    return Answer("cry_min", float(value), at, on)


def _episodes():
    """Return families that book because a day is bad; nothing but age and chance moves them."""
    rng = np.random.default_rng(11)
    made = []
    while len(made) < FAMILIES:
        # Five to six weeks old at the first visit, nine to ten at the answer.
        born = FIRST - timedelta(days=int(rng.integers(36, 44)))
        steady = rng.normal() * SD * STEADY**0.5
        days = FIRST - timedelta(days=1), FIRST + timedelta(days=28)
        noise = rng.normal(size=2) * SD * (1 - STEADY) ** 0.5
        usual = [expected("fuss_cry_mean", (day - born).days / 7) for day in days]
        values = [u + steady + n for u, n in zip(usual, noise, strict=True)]
        if values[0] < CUT_OFF:
            continue
        session = int(datetime(FIRST.year, FIRST.month, FIRST.day, 10).timestamp())  # noqa: DTZ001
        told = tuple(_answer(day, max(v, 0), 9) for day, v in zip(days, values, strict=True))
        id_ = str(len(made))
        made.append(Episode(id_, id_, "crying", FIRST, session, born, None, True, told))
    return made


@pytest.fixture(scope="module")
def summary():
    period = FIRST, FIRST + timedelta(days=60)
    return summarise(_episodes(), concerns()["crying"], period, period[1])[0]


def test_the_raw_change_looks_large(summary):
    assert summary.mean.mean > 75
    assert summary.mean.low > 60


def test_age_accounts_for_much_of_it_and_booking_on_a_bad_day_for_the_rest(summary):
    assert 30 < summary.expected < 60
    # What is left is regression to the mean, which the page says beside it.
    by_chance = summary.mean.mean - summary.expected
    assert summary.remainder == pytest.approx(by_chance)
    assert by_chance == pytest.approx(46, abs=16)


def test_nobody_who_books_on_an_ordinary_day_seems_better_on_average():
    """Without the cut-off nothing remains: the remainder above was chance, and no effect."""
    rng = np.random.default_rng(3)
    days = FIRST - timedelta(days=1), FIRST + timedelta(days=28)
    born = FIRST - timedelta(days=40)
    session = int(datetime(FIRST.year, FIRST.month, FIRST.day, 10).timestamp())  # noqa: DTZ001
    usual = [expected("fuss_cry_mean", (day - born).days / 7) for day in days]
    episodes = [
        Episode(
            str(n), str(n), "crying", FIRST, session, born, None, True,
            tuple(_answer(d, u + rng.normal() * 40, 9) for d, u in zip(days, usual, strict=True)),
        )
        for n in range(400)
    ]  # fmt: skip
    period = FIRST, FIRST + timedelta(days=60)
    found = summarise(episodes, concerns()["crying"], period, period[1])[0]
    assert found.remainder == pytest.approx(0, abs=6)
    assert found.mean.mean > 30
