"""The choice of a week or a period, kept in the address; valid while half chosen."""

from datetime import date, timedelta
from typing import Any

import streamlit as st

from allay_metrics.metrics.weeks import full_weeks, monday_of
from allay_metrics.plausibility import read_day
from allay_metrics.review.record_status import RecordStatus

WEEK = "week"
_KEPT_WEEK = "al-chosen-week"
SPANS = {"4 weeks": 4, "13 weeks": 13}
MONTHS, OWN = "12 months", "Own dates"
_LAST_DATES = "al-last-dates"


def chosen_week() -> date | None:
    """Return the Monday in the address, else the session's last one; None for the newest."""
    week_in_address = st.query_params.get(WEEK, "")
    if week_in_address:
        day = read_day(week_in_address)
        if day is None:
            del st.query_params[WEEK]
        else:
            st.session_state[_KEPT_WEEK] = monday_of(day)
    kept: date | None = st.session_state.get(_KEPT_WEEK)
    if kept is not None and not week_in_address:
        st.query_params[WEEK] = kept.isoformat()
    return kept


def go_to_week(monday: date) -> None:
    """Switch to another week; a button's callback."""
    st.session_state[_KEPT_WEEK] = monday
    st.query_params[WEEK] = monday.isoformat()


def choose_week(earlier: date | None, later: date | None) -> None:
    """Draw the two arrows; None at the ends of the records."""
    with st.container(key="al-arrows", horizontal=True, gap=None, width="content", wrap=False):
        for key, icon, monday, label in (
            ("earlier", "chevron_left", earlier, "The week before"),
            ("later", "chevron_right", later, "The week after"),
        ):
            st.button(
                label,
                key=f"al-arrow-{key}",
                icon=f":material/{icon}:",
                type="tertiary",
                disabled=monday is None,
                on_click=go_to_week,
                args=(monday,),
            )


def choose_period(status: RecordStatus) -> tuple[date, date] | None:
    """Draw the choice of a period and return its first and last day; None without records.

    Weeks are the newest full ones, months the twelve newest full ones. While only one end of custom
    dates is chosen, the last complete choice stays in force.
    """
    as_of = status.as_of_day
    if as_of is None:
        return None
    with st.container(key="al-seg-period", horizontal=True, gap="xsmall", width="content"):
        span = st.segmented_control(
            "Period",
            (*SPANS, MONTHS, OWN),
            default="13 weeks",
            required=True,
            key="period",
            bind="query-params",
            label_visibility="collapsed",
        )
        if span == MONTHS:
            return _full_months(as_of)
        if span != OWN:
            return full_weeks(as_of, SPANS.get(span or "", 13))
        return _choose_dates(status, full_weeks(as_of))


def _choose_dates(status: RecordStatus, before: tuple[date, date]) -> tuple[date, date]:
    last: tuple[date, date] = st.session_state.get(_LAST_DATES, before)
    chosen: Any = st.date_input(
        "First and last day",
        last,
        key="dates",
        bind="query-params",
        label_visibility="collapsed",
        format="YYYY-MM-DD",
        max_value=status.last_day or last[1],
        width=230,
    )
    if len(chosen) == 2:
        first, end = chosen
        st.session_state[_LAST_DATES] = (first, end)
        return first, end
    st.html('<span class="al-sub">Choose the last day as well.</span>')
    return last


def _full_months(as_of: date) -> tuple[date, date]:
    first_of_this = as_of.replace(day=1)
    return first_of_this.replace(year=first_of_this.year - 1), first_of_this - timedelta(days=1)
