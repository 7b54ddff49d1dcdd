"""Warning signs that parents ticked, at the top of pages until they are acknowledged."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.alerts import SIGN
from allay_metrics.actions.check_in_requests import acknowledge
from allay_metrics.actions.protocol import read_current_protocol
from allay_metrics.errors import AllayError
from allay_metrics.outcomes.reader_steps import reader_steps
from allay_metrics.records import Scope
from allay_metrics.review.open_check_ins import (
    OpenFlag,
    acknowledged_flags,
    acknowledged_of,
    read_open_flags,
)
from allay_metrics.ui.cached_by_version import cached_by_version
from allay_metrics.ui.card import card, draw, head, note
from allay_metrics.ui.check_ins.sign import contact_links_html, signs_html
from allay_metrics.ui.filters import filter_params
from allay_metrics.ui.html import escape
from allay_metrics.ui.html_table import table
from allay_metrics.ui.problem import problem

STYLE = Path(__file__).with_name("style.css")
PAGE, RECORDS = "pages/practice/check_ins.py", "pages/practice/records.py"
_SHOWN = 3
_ALL = {1: "Acknowledge", 2: "Acknowledge both"}
_MESSAGE, _WRONG = "al-flag-said", "al-flag-wrong"
_open_flags, _signed = cached_by_version(read_open_flags), cached_by_version(read_current_protocol)


def red_flags(scope: Scope, client_id: str | None = None) -> None:
    """Draw the open warning signs, with a link to acknowledge them; nothing without any.

    For the top of a page, before any number. With `client_id` those of one client.
    """
    flags = _open_flags(scope, client_id)
    if not flags:
        return
    st.html(STYLE)
    steps = _read_steps(scope)
    with card(f"flags-{client_id or 'all'}"):
        head("A parent ticked a warning sign", fmt.plural(len(flags), "sign") + " to acknowledge")
        *before, last = _group_by_card(flags[:_SHOWN])
        for of_one in before:
            st.html(signs_html(scope, of_one, steps))
            _draw_contact_links(of_one[0])
        st.html(signs_html(scope, last, steps))
        # One row, so that on a phone the next visit stays visible below a sign.
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _draw_contact_links(last[0])
            label = "Say what was done"
            st.page_link(
                PAGE, label=label, icon=":material/priority_high:", query_params=filter_params()
            )
        if len(flags) > _SHOWN:
            note(f"And {fmt.number(len(flags) - _SHOWN)} more.")
        if client_id:
            note("What was answered beside a sign is shown once it is acknowledged.")


def flags_to_acknowledge(scope: Scope) -> None:
    """Draw each family's signs with contact links and the form that acknowledges them.

    Those of the check-in in the address, as in a mail's link, come first.
    """
    if message := st.session_state.pop(_MESSAGE, ""):
        st.html(f'<p class="al-done" role="status">{escape(message)}</p>')
    if wrong := st.session_state.pop(_WRONG, ""):
        problem(wrong)
    wanted, flags = st.query_params.get(SIGN, ""), read_open_flags(scope)
    if wanted and not any(flag.check_in_id == wanted for flag in flags):
        _draw_elsewhere(scope, wanted)
    cards = _group_by_card(sorted(flags, key=lambda flag: flag.check_in_id != wanted))
    steps = _read_steps(scope) if cards else ()
    for of_one in cards:
        _draw_flag_form(scope, of_one, steps)


def draw_acknowledged(scope: Scope) -> None:
    """Draw the latest acknowledged signs: who read each, when, and what was done."""
    flags = acknowledged_flags(scope)
    if not flags:
        return
    with card("acknowledged"):
        head("Acknowledged", "the last 20 warning signs")
        rows = [
            [flag.client, flag.flag.question, fmt.moment(_local_time(scope, flag.raised_at)),
             flag.by, fmt.moment(_local_time(scope, flag.at)), flag.done]
            for flag in flags
        ]  # fmt: skip
        columns = ["Client", "Sign", "Ticked", "Read by", "When", "Done"]
        table(columns, rows, caption="Acknowledged warning signs", left=range(1, 6))


def _draw_elsewhere(scope: Scope, check_in_id: str) -> None:
    """Draw why the check-in of a link has no sign to acknowledge."""
    flags = acknowledged_of(scope, check_in_id)
    with card("flag-elsewhere"):
        if flags:
            last = max(flags, key=lambda flag: flag.at)
            head("Acknowledged already")
            note(
                f"Every sign of this check-in was read; the last by {last.by}, "
                f"{fmt.moment(_local_time(scope, last.at))}: {last.done}"
            )
        elif scope.viewer.role == "owner":
            head("No such check-in")
            note("The check-in of this link is no longer on file.")
        else:
            head("Not a family of yours")
            note(
                "The check-in of this link is not of a family in your care. The owner and the "
                "therapists of that family see it."
            )


def _draw_flag_form(scope: Scope, of_one: Sequence[OpenFlag], steps: Sequence[str]) -> None:
    key = "-".join(["al-ack", *(f"{flag.check_in_id}-{flag.flag.id}" for flag in of_one)])
    with card(f"flag-{key}"):
        st.html(signs_html(scope, of_one, steps))
        _draw_contact_links(of_one[0])
        with st.form(key, border=False):
            st.text_input("What was done?", key=f"{key}-done", max_chars=500)
            st.form_submit_button(
                _ALL.get(len(of_one), f"Acknowledge all {len(of_one)}"),
                type="primary",
                on_click=partial(_acknowledge, scope, of_one, key),
            )


def _draw_contact_links(flag: OpenFlag) -> None:
    """Draw the contact links of a family, and a link to match unmatched answers."""
    draw(contact_links_html(flag), width="content")
    if not flag.family and not flag.is_gone:
        label = "Match these answers on Records"
        st.page_link(
            RECORDS, label=label, icon=":material/person_search:", query_params=filter_params()
        )


def _acknowledge(scope: Scope, of_one: Sequence[OpenFlag], key: str) -> None:
    try:
        for flag in of_one:
            acknowledge(scope, flag.check_in_id, flag.flag.id, st.session_state[f"{key}-done"])
    except AllayError as error:
        st.session_state[_WRONG] = str(error)
    else:
        st.session_state[_MESSAGE] = "Acknowledged, with what was done."


def _group_by_card(flags: Iterable[OpenFlag]) -> list[list[OpenFlag]]:
    """Return the signs grouped by family, in the order of its first sign."""
    cards: dict[str, list[OpenFlag]] = {}
    for flag in flags:
        cards.setdefault(flag.card, []).append(flag)
    return list(cards.values())


def _read_steps(scope: Scope) -> tuple[str, ...]:
    signed = _signed(scope)
    return signed.duty.steps if signed and signed.duty else reader_steps()


def _local_time(scope: Scope, instant: int) -> datetime:
    return datetime.fromtimestamp(instant, scope.zone)
