"""A figure to pass on: reported outcomes as PNG and PDF, rendered without a browser.

Every caveat is part of the figure itself, so that it cannot be lost when the file is shared.
Nothing is fetched: the typeface is shipped, and the renderer may open no address.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from textwrap import wrap
from typing import Any

from allay_metrics import config
from allay_metrics.charts.figure_base import FONT

# A printed figure has one theme: the light one of .streamlit/config.toml.
INK, SOFT, MUTED, ACCENT, LAND, LINE = (
    "#25231E", "#4A463F", "#6A645A", "#1D5C56", "#F4EFE6", "#DDD3C3",
)  # fmt: skip
FAMILY = FONT.partition(",")[0]
VERSION = "6.1"
_ROW, _LEFT, _MIDDLE, _RIGHT = 64, 250, 330, 470
_COLUMN = 150  # characters of small text across the whole figure


@dataclass(frozen=True)
class FigureRow:
    """One concern: who answered, and the numbers that may be shown.

    `share`, `low` and `high` (0 to 1) are the share better and its interval, `worst` and `best` the
    bounds with everybody missing included; all None where withheld, and `lines` say why.
    """

    name: str
    answered: str
    share: float | None
    low: float | None
    high: float | None
    worst: float | None
    best: float | None
    lines: tuple[str, ...]


@dataclass(frozen=True)
class FigureSheet:
    """The texts around the rows of the figure; `context` is printed below them word for word."""

    title: str
    period: str
    notes: Sequence[str]
    context: str


def as_png(sheet: FigureSheet, rows: Sequence[FigureRow]) -> bytes:
    """Return the figure as PNG, 2 px per point."""
    spec = specification(sheet, rows)
    return bytes(_renderer().vegalite_to_png(spec, vl_version=VERSION, scale=2))


def as_pdf(sheet: FigureSheet, rows: Sequence[FigureRow]) -> bytes:
    """Return the figure as PDF of vectors and text."""
    return bytes(_renderer().vegalite_to_pdf(specification(sheet, rows), vl_version=VERSION))


@cache
def _renderer() -> Any:
    import vl_convert

    vl_convert.register_font_directory(str(config.FONTS))
    return vl_convert


def specification(sheet: FigureSheet, rows: Sequence[FigureRow]) -> dict[str, Any]:
    """Return the Vega-Lite specification: names, shares with intervals, and numbers in words."""
    import altair as alt

    order = [row.name for row in rows]
    height = _ROW * len(rows)
    y = alt.Y("name:N", sort=order, axis=None, scale=alt.Scale(paddingOuter=0, paddingInner=0))
    columns = [
        _names(alt, rows, y, height),
        _shares(alt, rows, y, height),
        _words(alt, rows, y, height),
    ]
    figure = (
        alt.hconcat(*columns, spacing=10)
        .properties(
            title=alt.TitleParams(
                [sheet.title],
                subtitle=[sheet.period, ""],
                anchor="start",
                fontSize=22,
                fontWeight=600,
                color=INK,
                subtitleFontSize=14,
                subtitleColor=MUTED,
                subtitlePadding=6,
            )
        )
        .resolve_scale(y="independent")
    )
    below = _below(alt, sheet)
    whole = alt.vconcat(figure, below, spacing=14).configure(
        font=FAMILY, background="#FFFFFF", padding=28
    )
    spec: dict[str, Any] = whole.configure_view(stroke=None).configure_concat(spacing=0).to_dict()
    return spec


def _names(alt: Any, rows: Sequence[FigureRow], y: Any, height: int) -> Any:
    data = alt.Data(values=[{"name": row.name, "answered": row.answered} for row in rows])
    base = alt.Chart(data, width=_LEFT, height=height).encode(y=y, x=alt.value(0))
    name = base.mark_text(align="left", dy=-9, fontSize=15, fontWeight=600, color=INK)
    count = base.mark_text(align="left", dy=11, fontSize=12.5, color=MUTED)
    return name.encode(text="name:N") + count.encode(text="answered:N")


def _shares(alt: Any, rows: Sequence[FigureRow], y: Any, height: int) -> Any:
    ends = ("share", "low", "high", "worst", "best")
    share_rows = [
        {"name": row.name} | {end: getattr(row, end) for end in ends}
        for row in rows
        if row.share is not None
    ]
    axis = alt.Axis(
        values=[0, 0.25, 0.5, 0.75, 1], format="%", grid=True, gridColor=LAND, domain=False,
        ticks=False, labelColor=MUTED, labelFontSize=12, title="share better", titleColor=MUTED,
        titleFontSize=12, titleFontWeight=400,
    )  # fmt: skip
    x = alt.X("low:Q", scale=alt.Scale(domain=[0, 1]), axis=axis)
    # The scale has all names, so that rows without a share keep their place.
    base = alt.Chart(alt.Data(values=share_rows), width=_MIDDLE, height=height)
    by_name = alt.Y("name:N", sort=y["sort"], axis=None,
                    scale=alt.Scale(domain=[row.name for row in rows], paddingOuter=0,
                                    paddingInner=0))  # fmt: skip
    bounds = base.mark_bar(height=18, color=LAND).encode(
        y=by_name, x=alt.X("worst:Q", scale=alt.Scale(domain=[0, 1]), axis=axis), x2="best:Q"
    )
    interval = base.mark_rule(color=ACCENT, strokeWidth=2.5).encode(y=by_name, x=x, x2="high:Q")
    point = base.mark_point(filled=True, size=110, color=ACCENT, opacity=1).encode(
        y=by_name, x="share:Q"
    )
    return bounds + interval + point


def _words(alt: Any, rows: Sequence[FigureRow], y: Any, height: int) -> Any:
    data = alt.Data(values=[{"name": row.name, "lines": [*row.lines]} for row in rows])
    return (
        alt.Chart(data, width=_RIGHT, height=height)
        .mark_text(align="left", baseline="middle", fontSize=12.5, lineHeight=18, color=SOFT, dy=-8)
        .encode(y=y, x=alt.value(0), text="lines:N")
    )


def _below(alt: Any, sheet: FigureSheet) -> Any:
    notes = [line for note in sheet.notes for line in wrap(note, _COLUMN)]
    lines = [*wrap(sheet.context, _COLUMN), "\u00a0", *notes]
    empty = alt.Chart(alt.Data(values=[{"at": 0}]), width=_LEFT + _MIDDLE + _RIGHT + 20, height=1)
    return empty.mark_rule(color=LINE).encode(y=alt.value(0)).properties(
        title=alt.TitleParams(
            lines, orient="bottom", anchor="start", fontSize=13, fontWeight=400, color=SOFT,
            lineHeight=19, offset=12,
        )
    )  # fmt: skip
