"""The Visit types page: its parts in order, and what a click opens."""

from collections.abc import Callable
from datetime import timedelta

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.metrics import visits_behind
from allay_metrics.metrics.metric import MetricKey
from allay_metrics.records import Scope
from allay_metrics.review.exports import types_export
from allay_metrics.review.visit_types import TypesReview, review_visit_types
from allay_metrics.ui.cached_by_version import cached_by_version
from allay_metrics.ui.click_listener import clicked, record_unknown_token
from allay_metrics.ui.correct_visit import correct_form
from allay_metrics.ui.drawer import drawer
from allay_metrics.ui.empty import loading
from allay_metrics.ui.figure import forget
from allay_metrics.ui.period_head import PeriodChoice, known_of
from allay_metrics.ui.problem import problems_shown
from allay_metrics.ui.types.ages import AGES, ages_card
from allay_metrics.ui.types.care_state_card import care_state_card
from allay_metrics.ui.types.mix import MIX, mix_card, totals_card
from allay_metrics.ui.types.new_and_returning import families_card
from allay_metrics.ui.types.path import path_card
from allay_metrics.ui.types.type_drilldown import VisitTypeDrilldown, find_drilldown
from allay_metrics.ui.visit_drawer import SHOWN, export_visits, open_number, visits_table

types_of = cached_by_version(review_visit_types)
WIDE_AND_NARROW = (1.62, 1)
WEEKS_AT_MOST = timedelta(weeks=26)
MOST_IDS = 20_000  # the most ids that both engines accept in one statement


def types_page(scope: Scope, chosen: PeriodChoice) -> None:
    """Draw the page of a period; a click opens a drawer."""
    grain = "week" if chosen.last - chosen.first < WEEKS_AT_MOST else "month"
    with loading("types", 380, 300, 320):
        review = types_of(scope, chosen.first, chosen.last, chosen.where, grain)
    chosen.tell(_summary_items(review))
    chosen.offer("visit_types", lambda: types_export(scope, review))
    token = clicked()
    left, right = st.columns(WIDE_AND_NARROW, gap="small")
    with left:
        column = mix_card(review)
    with right:
        totals_card(review)
    left, right = st.columns(2, gap="small")
    with left:
        path_card(review)
    with right:
        families_card(review)
    as_of = known_of(scope).as_of_day or chosen.last
    care_state_card(scope, as_of, chosen.first, chosen.last)
    age = ages_card(review)
    if column:
        open_visits(scope, column, MIX)
    elif age:
        open_visits(scope, age, AGES)
    elif token:
        drilldown = find_drilldown(review, token)
        open_visits(scope, drilldown) if drilldown else record_unknown_token(scope, "types")


def open_visits(scope: Scope, drilldown: VisitTypeDrilldown, from_figure: str = "") -> None:
    """Open the drawer behind a number; closing it clears the selection of `from_figure`."""
    closed = (lambda: forget(from_figure)) if from_figure else None
    if drilldown.find is None:
        open_number(scope, drilldown.question, title=drilldown.title, on_close=closed)
        return
    ids = drilldown.find(scope)
    metric = drilldown.question.metric_entries[0]
    drawer(
        drilldown.title,
        lambda: _draw_body(scope, drilldown, ids, closed),
        value=fmt.number(len(ids)),
        beside=f"{metric.unit}, {fmt.span(drilldown.question.first, drilldown.question.last)}",
        definitions=[("What it counts", metric.definition)],
        on_close=closed,
    )


def _draw_body(
    scope: Scope, drilldown: VisitTypeDrilldown, ids: list[str], closed: Callable[[], None] | None
) -> None:
    with problems_shown():
        visit_rows = visits_behind(drilldown.question, scope, limit=None, only=ids[:MOST_IDS])
        correct_form(scope, visit_rows.head(SHOWN), closed)
        visits_table(visit_rows.head(SHOWN), caption=drilldown.title)
        if len(visit_rows) > SHOWN:
            st.html(f'<p class="al-sub">The newest {SHOWN} of them.</p>')
        if not visit_rows.empty:
            export_visits(scope, drilldown.question, drilldown.title, ids[:MOST_IDS])


def _summary_items(review: TypesReview) -> list[str]:
    done, combined = review.whole[MetricKey.COMPLETED], review.combined.visits
    items = [f"**{fmt.plural(done.count, 'completed visit')}**"]
    if combined:
        items.append(f"{fmt.number(combined)} of two types, counted under the first")
    return items
