"""The head of the Week: title, arrows, filters, and the as-of line."""

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.records import Scope
from allay_metrics.review.exports import week_export
from allay_metrics.review.record_status import RecordStatus
from allay_metrics.review.week import WeekReview, review_week
from allay_metrics.ui.cached_by_version import cached_by_version
from allay_metrics.ui.export import export_button
from allay_metrics.ui.filters import choose_filters, filters_row
from allay_metrics.ui.html import rich
from allay_metrics.ui.period import choose_week, chosen_week
from allay_metrics.ui.shell import page_head, week_title

week_of = cached_by_version(review_week)


def week_head(scope: Scope) -> WeekReview:
    """Draw the head of the page and return the week it is about."""
    with st.container(key="al-week-head", gap=None):
        with st.container(key="al-week-bar", horizontal=True, vertical_alignment="center"):
            left = st.container(key="al-week-title", horizontal=True, gap="small")
            with filters_row():
                where = choose_filters(scope)
                review = week_of(scope, chosen_week(), where)
                name = f"week_{review.monday}"
                if review.has_records:
                    export_button(scope, "page", name, lambda: week_export(scope, review))
        with left:
            title, muted = week_title(review.monday)
            page_head(title, f"{muted}, so far" if review.so_far else muted)
            choose_week(review.earlier, review.later)
        as_of_line([*as_of_items(review.record_status), *_week_items(review)])
    return review


def as_of_line(items: list[str]) -> None:
    """Draw the quiet line below a title; items may contain **bold**."""
    line = "<i>·</i>".join(f"<span>{rich(item)}</span>" for item in items)
    st.html(f'<div class="al-asof">{line}</div>')


def as_of_items(status: RecordStatus) -> list[str]:
    """Return the as-of of the records and the row counts of the newest file."""
    if status.newest is None:
        return []
    moments = status.as_of_moments
    source_moments = [
        f"{f'{source} ' if len(moments) > 1 else ''}**{fmt.moment(at)}**"
        for source, at in moments.items()
    ]
    rows = fmt.plural(status.rows_read, "row")
    counted, aside = fmt.number(status.rows_counted), fmt.number(status.rows_set_aside)
    return [
        f"Records as of {fmt.join_list(source_moments)}",
        f"{rows}: **{counted} counted**, {aside} set aside",
    ]


def _week_items(review: WeekReview) -> list[str]:
    items = []
    if review.missing:
        items.append(f"**{fmt.number(review.missing)} missing**, in no number until decided")
    if review.restated:
        items.append(f"{fmt.plural(len(review.restated), 'number')} restated")
    return items
