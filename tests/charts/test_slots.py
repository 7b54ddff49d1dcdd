"""The slots are Streamlit's placeholders: an upgrade that renames them must be noticed."""

import tomllib

import pytest
from streamlit.elements.lib import streamlit_plotly_theme as theirs

from allay_metrics import config
from allay_metrics.charts import color_slots

CATEGORIES = "CST LACTATION MASSAGE OTHER ACCENT SIGNAL LAND COUNTY_LINE MUTED INK".split()


@pytest.mark.parametrize(("place", "name"), list(enumerate(CATEGORIES)))
def test_categorical_slots_are_streamlits(place, name):
    assert getattr(color_slots, name) == getattr(theirs, f"CATEGORY_{place}")


@pytest.mark.parametrize("place", range(10))
def test_ramp_slots_are_streamlits(place):
    assert color_slots.RAMP[place] == getattr(theirs, f"SEQUENTIAL_{place}")


def test_the_card_is_streamlits():
    assert color_slots.CARD == theirs.DIVERGING_4


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_fills_every_slot(theme):
    settings = config.ROOT / ".streamlit" / "config.toml"
    colours = tomllib.loads(settings.read_text(encoding="utf-8"))["theme"][theme]
    assert len(set(colours["chartCategoricalColors"])) == len(CATEGORIES)
    assert len(colours["chartSequentialColors"]) == len(colours["chartDivergingColors"]) == 10
