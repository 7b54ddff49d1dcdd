"""A figure to hand on: reported outcomes as PNG and PDF, drawn here, without a browser.

Everything that must be said of the numbers stands in the figure itself, so that it cannot be lost
on the way. Nothing is fetched: the typeface is ours, and the renderer may open no address.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from textwrap import wrap
from typing import Any

from allay_metrics import config
from allay_metrics.charts.base import FONT

# A figure on paper has one theme: the light one of .streamlit/config.toml.
INK, SOFT, MUTED, ACCENT, LAND, LINE = (
    "#25231E", "#4A463F", "#6A645A", "#1D5C56", "#F4EFE6", "#DDD3C3",
)  # fmt: skip
FAMILY = FONT.partition(",")[0]
_VERSION = "6.1"
_ROW, _LEFT, _MIDDLE, _RIGHT = 64, 250, 330, 470
_COLUMN = 150  # letters of small text across the whole figure


@dataclass(frozen=True)
class FigureRow:
    """One concern: who answered, and what may be told of it.

    `share`, `low` and `high` (0 to 1) are the share better and its interval, `worst` and `best`
    how far the missing could move it; all None where nothing is told, and `lines` say why.
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
    """What the figure says around its rows; `context` stands below them word for word."""

    title: str
    period: str
    notes: Sequence[str]
    context: str


def as_png(sheet: FigureSheet, rows: Sequence[FigureRow]) -> bytes:
    """Return the figure as a picture, 2 px a point."""
    return bytes(_renderer().vegalite_to_png(_spec(sheet, rows), vl_version=_VERSION, scale=2))


def as_pdf(sheet: FigureSheet, rows: Sequence[FigureRow]) -> bytes:
    """Return the figure as a page of vectors and text."""
    return bytes(_renderer().vegalite_to_pdf(_spec(sheet, rows), vl_version=_VERSION))


def figure_text(sheet: FigureSheet, rows: Sequence[FigureRow]) -> str:
    """Return every word of the figure, as its specification holds them."""
    texts: list[str] = []

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            for each in part.values():
                walk(each)
        elif isinstance(part, list):
            for each in part:
                walk(each)
        elif isinstance(part, str):
            texts.append(part)

    walk(_spec(sheet, rows))
    return " ".join(texts)


@cache
def _renderer() -> Any:
    import vl_convert

    vl_convert.register_font_directory(str(config.FONTS))
    return vl_convert


def _spec(sheet: FigureSheet, rows: Sequence[FigureRow]) -> dict[str, Any]:
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
    # All names, so that rows without a share keep their place.
    base = alt.Chart(alt.Data(values=share_rows), width=_MIDDLE, height=height)
    where = alt.Y("name:N", sort=y["sort"], axis=None,
                  scale=alt.Scale(domain=[row.name for row in rows], paddingOuter=0,
                                  paddingInner=0))  # fmt: skip
    bounds = base.mark_bar(height=18, color=LAND).encode(
        y=where, x=alt.X("worst:Q", scale=alt.Scale(domain=[0, 1]), axis=axis), x2="best:Q"
    )
    interval = base.mark_rule(color=ACCENT, strokeWidth=2.5).encode(y=where, x=x, x2="high:Q")
    point = base.mark_point(filled=True, size=110, color=ACCENT, opacity=1).encode(
        y=where, x="share:Q"
    )
    return bounds + interval + point


def _words(alt: Any, rows: Sequence[FigureRow], y: Any, height: int) -> Any:
    data = alt.Data(values=[{"name": row.name, "figure_text": [*row.lines]} for row in rows])
    return (
        alt.Chart(data, width=_RIGHT, height=height)
        .mark_text(align="left", baseline="middle", fontSize=12.5, lineHeight=18, color=SOFT, dy=-8)
        .encode(y=y, x=alt.value(0), text="said:N")
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
