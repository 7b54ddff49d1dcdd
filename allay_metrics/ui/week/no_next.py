"""Families without a next visit, and the way to close the care that has ended."""

from collections.abc import Hashable
from datetime import date
from typing import Any

import streamlit as st

from allay_metrics import words
from allay_metrics.actions.care import REASONS, close_families
from allay_metrics.errors import AllayError
from allay_metrics.records import Scope
from allay_metrics.review.waiting_families import families_without_next
from allay_metrics.ui.cities.words import shown as city_shown
from allay_metrics.ui.drawer import drawer
from allay_metrics.ui.html import TYPE_WORDS, escape
from allay_metrics.ui.problem import problems_shown
from allay_metrics.ui.table import Cell, table_html

SHOWN = 200
_WHO, _WHY, _SAID = "al-no-next-who", "al-no-next-why", "al-no-next-said"


def open_no_next(scope: Scope, as_of: date, count: int) -> None:
    """Open the families seen in the last 180 days that have nothing booked."""
    st.session_state.pop(_SAID, None)
    drawer(
        "Families without a next visit",
        lambda: _body(scope, as_of),
        value=words.number(count),
        beside="families",
        definitions=[
            (
                "What it is",
                "Seen in the last 180 days, care open, nothing booked. Marked: over 30 days ago.",
            )
        ],
        # The page behind follows what was closed.
        on_close=lambda: None,
    )


def _body(scope: Scope, as_of: date) -> None:
    with problems_shown():
        if said := st.session_state.pop(_SAID, ""):
            st.html(f'<p class="al-done" role="status">{escape(said)}</p>')
        found = families_without_next(scope, as_of, SHOWN + 1).to_dict("records")
        if not found:
            st.html('<p class="al-say">Every family in care has a next visit.</p>')
            return
        rows = found[:SHOWN]
        _close_form(scope, as_of, {row["family_id"]: _label(row) for row in rows})
        caption = "Families without a next visit, longest ago first"
        columns = ["Family", "Last visit", "Ago", "City", "Type", "Therapist"]
        inside = table_html(columns, [_row(r) for r in rows], caption=caption, left=(1, 3, 4, 5))
        # The keyboard must reach it, or nothing in its drawer would scroll by it.
        st.html(f'<div role="region" tabindex="0" aria-label="{caption}">{inside}</div>')
        if len(found) > SHOWN:
            st.html(f'<p class="al-sub">The first {SHOWN} are shown.</p>')


def _row(row: dict[Hashable, Any]) -> list[Cell | str]:
    last, kind = row["last_visit"], str(row["visit_type"])
    assert isinstance(last, date)
    return [
        str(row["family"]),
        words.day(last),
        Cell(words.plural(int(str(row["days_since"])), "day"), marked=bool(row["lapsed"])),
        city_shown(str(row["city"])),
        TYPE_WORDS.get(kind, kind),
        str(row["therapist"]),
    ]


def _label(row: dict[Hashable, Any]) -> str:
    return f"{row['family']}, {words.plural(int(str(row['days_since'])), 'day')} ago"


def _close_form(scope: Scope, as_of: date, labels: dict[str, str]) -> None:
    """Draw the way to close the care of some of them: then they are no longer looked for."""
    with st.expander("Close care that has ended"):
        st.multiselect("Families", list(labels), key=_WHO, format_func=lambda id_: labels[id_])
        st.selectbox(
            "Reason", REASONS, key=_WHY, format_func=lambda why: f"{why[:1].upper()}{why[1:]}"
        )
        st.button(
            "Close their care", type="primary", key="al-no-next-do", on_click=_close,
            args=(scope, as_of),
        )  # fmt: skip


def _close(scope: Scope, as_of: date) -> None:
    chosen, reason = st.session_state[_WHO], st.session_state[_WHY]
    if not chosen:
        st.session_state[_SAID] = "No family was chosen: nothing was closed."
        return
    try:
        close_families(scope, chosen, as_of, reason)
    except AllayError as error:
        st.session_state[_SAID] = str(error)
        return
    st.session_state[_WHO] = []
    st.session_state[_SAID] = (
        f"Closed: {words.plural(len(chosen), 'family', 'families')}, {reason}."
    )
