"""The safety protocol on screen: read, edited, signed, withdrawn."""

from datetime import datetime

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.mail_server import can_send
from allay_metrics.actions.protocol import (
    Duty,
    Protocol,
    read_current_protocol,
    switch_off,
)
from allay_metrics.actions.recipients import describe_partly_able, describe_unable
from allay_metrics.errors import AllayError
from allay_metrics.records import Scope
from allay_metrics.ui.cached_by_version import cached_by_version
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.check_ins.protocol_form import hours_words, signing_form
from allay_metrics.ui.filters import filter_params
from allay_metrics.ui.html import escape
from allay_metrics.ui.problem import problem

PAGE = "pages/practice/check_ins.py"
_WRONG = "al-protocol-off-wrong"
_SIGN_AGAIN = (
    "Your safety protocol was signed before it named whom to tell. Name reader, stand-in and "
    "hours, and sign it again"
)
_UNTIL = "; until then a mail about a warning sign goes to every owner on file"
_signed = cached_by_version(read_current_protocol)


def sign_again(scope: Scope) -> None:
    """Draw a notice where nobody in the protocol can open a sign; else nothing."""
    signed = _signed(scope)
    if signed is None or scope.viewer.role != "owner":
        return
    why = _outdated_sentence() if signed.duty is None else _unable_sentence(scope)
    if not why:
        return
    with card("sign-again"):
        head("Sign your safety protocol again")
        note(why)
        st.page_link(
            PAGE, label="Open Check-ins", icon=":material/edit:", query_params=filter_params()
        )


def _unable_sentence(scope: Scope) -> str:
    """Return a sentence on protocol addresses that may not sign in, '' for none."""
    # Not cached: a user who joins changes no version.
    text = describe_unable(scope)
    return f"{text} Name somebody who signs in, or let her in under People." if text else ""


def protocol_card(scope: Scope, signed: Protocol | None) -> None:
    """Draw the protocol in force, or the one to sign; a therapist reads it only."""
    is_owner = scope.viewer.role == "owner"
    with card("protocol"):
        if wrong := st.session_state.pop(_WRONG, ""):
            problem(wrong)
        if signed is not None:
            _draw_in_force(scope, signed, is_owner=is_owner)
        elif is_owner:
            head("First: your safety protocol", "check-ins are off until it is signed")
            note(
                "A warning sign that nobody reads helps nobody. Read this, change what is "
                "different in your practice, and sign it."
            )
            signing_form(scope, None)
        else:
            head("Check-ins are switched off")
            note("They begin when the owner has read and signed the safety protocol.")


def _draw_in_force(scope: Scope, signed: Protocol, *, is_owner: bool) -> None:
    at = datetime.fromtimestamp(signed.signed_at, scope.zone)
    head("Safety protocol", "in force")
    st.html(
        f'<p class="al-sub"><b>{escape(signed.reader)}</b> reads every warning sign within '
        f"<b>{escape(signed.within)}</b>{_duty_html(scope, signed)}. "
        f"Signed by {escape(signed.signed_by)}, {fmt.full_day(at.date())}.</p>"
    )
    if is_owner and signed.duty is None:
        note(_outdated_sentence())
    if not can_send() and not scope.is_demo:
        note("No mail server is named: nobody is told of a warning sign until they sign in.")
    if is_owner and signed.duty is not None:
        for text in filter(
            None, (_unable_sentence(scope), _partly_able_sentence(scope, signed.duty))
        ):
            note(text)
    with st.expander("Read the protocol"):
        st.text(signed.text.replace("**", ""))
    if not is_owner:
        return
    with st.expander("Change it and sign again", expanded=signed.duty is None):
        note("Existing links stay open.")
        signing_form(scope, signed)
    with st.expander("Switch check-ins off"):
        note("No new links can be made, and existing links are closed at once.")
        st.button("Switch off", key="al-protocol-off", on_click=_switch_off, args=(scope,))


def _outdated_sentence() -> str:
    """Return why an older protocol should be signed again, '' where not."""
    return f"{_SIGN_AGAIN}{_UNTIL if can_send() else ''}."


def _partly_able_sentence(scope: Scope, duty: Duty) -> str:
    return describe_partly_able(scope, duty.recipients)


def _duty_html(scope: Scope, signed: Protocol) -> str:
    """Return reading hours and stand-in as HTML; '' where the protocol has none."""
    if signed.duty is None:
        return ""
    hours = f", {escape(hours_words(signed.duty.hours))}"
    if not signed.duty.stand_in:
        return f"{hours}; while she is away check-ins are switched off"
    suffix = " and is told, too" if can_send() or scope.is_demo else ""
    return f"{hours}; <b>{escape(signed.duty.stand_in)}</b> stands in{suffix}"


def _switch_off(scope: Scope) -> None:
    try:
        switch_off(scope)
    except AllayError as error:
        st.session_state[_WRONG] = str(error)
