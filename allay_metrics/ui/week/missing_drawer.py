"""The drawer of missing visits: the owner decides about each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.missing_decisions import Decision, decide_missing, reopen_missing
from allay_metrics.errors import AllayError
from allay_metrics.records import Scope
from allay_metrics.review.missing import missing_visits
from allay_metrics.ui.cities.city_drilldown import format_city as city_shown
from allay_metrics.ui.drawer import drawer
from allay_metrics.ui.html import escape
from allay_metrics.ui.problem import problem, problems_shown

SHOWN = 40
CHOICES: tuple[tuple[Decision, str], ...] = (
    ("cancelled", "Cancelled"),
    ("deleted", "Never booked"),
    ("kept", "Keep as it was"),
)
_HAPPENED = (
    "An earlier export held these visits, a newer one of the same days does not. They are in no "
    "number until you decide. Exports drop cancelled visits, so that is the likely answer. If the "
    "newer file covered other days, correct that on Records."
)
_DECIDED, _WRONG = "al-missing-decided", "al-missing-wrong"


def open_missing(scope: Scope) -> None:
    """Open the drawer of missing visits."""
    st.session_state.pop(_DECIDED, None)
    drawer(
        "Visits to decide on",
        lambda: _draw_body(scope),
        definitions=[("What happened", _HAPPENED)],
        # The page behind is drawn again after a decision.
        on_close=lambda: None,
    )


def _draw_body(scope: Scope) -> None:
    with problems_shown():
        if wrong := st.session_state.pop(_WRONG, ""):
            problem(wrong)
        _draw_last_decision(scope)
        rows = missing_visits(scope).to_dict("records")
        if not rows:
            st.html('<p class="al-say">Nothing is left to decide.</p>')
            return
        if len(rows) > 1:
            st.button(
                _decide_all_label(rows),
                key="al-decide-all",
                type="primary",
                on_click=_decide_as_proposed,
                args=(scope, rows),
            )
        for row in rows[:SHOWN]:
            _row(scope, row)
        if len(rows) > SHOWN:
            st.html(f'<p class="al-sub">The next {SHOWN} are shown.</p>')


def _row(scope: Scope, row: Mapping[Any, Any]) -> None:
    starts: datetime = row["starts"]
    details = " · ".join(
        escape(part) for part in (row["type"], city_shown(row["city"]), row["therapist"]) if part
    )
    with st.container(key=f"al-missing-{row['booking_id']}", gap="xsmall"):
        st.html(
            f'<p class="al-miss"><b>{escape(row["family"])}</b> {fmt.moment(starts)}'
            f"<span>{details}, {escape(describe_absence(row['file'], row['became']))}</span></p>"
        )
        with st.container(horizontal=True, gap="xsmall"):
            for decision, label in CHOICES:
                st.button(
                    label,
                    key=f"al-decide-{decision}-{row['booking_id']}",
                    type="primary" if decision == row["became"] else "secondary",
                    on_click=_decide,
                    args=(scope, [row["booking_id"]], decision),
                )


def describe_absence(file: str, became: str) -> str:
    """Return whether the newer file just lacks a visit, or says that it was deleted."""
    return f"{became} in {file}" if became else f"not in {file}"


def _decide_all_label(rows: Sequence[Mapping[Any, Any]]) -> str:
    """Return the label of the button that decides all as proposed."""
    proposed = {row["proposed"] for row in rows}
    if proposed == {"cancelled"}:
        return f"All {fmt.number(len(rows))} were cancelled"
    return f"All {fmt.number(len(rows))} as the files say"


def _draw_last_decision(scope: Scope) -> None:
    """Draw the last decision, with Undo."""
    decided: list[str] = st.session_state.get(_DECIDED, [])
    if not decided:
        return
    with st.container(key="al-missing-last", horizontal=True, vertical_alignment="center"):
        st.html(f'<p class="al-sub">{fmt.plural(len(decided), "visit")} decided.</p>')
        st.button("Take it back", key="al-decide-back", on_click=_reopen, args=(scope, decided))


def _decide_as_proposed(scope: Scope, rows: Sequence[Mapping[Any, Any]]) -> None:
    """Decide on each as proposed: cancelled, unless its file says deleted."""
    decided: list[str] = []
    for decision in dict.fromkeys(row["proposed"] for row in rows):
        ids = [row["booking_id"] for row in rows if row["proposed"] == decision]
        _decide(scope, ids, decision)
        decided += st.session_state.get(_DECIDED, [])
    st.session_state[_DECIDED] = decided


def _decide(scope: Scope, ids: list[str], decision: Decision) -> None:
    try:
        decide_missing(scope, ids, decision)
    except AllayError as error:
        st.session_state[_WRONG] = str(error)
        return
    st.session_state[_DECIDED] = ids


def _reopen(scope: Scope, ids: list[str]) -> None:
    try:
        reopen_missing(scope, ids)
    except AllayError as error:
        st.session_state[_WRONG] = str(error)
    st.session_state.pop(_DECIDED, None)
