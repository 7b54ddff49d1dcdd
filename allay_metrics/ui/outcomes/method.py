"""The method and the research, in an expander."""

import streamlit as st

from allay_metrics.outcomes.research import RESEARCH, UNVALIDATED, trials
from allay_metrics.review.outcomes import OutcomesReview
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.html_table import table

COUNTED = (
    "One episode is one client with one concern, from the first visit until care is closed or 60 "
    "days pass without a visit. It is judged by one measure, declared beforehand, from the answer "
    "in the 48 hours before the first visit (else the 14 days before it) to the one nearest day "
    "28 (pain of a parent: day 14; head shape: week 8)."
)
JUDGED = (
    "An episode belongs to the period in which its window closes. Better and worse are changes "
    "past the measure's own threshold; for crying and sleep, beyond the change expected by age. A "
    "family that starts at the best cannot improve and is counted apart."
)
SHOWN = (
    "Intervals of means are t intervals, those of shares Wilson intervals. Under 5 pairs only "
    "lines are shown, under 11 dots and a median."
)


def method_card(review: OutcomesReview) -> None:
    """Draw the method, and the trials in a second expander."""
    with card("outcomes-method"):
        head("Method")
        note(UNVALIDATED)
        for floor in (
            concern for concern in review.concerns if concern.extreme and concern.charted
        ):
            note(
                f"{floor.concern.label}: 15 % or more of the first answers stand at the "
                f"{floor.extreme} of the scale."
            )
        with st.expander("How is this counted?"):
            for text in (COUNTED, JUDGED, SHOWN):
                note(text)
        with st.expander("What does research say?"):
            note(RESEARCH)
            rows = [
                [trial.study, trial.design, trial.n, trial.blinded_parents or "–", trial.outcome,  # noqa: RUF001
                 " ".join(filter(None, (trial.effect, trial.unit))), trial.ci or "–"]  # noqa: RUF001
                for trial in trials()
            ]  # fmt: skip
            columns = ("Study", "Design", "n", "Parents blinded", "Outcome", "Reported", "Interval")
            table(columns, rows, left=tuple(range(1, 7)), caption="Trials found")
