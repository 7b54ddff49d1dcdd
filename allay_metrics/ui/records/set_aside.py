"""The rows set aside: each with its reason, and its whole text one click away."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import pandas as pd
import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.set_aside_edits import undismiss
from allay_metrics.errors import NotFound
from allay_metrics.records import Scope
from allay_metrics.review.export_lists import set_aside_export
from allay_metrics.review.set_aside_rows import dismissed_rows, open_rows
from allay_metrics.review.unmatched_check_ins import imports_of_answers
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.export import export_button
from allay_metrics.ui.records.account import draw_faults, fault_html
from allay_metrics.ui.records.row_repair import open_mending

SHOWN = 10
MOST = 200
_ALL = "al-records-all-aside"


def rows_set_aside(scope: Scope) -> None:
    """Draw the rows set aside, and their export for the owner."""
    rows = open_rows(scope)
    with card("aside", fill=True):
        head("Rows set aside", fmt.plural(len(rows), "row"))
        if rows.empty:
            note("None waits: every row of every file counts, or you have said what it is.")
            _dismissed(scope)
            return
        note(
            "Kept with their whole text, in no number. Mend one here, or correct it in your "
            "scheduling system: the next export brings it in."
        )
        most = MOST if st.session_state.get(_ALL) else SHOWN
        shown: Iterable[Any] = rows.head(most).itertuples()
        of_answers = imports_of_answers(scope)
        with st.container(key="al-aside-rows", gap=None):
            for row in shown:
                _row(scope, row, is_visit=row.import_id not in of_answers)
        _below(scope, rows, most)
        _dismissed(scope)


def _row(scope: Scope, row: Any, *, is_visit: bool) -> None:
    key = f"{row.import_id[:8]}-{row.row}"
    with st.container(key=f"al-aside-row-{key}", horizontal=True, gap="small"):
        draw_faults(
            [fault_html(row.row, row.column, row.value, row.reason, file=row.file, raw=row.raw)]
        )
        # A parent's answer is not edited here: it is corrected in the form's own sheet.
        if is_visit and st.button(
            "Mend",
            type="tertiary",
            key=f"al-mend-open-{key}",
            help=f"Mend row {fmt.number(row.row)} of {row.file}",
        ):
            open_mending(scope, row)


def _dismissed(scope: Scope) -> None:
    """Draw the rows dismissed as no visits, each with a button to open it again."""
    rows: list[Any] = list(dismissed_rows(scope).itertuples())
    if not rows:
        return
    with st.expander(f"{fmt.plural(len(rows), 'row')} dismissed as no visit"):
        for row in rows[:MOST]:
            with st.container(horizontal=True, gap="small"):
                draw_faults([fault_html(row.row, row.column, row.value, row.reason, file=row.file)])
                st.button(
                    "Open again",
                    key=f"al-bring-{row.import_id[:8]}-{row.row}",
                    on_click=_undismiss,
                    args=(scope, row.import_id, int(row.row)),
                )


def _undismiss(scope: Scope, import_id: str, row: int) -> None:
    # It may have been opened again in another tab: the list shows it then.
    with suppress(NotFound):
        undismiss(scope, import_id, row)


def _below(scope: Scope, rows: pd.DataFrame, most: int) -> None:
    with st.container(key="al-aside-below", horizontal=True):
        if len(rows) > most and most == SHOWN:
            st.button(
                f"Show {fmt.number(min(len(rows), MOST))}",
                type="tertiary",
                key="al-aside-all",
                on_click=lambda: st.session_state.update({_ALL: True}),
            )
        export_button(
            scope,
            "aside",
            "rows_set_aside",
            lambda: set_aside_export(scope),
            label="Export these rows",
        )
    if len(rows) > most == MOST:
        note(f"The first {MOST} are shown; the export holds them all.")
