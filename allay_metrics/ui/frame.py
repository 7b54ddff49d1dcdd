"""What stands around every page: navigation, the demo's banner, and errors as sentences."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from allay_metrics.errors import AllayError
from allay_metrics.ui import session
from allay_metrics.ui.filters import carried
from allay_metrics.ui.problem import problem, problems_shown
from allay_metrics.ui.shell import banner_demo, thumb, top

ON_A_PHONE = 4
SHORT = {"Visit types": "Types"}
_SAID = "al-leaving"


@contextmanager
def frame(pages: Sequence[StreamlitPage], here: StreamlitPage) -> Iterator[None]:
    """Draw the frame; the page runs inside, and what goes wrong in it is shown as a sentence."""
    with problems_shown():
        demo = session.scope().is_demo
        carry = carried()
        top(pages, here, _who(demo=demo), carry=carry)
        if demo:
            banner_demo(_leave)
        if refused := st.session_state.pop(_SAID, ""):
            problem(refused)
        thumb(pages[:ON_A_PHONE], here, SHORT, carry=carry)
        yield


def _who(*, demo: bool) -> str:
    if session.who_is_here() is None:
        return ""
    return "Demo practice · **owner**" if demo else "**Owner**, on this computer only"


def _leave() -> None:
    """Leave the demo; where it may not be left, say why in the next run."""
    try:
        session.leave()
    except AllayError as error:
        st.session_state[_SAID] = str(error)
