"""Errors as a person sees them: ours as their sentence, any other as a number to look up."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from uuid import uuid4

import streamlit as st

from allay_metrics.demo.practice_choice import open_active_practice
from allay_metrics.errors import AllayError, Unreachable
from allay_metrics.log import format_error, strip_values

_AGAIN = 5  # seconds between two looks whether the records answer
log = logging.getLogger("allay_metrics")
# With the first page at the latest, whoever started the process.
strip_values()


@contextmanager
def problems_shown() -> Iterator[None]:
    """Show what goes wrong inside as one sentence on the page, never as a traceback.

    Errors of ours say what to do. Of any other the page shows a number, and the log has under it
    what it was and where: what it was about may hold what nobody should read.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever it is, no page shows it
        handle_error(error)


def handle_error(error: Exception) -> bool:
    """Draw an error as `problems_shown` does, also one from outside it; True: it is dealt with."""
    if isinstance(error, AllayError):
        problem(str(error), _rerun_when_up if isinstance(error, Unreachable) else None)
        return True
    number = uuid4().hex[:8]
    log.error("Problem %s: %s", number, format_error(error))
    problem(f"Something went wrong that should not. It is in the log as problem {number}.")
    return True


def _rerun_when_up() -> None:
    """Run the page anew by itself as soon as the records answer."""
    is_drawn = False

    @st.fragment(run_every=_AGAIN)
    def come_back() -> None:
        nonlocal is_drawn
        st.html('<p class="al-sub" role="status">This page tries again by itself.</p>')
        if is_drawn and _answers():
            st.rerun()
        is_drawn = True

    come_back()


def _answers() -> bool:
    with suppress(AllayError):
        open_active_practice().data_version()
        return True
    return False


def problem(sentence: str, below: Callable[[], None] | None = None) -> None:
    """Draw what went wrong, and what `below` draws."""
    # st.text inside, so that a name in the sentence stays text.
    with st.container(border=True, key=f"al-card-problem-{uuid4().hex[:8]}", gap=None):
        st.html('<div class="al-h"><h2>◆ This did not work</h2></div>')
        st.text(sentence)
        if below is not None:
            below()
