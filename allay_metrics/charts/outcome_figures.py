"""Reported outcomes as small multiples: each baby's line over the age band, changes, months."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import plotly.graph_objects as go

from allay_metrics import formatting as fmt
from allay_metrics.charts.color_slots import ACCENT, INK, LAND, MUTED, OTHER, SIGNAL
from allay_metrics.charts.figure_base import Json, bold, empty, figure, note, safe

COLUMNS = 2
ROW = 220  # px from one row of panels to the next
ROOM = 76  # px of these for the names above and the axis below
NOTHING = "No answers in this period"
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Panel:
    """One concern's lines: a name, the label of the horizontal axis, and the band by age.

    `band` holds (age, low, mean, high); `scale` are the displayed ends of the measure's scale.
    """

    name: str
    across: str
    lines: Sequence[Points]
    band: Sequence[tuple[float, float, float, float]]
    scale: tuple[float, float]


@dataclass(frozen=True)
class ChangePanel:
    """One concern's changes, smallest first; those within `noise` of 0 are drawn grey."""

    name: str
    values: Sequence[float]
    noise: float


def lines(panels: Sequence[Panel]) -> go.Figure:
    """Return each baby's line, grey and thin, over the band of babies of that age."""
    if not panels:
        return empty(NOTHING)
    traces: list[Json] = []
    for i, panel in enumerate(panels):
        axes = _axes_of(i)
        traces += _band(panel, axes)
        traces.append(_all_lines(panel, axes))
    return _figure(traces, [(p.name, p.across) for p in panels], [list(p.scale) for p in panels])


def _band(panel: Panel, axes: Json) -> list[Json]:
    if not panel.band:
        return []
    age = [row[0] for row in panel.band]
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", **axes}
    low = {"type": "scatter", "x": age, "y": [row[1] for row in panel.band], **edge}
    high = {
        "type": "scatter",
        "x": age,
        "y": [row[3] for row in panel.band],
        "fill": "tonexty",
        "fillcolor": LAND,
        **edge,
    }
    mean = {
        "type": "scatter",
        "mode": "lines",
        "x": age,
        "y": [row[2] for row in panel.band],
        "line": {"color": MUTED, "width": 1.5, "dash": "dot"},
        "hovertemplate": "babies of %{x} weeks: about %{y:.1f}<extra></extra>",
        **axes,
    }
    return [low, high, mean]


def _all_lines(panel: Panel, axes: Json) -> Json:
    """Return all lines as one trace, separated by gaps: a trace each would be slow to draw."""
    x: list[float | None] = []
    y: list[float | None] = []
    for line in panel.lines:
        x += [point[0] for point in line] + [None]
        y += [point[1] for point in line] + [None]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": x,
        "y": y,
        "line": {"color": ACCENT, "width": 1},
        "marker": {"size": 3.5, "color": ACCENT},
        "opacity": 0.55 if len(panel.lines) > 4 else 1,
        "hovertemplate": "%{x:.1f} weeks: %{y:g}<extra></extra>",
        **axes,
    }


def lines_alt(panels: Sequence[Panel]) -> str:
    """Return the content of `lines` as a sentence."""
    parts = [f"{panel.name} {fmt.plural(len(panel.lines), 'line')}" for panel in panels]
    return f"Answers of each client over time: {fmt.join_list(parts)}." if parts else f"{NOTHING}."


def changes(panels: Sequence[ChangePanel]) -> go.Figure:
    """Return every pair's change as a bar, sorted; up is better, grey is within noise."""
    if not panels:
        return empty(NOTHING)
    traces: list[Json] = [
        {
            "type": "bar",
            "x": list(range(1, len(panel.values) + 1)),
            # A change of 0 is drawn as a hairline, so that every family is visible.
            "y": [value or panel.noise / 50 for value in panel.values],
            "marker": {"color": [_colour(value, panel.noise) for value in panel.values]},
            "hovertemplate": "%{y:+.1f}<extra></extra>",
            **_axes_of(i),
        }
        for i, panel in enumerate(panels)
    ]
    ends = [
        [min([0.0, *panel.values]) - panel.noise / 4, max([0.0, *panel.values]) + panel.noise / 4]
        for panel in panels
    ]
    return _figure(traces, [(panel.name, "families, sorted") for panel in panels], ends)


