"""Reported outcomes of one client: lines over the norm band by age, and the parent's words."""

from collections.abc import Sequence

import streamlit as st

from allay_metrics import charts
from allay_metrics import formatting as fmt
from allay_metrics.actions.check_in_requests import mark_words_read
from allay_metrics.caseload.parent_answers import (
    MeasureAnswers,
    ParentWords,
    read_answers,
    read_parent_words,
)
from allay_metrics.charts import Panel
from allay_metrics.errors import AllayError
from allay_metrics.outcomes.measures import measures
from allay_metrics.records import Scope
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.figure import figure
from allay_metrics.ui.html import escape
from allay_metrics.ui.problem import problem

FIRST, WORDS_FIRST = 4, 3
_WRONG = "al-said-wrong"


def outcomes_card(scope: Scope, client_id: str) -> None:
    """Draw the answers of the newest episode by question, the concern's first."""
    series = read_answers(scope, client_id)
    with card(f"outcomes-{client_id}"):
        if not series:
            head("How it is going")
            st.html(
                '<p class="al-wait"><i></i><span>Parents\' answers will stand here as a line over '
                "the usual range for the age. It waits for check-ins: none has been answered yet."
                "</span></p>"
            )
            return
        head(
            "How it is going",
            f"newest answer {fmt.day(max(answers.on for answers in series))}",
        )
        _draw_lines(series[:FIRST], f"baby-outcomes-{client_id}")
        if rest := series[FIRST:]:
            with st.expander(f"{fmt.plural(len(rest), 'more question')}"):
                _draw_lines(rest, f"baby-more-{client_id}")
        note(
            "The parent's own ratings. Shaded: babies of that age; most change as weeks pass, "
            "with or without care."
        )


def words_card(scope: Scope, client_id: str) -> None:
    """Draw the parent's words, newest first, each marked until it is read."""
    parent_words = read_parent_words(scope, client_id)
    if not parent_words:
        return
    unread = sum(not entry.read_by for entry in parent_words)
    with card(f"said-{client_id}"):
        read_state = f"◆ {fmt.number(unread)} to read" if unread else "all read"
        head("In the parent's words", read_state)
        for entry in parent_words[:WORDS_FIRST]:
            _draw_parent_words(scope, entry)
        if rest := parent_words[WORDS_FIRST:]:
            with st.expander(f"{fmt.number(len(rest))} earlier"):
                for entry in rest:
                    _draw_parent_words(scope, entry)


def _draw_parent_words(scope: Scope, entry: ParentWords) -> None:
    texts = "".join(
        f"<dt>{escape(_question_label(measure))}</dt><dd>{escape(text)}</dd>"
        for measure, text in entry.texts
    )
    read = f", {fmt.short_day(entry.read_on)}" if entry.read_on else ""
    state = f"read by {escape(entry.read_by)}{read}" if entry.read_by else "<b>◆ read me</b>"
    st.html(
        f'<p class="al-sub">{fmt.full_day(entry.on)} · {state}</p><dl class="al-said">{texts}</dl>'
    )
    if not entry.read_by:
        st.button(
            "I have read it",
            key=f"al-read-{entry.check_in_id}",
            on_click=_read,
            args=(scope, entry),
        )
    if wrong := st.session_state.pop(f"{_WRONG}-{entry.check_in_id}", ""):
        problem(wrong)


def _read(scope: Scope, entry: ParentWords) -> None:
    try:
        mark_words_read(scope, entry.check_in_id)
    except AllayError as error:
        st.session_state[f"{_WRONG}-{entry.check_in_id}"] = str(error)


def _question_label(measure: str) -> str:
    definition = measures().get(measure)
    return definition.label if definition else "Anything else"


def _draw_lines(series: Sequence[MeasureAnswers], key: str) -> None:
    figure(
        charts.lines([_panel(answers) for answers in series]),
        key,
        _alt_text(series),
        select=False,
    )


def _panel(answers: MeasureAnswers) -> Panel:
    measure = answers.measure
    highest = max([value for _, value in answers.points] + [row[3] for row in answers.band])
    top = highest if measure.high > 12 else measure.high
    across = "weeks of age" if answers.by_age else "weeks since the first visit"
    name = measure.label
    return Panel(name, across, [answers.points], answers.band, (measure.low, top * 1.05))


def _alt_text(series: Sequence[MeasureAnswers]) -> str:
    parts = [
        f"{answers.measure.label} from {answers.points[0][1]:g} to {answers.newest:g} "
        f"{answers.measure.unit}"
        for answers in series
    ]
    return f"Reported over time: {fmt.join_list(parts)}."
