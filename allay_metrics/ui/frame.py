"""The frame around every page: navigation, the demo's banner, and errors as sentences."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from allay_metrics.errors import AllayError
from allay_metrics.server import Identity
from allay_metrics.ui import name_hiding, session, viewing_as
from allay_metrics.ui.check_ins.unmailed_alerts import unmailed_banner
from allay_metrics.ui.filters import filter_params
from allay_metrics.ui.practice.flash import draw_flash
from allay_metrics.ui.problem import problem, problems_shown
from allay_metrics.ui.shell import AccountMenu, banner_demo, thumb, top

SHORT = {"Visit types": "Types"}
THERAPIST_HOME = "pages/therapist/caseload.py"
_OF_ACCOUNT = ("me", "people")
_REFUSAL = "al-leaving"


@contextmanager
def frame(
    pages: Sequence[StreamlitPage], therapist_pages: Sequence[StreamlitPage], here: StreamlitPage
) -> Iterator[None]:
    """Draw the frame and run the page inside; its errors are shown as sentences.

    `pages` are the owner's, `therapist_pages` a therapist's. The address without a path is home.
    """
    is_drawn = False
    with problems_shown():
        _draw_around(pages, therapist_pages, here)
        is_drawn = True
        yield
    if not is_drawn:
        st.stop()  # the error is shown, and no page runs below it


def _draw_around(
    pages: Sequence[StreamlitPage], therapist_pages: Sequence[StreamlitPage], here: StreamlitPage
) -> None:
    demo = session.is_demo()
    who = session.identity()
    role = session.read_role()
    carry = filter_params()
    if role == "therapist" and here == pages[0]:
        to_caseload()
    shown = [
        page for page in (therapist_pages if role == "therapist" else pages) if _is_listed(page)
    ]
    account = _account_menu(who, therapist_pages if role == "therapist" else pages)
    top(
        shown,
        here,
        _who_label(who, demo=demo),
        carry=carry,
        pick=partial(_draw_picks, who) if who is not None else None,
        account=account,
    )
    if demo:
        banner_demo(_leave_demo)
    if role is not None:
        unmailed_banner(session.scope(), leads_on=here.url_path != "check-ins")
    if refused := st.session_state.pop(_REFUSAL, ""):
        problem(refused)
    draw_flash(here.url_path)
    thumb(shown, here, SHORT, carry=carry, account=account)


def to_caseload() -> None:
    """Go to a therapist's home, the address without a path."""
    st.switch_page(THERAPIST_HOME, query_params=filter_params())


def _is_listed(page: StreamlitPage) -> bool:
    return page.visibility == "visible"


def _account_menu(who: Identity | None, pages: Sequence[StreamlitPage]) -> AccountMenu | None:
    """Return the menu of the signed-in user; None where nobody has to sign in."""
    if who is None or who.kind != "person":
        return None
    return AccountMenu(who.name, [page for page in pages if page.url_path in _OF_ACCOUNT])


def _draw_picks(who: Identity) -> None:
    name_hiding.switch()
    if who.role == "owner":
        viewing_as.pick(session.own_scope())


def _who_label(who: Identity | None, *, demo: bool) -> str:
    """Return the label of the current user for the top row."""
    if who is None:
        return ""
    if who.role == "owner" and session.read_role() == "therapist":
        return "Looking as"
    if who.kind == "person":
        return ""
    if demo:
        return "Demo practice · **owner**"
    return f"**Owner**, on this computer only{'' if session.is_gated() else ', without sign-in'}"


def _leave_demo() -> None:
    """Leave the demo; where that is refused, show why in the next run."""
    try:
        session.leave()
    except AllayError as error:
        st.session_state[_REFUSAL] = str(error)
