"""Families without a next visit, and a form that closes their care."""

from collections.abc import Hashable
from datetime import date
from typing import Any

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.care_closing import REASONS, close_families
from allay_metrics.actions.open_episodes import local_now
from allay_metrics.contact import records_age
from allay_metrics.errors import AllayError
from allay_metrics.records import Scope
from allay_metrics.review.contacts import read_contact
from allay_metrics.review.families_to_call import families_without_next
from allay_metrics.ui.cities.city_drilldown import format_city as city_shown
from allay_metrics.ui.contact_control import contact_control, contact_done, done_of
from allay_metrics.ui.drawer import drawer
from allay_metrics.ui.html import TYPE_WORDS, escape
from allay_metrics.ui.html_table import TableCell, table_html
from allay_metrics.ui.problem import problems_shown

SHOWN = 200
_WHAT_IT_IS = (
    "Seen in the last 180 days, care open, nothing booked. Marked: over 30 days ago. Left out: "
    "families nobody may call, with an open warning sign, or with an upcoming visit that a newer "
    "export lacks."
)
_WHO, _WHY, _MESSAGE, _WHOM = (f"al-no-next-{key}" for key in ("who", "why", "said", "whom"))


def open_no_next(scope: Scope, as_of: date, count: int) -> None:
    """Open the families seen in the last 180 days that have nothing booked."""
    st.session_state.pop(_MESSAGE, None)
    drawer(
        "Families without a next visit",
        lambda: _draw_body(scope, as_of),
        value=fmt.number(count),
        beside="families",
        definitions=[("What it is", _WHAT_IT_IS)],
        # The page behind is drawn again after closing.
        on_close=lambda: None,
    )


def _draw_body(scope: Scope, as_of: date) -> None:
    with problems_shown():
        if message := st.session_state.pop(_MESSAGE, ""):
            st.html(f'<p class="al-done" role="status">{escape(message)}</p>')
        if age := records_age(as_of, local_now(scope).date()):
            st.html(f'<p class="al-say">{escape(age)}</p>')
        family_rows = families_without_next(scope, as_of, SHOWN + 1).to_dict("records")
        if not family_rows:
            contact_done(done_of())
            st.html('<p class="al-say">Every family in care has a next visit.</p>')
            return
        rows = family_rows[:SHOWN]
        labels = {row["family_id"]: _family_label(row) for row in rows}
        _draw_contact_form(scope, labels)
        contact_done(done_of())
        _draw_close_form(scope, as_of, labels)
        caption = "Families without a next visit, longest ago first"
        columns = ["Family", "Last visit", "Ago", "City", "Type", "Therapist"]
        inside = table_html(columns, [_row(r) for r in rows], caption=caption, left=(1, 3, 4, 5))
        # Focusable, so that the keyboard can scroll the drawer.
        st.html(f'<div role="region" tabindex="0" aria-label="{caption}">{inside}</div>')
        if len(family_rows) > SHOWN:
            st.html(f'<p class="al-sub">The first {SHOWN} are shown.</p>')


def _row(row: dict[Hashable, Any]) -> list[TableCell | str]:
    last, kind = row["last_visit"], str(row["visit_type"])
    assert isinstance(last, date)
    return [
        str(row["family"]),
        fmt.day(last),
        TableCell(fmt.plural(int(str(row["days_since"])), "day"), marked=bool(row["lapsed"])),
        city_shown(str(row["city"])),
        TYPE_WORDS.get(kind, kind),
        str(row["therapist"]),
    ]


def _family_label(row: dict[Hashable, Any]) -> str:
    return f"{row['family']}, {fmt.plural(int(str(row['days_since'])), 'day')} ago"


def _draw_contact_form(scope: Scope, labels: dict[str, str]) -> None:
    """Draw the control that restricts contact with one of them."""
    with st.expander("Contact with a family"):
        chosen = st.selectbox(
            "Family",
            list(labels),
            index=None,
            key=_WHOM,
            placeholder="Choose one",
            format_func=labels.__getitem__,
        )
        contact = read_contact(scope, chosen) if chosen else None
        if contact is not None:
            contact_control(scope, contact, key="no-next")


def _draw_close_form(scope: Scope, as_of: date, labels: dict[str, str]) -> None:
    """Draw the form that closes the care of some of them, which removes them from the list."""
    with st.expander("Close care that has ended"):
        st.multiselect("Families", list(labels), key=_WHO, format_func=lambda id_: labels[id_])
        st.selectbox(
            "Reason", REASONS, key=_WHY, format_func=lambda why: f"{why[:1].upper()}{why[1:]}"
        )
        st.button(
            "Close their care", type="primary", key="al-no-next-do", on_click=_close,
            args=(scope, as_of),
        )  # fmt: skip


def _close(scope: Scope, as_of: date) -> None:
    chosen, reason = st.session_state[_WHO], st.session_state[_WHY]
    if not chosen:
        st.session_state[_MESSAGE] = "No family was chosen: nothing was closed."
        return
    try:
        close_families(scope, chosen, as_of, reason)
    except AllayError as error:
        st.session_state[_MESSAGE] = str(error)
        return
    st.session_state[_WHO] = []
    st.session_state[_MESSAGE] = (
        f"Closed: {fmt.plural(len(chosen), 'family', 'families')}, {reason}."
    )
