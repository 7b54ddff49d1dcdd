"""Errors as a person sees them: ours as their sentence, any other as a number to look up."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import streamlit as st

from allay_metrics.errors import AllayError
from allay_metrics.log import keep_values_out, where

log = logging.getLogger("allay_metrics")
# With the first page at the latest, whoever started the process.
keep_values_out()


@contextmanager
def problems_shown() -> Iterator[None]:
    """Show what goes wrong inside as one sentence on the page, never as a traceback.

    Errors of ours say what to do. Of any other the page shows a number, and the log has under it
    what it was and where: what it was about may hold what nobody should read.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever it is, no page shows it
        shown(error)


def shown(error: Exception) -> bool:
    """Draw an error as `problems_shown` does, also one from outside it; True: it is dealt with."""
    if isinstance(error, AllayError):
        problem(str(error))
        return True
    number = uuid4().hex[:8]
    log.error("Problem %s: %s", number, where(error))
    problem(f"Something went wrong that should not. It is in the log as problem {number}.")
    return True


def problem(sentence: str) -> None:
    """Draw what went wrong."""
    # st.text inside, so that a name in the sentence stays text.
    with st.container(border=True, key=f"al-card-problem-{uuid4().hex[:8]}", gap=None):
        st.html('<div class="al-h"><h2>◆ This did not work</h2></div>')
        st.text(sentence)
