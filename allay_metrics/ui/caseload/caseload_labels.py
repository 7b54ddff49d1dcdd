"""Labels of the caseload, and the tokens of its parts."""

from datetime import date, datetime

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.caseload.caseload_families import MyFamily
from allay_metrics.caseload.day import ScheduleDay, VisitCard
from allay_metrics.caseload.reading_day import Today
from allay_metrics.metrics.care_state_metrics import CareState
from allay_metrics.ui.cities.city_drilldown import format_city as city_shown
from allay_metrics.ui.filters import filter_params
from allay_metrics.ui.html import escape

BABY = "pages/therapist/baby.py"
CASELOAD = "pages/therapist/caseload.py"
CLIENT = "client"  # in the address: an id, never a name
OPEN = "baby:"
GO = "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"  # leads to another page
STATE_WORDS: dict[CareState, str] = {
    "in care": "in care",
    "lapsed": "lapsed",
    "graduated": "graduated",
    "moved on": "moved on",
}


def title(today: Today) -> tuple[str, str]:
    """Return the page's title and its quiet second half."""
    if today.shown == today.day:
        return fmt.long_day(today.shown), ""
    return fmt.long_day(today.shown), "your next day"


def context(day: ScheduleDay, today: Today) -> str:
    """Return `4 visits, 3 cities, about 68 min driving`."""
    if not day.cards:
        return "No visit ahead in these records."
    visits = fmt.plural(len(day.cards), "visit")
    if day.in_doubt:
        visits += f" ({fmt.number(day.in_doubt)} to ask about)"
    parts = [visits, fmt.plural(len(day.cities), "city", "cities")]
    if day.drive_minutes is None:
        parts.append(day.why_no_drive)
    elif day.drive_minutes:
        parts.append(f"about {fmt.number(day.drive_minutes)} min driving")
    first = "" if today.shown == today.day else "Nothing more today. "
    return f"{first}{', '.join(parts)}"


def as_of(today: Today) -> str:
    """Return the as-of of the records, with a warning where it is old."""
    if today.as_of is None:
        return ""
    return f"Records as of {fmt.moment(today.as_of)}. Later changes are not here."


def ordinal(card: VisitCard) -> str:
    """Return `first visit` or `visit 3`."""
    return "first visit" if card.number == 1 else f"visit {card.number}"


def where(city: str) -> str:
    """Return a city as a card shows it."""
    return "by video or phone" if city == "virtual" else city_shown(city)


def chip(state: CareState, text: str = "") -> str:
    """Return the state of care as a chip with its word."""
    name = state.replace(" ", "-")
    return f'<span class="al-care {name}">{escape(text or STATE_WORDS[state])}</span>'


def state_line(family: MyFamily) -> str:
    """Return why and when care ended, or when the next visit is."""
    if family.closed_on is not None:
        return f"{family.reason}, {fmt.short_day(family.closed_on)}"
    if family.next_on is not None:
        return f"next {fmt.day(family.next_on)}"
    if family.missing_on is not None:
        return f"{fmt.day(family.missing_on)} {family.doubt}"
    return "nothing booked"


def when(value: datetime) -> str:
    """Return `Mon 9 Nov, 9:00 am`."""
    return fmt.moment(value)


def last_line(family: MyFamily) -> str:
    """Return when the family was last seen, and by whom if by a colleague."""
    if family.last_on is None:
        return "not seen yet"
    who = "" if family.with_me else f" by {family.last_therapist}"
    return f"last {_short(family.last_on)}{who}"


def open_baby(client_id: str) -> None:
    """Go to a client's page; the address contains ids only."""
    st.switch_page(BABY, query_params={**filter_params(), CLIENT: client_id})


def _short(day: date) -> str:
    return fmt.short_day(day)
