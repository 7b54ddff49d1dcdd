"""The one place where contact with a family is set: three choices, a reason, at once, with Undo."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import streamlit as st

from allay_metrics import words
from allay_metrics.actions.contact import ContactUndo, set_contact, undo_contact
from allay_metrics.contact import LEVEL_WORDS, LEVELS, REASON_WORDS, REASONS, Level
from allay_metrics.errors import AllayError
from allay_metrics.records import Scope
from allay_metrics.review.contacts import FamilyContact
from allay_metrics.ui.html import escape, markdown
from allay_metrics.ui.problem import problem

_SAID, _WRONG = "al-contact-said", "al-contact-wrong"
_MEANS = {
    "yes": "as usual",
    "practical": "about a visit that stands",
    "none": "no call, text, check-in or mail",
}


@dataclass(frozen=True)
class Done:
    """What was done about a family's contact, in a sentence, and the way back, if there is one."""

    family_id: str
    sentence: str
    undo: Callable[[], None] | None = None


def contact_control(scope: Scope, one: FamilyContact, *, key: str = "") -> None:
    """Draw what was said of contact, and the menu that sets it; nothing while names are hidden."""
    if scope.viewer.hides_names:
        return
    id_ = f"{key or 'family'}-{one.family_id}"
    with st.container(
        key=f"al-contact-{id_}", horizontal=True, vertical_alignment="center", gap="small"
    ):
        if one.contact.sentence:
            st.html(f'<p class="al-contact">{escape(contact_words(one))}</p>', width="stretch")
        with st.popover(f"Contact: {LEVEL_WORDS[one.contact.level].lower()}", type="tertiary"):
            _menu(scope, one, id_)


def contact_done() -> None:
    """Draw what was done last, with Undo, or why it was refused; nothing for nothing."""
    if wrong := st.session_state.pop(_WRONG, ""):
        problem(wrong)
    done: Done | None = st.session_state.get(_SAID)
    if done is None:
        return
    with st.container(
        key="al-contact-done", horizontal=True, vertical_alignment="center", gap="small"
    ):
        st.html(f'<p class="al-done" role="status">{escape(done.sentence)}</p>', width="stretch")
        if done.undo is not None:
            st.button("Undo", key="al-contact-undo", on_click=_undo, args=(done,))


def tell_done(done: Done) -> None:
    """Keep what was done, for the next run to say."""
    st.session_state[_SAID] = done


def tell_refused(why: str) -> None:
    """Keep why something was refused, for the next run to say."""
    st.session_state[_WRONG] = why


def forget_done(family_id: str = "") -> None:
    """Tell no more of what was done last, but of this family."""
    done: Done | None = st.session_state.get(_SAID)
    if done is not None and done.family_id != family_id:
        del st.session_state[_SAID]


def contact_words(one: FamilyContact) -> str:
    """Return what was said of contact and by whom, as `No contact: bereaved. Set by owner`."""
    if one.set_on is None:
        return f"{one.contact.sentence}."
    return f"{one.contact.sentence}. Set by {one.set_by}, {words.short_day(one.set_on)}."


def _menu(scope: Scope, one: FamilyContact, id_: str) -> None:
    st.html(f'<p class="al-sub">Contact with the {escape(one.name)} family</p>')
    reason = f"al-contact-why-{id_}"
    st.pills(
        f"Why contact with the {markdown(one.name)} family is not as usual",
        REASONS,
        key=reason,
        default=one.contact.reason or REASONS[0],
        required=True,
        format_func=lambda why: REASON_WORDS[why].capitalize(),
        label_visibility="collapsed",
    )
    for level in LEVELS:
        st.button(
            f"**{LEVEL_WORDS[level]}**, {_MEANS[level]}",
            key=f"al-contact-{level}-{id_}",
            type="primary" if level == one.contact.level else "secondary",
            width="stretch",
            on_click=_set,
            args=(scope, one, level, reason),
        )


def _set(scope: Scope, one: FamilyContact, level: Level, reason: str) -> None:
    try:
        undo: ContactUndo = set_contact(
            scope, one.family_id, level, st.session_state[reason] if level != "yes" else ""
        )
    except AllayError as error:
        tell_refused(str(error))
        return
    said = LEVEL_WORDS[level].lower()
    why = f", {REASON_WORDS[st.session_state[reason]]}" if level != "yes" else ""
    sentence = f"Contact with the {one.name} family: {said}{why}."
    tell_done(Done(one.family_id, sentence, partial(undo_contact, scope, undo)))


def _undo(done: Done) -> None:
    assert done.undo is not None
    st.session_state.pop(_SAID, None)
    try:
        done.undo()
    except AllayError as error:
        tell_refused(str(error))
    else:
        tell_done(Done(done.family_id, "Undone: all is as it was."))
