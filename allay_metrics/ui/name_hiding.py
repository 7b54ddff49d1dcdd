"""The switch that hides names, for a screen that others see, in the frame's top row.

It is kept in the session and in the address, so that a reloaded page shows no name either. What is
masked is decided in `records.name_masking`.
"""

from dataclasses import replace

import streamlit as st

from allay_metrics.records import Scope

NAMES = "names"  # in the address
_HIDDEN = "hidden"
_KEPT = "al-names-hidden"
WHY = "Names are hidden: show them to work on this."


def apply_name_hiding(scope: Scope) -> Scope:
    """Return the scope with names hidden where the switch is on."""
    return replace(scope, viewer=replace(scope.viewer, hides_names=True)) if _is_on() else scope


def switch() -> None:
    """Draw the switch."""
    on = _is_on()
    st.button(
        "Show names" if on else "Hide names",
        key="al-hide-names-on" if on else "al-hide-names",
        icon=":material/visibility:" if on else ":material/visibility_off:",
        type="tertiary",
        help="For a screen that others see: initials instead of names, nothing to reach anyone by, "
        "no notes; and nothing can be changed meanwhile.",
        on_click=_switch_key,
        args=(not on,),
    )


def _switch_key(on: bool) -> None:
    st.session_state[_KEPT] = on
    if on:
        st.query_params[NAMES] = _HIDDEN
    else:
        st.query_params.pop(NAMES, None)


def _is_on() -> bool:
    is_in_address = st.query_params.get(NAMES) == _HIDDEN
    if is_in_address:
        st.session_state[_KEPT] = True
    on = bool(st.session_state.get(_KEPT))
    if on and not is_in_address:
        st.query_params[NAMES] = _HIDDEN
    return on
