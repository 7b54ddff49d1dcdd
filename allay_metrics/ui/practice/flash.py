"""Flash messages: the outcome of the last action on the Practice page, with Undo."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.override_effects import Move
from allay_metrics.actions.overrides import OverrideChange, undo_overrides
from allay_metrics.errors import AllayError
from allay_metrics.records import Scope
from allay_metrics.ui.cities.city_drilldown import format_city as city_shown
from allay_metrics.ui.html import TYPE_WORDS, escape
from allay_metrics.ui.problem import problem

FLASH, WRONG, _PAGE = "al-practice-told", "al-practice-wrong", "al-practice-page"
_WAYS = 3
Result = TypeVar("Result")


@dataclass(frozen=True)
class Flash:
    """A message and its undo; None where it cannot be undone."""

    sentence: str
    undo: Callable[[], OverrideChange | int] | None = None


def run_override(scope: Scope, done: str, action: Callable[[], OverrideChange]) -> bool:
    """Run an override, save the message, and return whether it worked."""

    def describe(saved: OverrideChange) -> Flash:
        return Flash(f"{done} {describe_moves(saved)}", lambda: undo_overrides(scope, saved.undo))

    return run_action(action, describe)


def run_action(action: Callable[[], Result], describe: Callable[[Result], Flash]) -> bool:
    """Run an action that may be refused; save its message, or why it was refused."""
    st.session_state.pop(FLASH, None)
    try:
        st.session_state[FLASH] = describe(action())
    except AllayError as error:
        st.session_state[WRONG] = str(error)
        return False
    return True


def draw_flash(page: str) -> None:
    """Draw the message of the last action on this page, with Undo, or why it was refused."""
    if st.session_state.get(_PAGE, page) != page:
        clear_flash()
    st.session_state[_PAGE] = page
    if wrong := st.session_state.pop(WRONG, ""):
        problem(wrong)
    flash: Flash | None = st.session_state.get(FLASH)
    if flash is None:
        return
    if flash.undo is None:
        clear_flash()  # nothing to undo: shown until the next action
    with st.container(
        key="al-card-saved", border=True, horizontal=True, vertical_alignment="center"
    ):
        st.html(f'<p class="al-done" role="status">{escape(flash.sentence)}</p>', width="stretch")
        if flash.undo:
            st.button("Undo", key="al-undo-choice", on_click=_undo, args=(flash,))


def clear_flash() -> None:
    """Clear the message; for a click that leads elsewhere."""
    st.session_state.pop(FLASH, None)


def _undo(flash: Flash) -> None:
    assert flash.undo is not None
    run_action(flash.undo, lambda result: Flash(f"Undone. {_count(result)}"))


def _count(result: OverrideChange | int) -> str:
    visits = result if isinstance(result, int) else result.visits
    return f"{fmt.plural(visits, 'visit')} changed back." if visits else "No visit changed by it."


def describe_moves(saved: OverrideChange) -> str:
    """Return what moved, as `12 visits moved from Unknown to Oakland`."""
    if not saved.visits:
        return "No visit on file changes by it."
    parts = [_describe_move(way) for way in saved.moves[:_WAYS]]
    rest = sum(way.visits for way in saved.moves[_WAYS:])
    if rest:
        parts.append(f"{fmt.number(rest)} more moved elsewhere")
    return f"{'; '.join(parts)}." if parts else f"{fmt.plural(saved.visits, 'visit')} moved."


def _describe_move(way: Move) -> str:
    count = fmt.plural(way.visits, "visit")
    if way.what == "city":
        return f"{count} moved from {city_shown(way.before)} to {city_shown(way.after)}"
    if way.what == "type":
        return f"{count} moved from {types_shown(way.before)} to {types_shown(way.after)}"
    if way.what == "base":
        start = way.after or "nowhere"
        return f"{count} now {'starts' if way.visits == 1 else 'start'} the drive from {start}"
    if way.before == way.after:
        return f"{count} of {way.before} changed family"
    return f"{count} moved from family {way.before} to {way.after}"


def types_shown(types: str) -> str:
    """Return `CST + lactation` for `cst+lactation`."""
    first, *second = [TYPE_WORDS.get(each, each) for each in types.split("+") if each]
    return " + ".join([first, *(each if each == "CST" else each.lower() for each in second)])
