"""The audit trail for the owner, filtered and paged."""

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.records import Scope
from allay_metrics.review.audit_trail import (
    KINDS,
    PAGE,
    Actor,
    TrailLine,
    check_trail,
    read_actors,
    read_trail,
)
from allay_metrics.ui.cached_by_version import cached_by_version
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.html_table import table
from allay_metrics.ui.problem import problem

_EVERYBODY, _EVERYTHING = "Everybody", "Everything"
_WHO, _KIND, _FROM = "al-trail-who", "al-trail-kind", "al-trail-from"
_broken = cached_by_version(check_trail)


def trail_card(scope: Scope) -> None:
    """Draw whether the chain is intact, the two filters, and a page of lines."""
    with card("trail"):
        number, breaks = _broken(scope)
        head("Who did what", fmt.plural(number, "line"))
        if breaks:
            problem(f"The audit trail was altered. {' '.join(breaks[:3])}")
        else:
            note("**Unbroken.** Each line covers the one before: none was changed or taken out.")
        trail_lines = read_trail(
            scope, doer=_choose_actor(scope), kind=_choose_kind(), before=_start()
        )
        if not trail_lines:
            note("Nothing of this kind so far.")
            return
        rows = [
            [fmt.moment(line.at), line.who, line.action, line.about or fmt.DASH]
            for line in trail_lines[:PAGE]
        ]
        table(["When", "Who", "What", "About"], rows, caption="Audit trail", left=range(1, 4))
        _turn(trail_lines)


def _choose_actor(scope: Scope) -> Actor | None:
    people = {actor.name: actor for actor in read_actors(scope)}
    left, right = st.columns(2, gap="small")
    with left:
        chosen = st.selectbox("Who", [_EVERYBODY, *people], key=_WHO, on_change=_to_newest)
    with right:
        st.selectbox("What", [_EVERYTHING, *KINDS], key=_KIND, on_change=_to_newest)
    return people.get(chosen)


def _choose_kind() -> str:
    chosen = str(st.session_state[_KIND])
    return "" if chosen == _EVERYTHING else chosen


def _start() -> int | None:
    pages: list[int] = st.session_state.setdefault(_FROM, [])
    return pages[-1] if pages else None


def _turn(trail_lines: list[TrailLine]) -> None:
    pages: list[int] = st.session_state[_FROM]
    with st.container(horizontal=True, gap="small", key="al-trail-turn"):
        if pages:
            st.button("Newer", key="al-trail-newer", on_click=_newer)
        if len(trail_lines) > PAGE:
            older = trail_lines[PAGE - 1].number
            st.button("Older", key="al-trail-older", on_click=pages.append, args=(older,))


def _newer() -> None:
    st.session_state[_FROM].pop()


def _to_newest() -> None:
    st.session_state[_FROM] = []
