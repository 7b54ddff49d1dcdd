"""The one place where contact with a family is set: three choices, a reason, at once, with Undo."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.contact_changes import ContactUndo, set_contact, undo_contact
from allay_metrics.contact import LEVEL_WORDS, LEVELS, REASON_WORDS, REASONS, Level
from allay_metrics.errors import AllayError
from allay_metrics.records import Scope
from allay_metrics.review.contacts import FamilyContact
from allay_metrics.ui.html import escape, markdown
from allay_metrics.ui.problem import problem

_DONE = "al-contact-said"
_MEANS = {
    "yes": "as usual",
    "practical": "about a visit that stands",
    "none": "no call, text, check-in or mail",
}


@dataclass(frozen=True)
class Done:
    """What was done about a family's contact, in a sentence, and the way back, if there is one.

    `place` is where on its page it is said, '' for beside the menu; `brief` is said where the page
    shows beside it what stands now. `is_refused` says that nothing was done, the sentence why.
    """

    family_id: str
    sentence: str
    undo: Callable[[], None] | None = None
    place: str = ""
    brief: str = ""
    is_refused: bool = False


def contact_control(scope: Scope, contact: FamilyContact, *, key: str = "") -> None:
    """Draw what was said of contact, and the menu that sets it; nothing while names are hidden."""
    if scope.viewer.hides_names:
        return
    id_ = f"{key or 'family'}-{contact.family_id}"
    with st.container(
        key=f"al-contact-{id_}", horizontal=True, vertical_alignment="center", gap="small"
    ):
        if contact.contact.sentence:
            st.html(f'<p class="al-contact">{escape(contact_words(contact))}</p>', width="stretch")
        # What stands is said once: by the sentence, where there is one.
        label = "Change contact" if contact.contact.sentence else "Contact: yes"
        with st.popover(label, type="tertiary"):
            _menu(scope, contact, id_)


def contact_done(family_id: str, place: str = "", *, is_brief: bool = False) -> None:
    """Draw what was just done for this family in this place, with Undo; nothing for nothing.

    It is said until the next thing is done, be it elsewhere. `is_brief` where the page shows beside
    it what stands now.
    """
    # Its place is kept where nothing is said: what is open below would close as it goes.
    slot = st.empty()
    done: Done | None = st.session_state.get(_DONE)
    if done is None or (done.family_id, done.place) != (family_id, place):
        return
    del st.session_state[_DONE]
    if done.is_refused:
        with slot.container():
            problem(done.sentence)
        return
    with slot.container(
        key="al-contact-done", horizontal=True, vertical_alignment="center", gap="small"
    ):
        sentence = (is_brief and done.brief) or done.sentence
        st.html(f'<p class="al-done" role="status">{escape(sentence)}</p>', width="stretch")
        if place:
            # The form that was tapped is closed now: the card's own words may lie out of sight.
            st.toast(markdown(sentence))
        if done.undo is not None:
            st.button("Undo", key="al-contact-undo", on_click=_undo, args=(done,))


def tell_done(done: Done) -> None:
    """Keep what was done, for the next run to say."""
    st.session_state[_DONE] = done


def done_of() -> str:
    """Return the family of which something was just done, '' for none."""
    done: Done | None = st.session_state.get(_DONE)
    return done.family_id if done else ""


def contact_words(contact: FamilyContact) -> str:
    """Return what was said of contact and by whom, as `No contact: bereaved. Set by owner`."""
    if contact.set_on is None:
        return f"{contact.contact.sentence}."
    return f"{contact.contact.sentence}. Set by {contact.set_by}, {fmt.short_day(contact.set_on)}."


def _menu(scope: Scope, contact: FamilyContact, id_: str) -> None:
    """Draw the choices: of those not as usual a reason is the tap, so that none is guessed."""
    st.html(f'<p class="al-sub">Contact with the {escape(contact.name)} family</p>')
    st.button(
        f"**{LEVEL_WORDS['yes']}**, {_MEANS['yes']}",
        key=f"al-contact-yes-{id_}",
        type="primary" if contact.contact.level == "yes" else "secondary",
        width="stretch",
        on_click=_set,
        args=(scope, contact, "yes"),
    )
    for level in LEVELS[1:]:
        stands = contact.contact.reason if contact.contact.level == level else None
        # Another field where contact stands otherwise: what was tapped before is no tap.
        key = f"al-contact-{level}-{id_}-{contact.contact.level}-{contact.contact.reason}"
        st.pills(
            f"**{LEVEL_WORDS[level]}**, {_MEANS[level]}, because",
            REASONS,
            key=key,
            default=stands,
            format_func=lambda why: REASON_WORDS[why].capitalize(),
            on_change=_set_because,
            args=(scope, contact, level, key),
        )


def _set_because(scope: Scope, contact: FamilyContact, level: Level, key: str) -> None:
    # A second tap on what stands says nothing new.
    if reason := st.session_state[key]:
        _set(scope, contact, level, reason)


def _set(scope: Scope, contact: FamilyContact, level: Level, reason: str = "") -> None:
    try:
        undo: ContactUndo = set_contact(scope, contact.family_id, level, reason)
    except AllayError as error:
        tell_done(Done(contact.family_id, str(error), is_refused=True))
        return
    level_words = LEVEL_WORDS[level].lower()
    why = f", {REASON_WORDS[reason]}" if reason else ""
    sentence = f"Contact with the {contact.name} family: {level_words}{why}."
    tell_done(Done(contact.family_id, sentence, partial(undo_contact, scope, undo), brief="Kept."))


def _undo(done: Done) -> None:
    assert done.undo is not None
    try:
        done.undo()
    except AllayError as error:
        tell_done(replace(done, sentence=str(error), undo=None, is_refused=True))
    else:
        tell_done(replace(done, sentence="Undone: all is as it was.", undo=None, brief=""))
