"""Visits missing from a newer export: not counted until the owner decides about them."""

import re
from collections.abc import Iterable
from typing import Any, cast

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.missing_decisions import Decision, decide_missing, reopen_missing
from allay_metrics.errors import AllayError
from allay_metrics.records import Scope
from allay_metrics.review.import_history import decided_visits
from allay_metrics.review.missing import missing_visits
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.html import escape, markdown
from allay_metrics.ui.problem import problem
from allay_metrics.ui.records.coverage_form import coverage_form
from allay_metrics.ui.week.missing_drawer import describe_absence

SHOWN = 25
_MESSAGE = "al-records-decided"
_PICK = "al-pick-"
# Markdown gives these no meaning inside a line.
_HARMLESS = re.compile(r"\\([-,'()])")

DECISIONS: dict[Decision, tuple[str, str, str]] = {
    "cancelled": ("Cancelled", "by the family; a default export just drops it", "cancelled"),
    "kept": ("It stands", "it took place, or will, as the older export said", "kept"),
    "deleted": ("Never booked", "a slip or a test: it counts nowhere", "never booked"),
}


def missing(scope: Scope) -> None:
    """Draw the visits to decide about, and those decided, which can be reopened."""
    with card("missing", fill=True):
        _draw_waiting(scope)


@st.fragment
def _draw_waiting(scope: Scope) -> None:
    waiting = missing_visits(scope)
    head("Not in the newest export any more", fmt.plural(len(waiting), "visit") + " to decide")
    if message := st.session_state.pop(_MESSAGE, ""):
        st.html(f'<p class="al-done" role="status">{escape(message)}</p>')
    if waiting.empty:
        note("Nothing to decide: no visit is missing, or you have decided on each.")
    else:
        _decide(scope, list(waiting.itertuples()))
    coverage_form(scope)
    _draw_decided(scope)


def _decide(scope: Scope, waiting: list[Any]) -> None:
    explanation = "; ".join(f"**{name}**: {why}" for name, why, _ in DECISIONS.values())
    note(f"They are not counted until you decide. {explanation}.")
    shown = waiting[:SHOWN]
    chosen = _choose("waiting", ((row.booking_id, _label(row)) for row in shown))
    everything = len(chosen) == len(shown)
    proposed = {row.proposed for row in shown if row.booking_id in chosen} or {"cancelled"}
    with st.container(key="al-decide", horizontal=True):
        for decision, (name, _, _) in DECISIONS.items():
            st.button(
                f"{name} ({len(chosen)})" if chosen else name,
                key=f"al-decide-{decision}",
                type="primary" if {decision} == proposed else "secondary",
                disabled=not chosen,
                on_click=_save,
                args=(scope, decision, chosen),
            )
        st.button(
            "Choose none" if everything else f"Choose all {len(shown)}",
            key="al-decide-all",
            type="tertiary",
            on_click=_pick,
            args=([row.booking_id for row in shown], not everything),
        )
    if len(waiting) > SHOWN:
        note(f"The next {SHOWN} of {fmt.number(len(waiting))}; the others follow.")
    if message := st.session_state.pop(f"{_MESSAGE}-problem", ""):
        problem(message)


def _draw_decided(scope: Scope) -> None:
    rows: list[Any] = list(decided_visits(scope).itertuples())
    if not rows:
        return
    with st.expander(f"{fmt.plural(len(rows), 'visit')} decided"):
        chosen = _choose(
            "decided",
            ((row.booking_id, f"{_label(row)} · {_decision_label(row)}") for row in rows[:SHOWN]),
        )
        st.button(
            f"Open again ({len(chosen)})" if chosen else "Open again",
            key="al-reopen",
            disabled=not chosen,
            on_click=_reopen,
            args=(scope, chosen),
        )
        if len(rows) > SHOWN:
            note(f"The latest {SHOWN} of {fmt.number(len(rows))}.")


def _choose(where: str, rows: Iterable[tuple[str, str]]) -> list[str]:
    """Draw rows to tick; return the ids of the ticked ones."""
    with st.container(key=f"al-picks-{where}", gap=None):
        return [
            id_ for id_, label in rows if st.checkbox(label, key=f"{_PICK}{id_}", width="stretch")
        ]


def _label(row: Any) -> str:
    parts = [row.family, row.type or "no type", getattr(row, "city", ""), row.therapist]
    if became := getattr(row, "became", ""):
        parts.append(describe_absence(row.file, became))
    when = f"{fmt.day(row.starts.date())}, {fmt.clock(row.starts)}"
    return " · ".join([when, *(_spoken_label(str(part)) for part in parts if part)])


def _spoken_label(text: str) -> str:
    """Return outside text for a label, without backslashes that a screen reader would read."""
    return _HARMLESS.sub(r"\1", markdown(text))


def _decision_label(row: Any) -> str:
    return DECISIONS[cast("Decision", row.decision)][2]


def _pick(ids: list[str], chosen: bool) -> None:
    for id_ in ids:
        st.session_state[f"{_PICK}{id_}"] = chosen


def _save(scope: Scope, decision: Decision, ids: list[str]) -> None:
    try:
        count = decide_missing(scope, ids, decision)
    except AllayError as error:
        st.session_state[f"{_MESSAGE}-problem"] = str(error)
        return
    _pick(ids, chosen=False)
    outcome = DECISIONS[decision][2]
    st.session_state[_MESSAGE] = f"{fmt.plural(count, 'visit')} {outcome}. Every number follows."


def _reopen(scope: Scope, ids: list[str]) -> None:
    try:
        count = reopen_missing(scope, ids)
    except AllayError as error:
        st.session_state[f"{_MESSAGE}-problem"] = str(error)
        return
    _pick(ids, chosen=False)
    st.session_state[_MESSAGE] = (
        f"{fmt.plural(count, 'visit')} {'waits' if count == 1 else 'wait'}."
    )
