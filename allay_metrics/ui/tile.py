"""The tile: one number with its goal, its usual range, its weeks and its counts.

The label is a real button whose hit area covers the whole tile, so that a click anywhere, Tab and
Enter, and a screen reader all open the same drawer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.ui import html

Show = Callable[[float], str]


@dataclass(frozen=True)
class Face:
    """The content of a tile.

    `series` are the weeks, oldest first, None where there is no value. `signal` are the words for
    a value outside the usual range (`above usual`), empty inside it. `note` is shown bottom
    right: the counts, or the denominator.
    """

    value: fmt.DisplayValue
    unit: str = ""
    series: Sequence[float | None] = ()
    usual: tuple[float, float] | None = None
    goal: float | None = None
    signal: str = ""
    note: str = ""
    show: Show = fmt.plain_number


def tile(key: str, label: str, face: Face) -> bool:
    """Draw a tile; return whether it was clicked in this run."""
    with st.container(border=True, key=f"al-tile-{key}", gap=None, height="stretch"):
        clicked = st.button(html.markdown(label), type="tertiary", key=f"al-open-{key}")
        st.html(face_html(label, face))
    return clicked


def tile_grid() -> "st.delta_generator.DeltaGenerator":
    """Return the grid of tiles: four in a row on a laptop, two on a phone."""
    return st.grid(4, min_column_width=150, gap="small")


def face_html(label: str, face: Face) -> str:
    """Return the tile's inside below its label."""
    columns = ""
    if any(value is not None for value in face.series):
        columns = html.bars(
            face.series,
            f"{label}, last {len(face.series)} weeks: {_spoken_text(face)}",
            usual=face.usual,
            goal=face.goal,
            signal=bool(face.signal),
        )
    number = html.value(face.value.text, face.unit if face.value.text != fmt.DASH else "")
    return f'<div class="al-t">{number}{columns}</div>{_foot_html(face)}'


def _spoken_text(face: Face) -> str:
    return ", ".join("no value" if value is None else face.show(value) for value in face.series)


def _foot_html(face: Face) -> str:
    if face.value.text == fmt.DASH:
        why = html.escape(face.value.reason or "no value")
        return f'<div class="al-m"><span class="why">{why}</span></div>'
    right = face.note or face.value.of or face.value.reason
    left = f'{_goal_html(face)}<span class="dot"> · </span>{_usual_html(face)}'
    return (
        f'<div class="al-m"><span class="against">{left}</span>'
        f"<span>{html.numbers_strong(right)}</span></div>"
    )


def _goal_html(face: Face) -> str:
    if face.goal is None:
        return "<span>no goal</span>"
    return f"<span>goal <b>{html.escape(face.show(face.goal))}</b></span>"


def _usual_html(face: Face) -> str:
    if face.usual is None:
        return "<span>no usual range yet</span>"
    low, high = (face.show(edge) for edge in face.usual)
    both = html.escape(f"{low.removesuffix('%') if high.endswith('%') else low}–{high}")  # noqa: RUF001
    if face.signal:
        return f"<em>◆ {html.escape(face.signal)} {both}</em>"
    return f"<span>usual <b>{both}</b></span>"
