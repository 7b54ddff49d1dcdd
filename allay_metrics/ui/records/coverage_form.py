"""Correct the days that a file covers: visits outside them are not missing."""

from datetime import date
from typing import Any

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.coverage_changes import change_days, restore_days
from allay_metrics.errors import AllayError
from allay_metrics.records import Scope
from allay_metrics.review.import_history import CoveringFile, read_covering_files
from allay_metrics.ui.card import note
from allay_metrics.ui.html import escape
from allay_metrics.ui.problem import problem

_MESSAGE, _WRONG = "al-days-said", "al-days-wrong"


def coverage_form(scope: Scope) -> None:
    """Draw the files with missing visits or changed days, each with the days it covers."""
    if message := st.session_state.pop(_MESSAGE, ""):
        st.html(f'<p class="al-done" role="status">{escape(message)}</p>')
    if wrong := st.session_state.pop(_WRONG, ""):
        problem(wrong)
    files = read_covering_files(scope)
    if not files:
        return
    with st.expander("Did the newer file cover other days?"):
        note("If so, set the days it covered: visits outside them are not missing.")
        for file in files:
            _draw_file(scope, file)


def _draw_file(scope: Scope, file: CoveringFile) -> None:
    with st.container(key=f"al-days-{file.sequence}", gap="xsmall"):
        lacks = fmt.plural(file.missing, "visit")
        st.html(
            f'<p class="al-miss"><b>{escape(file.file_name)}</b>'
            f"<span>taken to cover {fmt.span(file.first, file.last)}; lacks {lacks}</span></p>"
        )
        days: Any = st.date_input(
            "Days it covers",
            (file.first, file.last),
            format="YYYY-MM-DD",
            key=f"al-days-of-{file.sequence}-{file.first}-{file.last}",
        )
        chosen = tuple(days) if isinstance(days, tuple | list) else (days,)
        with st.container(horizontal=True):
            st.button(
                "Change its days",
                key=f"al-days-change-{file.sequence}",
                disabled=len(chosen) != 2 or chosen == (file.first, file.last),
                on_click=_change,
                args=(scope, file, chosen),
            )
            if file.changed:
                st.button(
                    "Back to the days first taken",
                    type="tertiary",
                    key=f"al-days-back-{file.sequence}",
                    on_click=_restore,
                    args=(scope, file),
                )


def _change(scope: Scope, file: CoveringFile, days: tuple[date, ...]) -> None:
    try:
        missing = change_days(scope, file.id, *days)
    except AllayError as error:
        st.session_state[_WRONG] = str(error)
        return
    st.session_state[_MESSAGE] = _now(file, fmt.span(days[0], days[1]), missing)


def _restore(scope: Scope, file: CoveringFile) -> None:
    try:
        missing = restore_days(scope, file.id)
    except AllayError as error:
        st.session_state[_WRONG] = str(error)
        return
    st.session_state[_MESSAGE] = _now(file, "its first days again", missing)


def _now(file: CoveringFile, days: str, missing: int) -> str:
    return f"{file.file_name} covers {days}. {fmt.plural(missing, 'visit')} missing now."
