"""The grid of counts: what a cell says, opens and looks like."""

import re
from itertools import product

import pytest

from allay_metrics import config
from allay_metrics.ui.grid import STEPS, grid_html, grid_words

DAYS = {"Mon": "Mon", "Tue": "Tue"}
# Most on one day; one visit; a name that would like to be markup.
ROWS = {"Oakland": (1200, 0), "San Jose": (0, 1), "<b>x</b>|": (600, 2)}
INK = ("#25231E", "#F2EEE6")  # light, dark


def _cells(html):
    """Return word -> (shade, what is said, what stands there)."""
    found = re.findall(
        r'<td class="s(\d)"><button[^>]* data-al-open="(.*?)" aria-label="(.*?)">(.*?)<', html
    )
    return {word: (int(shade), said, text) for shade, word, said, text in found}


def test_every_cell_with_visits_is_a_button_that_names_its_city_and_day():
    cells = _cells(grid_html(ROWS, DAYS))
    assert cells["grid|Mon|Oakland"] == (STEPS, "Oakland, Mon: 1,200 visits", "1,200")
    assert cells["grid|Tue|San Jose"] == (1, "San Jose, Tue: 1 visit", "1")
    assert len(cells) == 4, "nothing opens where there was no visit"


def test_half_the_most_is_half_the_shades():
    cells = _cells(grid_html(ROWS, DAYS))
    assert cells["grid|Mon|&lt;b&gt;x&lt;/b&gt;|"][0] == STEPS / 2


def test_names_are_never_markup():
    assert "<b>x" not in grid_html(ROWS, DAYS)


def test_each_row_ends_with_its_total():
    html = grid_html(ROWS, DAYS, total="all")
    assert re.findall(r'<td class="sum">(.*?)</td>', html) == ["1,200", "1", "602"]
    assert re.findall(r'<th scope="col">(.*?)</th>', html) == ["Mon", "Tue", "all"]


def test_the_sentence_tells_the_most_and_the_busiest():
    assert grid_words(ROWS, tuple(DAYS)) == (
        "1,803 visits: most in Oakland 1,200, <b>x</b>| 602 and San Jose 1; Mon has most, 1,800."
    )
    assert grid_words({"Oakland": (0, 0)}, tuple(DAYS)) == "No visits in this period."


def test_no_city_is_a_sentence_and_no_table():
    assert grid_html({}, DAYS) == '<p class="al-sub">No visits in this period.</p>'


@pytest.mark.parametrize(("step", "theme"), list(product(range(1, STEPS + 1), (0, 1))))
def test_a_cells_number_can_be_read_on_its_shade(step, theme):
    sheet = (config.ROOT / "allay_metrics" / "ui" / "style.css").read_text(encoding="utf-8")
    rule = re.search(rf"table\.al\.grid \.s{step} \{{ (.*?) \}}", sheet)[1]
    told = re.findall(r"(#[0-9A-F]{6})", rule)
    text = told[2:] or INK
    assert _contrast(told[theme], text[theme]) >= 4.5


def _contrast(one, other):
    """WCAG 2.2 contrast ratio of two #RRGGBB colours."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour):
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
