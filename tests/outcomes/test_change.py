"""One episode's change: signed for better, beside what age brings, judged by the threshold."""

from datetime import date, timedelta

import pytest

from allay_metrics.outcomes.change import change_of
from allay_metrics.outcomes.measures import measures
from allay_metrics.outcomes.windows import Answer

BORN = date(2026, 6, 1)


def answer(measure, value, weeks):
    """Return an answer given when the baby is this old."""
    day = BORN + timedelta(days=round(weeks * 7))
    return Answer(measure, value, at=day.toordinal() * 86_400, on=day)


def change(measure, before, after, weeks=(5.5, 11), **options):
    pair = [answer(measure, value, age) for value, age in zip((before, after), weeks, strict=True)]
    return change_of(measures()[measure], *pair, **options)


def test_less_crying_is_a_positive_change():
    assert change("cry_min", 240, 120).change == 120


def test_more_sleep_is_a_positive_change():
    assert change("sleep_long", 2, 4).change == 2


def test_crying_is_judged_by_what_age_leaves():
    # From 5.5 to 11 weeks babies cry 133 - 68 = 65 minutes less by themselves; days are whole.
    found = change("cry_min", 200, 120, born=BORN)
    assert found.expected == pytest.approx(65, abs=0.5)
    assert found.remainder == pytest.approx(80 - found.expected)
    assert found.verdict == "same"
    assert change("cry_min", 220, 120, born=BORN).verdict == "better"


def test_a_baby_who_cries_as_much_as_weeks_ago_got_worse():
    assert change("cry_min", 150, 150, born=BORN).verdict == "worse"


def test_beyond_the_ages_of_the_table_crying_cannot_be_judged():
    found = change("cry_min", 300, 60, weeks=(12, 16), born=BORN)
    assert (found.expected, found.verdict) == (None, "cannot_tell")


def test_without_a_birth_date_crying_cannot_be_judged():
    assert change("cry_min", 300, 60).verdict == "cannot_tell"


def test_a_preterm_baby_is_as_old_as_it_would_be():
    # Born at 34 weeks: 11.5 weeks of age are 5.5 corrected, 17 are 11.
    early = change("cry_min", 200, 120, weeks=(11.5, 17), born=BORN, gestation_weeks=34)
    term = change("cry_min", 200, 120, weeks=(5.5, 11), born=BORN, gestation_weeks=39)
    assert early.expected == pytest.approx(term.expected)


@pytest.mark.parametrize(
    ("before", "after", "verdict"), [(6, 4, "better"), (6, 5, "same"), (6, 8, "worse")]
)
def test_ten_point_items_move_by_two(before, after, verdict):
    assert change("feed_ease", before, after).verdict == verdict


def test_a_baby_at_the_best_already_cannot_improve():
    assert change("feed_ease", 1, 0).verdict == "at_best_already"
    assert change("confidence", 9, 10).verdict == "at_best_already"


def test_nothing_hides_a_baby_who_was_well_and_got_worse():
    assert change("feed_ease", 1, 6).verdict == "worse"


def test_a_change_of_two_may_be_noise_and_three_is_not():
    assert change("feed_ease", 6, 4).reliable is False
    assert change("feed_ease", 7, 4).reliable is True
    assert change("feed_ease", 3, 7).reliable is True  # reliably worse is reliable too


def test_without_a_known_spread_nothing_is_called_reliable():
    assert change("cry_min", 300, 60, born=BORN).reliable is None
