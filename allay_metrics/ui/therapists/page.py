"""The Therapists page: a card for each, sorted by name, with two weeks ahead and her past."""

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.records import Scope
from allay_metrics.review.exports import therapists_export
from allay_metrics.review.therapists import TherapistLine, WeekPlan, review_therapists
from allay_metrics.ui import html
from allay_metrics.ui.cached_by_version import cached_by_version
from allay_metrics.ui.card import card, empty_state, head, note
from allay_metrics.ui.cities.city_drilldown import format_city as city_shown
from allay_metrics.ui.cities.city_ranking import two_columns
from allay_metrics.ui.empty import loading, no_records
from allay_metrics.ui.export import export_button
from allay_metrics.ui.problem import problem
from allay_metrics.ui.shell import page_head
from allay_metrics.ui.therapists.hours_drawer import REFUSED, open_hours
from allay_metrics.ui.therapists.miles import open_mileage
from allay_metrics.ui.week.head import as_of_items

therapists_of = cached_by_version(review_therapists)
ABOUT = "This week and the next, by name. Hours in the field are visits and estimated driving."


def therapists_page(scope: Scope) -> None:
    """Draw the page; a button of a card opens its drawer."""
    with loading("therapists", 420, 420):
        review = therapists_of(scope)
    page_head("Therapists", as_of=as_of_items(review.record_status)[:1])
    if review.record_status.newest is None:
        no_records()
        return
    if not review.therapists:
        empty_state("No therapist yet", "No export names one, and none is on the Practice page.")
        return
    with st.container(key="al-therapists-below", horizontal=True, vertical_alignment="center"):
        note(ABOUT)
        export_button(scope, "page", "therapists", lambda: therapists_export(scope, review))
    if refused := st.session_state.pop(REFUSED, ""):
        problem(refused)
    opened = None
    with two_columns():
        for number, line in enumerate(review.therapists):
            opened = _draw_card(number, line) or opened
    if opened:
        line, what = opened
        if what == "hours":
            open_hours(scope, line)
        else:
            open_mileage(scope, line, review.record_status.as_of_day or line.weeks[0].monday)


def _draw_card(number: int, line: TherapistLine) -> tuple[TherapistLine, str] | None:
    with card(f"therapist-{number}", fill=True):
        head(
            line.name, f"from {city_shown(line.base_city)}" if line.base_city else "no base on file"
        )
        for week, name in zip(line.weeks, ("This week", "Next week"), strict=True):
            st.html(_week_html(week, name))
        st.html(_past_html(line))
        with st.container(horizontal=True, gap="small", key=f"al-therapist-does-{number}"):
            hours = st.button("Offered hours", key=f"al-hours-of-{number}")
            miles = st.button("Mileage", key=f"al-miles-of-{number}")
    if hours:
        return line, "hours"
    return (line, "miles") if miles else None


def _week_html(week: WeekPlan, name: str) -> str:
    """Return one week: hours used and left, then a line for each day with visits."""
    days = "".join(
        f"<li><b>{fmt.day(day.day)}</b> {html.escape(_cities_text(day.cities))}"
        f"<small>{html.escape(_drive_text(day.drive_minutes, day.undriven))}</small></li>"
        for day in week.days
    )
    listed = f"<ul>{days}</ul>" if days else '<p class="al-sub">Nothing booked.</p>'
    return (
        f'<div class="al-plan"><h3>{name} <span>{fmt.day(week.monday)}</span></h3>'
        f"<p>{html.rich(hours_words(week))}</p>{listed}</div>"
    )


def hours_words(week: WeekPlan) -> str:
    """Return `**18 of 22 h**, room for 4 h`, or the part that is known."""
    used = fmt.plain_number(round(week.used / 60, 1))
    if week.offered is None or week.room is None:
        return f"**{used} h** in the field, no offered hours on file"
    offered = fmt.plain_number(round(week.offered / 60, 1))
    left = fmt.plain_number(round(abs(week.room) / 60, 1))
    room = f"room for {left} h" if week.room >= 0 else f"{left} h more than offered"
    return f"**{used} of {offered} h**, {room}"


def _cities_text(cities: tuple[tuple[str, int], ...]) -> str:
    return ", ".join(f"{city_shown(city)} {fmt.number(visits)}" for city, visits in cities)


def _drive_text(minutes: int, undriven: int) -> str:
    return "driving not known" if undriven else f"{fmt.number(minutes)} min driving"


def _past_html(line: TherapistLine) -> str:
    """Return her 13 weeks of completed visits with the usual range of her weeks before."""
    counts = fmt.join_list(map(fmt.number, line.completed))
    label = f"{line.name}, completed visits per week: {counts}"
    usual = line.usual.whole if line.usual else None
    signal = bool(line.usual and line.usual.signal(line.completed[-1]))
    bars = html.bars(line.completed, label, usual=usual, signal=signal)
    own = f", her usual {fmt.value_range(*usual)}" if usual else ""
    first, last = fmt.short_day(line.mondays[0]), fmt.short_day(line.mondays[-1])
    return (
        f'<div class="al-plan"><h3>Completed visits <span>13 weeks{own}</span></h3></div>'
        f'<div class="al-one">{bars}<div class="wk"><span>{first}</span><span>{last}</span></div>'
        "</div>"
    )
