"""Cards and their parts: head, sentences, task rows, empty states."""

from collections.abc import Callable, Sequence
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.lib.layout_utils import Width

from allay_metrics.ui import html


def card(key: str, *, fill: bool = False) -> DeltaGenerator:
    """Return a white card to draw in; `fill` makes it as tall as its neighbour in a row."""
    height: Literal["stretch", "content"] = "stretch" if fill else "content"
    return st.container(border=True, key=f"al-card-{key}", gap="small", height=height)


def draw(text: str, width: Width = "stretch") -> None:
    """Draw HTML, or nothing where it is empty, which Streamlit refuses to draw."""
    if text:
        st.html(text, width=width)


def head(title: str, note: str = "") -> None:
    """Draw a card's title and, right of it (below on a phone), a quiet note."""
    small = f"<small>{html.rich(note)}</small>" if note else ""
    st.html(f'<div class="al-h"><h2>{html.escape(title)}</h2>{small}</div>')


def say(text: str) -> None:
    """Draw the main sentence; `**strong**` and `~~quiet~~` are supported."""
    st.html(f'<p class="al-say">{html.rich(text)}</p>')


def note(text: str) -> None:
    """Draw a quiet line."""
    st.html(f'<p class="al-sub">{html.rich(text)}</p>')


def delta_row(changes: Sequence[tuple[str, str]], types: Sequence[tuple[str, str]] = ()) -> None:
    """Draw what changed by city (or other groups) and by visit type."""
    st.html(html.delta_row(changes, types))


def needs_row(key: str, strong: str, rest: str = "", *, icon: str = "chevron_right") -> bool:
    """Draw one task of the owner; return whether it was clicked in this run."""
    label = f"**{html.markdown(strong)}** {html.markdown(rest)}".rstrip()
    return st.button(
        label, type="tertiary", key=f"al-need-{key}", icon=f":material/{icon}:", width="stretch"
    )


def empty_state(
    title: str, sentence: str, action: str = "", on_click: Callable[[], None] | None = None
) -> bool:
    """Draw what to do where there is nothing yet; return whether its action was clicked."""
    with st.container(border=True, key="al-card-empty", horizontal_alignment="center"):
        st.html(
            '<div class="al-empty"><i></i>'
            f"<h2>{html.escape(title)}</h2><p>{html.rich(sentence)}</p></div>"
        )
        if not action:
            return False
        label = html.markdown(action)
        return st.button(label, type="primary", key="al-empty-action", on_click=on_click)
