"""Visits per week by type, and new families by referral source."""

from collections.abc import Callable
from datetime import date

import streamlit as st

from allay_metrics import charts
from allay_metrics import formatting as fmt
from allay_metrics.metrics import Question
from allay_metrics.metrics.metric import MetricKey
from allay_metrics.metrics.weeks import sunday_of
from allay_metrics.records import UNKNOWN, Scope
from allay_metrics.review.week import WeekReview
from allay_metrics.ui import html
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.figure import figure, forget
from allay_metrics.ui.visit_drawer import open_number, usual_words

TYPES, REFERRAL = "week-types", "referral"
MOST = 9


def week_types(scope: Scope, review: WeekReview) -> Callable[[], None] | None:
    """Draw completed visits per week by type; return the function that opens the clicked part."""
    completed, types = review.number[MetricKey.COMPLETED], review.types
    usual = completed.weeks[-1].usual
    band = (usual.low, usual.high) if usual else None
    with card("week-types", fill=True):
        head(
            "Visits per week",
            f"shaded: usual {usual_words(completed.metric, usual)}" if usual else "",
        )
        fig = charts.weeks(types.mondays, types.counts, usual=band, goal=completed.goal)
        picked = figure(fig, TYPES, charts.weeks_alt(types.mondays, types.counts), fill=True)
    if not picked:
        return None
    monday, kind = date.fromisoformat(str(picked[0])), str(picked[1])
    kept = tuple(pair for pair in review.where if pair[0] != "visit_type")
    question = Question(
        metrics=(MetricKey.COMPLETED,),
        first=monday,
        last=sunday_of(monday),
        where=(*kept, ("visit_type", kind)),
    )
    title = f"{html.TYPE_WORDS[kind]}, week of {fmt.day(monday)}"
    return lambda: open_number(scope, question, title=title, on_close=lambda: forget(TYPES))


def week_referrals(review: WeekReview) -> None:
    """Draw new families of the 13 weeks by referral source."""
    with card("week-referrals", fill=True):
        head("How new families found us", "first visits, 13 weeks")
        if not review.referrals.sources:
            note(review.referrals.reason or "No new families in these weeks.")
            return
        st.html(referrals_html(review))
        if review.referrals.reason:
            note(review.referrals.reason)


def open_referral(scope: Scope, review: WeekReview, source: str) -> bool:
    """Open the first visits of the families of one source; False for an unknown source."""
    if source not in {source_line.source for source_line in review.referrals.sources}:
        return False
    question = Question(
        metrics=(MetricKey.NEW_FAMILIES,),
        first=review.types.mondays[0],
        last=review.sunday,
        where=(*review.where, ("referral_source", source)),
    )
    open_number(scope, question, title=f"New families: {_source_label(source)}")
    return True


def referrals_html(review: WeekReview) -> str:
    """Return a bar per source, longest first; each opens the visits it counts."""
    sources = review.referrals.sources
    most = max(source.families for source in sources)
    rows = "".join(
        "<li>"
        f"{html.button(html.escape(_source_label(source.source)), f'{REFERRAL}|{source.source}')}"
        f'<u><i style="width:{source.families / most:.1%}"></i></u>'
        f"<b>{fmt.number(source.families)}</b></li>"
        for source in sources[:MOST]
    )
    rest = sum(source.families for source in sources[MOST:])
    more = f'<p class="al-sub">{fmt.plural(rest, "family", "families")} by others.</p>'
    return f'<ul class="al-rank">{rows}</ul>{more if rest else ""}'


def _source_label(source: str) -> str:
    return "Not told" if source == UNKNOWN else source
