"""The control that sets contact with a family: three choices, a reason, at once, with Undo."""

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
class ContactFlash:
    """The outcome of a change of a family's contact, as a sentence, with its undo if there is one.

    `place` is where on its page it is shown, '' for beside the menu; `brief` is shown where the
    page shows the current contact, too. `is_refused`: nothing was done, the sentence says why.
    """

    family_id: str
    sentence: str
    undo: Callable[[], None] | None = None
    place: str = ""
    brief: str = ""
    is_refused: bool = False


def contact_control(scope: Scope, contact: FamilyContact, *, key: str = "") -> None:
    """Draw the current contact and the menu that sets it; nothing while names are hidden."""
    if scope.viewer.hides_names:
        return
    id_ = f"{key or 'family'}-{contact.family_id}"
    with st.container(
        key=f"al-contact-{id_}", horizontal=True, vertical_alignment="center", gap="small"
    ):
        if contact.contact.sentence:
            st.html(f'<p class="al-contact">{escape(contact_words(contact))}</p>', width="stretch")
        # The current contact is shown once: by the sentence, if there is one.
        label = "Change contact" if contact.contact.sentence else "Contact: yes"
        with st.popover(label, type="tertiary"):
            _menu(scope, contact, id_)


def contact_done(family_id: str, place: str = "", *, is_brief: bool = False) -> None:
    """Draw the last change of this family's contact in this place, with Undo, if there is one.

    It stays until the next change, also of another family. `is_brief` where the page shows the
    current contact, too.
    """
    # Always reserve its place: expanders below would close when it disappears.
    slot = st.empty()
    done: ContactFlash | None = st.session_state.get(_DONE)
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
            # The tapped form is closed now, and the card's own sentence may be out of sight.
            st.toast(markdown(sentence))
        if done.undo is not None:
            st.button("Undo", key="al-contact-undo", on_click=_undo, args=(done,))


def tell_done(done: ContactFlash) -> None:
    """Save the outcome for the next run to show."""
    st.session_state[_DONE] = done


def done_of() -> str:
    """Return the id of the family just changed, '' for none."""
    done: ContactFlash | None = st.session_state.get(_DONE)
    return done.family_id if done else ""


def contact_words(contact: FamilyContact) -> str:
    """Return the contact and who set it, as `No contact: bereaved. Set by owner`."""
    if contact.set_on is None:
        return f"{contact.contact.sentence}."
    return f"{contact.contact.sentence}. Set by {contact.set_by}, {fmt.short_day(contact.set_on)}."


def _menu(scope: Scope, contact: FamilyContact, id_: str) -> None:
    """Draw the choices; a restriction is chosen by its reason, so that none is missing."""
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
        # Another widget key for another contact, so that the earlier tap does not count again.
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
    # A tap on the current contact changes nothing.
    if reason := st.session_state[key]:
        _set(scope, contact, level, reason)


def _set(scope: Scope, contact: FamilyContact, level: Level, reason: str = "") -> None:
    try:
        undo: ContactUndo = set_contact(scope, contact.family_id, level, reason)
    except AllayError as error:
        tell_done(ContactFlash(contact.family_id, str(error), is_refused=True))
        return
    level_words = LEVEL_WORDS[level].lower()
    why = f", {REASON_WORDS[reason]}" if reason else ""
    sentence = f"Contact with the {contact.name} family: {level_words}{why}."
    tell_done(
        ContactFlash(contact.family_id, sentence, partial(undo_contact, scope, undo), brief="Kept.")
    )


def _undo(done: ContactFlash) -> None:
    assert done.undo is not None
    try:
        done.undo()
    except AllayError as error:
        tell_done(replace(done, sentence=str(error), undo=None, is_refused=True))
    else:
        tell_done(replace(done, sentence="Undone: everything is as it was.", undo=None, brief=""))
