"""The mix of visit types: over time as a figure, in total as a table."""

from collections.abc import Mapping, Sequence

import streamlit as st

from allay_metrics import charts
from allay_metrics import formatting as fmt
from allay_metrics.metrics import METRICS
from allay_metrics.metrics.metric import MetricKey
from allay_metrics.review.query_results import MetricCell as Value
from allay_metrics.review.visit_types import TypesReview
from allay_metrics.ui import html
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.figure import figure, forget
from allay_metrics.ui.html_table import Spark, TableCell, table
from allay_metrics.ui.practice.link import TYPES, draw_practice_link
from allay_metrics.ui.types.path import combined_html
from allay_metrics.ui.types.type_drilldown import TOTAL, VisitTypeDrilldown, find_period_part, link

MIX = "types-mix"
NAMES = {"visits": "Visits", "hours": "Hours", "value": "Value"}
HEADS: dict[str, str] = {
    MetricKey.COMPLETED: "Visits",
    MetricKey.CARE_HOURS: "Hours",
    MetricKey.VISIT_VALUE: "Value",
    MetricKey.NEW_TO_TYPE: "New to it",
}


def mix_card(review: TypesReview) -> VisitTypeDrilldown | None:
    """Draw the figure with its choice of measure; return the drilldown of a clicked column."""
    mix = review.mix
    with card("types-mix", fill=True):
        head("Mix over time", f"completed visits per {mix.grain}, by type")
        measure = _choose()
        every: dict[str, Mapping[str, Sequence[float]]] = {
            "visits": mix.visits,
            "hours": mix.hours,
            "value": mix.value,
        }
        shown = every[measure]
        drawn = charts.mix(mix.periods, shown, measure=measure, grain=mix.grain)
        alt = charts.mix_alt(mix.periods, shown, measure=measure, grain=mix.grain)
        picked = figure(drawn, MIX, alt)
    return find_period_part(review, str(picked[0]), str(picked[1]), measure) if picked else None


def _choose() -> str:
    with st.container(key="al-seg-mix"):
        chosen = st.segmented_control(
            "Measure",
            list(NAMES),
            default="visits",
            required=True,
            key="al-mix-measure",
            persist_state="session",
            format_func=NAMES.__getitem__,
            label_visibility="collapsed",
            on_change=forget,
            args=(MIX,),
        )
    return chosen or "visits"


def totals_card(review: TypesReview) -> None:
    """Draw one row per type: visits, hours, value, families new to it; then combined visits."""
    metrics = [key for key in HEADS if key in review.question.metrics]
    kinds = [kind for kind, cells in review.totals.items() if cells[MetricKey.COMPLETED].count]
    with card("types-totals", fill=True):
        head("In all", fmt.span(review.first, review.last))
        several = len(kinds) > 1
        rows = [_row(review, kind, metrics) for kind in (*kinds, *([""] if several else []))]
        if rows:
            columns = ["Type", *(HEADS[key] for key in metrics)]
            table(columns, rows, caption="Numbers by visit type", total=several, stack=False)
        for line in _column_notes(review, metrics):
            note(line)
        st.html(combined_html(review.combined))
        if "other" in kinds:
            draw_practice_link(TYPES, "Say what other visits are")


def _row(review: TypesReview, kind: str, metrics: list[str]) -> list[TableCell | Spark | str]:
    numbers = review.totals[kind] if kind else review.whole
    name = html.TYPE_WORDS.get(kind, "All types")
    return [name, *(_cell(key, numbers[key], kind) for key in metrics)]


def _cell(key: str, metric_value: Value, kind: str) -> TableCell:
    if metric_value.value is None:
        return TableCell(fmt.DASH, reason=metric_value.reason)
    show = fmt.dollars if METRICS[key].money else fmt.plain_number
    return TableCell(show(metric_value.value), opens=link(TOTAL, key, kind))


def _column_notes(review: TypesReview, metrics: list[str]) -> list[str]:
    """Return notes about whole columns, in one line."""
    remarks = [
        f"{METRICS[key].label}: {review.whole[key].reason}."
        for key in metrics
        if review.whole[key].reason
    ]
    return [" ".join(remarks)] if remarks else []
