"""Imported check-ins that match no client, or several: the owner chooses the client."""

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.match_decisions import reopen_match, save_match
from allay_metrics.errors import AllayError
from allay_metrics.records import Scope
from allay_metrics.review.unmatched_check_ins import (
    Candidate,
    Doubt,
    read_dismissed_check_ins,
    read_open_doubts,
)
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.html import escape, markdown
from allay_metrics.ui.problem import problem

SHOWN = 8
_NOBODY = Candidate("", "Nobody of this practice", "")
_LAST_MATCH = "al-whose-said"
_REFUSED = "al-whose-refused"


def draw_client_matching(scope: Scope) -> None:
    """Draw the open questions with their candidates; nothing where there are none."""
    count, doubts = read_open_doubts(scope, SHOWN)
    settled = read_dismissed_check_ins(scope, SHOWN)
    last_match = st.session_state.pop(_LAST_MATCH, None)
    if not (count or settled or last_match):
        return
    with card("whose"):
        head("Whose check-in is it?", fmt.plural(count, "question"))
        if last_match:
            _draw_last_choice(scope, *last_match)
        if refused := st.session_state.pop(_REFUSED, ""):
            problem(refused)
        if count:
            note("Nothing is guessed: until you choose the client, they are on no baby's page "
                 "and in no total.")  # fmt: skip
        for doubt in doubts:
            _question(scope, doubt)
        if count > len(doubts):
            note(f"The first {len(doubts)} of {fmt.number(count)}; the others follow.")
        if settled:
            _draw_nobodys(scope, settled)


def _question(scope: Scope, doubt: Doubt) -> None:
    key = doubt.check_in_id[:8]
    with st.container(key=f"al-whose-{key}", gap="small"):
        who = ", ".join(filter(None, [doubt.name, doubt.parent, doubt.email])) or "no name given"
        about = f" · {doubt.concern}" if doubt.concern else ""
        st.html(
            f'<div class="al-import"><b>{escape(who)}</b>'
            f"<span>answered {escape(fmt.moment(doubt.answered))}{escape(about)}</span>"
            f"<em>{escape(doubt.question)}</em></div>"
        )
        options = [*doubt.candidates, _NOBODY]
        with st.container(key=f"al-whose-pick-{key}", horizontal=True, vertical_alignment="bottom"):
            chosen = st.selectbox(
                f"Whose check-in of {fmt.moment(doubt.answered)} is it?",
                options,
                index=None,
                placeholder="Choose a client",
                label_visibility="collapsed",
                format_func=_label,
                key=f"al-whose-who-{key}",
            )
            st.button(
                "Keep",
                key=f"al-whose-keep-{key}",
                disabled=chosen is None,
                help=f"Keep whose the check-in of {fmt.moment(doubt.answered)} is",
                on_click=_settle,
                args=(scope, doubt, chosen),
            )


def _label(candidate: Candidate) -> str:
    return f"{candidate.label} · {candidate.why}" if candidate.why else candidate.label


def _settle(scope: Scope, doubt: Doubt, chosen: Candidate | None) -> None:
    if chosen is None:
        return
    try:
        save_match(scope, doubt.check_in_id, chosen.client_id or None)
    except AllayError as error:
        st.session_state[_REFUSED] = str(error)
        return
    st.session_state[_LAST_MATCH] = (doubt.check_in_id, chosen.label)


def _draw_last_choice(scope: Scope, check_in_id: str, label: str) -> None:
    with st.container(key="al-whose-done", horizontal=True, gap="small"):
        st.html(f'<p class="al-done" role="status">Kept: {escape(label)}.</p>')
        st.button(
            "Undo",
            type="tertiary",
            key="al-whose-undo",
            on_click=_ask_again,
            args=(scope, check_in_id),
        )


def _draw_nobodys(scope: Scope, settled: list[Doubt]) -> None:
    with st.expander(f"{fmt.plural(len(settled), 'check-in')} said to be nobody's"):
        for doubt in settled:
            who = doubt.name or doubt.parent or doubt.email or "no name given"
            with st.container(horizontal=True, gap="small"):
                note(f"{markdown(who)}, answered {fmt.moment(doubt.answered)}")
                st.button(
                    "Ask again",
                    type="tertiary",
                    key=f"al-whose-again-{doubt.check_in_id[:8]}",
                    on_click=_ask_again,
                    args=(scope, doubt.check_in_id),
                )


def _ask_again(scope: Scope, check_in_id: str) -> None:
    try:
        reopen_match(scope, check_in_id)
    except AllayError as error:
        st.session_state[_REFUSED] = str(error)
