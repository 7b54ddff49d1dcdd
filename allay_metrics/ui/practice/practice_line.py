"""A line of the Practice page: name, description and one button."""

from collections.abc import Callable

import streamlit as st

from allay_metrics.ui.html import escape, markdown


def draw_line(key: str, strong: str, rest: str, action: str, on_click: Callable[[], None]) -> None:
    """Draw a line with its button at the right."""
    with st.container(key=f"al-line-{key}", horizontal=True, vertical_alignment="center"):
        st.html(
            f'<div class="al-line"><b>{escape(strong)}</b><span>{escape(rest)}</span></div>',
            width="stretch",
        )
        st.button(
            action,
            key=f"al-do-{key}",
            type="tertiary",
            help=f"{action}: {markdown(strong)}",
            on_click=on_click,
        )
