"""A practice with no effect at all looks better all the same, and docs/no_effect.md says so."""

from pathlib import Path

import pytest

from tests.support import no_effect

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def bad_day():
    return no_effect.summary()


def test_the_raw_change_looks_large(bad_day):
    assert bad_day.mean.mean > 75
    assert bad_day.mean.low > 60


def test_age_accounts_for_much_of_it_and_booking_on_a_bad_day_for_the_rest(bad_day):
    assert 30 < bad_day.expected < 60
    # What is left is regression to the mean, which the page says beside it.
    assert bad_day.remainder == pytest.approx(bad_day.mean.mean - bad_day.expected)
    assert bad_day.remainder == pytest.approx(no_effect.by_chance(), abs=8)


def test_most_families_would_be_called_better_beyond_age(bad_day):
    assert bad_day.better.share > 0.5


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nobody_who_books_on_an_ordinary_day_seems_better_on_average(seed):
    """Without the cut-off nothing remains: the remainder above was chance, and no effect."""
    found = no_effect.summary(cut_off=0, seed=seed)
    assert found.remainder == pytest.approx(0, abs=9)
    assert found.mean.mean > 30


def test_the_page_in_docs_is_what_the_simulation_says():
    page = (DOCS / "no_effect.md").read_text(encoding="utf-8")
    assert page == no_effect.markdown(), "run `make docs`"
    assert "](docs/no_effect.md)" in (DOCS.parent / "README.md").read_text(encoding="utf-8")


def test_its_figure_is_there_and_says_what_it_shows():
    drawn = (DOCS / "no_effect.svg").read_text(encoding="utf-8")
    for said in ("with no effect at all", "expected by age", "remainder: chance alone"):
        assert said in drawn
