"""What the parent reported of one client: lines over what babies of that age do."""

import streamlit as st

from allay_metrics import charts, words
from allay_metrics.caseload.reported import Answers, read_answers
from allay_metrics.charts import Panel
from allay_metrics.records import Scope
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.figure import figure


def outcomes_card(scope: Scope, client_id: str) -> None:
    """Draw the answers of the newest episode."""
    found = read_answers(scope, client_id)
    with card(f"outcomes-{client_id}"):
        if not found:
            head("How it is going")
            st.html(
                '<p class="al-wait"><i></i><span>Parents\' answers will stand here as a line over '
                "the usual range for the age. It waits for check-ins: none has been answered yet."
                "</span></p>"
            )
            return
        head("How it is going", f"newest answer {words.day(max(one.on for one in found))}")
        panels = [_panel(one) for one in found]
        figure(charts.lines(panels), f"baby-outcomes-{client_id}", _alt(found), select=False)
        note(
            "The parent's own ratings. Shaded: babies of that age; most change as weeks pass, "
            "with or without care."
        )


def _panel(one: Answers) -> Panel:
    measure = one.measure
    highest = max([value for _, value in one.points] + [row[3] for row in one.band])
    top = highest if measure.high > 12 else measure.high
    across = "weeks of age" if one.by_age else "weeks since the first visit"
    name = measure.label
    return Panel(name, across, [one.points], one.band, (measure.low, top * 1.05))


def _alt(found: tuple[Answers, ...]) -> str:
    told = [
        f"{one.measure.label} from {one.points[0][1]:g} to {one.newest:g} {one.measure.unit}"
        for one in found
    ]
    return f"Reported over time: {words.listed(told)}."
