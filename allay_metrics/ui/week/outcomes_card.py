"""Reported outcomes on the Week: counts by concern, and a link to the Outcomes page."""

import streamlit as st

from allay_metrics.records import Scope
from allay_metrics.review.concern import ConcernReview
from allay_metrics.review.outcomes import reported_changes
from allay_metrics.review.week import WeekReview
from allay_metrics.ui.cached_by_version import cached_by_version
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.filters import filter_params
from allay_metrics.ui.html import escape
from allay_metrics.ui.outcomes.outcome_labels import SHORT
from allay_metrics.ui.week.needs import OUTCOMES

PARTS = (("better", "better"), ("same", "about the same"), ("worse", "worse"))
_changes = cached_by_version(reported_changes)


def week_outcomes(scope: Scope, review: WeekReview) -> None:
    """Draw better, about the same and worse by concern, for windows closed in the 13 weeks."""
    concerns = _changes(scope, review.types.mondays[0], review.sunday)
    with card("week-outcomes", fill=True):
        head("Reported change while in care", "whole practice, windows closed in 13 weeks")
        if concerns:
            most = max(concern.summary.funnel.paired for concern in concerns)
            keys = "".join(f'<span><i class="{css}"></i>{word}</span>' for css, word in PARTS)
            rows = "".join(_row(concern, most) for concern in concerns)
            st.html(f'<p class="al-keys3">{keys}</p><ul class="al-ways3">{rows}</ul>')
            note(
                "Families by what they reported; under eleven only how many answered both times. "
                "Part of every change would have happened anyway."
            )
        else:
            note("No family's window closed in these weeks with answers from before and after.")
        with st.container(key="al-lead-outcomes"):
            st.page_link(
                OUTCOMES,
                label="Who answered, and how sure it is",
                icon=":material/arrow_forward:",
                query_params=filter_params(),
            )


def _row(concern: ConcernReview, most: int) -> str:
    """Return one concern as HTML: a bar of its families, divided where that may be shown."""
    report, pairs = concern.report, concern.summary.funnel.paired
    name = escape(SHORT.get(concern.concern.id, concern.concern.label))
    shares = [getattr(report, key) for key, _ in PARTS]
    if not all(shares):
        return (
            f'<li><b>{name}</b><p class="few">{escape(concern.why_not)}</p><em>n {pairs}</em></li>'
        )
    counts = [(word, css, share.count) for (css, word), share in zip(PARTS, shares, strict=True)]
    # At the best value already, or without a threshold.
    apart = pairs - sum(count for _, _, count in counts)
    counts += [("counted apart", "apart", apart)]
    label = ", ".join(f"{count} {word}" for word, _, count in counts if count)
    bars = "".join(
        f'<i class="{css}" style="flex-grow:{count}" title="{count} {word}">{count}</i>'
        for word, css, count in counts
        if count
    )
    return (
        f'<li><b>{name}</b><span role="img" aria-label="{escape(label)}">'
        f'<u style="width:{max(pairs / most, 0.34):.1%}">{bars}</u></span><em>n {pairs}</em></li>'
    )
