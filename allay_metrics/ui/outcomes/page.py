"""The Outcomes page: its parts in order, who answered always first."""

from datetime import date
from functools import partial

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.retention import read_retention
from allay_metrics.outcomes.research import CONTEXT
from allay_metrics.records import Scope
from allay_metrics.review.outcomes import OutcomesReview, review_outcomes
from allay_metrics.ui.cached_by_version import cached_by_version
from allay_metrics.ui.card import card, empty_state, note
from allay_metrics.ui.check_ins.flags import red_flags
from allay_metrics.ui.empty import loading
from allay_metrics.ui.export import Picture
from allay_metrics.ui.html import escape
from allay_metrics.ui.outcomes.change_cards import (
    better_card,
    changes_card,
    means_card,
    months_card,
)
from allay_metrics.ui.outcomes.method import method_card
from allay_metrics.ui.outcomes.outcome_labels import outcomes_export
from allay_metrics.ui.outcomes.outcome_lines import lines_card
from allay_metrics.ui.outcomes.own_measures_table import own_card
from allay_metrics.ui.outcomes.picture import has_picture, picture_pdf, picture_png
from allay_metrics.ui.outcomes.who import who_card
from allay_metrics.ui.outcomes.worries_table import worries_card
from allay_metrics.ui.period_head import PeriodChoice

outcomes_of = cached_by_version(review_outcomes)


def outcomes_page(scope: Scope, chosen: PeriodChoice) -> None:
    """Draw the page of a period: episodes with a window that closed in it."""
    with loading("outcomes", 120, 300, 460):
        review = outcomes_of(scope, chosen.first, chosen.last)
    chosen.tell([f"**{fmt.plural(review.eligible, 'episode')}** whose window closed"])
    red_flags(scope)
    _context_items()
    if not review.has_check_ins:
        empty_state(
            "No check-ins yet",
            "Parents answer a short form before the first visit and four times after it. Sign the "
            "safety protocol to begin, or bring in a questionnaire they answered elsewhere.",
        )
        method_card(review)
        return
    who_card(review)
    _draw_retention_note(scope)
    if review.paired or any(concern.lines for concern in review.concerns):
        lines_card(review)
        better_card(review)
        changes_card(review)
        means_card(review)
        own_card(review)
    else:
        empty_state(
            "No window closed with both answers",
            "A change needs an answer from before the first visit and one about four weeks later. "
            "Choose a longer period, or wait for answers that are due.",
        )
    worries_card(review)
    months_card(review)
    method_card(review)
    chosen.offer("outcomes", lambda: outcomes_export(scope, review), _pictures(review))


def _pictures(review: OutcomesReview) -> list[Picture]:
    if not has_picture(review):
        return []
    kinds = (("png", "Figure (PNG)", "image/png", picture_png),
             ("pdf", "Figure (PDF)", "application/pdf", picture_pdf))  # fmt: skip
    return [Picture(end, label, mime, partial(make, review)) for end, label, mime, make in kinds]


def _draw_retention_note(scope: Scope) -> None:
    """Draw a note where check-ins were deleted past their retention."""
    kept = read_retention(scope)
    if kept.removed:
        gone = fmt.plural(kept.removed, "check-in")
        before = fmt.full_day(date.fromisoformat(kept.before))
        note(f"{gone} from before {before} are no longer kept: older periods count fewer answers.")


def _context_items() -> None:
    with card("outcomes-context"):
        st.html(f'<p class="al-say">{escape(CONTEXT)}</p>')
