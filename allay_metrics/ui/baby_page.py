"""Baby: one client, and the twin beside."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from allay_metrics import words
from allay_metrics.actions.notes import add_tag, mark_client, remove_tag, save_client_note
from allay_metrics.caseload.baby import SUGGESTED, Baby, read_baby, read_note
from allay_metrics.caseload.people import Person
from allay_metrics.caseload.today import Today, today_of
from allay_metrics.errors import AllayError
from allay_metrics.records import Scope
from allay_metrics.ui.baby_care import care_card
from allay_metrics.ui.baby_visits import visits_card
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.caseload_words import CASELOAD, CLIENT, GO, OPEN, STATE_WORDS, chip, open_baby
from allay_metrics.ui.filters import carried
from allay_metrics.ui.html import button, escape, markdown
from allay_metrics.ui.note_field import NoteField
from allay_metrics.ui.opening import opened
from allay_metrics.ui.outcomes_baby import outcomes_card
from allay_metrics.ui.problem import problem
from allay_metrics.ui.shell import page_head

_REFUSED = "al-baby-refused"


def baby_page(scope: Scope) -> None:
    """Draw the client the address names; twins stand side by side."""
    tapped = opened() or ""
    if tapped.startswith(OPEN):
        open_baby(tapped.removeprefix(OPEN))
    with st.container(key="al-back"):
        st.page_link(
            CASELOAD, label="Caseload", icon=":material/arrow_back:", query_params=carried()
        )
    today = today_of(scope)
    baby = read_baby(scope, today, st.query_params.get(CLIENT, ""))
    page_head(baby.person.name, _second(baby, today), _known(baby))
    if refused := st.session_state.pop(_REFUSED, ""):
        problem(refused)
    if len(baby.twins) > 1:
        _twins(scope, baby, today)
    left, right = st.columns([1.15, 1], gap="small")
    with left:
        _note_card(scope, baby)
        _history_card(scope, baby)
        care_card(scope, baby, today)
    with right:
        outcomes_card(scope, baby.person.client_id)
        visits_card(baby)
        _family_card(baby, today)


def _second(baby: Baby, today: Today) -> str:
    age = baby.person.age(today.day) if baby.person.is_infant else baby.person.kind
    return ", ".join(filter(None, (age, f"{baby.family} family")))


def _known(baby: Baby) -> list[str]:
    done = sum(one.number is not None for one in baby.visits)
    last = f"last {words.day(baby.last_on)}" if baby.last_on else "not seen yet"
    upcoming = f"next {words.day(baby.next_on)}" if baby.next_on else "nothing booked"
    return [f"**{STATE_WORDS[baby.state]}**", words.plural(done, "visit"), last, upcoming]


def _twins(scope: Scope, baby: Baby, today: Today) -> None:
    """Draw the babies of one birth side by side, on a phone too."""
    others = [read_baby(scope, today, one.client_id) for one in baby.twins[1:]]
    each = "".join(_twin(one, is_here=one is baby) for one in (baby, *others))
    with card("twins"):
        st.html(f'<div class="al-twins">{each}</div>')


def _twin(baby: Baby, *, is_here: bool) -> str:
    name = escape(baby.person.name)
    title = name if is_here else button(f"{name} {GO}", OPEN + baby.person.client_id)
    done = sum(one.number is not None for one in baby.visits)
    lines = [words.plural(done, "visit"), ", ".join(baby.tags), baby.note.text]
    rest = "".join(f'<p class="al-sub">{escape(line)}</p>' for line in lines if line)
    return f"<section><h2>{title}</h2><p>{chip(baby.state)}</p>{rest}</section>"


def _note_card(scope: Scope, baby: Baby) -> None:
    id_ = baby.person.client_id
    with card("note"):
        head("Note for the next visit", _written(baby))
        NoteField(
            key=f"al-field-client-{id_}",
            label="Note for the next visit",
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
            on_change=_try,
            args=(lambda: mark_client(scope, id_, attention=st.session_state[key]),),
        )


def _written(baby: Baby) -> str:
    if baby.note.written_at is None or not baby.note.text:
        return ""
    return f"{baby.note.written_by}, {words.short_day(baby.note.written_at.date())}"


def _history_card(scope: Scope, baby: Baby) -> None:
    id_ = baby.person.client_id
    with card("history"):
        head("History", "tap to add or take away")
        if baby.concerns:
            st.html(f'<p class="al-sub"><b>Came for</b> {escape(", ".join(baby.concerns))}</p>')
        known = {tag.casefold() for tag in baby.tags}
        offered = [*baby.tags, *(tag for tag in SUGGESTED if tag.casefold() not in known)]
        key = f"al-tags-{id_}"
        st.session_state[key] = list(baby.tags)
        with st.container(key="al-tags"):
            st.pills(
                "History",
                offered,
                key=key,
                selection_mode="multi",
                format_func=markdown,
                label_visibility="collapsed",
                on_change=_try,
                args=(lambda: _change_tags(scope, id_, baby.tags, st.session_state[key]),),
            )
        own = f"al-own-tag-{id_}"
        st.text_input(
            "Something else",
            key=own,
            placeholder="Something else, then Enter",
            label_visibility="collapsed",
            max_chars=60,
            on_change=_try,
            args=(lambda: _add_own(scope, id_, own),),
        )


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


def _family_card(baby: Baby, today: Today) -> None:
    with card("team"):
        head(f"The {baby.family} family")
        rest = [one for one in baby.others if one not in baby.twins]
        if rest:
            st.html(f'<ul class="al-fams">{"".join(_other(one, today) for one in rest)}</ul>')
        who = words.listed(baby.team)
        note(f"Also seen by {who}." if who else "Nobody else here has seen this family.")


def _other(person: Person, today: Today) -> str:
    about = person.age(today.day) or person.kind
    inside = f'<span class="who"><b>{escape(person.name)}</b> {escape(about)}</span>'
    return f"<li>{button(inside, OPEN + person.client_id)}</li>"


def _try(act: Callable[[], None]) -> None:
    """Do what was asked for; what goes wrong is shown by the next run."""
    try:
        act()
    except AllayError as error:
        st.session_state[_REFUSED] = str(error)
