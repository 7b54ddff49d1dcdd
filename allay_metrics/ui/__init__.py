"""Everything that draws: the only folder that imports streamlit. Pages take their parts here."""

from allay_metrics.ui.card import card, delta_row, empty_state, head, needs_row, note, say
from allay_metrics.ui.drawer import drawer
from allay_metrics.ui.figure import figure, forget
from allay_metrics.ui.multiples import trends
from allay_metrics.ui.shell import banner_demo, body, page_head, style, thumb, top, week_title
from allay_metrics.ui.table import Cell, Score, Spark, scorecard, table
from allay_metrics.ui.tile import Face, tile, tile_grid

__all__ = [
    "Cell",
    "Face",
    "Score",
    "Spark",
    "banner_demo",
    "body",
    "card",
    "delta_row",
    "drawer",
    "empty_state",
    "figure",
    "forget",
    "head",
    "needs_row",
    "note",
    "page_head",
    "say",
    "scorecard",
    "style",
    "table",
    "thumb",
    "tile",
    "tile_grid",
    "top",
    "trends",
    "week_title",
]
