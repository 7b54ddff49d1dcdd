"""The rows that cannot be used: each with its reason, its whole text one click away."""

import json
from collections.abc import Iterable
from typing import Any

import pandas as pd
import streamlit as st

from allay_metrics import words
from allay_metrics.records import Scope
from allay_metrics.review.needs import open_rows
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.records_account import blamed_html, blamed_list
from allay_metrics.ui.visits import visits_csv

SHOWN = 10
MOST = 200
_ALL = "al-records-all-aside"


def rows_set_aside(scope: Scope) -> None:
    """Draw the rows set aside, and their export for the owner."""
    rows = open_rows(scope)
    with card("aside", fill=True):
        head("Rows set aside", words.plural(len(rows), "row"))
        if rows.empty:
            note("None: every row of every file counts.")
            return
        note(
            "Kept with their whole text, in no number. Correct them in your scheduling system: "
            "the next export brings them in."
        )
        most = MOST if st.session_state.get(_ALL) else SHOWN
        shown: Iterable[Any] = rows.head(most).itertuples()
        blamed_list(
            blamed_html(row.row, row.column, row.value, row.reason, file=row.file, raw=row.raw)
            for row in shown
        )
        _below(rows, most)


def aside_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows for a spreadsheet: what is wrong, then every column of the row itself."""
    told = rows[["file", "row", "column", "value", "reason"]].reset_index(drop=True)
    raw = pd.DataFrame([json.loads(text) for text in rows["raw"]], dtype=object).fillna("")
    raw.columns = [f"row: {name}" for name in raw.columns]
    return pd.concat([told, raw], axis=1)


def _below(rows: pd.DataFrame, most: int) -> None:
    with st.container(key="al-aside-below", horizontal=True):
        if len(rows) > most and most == SHOWN:
            st.button(
                f"Show {words.number(min(len(rows), MOST))}",
                type="tertiary",
                key="al-aside-all",
                on_click=lambda: st.session_state.update({_ALL: True}),
            )
        st.download_button(
            "Export these rows",
            lambda: visits_csv(aside_table(rows)),
            file_name="rows_set_aside.csv",
            mime="text/csv",
            key="al-aside-export",
            icon=":material/download:",
            on_click="ignore",
        )
    if len(rows) > most == MOST:
        note(f"The first {MOST} are shown; the export holds them all.")
