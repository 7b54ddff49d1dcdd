"""What all figures share: the frame, text beside marks, and the picture of nothing."""

from html import escape
from typing import Any

import plotly.graph_objects as go

from allay_metrics.charts.slots import CLEAR, INK, MUTED

Json = dict[str, Any]
FONT = "Hanken Grotesk, sans-serif"
CHARACTER = 7.1  # mean width in px of a character at 13.5 px, to leave room for names
DIM = {"marker": {"opacity": 0.45}}

HIDDEN_AXIS: Json = {"visible": False, "fixedrange": True}


def figure(traces: list[Json], height: int, **layout: Any) -> go.Figure:
    """Return a figure of `traces` in our frame.

    Plotly's checking of every attribute takes nine tenths of the building time (4 ms of 4.5);
    it is skipped here and done in the tests instead, once for each figure. The template is left
    empty for the same reason: the default one adds 6 kB to each figure sent.
    """
    frame: Json = {
        "height": height,
        "template": {},
        "showlegend": False,
        "dragmode": False,
        "clickmode": "event+select",
        "barmode": "stack",
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "font": {"family": FONT, "size": 12.5, "color": MUTED},
        "hoverlabel": {"font": {"family": FONT, "size": 13}},
    }
    return go.Figure({"data": traces, "layout": frame | layout}, _validate=False)


def note(text: str, size: float = 13, color: str = INK, **place: Any) -> Json:
    """Return an annotation without an arrow; `text` is Plotly's markup, so names come `safe`."""
    return {"text": text, "showarrow": False, "font": {"size": size, "color": color}} | place


def safe(name: str, longest: int = 60) -> str:
    """Return a name that Plotly draws as it is, never as markup, shortened to `longest`."""
    short = name if len(name) <= longest else name[: longest - 1].rstrip() + "…"
    return escape(short, quote=False)


def bold(text: str) -> str:
    """Return `text` in bold."""
    return f"<b>{text}</b>"


def room(names: list[str], longest: int) -> int:
    """Return the px that the longest of these names takes, once shortened."""
    widest = max((min(len(name), longest) for name in names), default=0)
    return round(widest * CHARACTER) + 10


def nothing(sentence: str, height: int = 120) -> go.Figure:
    """Return the picture of no data: one quiet sentence in the middle."""
    words = note(safe(sentence), 14, MUTED, x=0.5, y=0.5, xref="paper", yref="paper")
    margin = {"l": 0, "r": 0, "t": 0, "b": 0}
    return figure(
        [], height, annotations=[words], xaxis=HIDDEN_AXIS, yaxis=HIDDEN_AXIS, margin=margin
    )
