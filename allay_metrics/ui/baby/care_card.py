"""The care card: closes care with day and reason, of twins at once, and opens it again."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.care_closing import GRADUATED, REASONS, Closing, close_care, reopen_care
from allay_metrics.actions.death import revoke_mistaken_death, save_death, undo_death
from allay_metrics.caseload.baby import Baby
from allay_metrics.caseload.caseload_clients import CaseloadClient
from allay_metrics.caseload.reading_day import Today
from allay_metrics.contact import LEVEL_WORDS, Level, level_after_death, levels_from
from allay_metrics.derive.closing import DIED
from allay_metrics.errors import AllayError
from allay_metrics.plausibility import death_days
from allay_metrics.records import Scope
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.contact_control import ContactFlash, contact_done, tell_done
from allay_metrics.ui.html import escape, markdown
from allay_metrics.ui.problem import problem

_MESSAGE, _REFUSED = "al-care-said-", "al-care-refused-"
# The format of days on Records.
_DAY = "YYYY-MM-DD"


def care_card(scope: Scope, baby: Baby, today: Today) -> None:
    """Draw the state of care, and the form that closes or reopens it.

    Each twin has a card, which offers to close the others' care as well.
    """
    everybody = (baby.person, *baby.others)
    still_open = [person for person in everybody if person.closed_on is None]
    own = baby.person.client_id
    is_twin = len(baby.twins) > 1
    shown = (baby.person,) if is_twin else everybody
    with card(f"care-{own}"):
        head("Care", "" if _is_bereaved(baby) else "a care that is closed well is no loss")
        for person in shown:
            if person.closed_on is not None:
                _draw_closed(scope, person, own)
        contact_done(baby.family_id, _message_place(own))
        slot = st.empty()
        if message := st.session_state.pop(f"{_MESSAGE}{own}", ""):
            slot.html(f'<p class="al-done" role="status">{escape(message)}</p>')
        # No closing form on the page of a baby who died: a parent's care is closed on her own page.
        if not baby.person.has_died and any(person.closed_on is None for person in shown):
            chosen = {person.client_id for person in shown}
            is_open = baby.person.is_infant and baby.person.closed_on is None
            infant = baby.person if is_open else None
            _draw_form(scope, _Form(own, still_open, chosen, infant, baby.contact.level), today)
        if baby.person.closed_on is None and baby.next_on is not None:
            note(f"A visit is booked on {fmt.day(baby.next_on)}: it would open care again.")
        if still := _still_booked_sentence(baby):
            note(still)


def _is_bereaved(baby: Baby) -> bool:
    """Return whether a baby of the family died, or that reason is being chosen."""
    reason = st.session_state.get(f"{_key(baby.person.client_id)}-reason")
    return reason == DIED or any(person.has_died for person in (baby.person, *baby.others))


def _still_booked_sentence(baby: Baby) -> str:
    """Return a sentence on the booked visit of a baby who died, and who else has it."""
    visit, name = baby.still_booked, baby.person.name
    if visit is None:
        return ""
    on = fmt.day(visit.day)
    if not visit.also:
        return f"{name}'s visit on {on} is still booked: cancel it in your scheduling system."
    who = fmt.join_list(other_client.name for other_client in visit.also)
    return f"{who}'s visit on {on} stands; {name}'s name is still on it in your scheduling system."


def _key(client_id: str) -> str:
    return f"al-close-{client_id}"


def _message_place(client_id: str) -> str:
    """Return the place for messages: the card of this client."""
    return f"care-{client_id}"


@dataclass(frozen=True)
class _Form:
    """The closing form of one card: `people` are offered, `chosen` ticked initially.

    `baby` is the infant of the card, None for a parent's; `contact` the family's current contact.
    """

    of: str
    people: Sequence[CaseloadClient]
    chosen: Collection[str]
    baby: CaseloadClient | None
    contact: Level

    @property
    def contact_key(self) -> str:
        # Another widget key for another contact, so that an earlier value does not count.
        return f"{self.key}-contact-{self.contact}"

    @property
    def key(self) -> str:
        return _key(self.of)

    def tick(self, client: CaseloadClient) -> str:
        return f"{self.key}-{client.client_id}"


def _draw_closed(scope: Scope, client: CaseloadClient, own: str) -> None:
    assert client.closed_on is not None
    if client.has_died:
        _draw_death(scope, client, own)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.html(
            f'<p class="al-sub"><b>{escape(client.name)}</b>: '
            f"{escape(_format_ending(client.closed_reason or ''))}, "
            f"{fmt.full_day(client.closed_on)}</p>"
        )
        st.button(
            f"Open {markdown(client.name)}'s care again",
            key=f"al-reopen-{client.client_id}",
            type="tertiary",
            on_click=_reopen,
            args=(scope, client, own),
        )


def _draw_death(scope: Scope, client: CaseloadClient, own: str) -> None:
    """Draw that a baby died, and its undo, which asks for confirmation."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<p class="al-died">{escape(client.death)}</p>')
        with st.popover("Entered by mistake", type="tertiary"):
            note(f"{client.name}'s care opens again, and contact with the family is as before.")
            st.button(
                f"{markdown(client.name)} did not die: take it back",
                key=f"al-reopen-{client.client_id}",
                on_click=_reopen,
                args=(scope, client, own),
            )


