"""Viewing as a therapist: the owner may see the pages of one of her therapists.

Everything then runs in that therapist's scope. Only this module knows about it.
"""

from dataclasses import replace

import streamlit as st

from allay_metrics.records import UNKNOWN, Scope
from allay_metrics.review.filter_choices import read_choices
from allay_metrics.ui.cached_by_version import cached_by_version

AS = "as"  # in the address: the start of her id, never her name
_KEPT, _PICK = "al-looking-as", "al-as"
_LETTERS = 8
OWNER = "Owner"

_choices = cached_by_version(read_choices)


def apply_view_as(owner: Scope) -> Scope:
    """Return the scope of the therapist the owner views as, else the owner's own."""
    chosen = _chosen_id(owner)
    if not chosen:
        return owner
    return replace(owner, viewer=replace(owner.viewer, role="therapist", therapist_id=chosen))


def therapists(owner: Scope) -> dict[str, str]:
    """Return the names of the therapists to view as, by id."""
    names = _choices(owner).therapists
    return {id_: name for id_, name in names.items() if name != UNKNOWN}


def pick(owner: Scope) -> None:
    """Draw the picker where there is a therapist to view as."""
    names = therapists(owner)
    if not names:
        return
    st.session_state[_PICK] = _chosen_id(owner) or ""
    with st.container(key="al-look-as", width="content"):
        st.selectbox(
            "Look as",
            ("", *names),
            key=_PICK,
            format_func=lambda id_: names.get(id_, OWNER),
            label_visibility="collapsed",
            required=True,
            width=158,
            on_change=_view_as,
        )


def choose_view_as(therapist_id: str) -> None:
    """View as this therapist from the next run on; an empty id returns to the owner."""
    st.session_state[_KEPT] = therapist_id
    if therapist_id:
        st.query_params[AS] = therapist_id[:_LETTERS]
    else:
        st.query_params.pop(AS, None)


def _view_as() -> None:
    choose_view_as(st.session_state[_PICK])


def _chosen_id(owner: Scope) -> str | None:
    """Return the therapist's id from the address, else from the session."""
    names = therapists(owner)
    id_in_address = st.query_params.get(AS, "")
    named = [id_ for id_ in names if id_in_address and id_[:_LETTERS] == id_in_address]
    if named:
        st.session_state[_KEPT] = named[0]
    kept = st.session_state.get(_KEPT)
    if kept not in names:
        return None
    if not id_in_address:
        st.query_params[AS] = str(kept)[:_LETTERS]
    return str(kept)
