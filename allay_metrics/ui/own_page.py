"""The page of a user's own sign-in: sessions, remembered devices, changes."""

import streamlit as st

from allay_metrics.actions.own_sign_in import has_password
from allay_metrics.records import Scope
from allay_metrics.ui.card import card, empty_state, head, note
from allay_metrics.ui.problem import problems_shown
from allay_metrics.ui.session import identity
from allay_metrics.ui.session_list import signed_in
from allay_metrics.ui.shell import page_head

# Pages of the server outside Streamlit: secrets entered there never pass through Streamlit.
_PIN = {"PIN on this device": "/account/device"}
_PASSWORD = {
    "Password or recovery codes": "/account",
    "Another phone for the codes": "/account/phone",
}
_OUT = {"Sign out": "/logout"}


def own_page(scope: Scope) -> None:
    """Draw the user's sessions and devices, and links to change her sign-in."""
    page_head("My sign-in", scope.viewer.name)
    if scope.viewer.person_id is None:
        empty_state(
            "Nobody signs in here",
            "This dashboard is open to whoever sits at this computer. "
            "Once people are listed, everybody finds her own sign-in here.",
        )
        return
    with problems_shown():
        left, right = st.columns((1.62, 1), gap="small")
        with left, card("signed-in", fill=True):
            who = identity()
            signed_in(scope, scope.viewer.person_id, who.session if who else "")
        with right, card("change-sign-in", fill=True):
            _draw_changes(by_password=has_password(scope, scope.viewer.person_id))


def _draw_changes(*, by_password: bool) -> None:
    head("Change")
    with st.container(key="al-changes-sign-in", gap="xsmall"):
        for label, where in (_PIN | (_PASSWORD if by_password else {}) | _OUT).items():
            st.link_button(label, where, width="stretch")
    if by_password:
        note("You are asked for your password there, and come back here.")
    else:
        note("Your account elsewhere is your sign-in: its password is changed there.")
