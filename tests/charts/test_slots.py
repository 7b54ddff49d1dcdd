"""The slots are Streamlit's placeholders: an upgrade that renames them must be noticed."""

import tomllib

import pytest
from streamlit.elements.lib import streamlit_plotly_theme as theirs

from allay_metrics import config
from allay_metrics.charts import slots

CATEGORIES = "CST LACTATION MASSAGE OTHER ACCENT SIGNAL LAND COUNTY_LINE MUTED INK".split()


@pytest.mark.parametrize(("place", "name"), list(enumerate(CATEGORIES)))
def test_categorical_slots_are_streamlits(place, name):
    assert getattr(slots, name) == getattr(theirs, f"CATEGORY_{place}")


@pytest.mark.parametrize("place", range(10))
def test_ramp_slots_are_streamlits(place):
    assert slots.RAMP[place] == getattr(theirs, f"SEQUENTIAL_{place}")


def test_card_and_page_are_streamlits():
    assert (slots.CARD, slots.PAGE) == (theirs.DIVERGING_4, theirs.BG_COLOR)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_fills_every_slot(theme):
    settings = config.ROOT / ".streamlit" / "config.toml"
    colours = tomllib.loads(settings.read_text(encoding="utf-8"))["theme"][theme]
    assert len(set(colours["chartCategoricalColors"])) == len(CATEGORIES)
    assert len(colours["chartSequentialColors"]) == len(colours["chartDivergingColors"]) == 10


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_cells_number_can_be_read_on_its_colour(theme):
    settings = config.ROOT / ".streamlit" / "config.toml"
    colours = tomllib.loads(settings.read_text(encoding="utf-8"))["theme"][theme]
    real = dict(zip(slots.RAMP, colours["chartSequentialColors"], strict=True))
    real |= {
        slots.INK: colours["chartCategoricalColors"][9],
        slots.PAGE: colours["backgroundColor"],
    }
    for fill, text in slots.STEPS:
        assert _contrast(real[fill], real[text]) >= 4.5


def _contrast(one, other):
    """WCAG 2.2 contrast ratio of two #RRGGBB colours."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour):
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
