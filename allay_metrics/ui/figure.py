"""A Plotly figure on a page, and the mark that was clicked in it."""

from typing import Any, Literal

import plotly.graph_objects as go
import streamlit as st

CONFIG = {"displayModeBar": False, "doubleClick": False}


def figure(
    fig: go.Figure, key: str, alt: str, *, select: bool = True, fill: bool = False
) -> tuple[Any, ...] | None:
    """Draw `fig`; return the clicked mark's customdata, once, in the run that the click caused.

    `fill` lets a figure grow with its card, where a neighbour is taller (the map beside a grid).

    Streamlit keeps a selection in later runs; it is returned once, so that it opens a drawer only
    once. The theme is in the key because a figure keeps its colours after a switch of the theme
    unless it is mounted again; `forget` mounts it again, too, to clear a selection.
    """
    turn = st.session_state.get(_turn_key(key), 0)
    name = f"al-fig-{key}-{st.context.theme.type or 'light'}-{turn}"
    height: Literal["stretch", "content"] = "stretch" if fill else "content"
    if not select:
        st.plotly_chart(fig, key=name, config=CONFIG, alt=alt, height=height)
        return None
    event: Any = st.plotly_chart(
        fig,
        key=name,
        config=CONFIG,
        alt=alt,
        height=height,
        on_select="rerun",
        selection_mode="points",
    )
    points = event["selection"]["points"]
    picked = tuple(points[0]["customdata"]) if points and "customdata" in points[0] else None
    before = st.session_state.get(_selection_key(key))
    st.session_state[_selection_key(key)] = picked
    return picked if picked != before else None


def forget(key: str) -> None:
    """Clear the selection of a figure on the next run, for when its drawer was closed."""
    st.session_state[_turn_key(key)] = st.session_state.get(_turn_key(key), 0) + 1
    st.session_state.pop(_selection_key(key), None)


def _turn_key(key: str) -> str:
    return f"al-turn-{key}"


def _selection_key(key: str) -> str:
    return f"al-seen-{key}"
