"""The owner's goals for the eight numbers of the Week."""

from functools import partial

import streamlit as st

from allay_metrics.actions.therapist_settings import save_goals
from allay_metrics.metrics import METRICS
from allay_metrics.plausibility import AIM
from allay_metrics.records import Scope
from allay_metrics.review.practice_settings import goals
from allay_metrics.review.scorecard import EIGHT
from allay_metrics.ui.cached_by_version import cached_by_version
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.practice.flash import run_override

goals_of = cached_by_version(goals)
SHARE = 100


def goals_part(scope: Scope) -> None:
    """Draw one field for each number; empty means no goal."""
    there = goals_of(scope)
    versions = {key: there[key].version if key in there else 0 for key in EIGHT}
    # New versions make new widget keys, so that fields show stored values.
    of = "-".join(map(str, versions.values()))
    with card("goals"):
        head("Goals", "per week; shown on the Week")
        note(
            "A goal is a dotted line beside the number, nothing more. Leave a field empty for none."
        )
        with st.form(f"al-goals-{of}", border=False):
            with st.grid(2, min_column_width=260, gap="small"):
                for key in EIGHT:
                    _draw_field(key, there[key].value if key in there else None, of)
            st.form_submit_button(
                "Save goals",
                type="primary",
                key="al-goals-save",
                on_click=_save,
                args=(scope, versions, of),
            )


def _draw_field(key: str, aim: float | None, of: str) -> None:
    metric = METRICS[key]
    unit = "%" if metric.is_rate else metric.unit
    st.number_input(
        f"{metric.label} ({unit})",
        min_value=0.0,
        max_value=float(SHARE if metric.is_rate else AIM.high),
        value=None if aim is None else round(aim * _scale(key), 2),
        step=1.0,
        format="%g",
        placeholder="No goal",
        key=f"al-goal-{key}-{of}",
    )


def _save(scope: Scope, versions: dict[str, int], of: str) -> None:
    """Save the fields, based on the versions this page has read."""
    typed = {key: st.session_state[f"al-goal-{key}-{of}"] for key in versions}
    aims = {key: None if aim is None else aim / _scale(key) for key, aim in typed.items()}
    run_override(scope, "Goals are saved.", partial(save_goals, scope, aims, versions))


def _scale(key: str) -> int:
    return SHARE if METRICS[key].is_rate else 1
