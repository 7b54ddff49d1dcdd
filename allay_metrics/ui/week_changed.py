"""What changed since the week before, and the owner's note on the week."""

from datetime import date

import streamlit as st

from allay_metrics import words
from allay_metrics.actions.weeks import save_note
from allay_metrics.errors import Conflict
from allay_metrics.records import Scope
from allay_metrics.review.changed import Difference, WhatChanged
from allay_metrics.review.week import Note, WeekReview, read_note
from allay_metrics.ui.card import card, delta_row, head, note, say
from allay_metrics.ui.cities_words import shown as city_shown
from allay_metrics.ui.problem import problem
from allay_metrics.ui.week_tiles import shown

_NO_NOTE = Note("", 0)


def week_changed(scope: Scope, review: WeekReview) -> None:
    """Draw the card of what changed, what was restated, and the note."""
    changed = review.changed
    with card("changed", fill=True):
        head("What changed", _against(changed))
        say(" ".join([_in_all(changed), *_outside(changed)]))
        cities = [_difference(one) for one in changed.cities]
        if changed.others:
            cities.append(("all others", words.signed(changed.others)))
        types = [(one.name, words.signed(one.change)) for one in changed.types]
        if cities or types:
            delta_row(cities, types)
        for sentence in review.restated:
            note(f"Restated: {sentence}")
        week_note(scope, review.monday, review.note)


def week_note(scope: Scope, monday: date, there: Note) -> None:
    """Draw the note of a week; it is kept as soon as the field is left."""
    key = _key(monday)
    base: Note = st.session_state.get(f"{key}-base", _NO_NOTE)
    # What somebody else wrote meanwhile is shown, unless this person has words of her own there.
    if key not in st.session_state or st.session_state[key] == base.text:
        st.session_state[key] = there.text
        st.session_state[f"{key}-base"] = there
    st.text_area(
        "Note on this week",
        key=key,
        label_visibility="collapsed",
        placeholder="Note: what I want to remember about this week",
        height="stretch",
        on_change=_save,
        args=(scope, monday),
    )
    if f"{key}-theirs" in st.session_state:
        _both(scope, monday)


def _save(scope: Scope, monday: date) -> None:
    key = _key(monday)
    base: Note = st.session_state.get(f"{key}-base", _NO_NOTE)
    text = st.session_state[key]
    try:
        version = save_note(scope, monday, text, base.version)
    except Conflict:
        st.session_state[f"{key}-theirs"] = read_note(scope, monday)
        return
    st.session_state[f"{key}-base"] = Note(text, version)
    st.session_state.pop(f"{key}-theirs", None)
    st.toast("Note kept.")


def _both(scope: Scope, monday: date) -> None:
    """Draw both texts of a note that two people wrote at once; nothing is lost."""
    key = _key(monday)
    theirs: Note = st.session_state[f"{key}-theirs"]
    problem(
        "This note was changed meanwhile. Yours stands above and is not kept yet. "
        f"The other one says:\n\n{theirs.text or '(nothing)'}"
    )
    choices = {
        "Keep mine": st.session_state[key],
        "Take the other": theirs.text,
        "Keep both": f"{theirs.text}\n{st.session_state[key]}".strip(),
    }
    with st.container(key="al-note-choices", horizontal=True, gap="xsmall"):
        for label, text in choices.items():
            st.button(
                label, key=f"{key}-{label}", on_click=_settle, args=(scope, monday, theirs, text)
            )


def _settle(scope: Scope, monday: date, theirs: Note, text: str) -> None:
    key = _key(monday)
    st.session_state[f"{key}-base"] = theirs
    st.session_state[key] = text
    _save(scope, monday)


def _key(monday: date) -> str:
    return f"al-field-note-{monday.isoformat()}"


def _against(changed: WhatChanged) -> str:
    if changed.days is None:
        return "against the week before"
    return f"against the same {words.plural(changed.days, 'day')} of the week before"


def _in_all(changed: WhatChanged) -> str:
    now = f"**{words.number(changed.now)}**"
    if changed.why_not:
        return f"Completed visits: {now}. ~~Not compared: {changed.why_not}.~~"
    went = f"went from {words.number(changed.before)} to {now}"
    if changed.now == changed.before:
        went = f"stayed at {now}"
    if changed.usual is None or changed.days is not None:
        return f"Completed visits {went}."
    place = f"**◆ {changed.signal}**" if changed.signal else "~~inside~~"
    return f"Completed visits {went}, {place} ~~the usual range.~~"


def _outside(changed: WhatChanged) -> list[str]:
    """Return a sentence for each further number outside its usual range."""
    return [
        f"{one.metric.label}: **{shown(one, one.now.cell).text}**, "
        f"**◆ {one.now.signal}** ~~the usual range.~~"
        for one in changed.outside
        if one.metric.key != "completed"
    ]


def _difference(one: Difference) -> tuple[str, str]:
    return city_shown(one.name), words.signed(one.change)
