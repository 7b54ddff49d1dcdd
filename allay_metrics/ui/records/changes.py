"""The drawer of one import: rows added and changed, visits missing, weeks restated."""

from collections.abc import Sequence

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.records import Scope
from allay_metrics.review.import_changes import MOST, ChangedVisit, FieldChange, read_import_changes
from allay_metrics.review.import_history import PastImport
from allay_metrics.ui.card import note
from allay_metrics.ui.drawer import drawer
from allay_metrics.ui.html import escape
from allay_metrics.ui.problem import problems_shown
from allay_metrics.ui.records.account import equation


def open_changes(scope: Scope, past: PastImport, summary: str) -> None:
    """Open the drawer of an import; `summary` describes it."""
    came = f"Taken in {fmt.moment(past.imported_at)}. {summary}."
    drawer(f"What {past.file_name} changed", lambda: _draw_body(scope, past), definitions=[
        ("The file", came),
    ])  # fmt: skip


def _draw_body(scope: Scope, past: PastImport) -> None:
    with problems_shown():
        equation(past, past.set_aside)
        changes = read_import_changes(scope, past.id)
        _section("Changed", past.updated, changes.updated, "row")
        _section("Not in it any more", len(changes.missing), changes.missing, "visit")
        if changes.restated:
            st.html('<h3 class="al-h3">Weeks reported before that differ now</h3>')
            for week, sentences in changes.restated:
                note(f"**Week of {fmt.day(week)}**: {' '.join(sentences)}")
        _section("Added", past.added, changes.added, "row")
        if not (changes.updated or changes.missing or changes.added):
            note("No row of it was new or changed anything.")


def _section(title: str, count: int, rows: Sequence[ChangedVisit], noun: str) -> None:
    if not rows:
        return
    items = "".join(
        f'<li class="al-row"><div><b>{escape(row.label)}</b>{_fields(row.fields)}</div></li>'
        for row in rows
    )
    with st.expander(f"{title}: {fmt.plural(count, noun)}", expanded=bool(rows[0].fields)):
        st.html(f'<ul class="al-rows">{items}</ul>')
        if len(rows) == MOST:
            note(f"The first {MOST} are shown.")


def _fields(changes: Sequence[FieldChange]) -> str:
    return "".join(
        f"<small>{escape(change.field)}: {escape(change.before)} → {escape(change.after)}</small>"
        for change in changes
    )
