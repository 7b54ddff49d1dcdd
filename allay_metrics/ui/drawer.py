"""The drawer: the frame in which a number is opened."""

from collections.abc import Callable, Sequence

import streamlit as st

from allay_metrics.ui import html
from allay_metrics.ui.problem import problems_shown


def drawer(
    title: str,
    body: Callable[[], None],
    *,
    value: str = "",
    beside: str = "",
    definitions: Sequence[tuple[str, str]] = (),
    on_close: Callable[[], None] | None = None,
) -> None:
    """Open the drawer at the right: the number, what it means, then whatever `body` draws.

    `definitions` are (term, sentence) pairs. `on_close` runs when the drawer is dismissed, as
    `lambda: forget("grid")` to lift the click that opened it.
    """

    @st.dialog(
        html.markdown(title), position="right", width="medium", on_dismiss=on_close or "ignore"
    )
    def opened() -> None:
        # Dialogs are outside the app's root and do not inherit its color-scheme: the key names it.
        with st.container(key=f"al-drawer-{st.context.theme.type or 'light'}", gap="small"):
            large = html.value(value, beside) if value else ""
            st.html(large + "".join(html.definition(*each) for each in definitions) or "<span/>")
            with problems_shown():
                body()

    opened()
