"""Figures: plain values in, a Plotly figure out. Nothing here draws on a page or reads records.

Each figure has an `..._alt` function, which returns the same content as a sentence for people who
cannot see it. Marks carry their keys in `customdata`, described in each function's docstring.
"""

from allay_metrics.charts.bay_map import CityBubble, bay_map, bay_map_alt
from allay_metrics.charts.outcome_figures import (
    ChangePanel,
    Panel,
    changes,
    changes_alt,
    lines,
    lines_alt,
    months,
    months_alt,
)
from allay_metrics.charts.ranked import ranked, ranked_alt
from allay_metrics.charts.stacks import ages, ages_alt, mix, mix_alt, weeks, weeks_alt
from allay_metrics.charts.trends import Trend, trends, trends_alt

__all__ = [
    "ChangePanel",
    "CityBubble",
    "Panel",
    "Trend",
    "ages",
    "ages_alt",
    "bay_map",
    "bay_map_alt",
    "changes",
    "changes_alt",
    "lines",
    "lines_alt",
    "mix",
    "mix_alt",
    "months",
    "months_alt",
    "ranked",
    "ranked_alt",
    "trends",
    "trends_alt",
    "weeks",
    "weeks_alt",
]
