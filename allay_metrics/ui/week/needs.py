"""The owner's tasks: one row per kind, and the list behind each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.records import Scope
from allay_metrics.review.drive_lists import LoneDrive
from allay_metrics.review.owner_tasks import Needs
from allay_metrics.review.week import WeekReview
from allay_metrics.ui.card import card, head, needs_row, note
from allay_metrics.ui.cities.city_drilldown import format_city as city_shown
from allay_metrics.ui.empty import RECORDS
from allay_metrics.ui.week.attention_lists import open_doubts, open_unassigned, open_unknown_city
from allay_metrics.ui.week.long_drives import open_lone_drives
from allay_metrics.ui.week.missing_drawer import open_missing
from allay_metrics.ui.week.no_next import open_no_next

OUTCOMES = "pages/owner/outcomes.py"


@dataclass(frozen=True)
class NeedsRow:
    """One kind of task; `open` opens its list."""

    key: str
    strong: str
    rest: str
    icon: str
    open: Callable[[], None]


def week_needs(scope: Scope, review: WeekReview) -> Callable[[], None] | None:
    """Draw the card; return the function that opens the clicked list."""
    rows = build_need_rows(scope, review.needs, review.record_status.as_of_day or review.monday)
    rows += [_worse_answers_row(review.worse)] if review.worse else []
    rows += [_lone_drives_row(review.lone)] if review.lone else []
    opened = None
    with card("needs", fill=True):
        head("Needs you", fmt.plural(len(rows), "thing"))
        if not rows:
            note("Nothing waits.")
        with st.container(key="al-needs-week", gap=None):
            for row in rows:
                if needs_row(row.key, row.strong, row.rest, icon=row.icon):
                    opened = row.open
    return opened


def build_need_rows(scope: Scope, needs: Needs, as_of: date) -> list[NeedsRow]:
    """Return the kinds with open tasks, most urgent first."""
    lapsed = f", {fmt.number(needs.lapsed)} for over 30 days" if needs.lapsed else ""
    kinds = [
        (needs.missing, _missing_row(scope, needs)),
        (
            needs.unanswered,
            NeedsRow(
                "unanswered",
                fmt.plural(needs.unanswered, "visit"),
                "not in a newer export: did it hold everything?",
                "quiz",
                lambda: st.switch_page(RECORDS),
            ),
        ),
        (
            needs.no_next,
            NeedsRow(
                "no-next",
                fmt.plural(needs.no_next, "family", "families"),
                f"without a next visit{lapsed}",
                "event_busy",
                lambda: open_no_next(scope, as_of, needs.no_next),
            ),
        ),
        (
            needs.set_aside,
            NeedsRow(
                "set-aside",
                fmt.plural(needs.set_aside, "row"),
                "set aside: in no number until mended",
                "rule",
                lambda: st.switch_page(RECORDS),
            ),
        ),
        (
            needs.unknown_city,
            NeedsRow(
                "city",
                fmt.plural(needs.unknown_city, "visit"),
                "without a city",
                "wrong_location",
                lambda: open_unknown_city(scope, as_of, needs.unknown_city),
            ),
        ),
        (
            needs.unassigned,
            NeedsRow(
                "type",
                fmt.plural(needs.unassigned, "visit"),
                "of a type that means none of the three",
                "category",
                lambda: open_unassigned(scope),
            ),
        ),
        (
            needs.doubts,
            NeedsRow(
                "doubts",
                fmt.plural(needs.doubts, "family", "families"),
                "may be one with another, or two in one",
                "group",
                lambda: open_doubts(scope),
            ),
        ),
    ]
    return [row for count, row in kinds if count]


def _lone_drives_row(lone: tuple[LoneDrive, ...]) -> NeedsRow:
    """Return the row of long drives, which names the longest."""
    longest, *others = lone
    more = f", and {fmt.number(len(others))} more" if others else ""
    driven = f"is one visit, {fmt.number(longest.minutes)} min of driving{more}"
    where = f"{fmt.day(longest.day)} in {city_shown(longest.city)}"
    return NeedsRow("lone", where, driven, "directions_car", lambda: open_lone_drives(lone))


def _worse_answers_row(count: int) -> NeedsRow:
    return NeedsRow(
        "worse",
        fmt.plural(count, "check-in"),
        "got worse within two weeks",
        "trending_down",
        lambda: st.switch_page(OUTCOMES),
    )


def _missing_row(scope: Scope, needs: Needs) -> NeedsRow:
    return NeedsRow(
        "missing",
        fmt.plural(needs.missing, "visit"),
        "gone from a newer export: cancelled?",
        "help",
        lambda: open_missing(scope),
    )