def _draw_form(scope: Scope, form: _Form, today: Today) -> None:
    alone = form.people[0].name if len(form.people) == 1 else ""
    with st.expander(f"Close {markdown(alone)}'s care" if alone else "Close care"):
        reasons = (*REASONS, DIED) if form.baby else REASONS
        # The reason is chosen outside the form, because a death has other fields.
        reason = st.selectbox("Reason", reasons, key=f"{form.key}-reason", format_func=_draw_reason)
        with st.form(form.key, border=False):
            if reason == DIED:
                _draw_death_fields(form, today)
                does = f"Keep that {markdown(form.baby.name if form.baby else '')} died"
            else:
                _draw_closing_fields(form, today)
                does = f"Close {markdown(alone)}'s care" if alone else "Close care of those ticked"
            st.form_submit_button(does, type="primary", on_click=_close, args=(scope, form))
            if refused := st.session_state.pop(f"{_REFUSED}{form.of}", ""):
                problem(refused)


def _draw_closing_fields(form: _Form, today: Today) -> None:
    if len(form.people) > 1:
        with st.container(key=f"al-picks-{form.of}", gap=None):
            for person in form.people:
                with st.container(key=f"al-pick-{form.of}-{person.client_id}"):
                    is_chosen = person.client_id in form.chosen
                    st.checkbox(markdown(person.name), is_chosen, key=form.tick(person))
    last = today.day
    st.date_input("Last day of care", last, key=f"{form.key}-day", max_value=last, format=_DAY)


def _draw_death_fields(form: _Form, today: Today) -> None:
    """Draw the fields for a baby's death, which is recorded for this baby only."""
    assert form.baby is not None
    others = [person for person in form.people if person.is_infant and person is not form.baby]
    with_others = (
        f" {fmt.join_list(other.name for other in others)}'s care stays open." if others else ""
    )
    note(
        f"{form.baby.name}'s care closes for good, and the family's check-in links end at once."
        f"{with_others}"
    )
    levels = levels_from(form.contact)
    st.selectbox(
        "Contact with the family",
        levels,
        index=levels.index(level_after_death(form.contact, others_in_care=bool(others))),
        key=form.contact_key,
        format_func=LEVEL_WORDS.__getitem__,
    )
    days = death_days(today.day)
    st.date_input(
        "Day of death",
        None,
        key=f"{form.key}-died-on",
        min_value=days.first,
        max_value=days.last,
        format=_DAY,
    )


def _format_ending(reason: str) -> str:
    """Return the reason for the end of care, in words fit for a family."""
    return f"{'Graduated' if reason in GRADUATED else 'Moved on'}, {reason}"


def _draw_reason(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:]}"


def _close(scope: Scope, form: _Form) -> None:
    if st.session_state[f"{form.key}-reason"] == DIED:
        _close_for_death(scope, form)
        return
    chosen = [person for person in form.people if st.session_state.get(form.tick(person), True)]
    day, reason = st.session_state[f"{form.key}-day"], st.session_state[f"{form.key}-reason"]
    if not chosen or not isinstance(day, date):
        why = "Nobody was ticked" if not chosen else "No day was chosen"
        st.session_state[f"{_REFUSED}{form.of}"] = f"{why}: nothing was closed."
        return
    who = fmt.join_list(person.name for person in chosen)
    _run(
        lambda: close_care(scope, [Closing(person.client_id, day, reason) for person in chosen]),
        form.of,
        f"Closed: {who}. {_format_ending(reason)}.",
    )


def _close_for_death(scope: Scope, form: _Form) -> None:
    assert form.baby is not None
    day, level = st.session_state[f"{form.key}-died-on"], st.session_state[form.contact_key]
    if not isinstance(day, date):
        st.session_state[f"{_REFUSED}{form.of}"] = "Choose the day: nothing was saved."
        return
    try:
        undo = save_death(scope, form.baby.client_id, day, level)
    except AllayError as error:
        st.session_state[f"{_REFUSED}{form.of}"] = str(error)
        return
    back, place = partial(undo_death, scope, undo), _message_place(form.of)
    tell_done(ContactFlash(undo.family_id, f"Kept that {form.baby.name} died.", back, place))


def _reopen(scope: Scope, client: CaseloadClient, own: str) -> None:
    act = revoke_mistaken_death if client.has_died else _reopen_client
    _run(lambda: act(scope, client.client_id), own, f"{client.name}'s care is open again.")


def _reopen_client(scope: Scope, client_id: str) -> None:
    reopen_care(scope, [client_id])


def _run(act: Callable[[], None], own: str, message: str) -> None:
    """Run an action of a client's card and save its outcome for the next run to show."""
    try:
        act()
    except AllayError as error:
        st.session_state[f"{_MESSAGE}{own}"] = str(error)
    else:
        st.session_state[f"{_MESSAGE}{own}"] = message
