"""Small multiples: one small column chart per city, on one scale, in one figure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import plotly.graph_objects as go

from allay_metrics import formatting as fmt
from allay_metrics.charts.color_slots import ACCENT, INK, LAND, MUTED, OTHER
from allay_metrics.charts.figure_base import DIM, HIDDEN_AXIS, Json, bold, empty, figure, note, safe

LONGEST = 16
ROW = 140  # px from one row's names to the next
WORDS = 48  # px of these for the name above and the dates below
BETWEEN = 14  # px free between two rows


@dataclass(frozen=True)
class Trend:
    """One small chart: a name, a value per week and the usual range where known."""

    name: str
    values: Sequence[float]
    usual: tuple[float, float] | None = None


def trends(mondays: Sequence[date], series: Sequence[Trend], *, columns: int = 4) -> go.Figure:
    """Return `series` in rows of `columns`; a mark's customdata is [name, ISO Monday]."""
    if not series or not mondays:
        return empty("No visits in this period")
    rows = math.ceil(len(series) / columns)
    top = max(
        max([*trend.values, trend.usual[1] if trend.usual else 0], default=0) for trend in series
    )
    traces: list[Json] = []
    shapes: list[Json] = []
    notes: list[Json] = []
    axes: dict[str, Json] = {}
    for i, trend in enumerate(series):
        suffix = "" if i == 0 else str(i + 1)
        across, up = _domain(i, rows, columns)
        axes[f"xaxis{suffix}"] = HIDDEN_AXIS | across | {"range": [-0.6, len(mondays) - 0.4]}
        axes[f"yaxis{suffix}"] = HIDDEN_AXIS | up | {"range": [0, (top or 1) * 1.05]}
        axes[f"xaxis{suffix}"]["anchor"] = f"y{suffix}"
        axes[f"yaxis{suffix}"]["anchor"] = f"x{suffix}"
        traces.append(_columns(trend, mondays, suffix))
        shapes += _band(trend, len(mondays), suffix)
        notes += _labels(trend, mondays, suffix)
    margin = {"l": 0, "r": 0, "t": 26, "b": 22}
    return figure(
        traces,
        ROW * rows - BETWEEN,
        bargap=0.3,
        margin=margin,
        shapes=shapes,
        annotations=notes,
        **axes,
    )


def trends_alt(mondays: Sequence[date], series: Sequence[Trend], *, what: str = "Visits") -> str:
    """Return the content of `trends` as a sentence."""
    if not series or not mondays:
        return f"{what} per week: no visits in this period."
    last = [f"{trend.name} {fmt.number(trend.values[-1])}" for trend in series if trend.values]
    return (
        f"{what} per week, {fmt.plural(len(mondays), 'week')} to {fmt.day(mondays[-1])},"
        f" the last week: {fmt.join_list(last)}."
    )


def _domain(index: int, rows: int, columns: int) -> tuple[Json, Json]:
    """Return one chart's domains in the grid; the gaps hold the labels above and below it."""
    row, column = divmod(index, columns)
    gap = 0.05 if columns <= 4 else 0.026
    width = (1 - gap * (columns - 1)) / columns
    left = column * (width + gap)
    inner = ROW * rows - BETWEEN - WORDS  # the figure's margins hold the labels of the outer rows
    upper = 1 - row * ROW / inner
    across = [left, min(1.0, left + width)]
    return {"domain": across}, {
        "domain": [max(0.0, upper - (ROW - BETWEEN - WORDS) / inner), upper]
    }


def _columns(trend: Trend, mondays: Sequence[date], suffix: str) -> Json:
    return {
        "type": "bar",
        "x": list(range(len(trend.values))),
        "y": list(trend.values),
        "xaxis": f"x{suffix}",
        "yaxis": f"y{suffix}",
        "marker": {
            "color": [OTHER] * (len(trend.values) - 1) + [ACCENT],
            "line": {"width": 0},
        },
        "customdata": [[trend.name, monday.isoformat()] for monday in mondays],
        "hovertext": [
            f"{safe(trend.name)}, week of {fmt.short_day(monday)}: {fmt.number(value)}"
            for monday, value in zip(mondays, trend.values, strict=True)
        ],
        "hoverinfo": "text",
        "unselected": DIM,
    }


def _band(trend: Trend, weeks: int, suffix: str) -> list[Json]:
    if trend.usual is None:
        return []
    place = {"type": "rect", "xref": f"x{suffix}", "yref": f"y{suffix}", "layer": "below"}
    edges = {"x0": -0.6, "x1": weeks - 0.4, "y0": trend.usual[0], "y1": trend.usual[1]}
    return [place | edges | {"fillcolor": LAND, "line": {"width": 0}}]


def _labels(trend: Trend, mondays: Sequence[date], suffix: str) -> list[Json]:
    frame = {"xref": f"x{suffix} domain", "yref": f"y{suffix} domain"}
    left: Json = frame | {"x": 0, "xanchor": "left"}
    right: Json = frame | {"x": 1, "xanchor": "right"}
    above: Json = {"y": 1, "yanchor": "bottom", "yshift": 2}
    below: Json = {"y": 0, "yanchor": "top", "yshift": -2}
    return [
        note(safe(trend.name, LONGEST), 13.5, INK, **left, **above),
        note(bold(fmt.number(trend.values[-1])), 13.5, INK, **right, **above),
        note(fmt.short_day(mondays[0]), 12, MUTED, **left, **below),
        note(fmt.short_day(mondays[-1]), 12, MUTED, **right, **below),
    ]
