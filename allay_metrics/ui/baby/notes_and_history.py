"""The note for a client's next visit, and the history tags."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.notes import add_tag, mark_client, remove_tag, save_client_note
from allay_metrics.caseload.baby import SUGGESTED, Baby, read_note
from allay_metrics.errors import AllayError
from allay_metrics.records import Scope
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.html import escape, markdown
from allay_metrics.ui.name_hiding import WHY
from allay_metrics.ui.note_field import NoteField
from allay_metrics.ui.problem import problem

_REFUSED = "al-baby-refused"


def _draw_refusal(key: str) -> None:
    """Draw, below its field, why the last change was not saved."""
    if refused := st.session_state.pop(f"{_REFUSED}-{key}", ""):
        problem(refused)


def note_card(scope: Scope, baby: Baby) -> None:
    """Draw the note for the next visit, and the mark that puts the client first."""
    id_ = baby.person.client_id
    with card(f"note-{id_}"):
        head("Note for the next visit", _stored_note(baby))
        if scope.viewer.hides_names:
            note(WHY)
            return
        NoteField(
            key=f"al-field-client-{id_}",
            label=f"Note for {baby.person.name}'s next visit",
            placeholder="What to remember, ask or bring",
            read=partial(read_note, scope, id_),
            save=partial(save_client_note, scope, id_),
            height=110,
        ).draw(baby.note)
        key = f"al-mark-{id_}"
        st.session_state[key] = baby.note.attention
        st.toggle(
            "Look at this one first",
            key=key,
            on_change=_run,
            args=(key, lambda: mark_client(scope, id_, attention=st.session_state[key])),
        )
        _draw_refusal(key)


def history_card(scope: Scope, baby: Baby) -> None:
    """Draw the concern and the history tags, each added or removed by one tap."""
    id_ = baby.person.client_id
    with card(f"history-{id_}"):
        head("History", "tap to add or take away")
        if baby.concerns:
            st.html(f'<p class="al-sub"><b>Came for</b> {escape(", ".join(baby.concerns))}</p>')
        current_tags = {tag.casefold() for tag in baby.tags}
        offered = [*baby.tags, *(tag for tag in SUGGESTED if tag.casefold() not in current_tags)]
        key = f"al-tags-{id_}"
        st.session_state[key] = list(baby.tags)
        st.pills(
            f"History of {markdown(baby.person.name)}",
            offered,
            key=key,
            selection_mode="multi",
            format_func=markdown,
            label_visibility="collapsed",
            on_change=_run,
            args=(key, lambda: _change_tags(scope, id_, baby.tags, st.session_state[key])),
        )
        _draw_refusal(key)
        own = f"al-own-tag-{id_}"
        st.text_input(
            f"Something else about {markdown(baby.person.name)}",
            key=own,
            placeholder="Something else, then Enter",
            label_visibility="collapsed",
            max_chars=60,
            on_change=_run,
            args=(own, lambda: _add_own(scope, id_, own)),
        )
        _draw_refusal(own)


def _stored_note(baby: Baby) -> str:
    if baby.note.written_at is None or not baby.note.text:
        return ""
    return f"{baby.note.written_by}, {fmt.short_day(baby.note.written_at.date())}"


def _change_tags(
    scope: Scope, client_id: str, before: Sequence[str], chosen: Sequence[str]
) -> None:
    for tag in chosen:
        if tag not in before:
            add_tag(scope, client_id, tag)
    for tag in before:
        if tag not in chosen:
            remove_tag(scope, client_id, tag)


def _add_own(scope: Scope, client_id: str, key: str) -> None:
    if st.session_state[key].strip():
        add_tag(scope, client_id, st.session_state[key])
    st.session_state[key] = ""


def _run(key: str, act: Callable[[], None]) -> None:
    """Run an action of a field; the next run shows its error below the field."""
    try:
        act()
    except AllayError as error:
        st.session_state[f"{_REFUSED}-{key}"] = str(error)
