"""Pages with nothing on them yet: no records, or not loaded."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from allay_metrics.ui.card import empty_state

RECORDS = "pages/practice/records.py"


def no_records() -> None:
    """Draw what to do while nothing was ever imported, and go there on a click."""
    if empty_state(
        "No visits yet",
        "Bring in an export of your scheduling system. Every row of it is counted or set aside "
        "with a reason, and the file stays on this computer.",
        "Go to Records",
    ):
        st.switch_page(RECORDS)


@contextmanager
def loading(key: str, *heights: int) -> Iterator[None]:
    """Show grey placeholder blocks while a session opens a page for the first time."""
    state_key = f"al-loaded-{key}"
    if st.session_state.get(state_key):
        yield
        return
    slot = st.empty()
    with slot.container(gap="small"):
        for height in heights:
            st.skeleton(height)
    yield
    slot.empty()
    st.session_state[state_key] = True
