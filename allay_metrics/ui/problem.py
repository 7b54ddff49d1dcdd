"""Errors as a person sees them: ours as their sentence, any other as a number to look up."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import streamlit as st

from allay_metrics.errors import AllayError

log = logging.getLogger("allay_metrics")


@contextmanager
def problems_shown() -> Iterator[None]:
    """Show what goes wrong inside as one sentence on the page, never as a traceback.

    Errors of ours say what to do. Any other is logged in full under a number; the page shows the
    number alone, for a traceback may hold what nobody should read.
    """
    try:
        yield
    except AllayError as error:
        problem(str(error))
    except Exception:
        number = uuid4().hex[:8]
        log.exception("Problem %s", number)
        problem(f"Something went wrong that should not. It is in the log as problem {number}.")


def problem(sentence: str) -> None:
    """Draw what went wrong."""
    # st.text inside, so that a name in the sentence stays text.
    with st.container(border=True, key=f"al-card-problem-{uuid4().hex[:8]}", gap=None):
        st.html('<div class="al-h"><h2>◆ This did not work</h2></div>')
        st.text(sentence)
