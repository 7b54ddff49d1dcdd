"""Warning signs that parents ticked: on top of the pages until somebody says what was done."""

from datetime import datetime
from functools import partial
from pathlib import Path

import streamlit as st

from allay_metrics import words
from allay_metrics.actions.alerts import SIGN
from allay_metrics.actions.check_ins import acknowledge
from allay_metrics.actions.protocol import protocol_in_force, reader_steps
from allay_metrics.errors import AllayError
from allay_metrics.outcomes.wording import signs
from allay_metrics.records import Scope
from allay_metrics.review.check_ins import (
    OpenFlag,
    acknowledged_flags,
    acknowledged_of,
    open_flags,
)
from allay_metrics.ui.card import card, draw, head, note
from allay_metrics.ui.filters import carried
from allay_metrics.ui.html import escape
from allay_metrics.ui.problem import problem
from allay_metrics.ui.remembered import remembered
from allay_metrics.ui.table import table

STYLE = Path(__file__).with_name("style.css")
PAGE = "pages/practice/check_ins.py"
TIERS = {1: "Emergency", 2: "Doctor now", 3: "Doctor today or this week"}
_SHOWN = 3
_ASK = "say on Records whose answers"
_SAID, _WRONG = "al-flag-said", "al-flag-wrong"
_open_flags, _signed = remembered(open_flags), remembered(protocol_in_force)


def red_flags(scope: Scope, client_id: str | None = None) -> None:
    """Draw the warning signs nobody has acknowledged, with the way to do so; nothing for none.

    For the top of a page, before any number. With `client_id` those of one client.
    """
    found = _open_flags(scope, client_id)
    if not found:
        return
    st.html(STYLE)
    with card(f"flags-{client_id or 'all'}"):
        head("A parent ticked a warning sign", words.plural(len(found), "sign") + " to acknowledge")
        for one in found[:_SHOWN]:
            st.html(_told(scope, one))
        if len(found) > _SHOWN:
            note(f"And {words.number(len(found) - _SHOWN)} more.")
        if client_id:
            note("What was answered beside a sign is shown once it is acknowledged.")
        label = "Say what was done"
        st.page_link(PAGE, label=label, icon=":material/priority_high:", query_params=carried())


def flags_to_acknowledge(scope: Scope) -> None:
    """Draw each sign with the ways to the family and the field that takes it down.

    Those of the check-in that the address names, as a mail's link does, come first.
    """
    if said := st.session_state.pop(_SAID, ""):
        st.html(f'<p class="al-done" role="status">{escape(said)}</p>')
    if wrong := st.session_state.pop(_WRONG, ""):
        problem(wrong)
    wanted, found = st.query_params.get(SIGN, ""), open_flags(scope)
    if wanted and not any(one.check_in_id == wanted for one in found):
        _not_open(scope, wanted)
    signed = _signed(scope)
    steps = signed.duty.steps if signed and signed.duty else reader_steps()
    for one in sorted(found, key=lambda one: one.check_in_id != wanted):
        _to_acknowledge(scope, one, steps[one.flag.tier - 1])


def acknowledged(scope: Scope) -> None:
    """Draw the signs acknowledged last: who read each, when, and what was done."""
    found = acknowledged_flags(scope)
    if not found:
        return
    with card("acknowledged"):
        head("Acknowledged", "the last 20 warning signs")
        rows = [
            [one.client, one.flag.question, words.moment(_at(scope, one.raised_at)), one.by,
             words.moment(_at(scope, one.at)), one.done]
            for one in found
        ]  # fmt: skip
        columns = ["Client", "Sign", "Ticked", "Read by", "When", "Done"]
        table(columns, rows, caption="Acknowledged warning signs", left=range(1, 6))


def _not_open(scope: Scope, check_in_id: str) -> None:
    """Draw why the check-in that a link names has no sign to acknowledge."""
    known = acknowledged_of(scope, check_in_id)
    with card("flag-elsewhere"):
        if known:
            last = max(known, key=lambda one: one.at)
            head("Acknowledged already")
            note(
                f"Every sign of this check-in was read; the last by {last.by}, "
                f"{words.moment(_at(scope, last.at))}: {last.done}"
            )
        elif scope.viewer.role == "owner":
            head("No such check-in")
            note("The check-in of this link is no longer on file.")
        else:
            head("Not a family of yours")
            note(
                "The check-in of this link is of no family in your care. The owner and the "
                "therapists of that family see it."
            )


def _to_acknowledge(scope: Scope, one: OpenFlag, step: str) -> None:
    key = f"al-ack-{one.check_in_id}-{one.flag.id}"
    with card(f"flag-{one.check_in_id}-{one.flag.id}"):
        st.html(_told(scope, one, step))
        draw(_ways(one))
        with st.form(key, border=False):
            st.text_input("What was done?", key=f"{key}-done", max_chars=500)
            st.form_submit_button(
                "Acknowledge", type="primary", on_click=partial(_acknowledge, scope, one, key)
            )


def _told(scope: Scope, one: OpenFlag, step: str = "") -> str:
    """Return whose sign it is, which and when, and what the parent was told, or else `step`."""
    who = f"<b>{escape(one.client)}</b>"
    if one.family:
        who += f", {escape(one.family)} family"
    else:
        way = "no visit of this client is on file now" if one.is_gone else _ASK
        who += f": {way}"
    if one.contact.sentence:
        who += f" · {escape(one.contact.sentence)}"
    said = next(sign for sign in signs("en") if sign.id == one.flag.id)
    todo = f'<span class="step"><b>What to do:</b> {escape(step)}</span>' if step else ""
    told = "" if step else f"{escape(said.action)} "
    return (
        f'<p class="al-flag"><span class="tier">◆ {TIERS[one.flag.tier]}</span> · {who}'
        f"<br>{escape(said.question)}{todo}"
        f"<small>{told}Ticked {words.moment(_at(scope, one.raised_at))}.</small></p>"
    )


def _ways(one: OpenFlag) -> str:
    """Return the ways to call and text the family, one tap each."""
    if not one.phone:
        return '<p class="al-flag"><small>No phone number of theirs is on file.</small></p>'
    if one.call is None or one.text is None:
        return ""  # whether and why nobody may call stands with the sign
    return (
        f'<div class="al-ways"><a href="{escape(one.call)}">Call</a>'
        f'<a href="{escape(one.text)}">Text</a><span>{escape(one.phone)}</span></div>'
    )


def _acknowledge(scope: Scope, one: OpenFlag, key: str) -> None:
    try:
        acknowledge(scope, one.check_in_id, one.flag.id, st.session_state[f"{key}-done"])
    except AllayError as error:
        st.session_state[_WRONG] = str(error)
    else:
        st.session_state[_SAID] = "Acknowledged, with what was done."


def _at(scope: Scope, instant: int) -> datetime:
    return datetime.fromtimestamp(instant, scope.zone)
