"""States of care: in care and lapsed now, graduated and moved on in the period."""

from datetime import date

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.care_closing import GRADUATED
from allay_metrics.records import Scope
from allay_metrics.review.care_states import CareReview, review_care
from allay_metrics.ui.cached_by_version import cached_by_version
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.html import escape

care_of = cached_by_version(review_care)


def care_state_card(scope: Scope, as_of: date, first: date, last: date) -> None:
    """Draw the four states of care; only lapsed counts as loss."""
    review = care_of(scope, as_of, first, last)
    with card("types-care"):
        head("Where care stands", f"families, as of {fmt.day(as_of)}; ended in this period")
        st.html(care_html(review))
        note(
            "Care is closed by a person, with a reason. Lapsed: open, nothing booked, last visit "
            "over 30 days ago; of the four, only that is a loss."
        )


def care_html(review: CareReview) -> str:
    """Return the four states with their counts, and why care ended."""
    graduated = {why: n for why, n in review.ended.items() if why in GRADUATED}
    moved_on = {why: n for why, n in review.ended.items() if why not in GRADUATED}
    each = (
        ("in-care", "in care", review.in_care, "seen lately or booked"),
        ("lapsed", "lapsed", review.lapsed, "gone quiet"),
        ("graduated", "graduated", review.graduated, _reasons_html(graduated)),
        ("moved-on", "moved on", review.moved_on, _reasons_html(moved_on)),
    )
    return '<div class="al-states">' + "".join(
        f'<div><span class="al-care {name}">{word}</span><b>{fmt.number(count)}</b>'
        f"<small>{escape(why)}</small></div>"
        for name, word, count, why in each
    ) + "</div>"  # fmt: skip


def _reasons_html(reasons: dict[str, int]) -> str:
    return ", ".join(f"{why} {count}" for why, count in reasons.items()) or "none"
