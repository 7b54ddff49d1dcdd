"""The caseload: a therapist's home page, designed for a phone in one hand."""

from dataclasses import replace
from datetime import datetime, time

import streamlit as st

from allay_metrics.caseload.caseload_families import list_attention, read_families, read_worse
from allay_metrics.caseload.day import read_day
from allay_metrics.caseload.own_weeks import read_weeks
from allay_metrics.caseload.reading_day import Today, compute_today
from allay_metrics.records import Scope
from allay_metrics.review.open_check_ins import list_waiting
from allay_metrics.ui.cached_by_version import cached_by_version
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.caseload.cards import next_card, other_cards
from allay_metrics.ui.caseload.caseload_labels import OPEN, as_of, context, open_baby, title
from allay_metrics.ui.caseload.caseload_lists import (
    ahead_card,
    families_card,
    look_card,
    weeks_card,
)
from allay_metrics.ui.click_listener import clicked
from allay_metrics.ui.html import escape
from allay_metrics.ui.shell import page_head

_day, _families, _weeks = (
    cached_by_version(read_day),
    cached_by_version(read_families),
    cached_by_version(read_weeks),
)
_waiting = cached_by_version(list_waiting)


def caseload_page(scope: Scope) -> None:
    """Draw the therapist's day and families; a tap opens a client's page."""
    tapped = clicked() or ""
    if tapped.startswith(OPEN):
        open_baby(tapped.removeprefix(OPEN))
    today = compute_today(scope)
    # Results depend on the day only, so they can be cached all day.
    still = replace(today, now=datetime.combine(today.day, time(), today.now.tzinfo))
    day, families = _day(scope, still), _families(scope, still)
    page_head(*title(today))
    st.html(f'<p class="al-day">{escape(context(day, today))}</p>')
    note(f"{as_of(today)} {today.why}")
    left, right = st.columns([1.15, 1], gap="small")
    with left:
        next_card(day, today)
        if not day.cards:
            _draw_empty(today)
        hour = today.now.replace(minute=0, second=0, microsecond=0)
        waits = _waiting(scope, hour)
        look_card(list_attention(families, today, read_worse(scope, today), waits), today.age)
        other_cards(day, today)
    with right:
        ahead_card(day)
        families_card(families, today)
        weeks_card(_weeks(scope, still))


def _draw_empty(today: Today) -> None:
    with card("no-visits"):
        head("No visit ahead")
        note(
            "These records have no visit of yours from now on. The owner imports newer ones."
            if today.as_of
            else "There are no records yet. The owner imports them."
        )
