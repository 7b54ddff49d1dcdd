"""The end of care: closed with the day and the reason, twins at once, and opened again."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
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

_SAID = "al-care-said-"


def care_card(scope: Scope, baby: Baby, today: Today) -> None:
    """Draw where care stands, and the way to its end or back.

    Of twins each has a card of its own, which offers to close the others' care along with it.
    """
    everybody = (baby.person, *baby.others)
    still_open = [one for one in everybody if one.closed_on is None]
    own = baby.person.client_id
    is_twin = len(baby.twins) > 1
    shown = (baby.person,) if is_twin else everybody
    with card(f"care-{own}"):
        head("Care", "a care that is closed well is no loss")
        if said := st.session_state.pop(f"{_SAID}{own}", ""):
            st.html(f'<p class="al-done" role="status">{escape(said)}</p>')
        for one in shown:
            if one.closed_on is not None:
                _closed(scope, one, own)
        if any(one.closed_on is None for one in shown):
            chosen = {one.client_id for one in shown}
            _form(scope, _Form(own, still_open, chosen), today)
        if baby.person.closed_on is None and baby.next_on is not None:
            note(f"A visit is booked on {words.day(baby.next_on)}: it would open care again.")


@dataclass(frozen=True)
class _Form:
    """Whose care one card's form closes: `people` are offered, `chosen` ticked at first."""

    of: str
    people: Sequence[Person]
    chosen: Collection[str]

    @property
    def key(self) -> str:
        return f"al-close-{self.of}"

    def tick(self, one: Person) -> str:
        return f"{self.key}-{one.client_id}"


def _closed(scope: Scope, one: Person, own: str) -> None:
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
            args=(scope, one, own),
        )


def _form(scope: Scope, form: _Form, today: Today) -> None:
    with st.expander("Close care"), st.form(form.key, border=False):
        if len(form.people) > 1:
            with st.container(key=f"al-picks-{form.of}", gap=None):
                for one in form.people:
                    with st.container(key=f"al-pick-{form.of}-{one.client_id}"):
                        is_chosen = one.client_id in form.chosen
                        st.checkbox(markdown(one.name), is_chosen, key=form.tick(one))
        st.selectbox("Reason", REASONS, key=f"{form.key}-reason", format_func=_reason)
        last = today.day
        st.date_input("Last day of care", last, key=f"{form.key}-day", max_value=last)
        st.form_submit_button("Close care", type="primary", on_click=_close, args=(scope, form))


def _reason(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:]}"


def _close(scope: Scope, form: _Form) -> None:
    chosen = [one for one in form.people if st.session_state.get(form.tick(one), True)]
    day, reason = st.session_state[f"{form.key}-day"], st.session_state[f"{form.key}-reason"]
    if not chosen or not isinstance(day, date):
        st.session_state[f"{_SAID}{form.of}"] = "Nobody was chosen: nothing was closed."
        return
    who = words.listed(one.name for one in chosen)
    word = "Graduated" if reason in GRADUATED else "Moved on"
    _try(
        lambda: close_care(scope, [Closing(one.client_id, day, reason) for one in chosen]),
        form.of,
        f"Closed: {who}. {word}, {reason}.",
    )


def _reopen(scope: Scope, one: Person, own: str) -> None:
    _try(lambda: reopen_care(scope, [one.client_id]), own, f"{one.name}'s care is open again.")


def _try(act: Callable[[], None], own: str, said: str) -> None:
    """Do what was asked for on a client's card; what came of it is said there by the next run."""
    try:
        act()
    except AllayError as error:
        st.session_state[f"{_SAID}{own}"] = str(error)
    else:
        st.session_state[f"{_SAID}{own}"] = said
