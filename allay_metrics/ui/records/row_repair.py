"""The drawer to correct a row set aside: the faulty cell first, then all others."""

import json
from typing import Any

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.set_aside_edits import CorrectedRow, correct_row, dismiss, undismiss
from allay_metrics.actions.undo import undo_import
from allay_metrics.errors import AllayError
from allay_metrics.intake.row_recheck import REMARK_COLUMNS
from allay_metrics.records import Scope
from allay_metrics.ui.card import note
from allay_metrics.ui.drawer import drawer
from allay_metrics.ui.html import escape, markdown
from allay_metrics.ui.problem import problem, problems_shown

_BECAME, _STILL, _GONE = "al-mend-became", "al-mend-still", "al-mend-gone"
_CELL = "al-mend-cell-"
OUTCOMES = {
    "added": "It counts now: the visit is on file.",
    "updated": "It counts now: the visit on file says what this row says.",
    "unchanged": "It came in. What is on file of this visit is as new, or newer, and stands.",
}


def open_mending(scope: Scope, row: Any) -> None:
    """Open the drawer for one row of `open_rows`."""
    _clear()
    drawer(
        f"Row {fmt.number(row.row)} of {row.file}",
        lambda: _body(scope, row),
        # Closing refreshes the page behind.
        on_close=_clear,
    )


def _clear() -> None:
    for key in list(st.session_state):
        if str(key).startswith("al-mend-"):
            del st.session_state[key]


def _body(scope: Scope, row: Any) -> None:
    with problems_shown():
        if became := st.session_state.get(_BECAME):
            _describe_outcome(scope, became)
        elif _GONE in st.session_state:
            _describe_dismissal(scope, row)
        else:
            _cells(scope, row)


def _cells(scope: Scope, row: Any) -> None:
    raw: dict[str, str] = json.loads(row.raw)
    cells = {name: text for name, text in raw.items() if name not in REMARK_COLUMNS}
    _draw_reason(row)
    if more := raw.get(REMARK_COLUMNS[0]):
        note(f"Beyond the header it has {', '.join(json.loads(more))}: left out when you save.")
    blamed = [name for name in cells if name == row.column]
    for name in blamed:
        _cell(name, cells[name])
    with st.expander("All cells" if blamed else "Its cells", expanded=not blamed):
        for name, text in cells.items():
            if name not in blamed:
                _cell(name, text)
    with st.container(key="al-mend-do", horizontal=True):
        st.button(
            "Save and retry",
            type="primary",
            key="al-mend-save",
            on_click=_save,
            args=(scope, row, cells),
        )
        st.button("Not a visit", key="al-mend-dismiss", on_click=_dismiss, args=(scope, row))
    note("The file itself stays as it is: correct it in your scheduling system, too.")


def _draw_reason(row: Any) -> None:
    still = st.session_state.get(_STILL)
    if isinstance(still, str):
        problem(still)
        return
    column, value, reason = still or (row.column, row.value, row.reason)
    fault_html = f"{escape(column)}: <q>{escape(value)}</q>, " if column and value else ""
    first = "It still cannot be used. " if still else ""
    st.html(f'<p class="al-say" role="status">{first}{fault_html}{escape(reason)}.</p>')


def _cell(name: str, text: str) -> None:
    draw = st.text_area if "\n" in text else st.text_input
    draw(markdown(name), text, key=_CELL + name)


def _save(scope: Scope, row: Any, cells: dict[str, str]) -> None:
    typed = {name: st.session_state.get(_CELL + name, text) for name, text in cells.items()}
    changes = {name: text for name, text in typed.items() if text != cells[name]}
    try:
        became = correct_row(scope, row.import_id, int(row.row), changes)
    except AllayError as error:
        st.session_state[_STILL] = str(error)
        return
    if isinstance(became, CorrectedRow):
        st.session_state[_BECAME] = became
    else:
        st.session_state[_STILL] = (became.column, became.value, became.reason)


def _describe_outcome(scope: Scope, became: CorrectedRow) -> None:
    sentence = OUTCOMES[became.outcome]
    st.html(f'<p class="al-done" role="status">{escape(sentence)}</p>')
    for warning in became.warnings:
        note(f"{warning.column}: {warning.reason}; it counts without that.")
    note("It stands under Imports as one of its own, and every number follows.")
    st.button("Take it back", key="al-mend-back", on_click=_undo, args=(scope, became))


def _undo(scope: Scope, became: CorrectedRow) -> None:
    try:
        undo_import(scope, became.import_id)
    except AllayError as error:
        st.session_state[_STILL] = str(error)
    st.session_state.pop(_BECAME, None)


def _dismiss(scope: Scope, row: Any) -> None:
    try:
        dismiss(scope, row.import_id, int(row.row))
    except AllayError as error:
        st.session_state[_STILL] = str(error)
        return
    st.session_state[_GONE] = True


def _describe_dismissal(scope: Scope, row: Any) -> None:
    sentence = "It is no visit: it waits no more, and is no question in newer files."
    st.html(f'<p class="al-done" role="status">{sentence}</p>')
    st.button("Take it back", key="al-mend-undismiss", on_click=_undismiss, args=(scope, row))


def _undismiss(scope: Scope, row: Any) -> None:
    try:
        undismiss(scope, row.import_id, int(row.row))
    except AllayError as error:
        st.session_state[_STILL] = str(error)
    st.session_state.pop(_GONE, None)
