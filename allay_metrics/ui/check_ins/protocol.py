"""The safety protocol on screen: read, changed where the practice differs, signed, taken back."""

from datetime import datetime

import streamlit as st

from allay_metrics import words
from allay_metrics.actions.protocol import (
    Protocol,
    protocol_template,
    sign_protocol,
    switch_off,
)
from allay_metrics.errors import AllayError
from allay_metrics.records import Scope
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.html import escape
from allay_metrics.ui.problem import problem

_NAME, _READER, _WITHIN, _TEXT = (f"al-protocol-{one}" for one in ("name", "reader", "in", "text"))
_WRONG = "al-protocol-wrong"


def protocol_card(scope: Scope, signed: Protocol | None) -> None:
    """Draw the protocol in force, or the one to sign; a therapist reads it only."""
    is_owner = scope.viewer.role == "owner"
    with card("protocol"):
        if wrong := st.session_state.pop(_WRONG, ""):
            problem(wrong)
        if signed is not None:
            _signed(scope, signed, may_end=is_owner)
        elif is_owner:
            _to_sign(scope)
        else:
            head("Check-ins are switched off")
            note("They begin when the owner has read and signed the safety protocol.")


def _signed(scope: Scope, signed: Protocol, *, may_end: bool) -> None:
    at = datetime.fromtimestamp(signed.signed_at, scope.zone)
    head("Safety protocol", "in force")
    st.html(
        f'<p class="al-sub"><b>{escape(signed.reader)}</b> reads every warning sign within '
        f"<b>{escape(signed.within)}</b>. Signed by {escape(signed.signed_by)}, "
        f"{words.dated(at.date())}.</p>"
    )
    with st.expander("Read the protocol"):
        st.text(_plain(signed.text))
    if may_end:
        with st.expander("Switch check-ins off"):
            note("No link is made any more, and those that are out are closed at once.")
            st.button("Switch off", key="al-protocol-off", on_click=_off, args=(scope,))


def _to_sign(scope: Scope) -> None:
    head("First: your safety protocol", "check-ins are off until it is signed")
    note(
        "A warning sign that nobody reads helps nobody. Read this, change what is different in "
        "your practice, and sign it."
    )
    with st.form("al-protocol-form", border=False):
        with st.container(key="al-field-protocol"):
            st.text_area("The protocol", protocol_template(), key=_TEXT, height=340)
        left, right = st.columns(2)
        left.text_input("Who reads warning signs?", key=_READER, max_chars=120)
        right.text_input(
            "Within what time?", key=_WITHIN, max_chars=120, placeholder="one working day"
        )
        st.text_input("Signed by (your full name)", key=_NAME, max_chars=120)
        st.form_submit_button(
            "Sign and switch check-ins on", type="primary", on_click=_sign, args=(scope,)
        )


def _plain(text: str) -> str:
    return text.replace("**", "")


def _sign(scope: Scope) -> None:
    told = (st.session_state[key] for key in (_NAME, _READER, _WITHIN, _TEXT))
    try:
        sign_protocol(scope, *told, while_off=True)
    except AllayError as error:
        st.session_state[_WRONG] = str(error)


def _off(scope: Scope) -> None:
    try:
        switch_off(scope)
    except AllayError as error:
        st.session_state[_WRONG] = str(error)
