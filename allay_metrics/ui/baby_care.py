"""The end of care: closed with the day and the reason, twins at once, and opened again."""

from collections.abc import Callable, Iterable
from datetime import date

import streamlit as st

from allay_metrics import words
from allay_metrics.actions.care import GRADUATED, REASONS, Closing, close_care, reopen_care
from allay_metrics.caseload.baby import Baby
from allay_metrics.caseload.people import Person
from allay_metrics.caseload.today import Today
from allay_metrics.errors import AllayError
from allay_metrics.records import Scope
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.html import escape, markdown

_SAID = "al-care-said"


def care_card(scope: Scope, baby: Baby, today: Today) -> None:
    """Draw where care stands, and the way to its end or back."""
    everybody = (baby.person, *baby.others)
    still_open = [one for one in everybody if one.closed_on is None]
    with card("care"):
        head("Care", "a care that is closed well is no loss")
        if said := st.session_state.pop(_SAID, ""):
            st.html(f'<p class="al-done" role="status">{escape(said)}</p>')
        for one in everybody:
            if one.closed_on is not None:
                _closed(scope, one)
        if still_open:
            _form(scope, still_open, today, baby.family_id)
        if baby.person.closed_on is None and baby.next_on is not None:
            note(f"A visit is booked on {words.day(baby.next_on)}: it would open care again.")


def _closed(scope: Scope, one: Person) -> None:
    assert one.closed_on is not None
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        word = "Graduated" if one.closed_reason in GRADUATED else "Moved on"
        st.html(
            f'<p class="al-sub"><b>{escape(one.name)}</b>: {word}, {escape(one.closed_reason)}, '
            f"{words.dated(one.closed_on)}</p>"
        )
        st.button(
            f"Open {markdown(one.name)}'s care again",
            key=f"al-reopen-{one.client_id}",
            type="tertiary",
            on_click=_reopen,
            args=(scope, one),
        )


def _form(scope: Scope, people: list[Person], today: Today, family_id: str) -> None:
    key = f"al-close-{family_id}"
    with st.expander("Close care"), st.form(key, border=False):
        if len(people) > 1:
            with st.container(key=f"al-picks-{family_id}", gap=None):
                for one in people:
                    with st.container(key=f"al-pick-{one.client_id}"):
                        st.checkbox(markdown(one.name), value=True, key=f"{key}-{one.client_id}")
        st.selectbox("Reason", REASONS, key=f"{key}-reason", format_func=_reason)
        last = today.day
        st.date_input("Last day of care", last, key=f"{key}-day", max_value=last)
        st.form_submit_button(
            "Close care", type="primary", on_click=_close, args=(scope, people, key)
        )


def _reason(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:]}"


def _close(scope: Scope, people: Iterable[Person], key: str) -> None:
    chosen = [one for one in people if st.session_state.get(f"{key}-{one.client_id}", True)]
    day, reason = st.session_state[f"{key}-day"], st.session_state[f"{key}-reason"]
    if not chosen or not isinstance(day, date):
        st.session_state[_SAID] = "Nobody was chosen: nothing was closed."
        return
    who = words.listed(one.name for one in chosen)
    word = "Graduated" if reason in GRADUATED else "Moved on"
    _try(
        lambda: close_care(scope, [Closing(one.client_id, day, reason) for one in chosen]),
        f"Closed: {who}. {word}, {reason}.",
    )


def _reopen(scope: Scope, one: Person) -> None:
    _try(lambda: reopen_care(scope, [one.client_id]), f"{one.name}'s care is open again.")


def _try(act: Callable[[], None], said: str) -> None:
    try:
        act()
    except AllayError as error:
        st.session_state[_SAID] = str(error)
    else:
        st.session_state[_SAID] = said
