"""Norms: linear between the middles of their bands, and nothing beyond the table."""

from datetime import date

import pytest

from allay_metrics.outcomes.norms import age_weeks, band, expected, expected_change, norms

CRYING = "fuss_cry_mean"


@pytest.mark.parametrize(
    ("weeks", "minutes"),
    [(1, 117), (1.5, 117), (2.5, 121), (3.5, 125), (5.5, 133), (8.5, 105), (11, 68), (12, 68)],
)
def test_crying_at_an_age(weeks, minutes):
    assert expected(CRYING, weeks) == pytest.approx(minutes)


@pytest.mark.parametrize("weeks", [0.9, 12.1, 30])
def test_nothing_is_said_beyond_the_table(weeks):
    assert expected(CRYING, weeks) is None
    assert expected_change(CRYING, 5, weeks) is None


def test_a_metric_without_norms_has_none():
    assert norms("unheard_of") == ()
    assert expected("unheard_of", 5) is None


def test_only_primary_rows_count():
    # Vermillet 2022 stands beside Wolke 2017 at 5 to 6 weeks, and is not primary.
    assert [norm.value for norm in norms(CRYING)] == [117, 125, 133, 105, 68]
    assert all("Wolke" in norm.source for norm in norms(CRYING))


def test_the_band_is_one_deviation_wide_and_stops_with_the_table():
    drawn = band(CRYING, [0, 5.5, 11, 20])
    assert [age for age, *_ in drawn] == [5.5, 11]
    assert drawn[0][1:] == (65, 133, 201)


@pytest.mark.parametrize(("gestation", "weeks"), [(None, 10), (40, 10), (37, 10), (36, 6), (30, 0)])
def test_age_is_corrected_before_37_weeks(gestation, weeks):
    assert age_weeks(date(2026, 1, 1), date(2026, 3, 12), gestation) == weeks