def _colour(value: float, noise: float) -> str:
    if abs(value) < noise:
        return OTHER
    return ACCENT if value > 0 else SIGNAL


def changes_alt(panels: Sequence[ChangePanel]) -> str:
    """Return the content of `changes` as a sentence."""
    parts = []
    for panel in panels:
        up = sum(value >= panel.noise for value in panel.values)
        down = sum(value <= -panel.noise for value in panel.values)
        within = len(panel.values) - up - down
        parts.append(f"{panel.name} {up} better, {within} within noise, {down} worse")
    return f"Every family's change: {'; '.join(parts)}." if parts else f"{NOTHING}."


def months(first: Sequence[date], shares: Sequence[float], middle: float) -> go.Figure:
    """Return the share better per month with the median of all months."""
    if not first:
        return empty("A chart per month needs twelve months of answers")
    run: Json = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [f"{month:%b %Y}" for month in first],
        "y": list(shares),
        "line": {"color": ACCENT, "width": 1.5},
        "marker": {"size": 7, "color": ACCENT},
        "hovertemplate": "%{x}: %{y:.0%}<extra></extra>",
    }
    line = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": middle, "y1": middle,
            "line": {"color": MUTED, "width": 1, "dash": "dot"}}  # fmt: skip
    tick = {"size": 11.5, "color": MUTED}
    return figure(
        [run],
        220,
        shapes=[line],
        margin={"l": 40, "r": 8, "t": 8, "b": 34},
        xaxis={"fixedrange": True, "tickfont": tick, "showgrid": False, "nticks": 8},
        yaxis={
            "fixedrange": True,
            "range": [0, 1.05],
            "tickformat": ".0%",
            "tickfont": tick,
            "gridcolor": LAND,
            "nticks": 5,
        },
    )


def months_alt(first: Sequence[date], shares: Sequence[float]) -> str:
    """Return the content of `months` as a sentence."""
    parts = [
        f"{month:%b %Y} {fmt.percent(share)}" for month, share in zip(first, shares, strict=True)
    ]
    return f"Share better by month: {fmt.join_list(parts)}."


def _axes_of(i: int) -> Json:
    suffix = "" if i == 0 else str(i + 1)
    return {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}


def _figure(
    traces: list[Json], names: Sequence[tuple[str, str]], ends: Sequence[list[float]]
) -> go.Figure:
    """Return panels in rows of two, a name above each and the axis label below."""
    rows = math.ceil(len(names) / COLUMNS)
    height = ROW * rows
    axes: dict[str, Json] = {}
    notes: list[Json] = []
    tick = {"size": 11.5, "color": MUTED}
    for i, (name, across) in enumerate(names):
        row, column = divmod(i, COLUMNS)
        left = column * 0.53
        top = 1 - row / rows
        low = top - (ROW - ROOM) / height
        upper = top - 26 / height
        suffix = "" if i == 0 else str(i + 1)
        common = {"fixedrange": True, "tickfont": tick, "zeroline": True, "zerolinecolor": MUTED}
        axes[f"xaxis{suffix}"] = common | {
            "domain": [left + 0.04, left + 0.47],
            "anchor": f"y{suffix}",
            "showgrid": False,
            "zeroline": False,
            "nticks": 6,
        }
        axes[f"yaxis{suffix}"] = common | {
            "domain": [max(0.0, low - 26 / height), upper],
            "anchor": f"x{suffix}",
            "range": ends[i],
            "gridcolor": LAND,
            "nticks": 5,
        }
        place = {"xref": "paper", "yref": "paper", "x": left, "xanchor": "left", "yanchor": "top"}
        notes.append(note(bold(safe(name, 34)), 13, INK, y=top, **place))
        under = place | {"x": left + 0.47, "xanchor": "right"}
        bottom = max(0.0, low - 26 / height) - 20 / height
        notes.append(note(safe(across, 34), 11.5, MUTED, y=bottom, **under))
    margin = {"l": 4, "r": 8, "t": 4, "b": 44}
    return figure(traces, height + 48, margin=margin, annotations=notes, **axes)
