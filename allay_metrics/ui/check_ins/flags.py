"""Warning signs that parents ticked: on top of the pages until somebody says what was done."""

from datetime import datetime
from functools import partial
from pathlib import Path

import streamlit as st

from allay_metrics import words
from allay_metrics.actions.check_ins import acknowledge
from allay_metrics.errors import AllayError
from allay_metrics.outcomes.wording import signs
from allay_metrics.records import Scope
from allay_metrics.review.check_ins import OpenFlag, acknowledged_flags, open_flags
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.filters import carried
from allay_metrics.ui.html import escape
from allay_metrics.ui.problem import problem
from allay_metrics.ui.remembered import remembered
from allay_metrics.ui.table import table

STYLE = Path(__file__).with_name("style.css")
PAGE = "pages/practice/check_ins.py"
TIERS = {1: "Emergency", 2: "Doctor now", 3: "Doctor today or this week"}
_SHOWN = 3
_SAID, _WRONG = "al-flag-said", "al-flag-wrong"
_open_flags = remembered(open_flags)


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
    """Draw each sign with the field that takes it down, and below those acknowledged lately."""
    if said := st.session_state.pop(_SAID, ""):
        st.html(f'<p class="al-done" role="status">{escape(said)}</p>')
    if wrong := st.session_state.pop(_WRONG, ""):
        problem(wrong)
    for one in open_flags(scope):
        _to_acknowledge(scope, one)


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


def _to_acknowledge(scope: Scope, one: OpenFlag) -> None:
    key = f"al-ack-{one.check_in_id}-{one.flag.id}"
    with card(f"flag-{one.check_in_id}-{one.flag.id}"):
        st.html(_told(scope, one, at_length=True))
        with st.form(key, border=False):
            st.text_input("What was done?", key=f"{key}-done", max_chars=500)
            st.form_submit_button(
                "Acknowledge", type="primary", on_click=partial(_acknowledge, scope, one, key)
            )


def _told(scope: Scope, one: OpenFlag, *, at_length: bool = False) -> str:
    who = f"<b>{escape(one.client)}</b>"
    who += f", {escape(one.family)} family" if one.family else ": say on Records whose answers"
    if at_length and one.call:
        who += f' · <a href="{escape(one.call)}">{escape(one.phone or "")}</a>'
    if one.contact.sentence:
        who += f" · {escape(one.contact.sentence)}"
    said = next(sign for sign in signs("en") if sign.id == one.flag.id)
    told = "The parent was told: " if at_length else ""
    return (
        f'<p class="al-flag"><span class="tier">◆ {TIERS[one.flag.tier]}</span> · {who}'
        f"<br>{escape(said.question)}"
        f"<small>{told}{escape(said.action)} Ticked "
        f"{words.moment(_at(scope, one.raised_at))}.</small></p>"
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
