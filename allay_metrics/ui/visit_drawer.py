"""The drawer of visits behind a number or a mark of a figure."""

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.metrics import Metric, Question, query, visits_behind
from allay_metrics.metrics.usual import Usual
from allay_metrics.records import Scope
from allay_metrics.records.states import State
from allay_metrics.review.export_lists import visits_export
from allay_metrics.review.query_results import MetricCell, iterate_cells
from allay_metrics.ui.correct_visit import correct_form
from allay_metrics.ui.drawer import drawer
from allay_metrics.ui.export import export_button
from allay_metrics.ui.filters import filter_words
from allay_metrics.ui.html_table import table
from allay_metrics.ui.problem import problems_shown

SHOWN = 200
STATES: dict[str, str] = {
    State.COMPLETED: "completed",
    State.BOOKED: "booked",
    State.NO_SHOW: "no-show",
    State.CANCELLED: "cancelled",
    State.LATE_CANCELLED: "cancelled late",
    State.PRACTICE_CANCELLED: "cancelled by us",
    State.UNMARKED: "not marked",
    State.RESCHEDULED: "moved",
    State.MISSING: "missing",
}


def open_number(
    scope: Scope,
    question: Question,
    *,
    title: str = "",
    usual: Usual | None = None,
    extra: Sequence[tuple[str, str]] = (),
    on_close: Callable[[], None] | None = None,
) -> None:
    """Open the drawer behind one number: what it means, how it came about, and its visits.

    `asked` is the question of one metric that the number answers, filters and all; the value in
    the drawer is the answer to it. `extra` are further (term, sentence) pairs.
    """
    (metric,) = question.metric_entries
    cell = _answer(scope, question)
    drawer(
        title or metric.label,
        lambda: _draw_body(scope, question, metric, on_close),
        value=format_value(metric, cell),
        beside=_counts_beside(metric, question),
        definitions=[*_definitions(question, cell, usual), *extra],
        on_close=on_close,
    )


def format_value(metric: Metric, cell: MetricCell) -> str:
    """Return a metric's value as the large text: `38`, `71%`, `3 of 4`, `$1,234`, a dash."""
    if metric.is_rate:
        return fmt.share(cell.numerator, cell.denominator, cell.reason).text
    if metric.money:
        return fmt.dollars(cell.value)
    return fmt.plain_number(cell.value)


def usual_words(metric: Metric, usual: Usual) -> str:
    """Return `27–45` or `86–100%`."""  # noqa: RUF002
    if metric.is_rate:
        return fmt.value_range(usual.low, usual.high, "percent")
    return fmt.value_range(*usual.whole)


def _answer(scope: Scope, question: Question) -> MetricCell:
    answer: MetricCell = next(iterate_cells(query(question, scope)))[-1]
    return answer


def _counts_beside(metric: Metric, question: Question) -> str:
    unit = {"%": "", "$": "", "min": "minutes"}.get(metric.unit, metric.unit)
    if metric.kind == "per_hour":
        unit = "an hour"
    if metric.kind == "median":
        unit = "days, median"
    chosen = filter_words(tuple(pair for pair in question.where if pair[0] != "state"))
    return ", ".join(filter(None, (unit, fmt.span(question.first, question.last), chosen)))


def _counts(metric: Metric, question: Question) -> str:
    """Return the metric's definition, or the states where the question names them."""
    states = question.values("state")
    if not states:
        return metric.definition
    return f"Visits in these states: {fmt.join_list(STATES[state] for state in states)}."


def _definitions(
    question: Question, cell: MetricCell, usual: Usual | None
) -> list[tuple[str, str]]:
    (metric,) = question.metric_entries
    definitions = [("What it counts", _counts(metric, question))]
    if metric.is_ratio and cell.denominator:
        counts = f"**{fmt.number(cell.numerator)}** {metric.numerator}, out of"
        definitions.append(
            ("How", f"{counts} **{fmt.number(cell.denominator)}** {metric.denominator}.")
        )
    if metric.kind == "median" and cell.denominator:
        definitions.append(("Over", f"**{fmt.number(cell.denominator)}** {metric.denominator}."))
    if usual is not None:
        definitions.append(("Usual range", f"{usual_words(metric, usual)}: {_how_usual(metric)}"))
    if cell.reason:
        definitions.append(("To know", f"{cell.reason[:1].upper()}{cell.reason[1:]}."))
    return definitions


def _how_usual(metric: Metric) -> str:
    if metric.kind == "rate":
        return (
            "the pooled share p of the 26 weeks before, ± 3 √(p(1 − p) ÷ n) for the n of this week."  # noqa: RUF001
        )
    ranges = "their mean moving range"
    if metric.spans > 1:
        ranges = f"the mean range of those {metric.spans} weeks apart, which share no visit"
    return f"the mean of the 26 weeks before, ± 2.66 × {ranges}."  # noqa: RUF001


def _draw_body(
    scope: Scope, question: Question, metric: Metric, on_close: Callable[[], None] | None
) -> None:
    if metric.is_reported:
        return
    with problems_shown():
        visit_rows = visits_behind(question, scope, limit=SHOWN + 1)
        if visit_rows.empty:
            st.html('<p class="al-sub">No visits.</p>')
            return
        shown = visit_rows.head(SHOWN)
        correct_form(scope, shown, on_close)
        visits_table(shown, caption=f"Visits behind {metric.label}", counted=metric.is_rate)
        if len(visit_rows) > SHOWN:
            st.html(
                f'<p class="al-sub">The newest {SHOWN} are shown; the export holds them all.</p>'
            )
        export_visits(scope, question, f"Visits behind {metric.label}")


def visits_table(visit_rows: pd.DataFrame, *, caption: str, counted: bool = False) -> None:
    """Draw the rows of `visits_behind`; `counted` adds whether each is in the numerator.

    A state other than completed is shown beside the type.
    """
    money = "price" in visit_rows.columns
    columns = ["When", "Family", "City", "Type", *(["Counted"] if counted else [])]
    rows = [
        [
            _format_start(visit["starts_at"]),
            visit["family"],
            visit["city"],
            _format_type(visit["visit_type"], visit["state"]),
            *(["yes" if visit["counted"] else "no"] if counted else []),
            *([fmt.dollars(visit["price"])] if money else []),
        ]
        for visit in visit_rows.to_dict("records")
    ]
    table(
        [*columns, *(["Price"] if money else [])],
        rows,
        caption=caption,
        left=range(1, len(columns)),
    )


def _format_start(starts_at: pd.Timestamp) -> str:
    return f"{fmt.day(starts_at.date())}, {fmt.clock(starts_at.to_pydatetime())}"


def _format_type(kind: str, state: str) -> str:
    named = "CST" + kind[3:] if kind.startswith("CST") else kind.capitalize()
    return named if state == State.COMPLETED else f"{named}, {STATES.get(state, state)}"


def export_visits(
    scope: Scope, question: Question, title: str, only: list[str] | None = None
) -> None:
    """Draw the export of the visits behind a number; `only` are the ids among them."""
    (metric,) = question.metrics
    export_button(
        scope,
        "visits",
        f"{metric}_{question.first}_{question.last}",
        lambda: visits_export(scope, question, title, only),
        label="Export these visits",
    )
