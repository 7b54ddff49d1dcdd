"""Errors on pages: ours as their sentence, any other as a number to look up in the log."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from uuid import uuid4

import streamlit as st

from allay_metrics.demo.practice_choice import open_active_practice
from allay_metrics.errors import AllayError, Unreachable
from allay_metrics.log import format_error, strip_values

_AGAIN = 5  # seconds between two checks whether the records can be reached
log = logging.getLogger("allay_metrics")
# At the latest with the first page, however the process was started.
strip_values()


@contextmanager
def problems_shown() -> Iterator[None]:
    """Show an error inside the block as one sentence on the page, never as a traceback.

    Our errors say what to do. For any other the page shows a number, under which the log has its
    type and place; its message may contain data and is not logged.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever it is, no page shows it
        handle_error(error)


def handle_error(error: Exception) -> bool:
    """Draw an error as `problems_shown` does, for use outside it; return True: handled."""
    if isinstance(error, AllayError):
        problem(str(error), _rerun_when_up if isinstance(error, Unreachable) else None)
        return True
    number = uuid4().hex[:8]
    log.error("Problem %s: %s", number, format_error(error))
    problem(f"Something went wrong that should not. It is in the log as problem {number}.")
    return True


def _rerun_when_up() -> None:
    """Rerun the page as soon as the records can be reached."""
    is_drawn = False

    @st.fragment(run_every=_AGAIN)
    def come_back() -> None:
        nonlocal is_drawn
        st.html('<p class="al-sub" role="status">This page tries again by itself.</p>')
        if is_drawn and _can_reach_records():
            st.rerun()
        is_drawn = True

    come_back()


def _can_reach_records() -> bool:
    with suppress(AllayError):
        open_active_practice().data_version()
        return True
    return False


def problem(sentence: str, below: Callable[[], None] | None = None) -> None:
    """Draw an error sentence, then what `below` draws."""
    # st.text, so that a name in the sentence is not parsed as Markdown.
    with st.container(border=True, key=f"al-card-problem-{uuid4().hex[:8]}", gap=None):
        st.html('<div class="al-h"><h2>◆ This did not work</h2></div>')
        st.text(sentence)
        if below is not None:
            below()
