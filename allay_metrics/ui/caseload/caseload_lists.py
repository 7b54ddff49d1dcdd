"""The rest of a caseload: look first, the next seven days, my families, my weeks."""

from collections.abc import Sequence

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.caseload.caseload_clients import deaths, format_ages, format_names
from allay_metrics.caseload.caseload_families import AttentionLine, MyFamily
from allay_metrics.caseload.day import DayAhead, ScheduleDay
from allay_metrics.caseload.own_weeks import OwnWeeks
from allay_metrics.caseload.reading_day import Today
from allay_metrics.metrics.care_state_metrics import CARE_STATES, CareState
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.caseload.caseload_labels import (
    OPEN,
    STATE_WORDS,
    chip,
    last_line,
    state_line,
    where,
)
from allay_metrics.ui.html import bars, button, escape

FIRST, FAMILIES_FIRST = 4, 10
SIGNS = {"act": "◆", "soon": "◇", "later": "○"}
SHOW = "show"  # in the address: which families are listed


def look_card(looks: Sequence[AttentionLine], age: str = "") -> None:
    """Draw whom to look at first; the rest is in an expander.

    `age`, the as-of, comes first where some of them are to be called.
    """
    with card("look"):
        head("Look at these first", fmt.number(len(looks)) if looks else "")
        if not looks:
            note("Nobody: every family has a next visit, no check-in waits, and none is marked.")
            return
        if age and any(line.is_to_book for line in looks):
            note(age)
        st.html(_attention_html(looks[:FIRST]))
        rest = looks[FIRST:]
        if rest:
            with st.expander(f"{fmt.number(len(rest))} more"):
                st.html(_attention_html(rest))


def ahead_card(day: ScheduleDay) -> None:
    """Draw the next seven days by day and city."""
    with card("ahead"):
        head("The next 7 days", fmt.plural(sum(ahead.visits for ahead in day.ahead), "visit"))
        rows = "".join(
            f'<li class="{"" if ahead.visits else "free"}"><b>{fmt.day(ahead.day)}</b>'
            f"<span>{escape(_cities_text(ahead.cities))}</span>"
            f"<em>{_visits_html(ahead)}</em></li>"
            for ahead in day.ahead
        )
        st.html(f'<ul class="al-ahead">{rows}</ul>')


def _visits_html(ahead: DayAhead) -> str:
    if not ahead.visits:
        return "free"
    asks = f", {fmt.number(ahead.in_doubt)} to ask about" if ahead.in_doubt else ""
    return f"{fmt.plural(ahead.visits, 'visit')}{asks}"


def families_card(families: Sequence[MyFamily], today: Today) -> None:
    """Draw the families of one state of care, which the address names."""
    counts = {state: sum(family.state == state for family in families) for state in CARE_STATES}
    with card("families"):
        head("My families", "seen in the last 180 days, or booked")
        with st.container(key="al-seg-care"):
            chosen = st.segmented_control(
                "State of care",
                [STATE_WORDS[state] for state in CARE_STATES],
                key=SHOW,
                default=STATE_WORDS["in care"],
                bind="query-params",
                required=True,
                label_visibility="collapsed",
                format_func=lambda word: f"{word} {counts[_chosen_state(word)]}",
            )
        state = _chosen_state(chosen or STATE_WORDS["in care"])
        listed = [family for family in families if family.state == state]
        if not listed:
            note(f"No family is {STATE_WORDS[state]}.")
            return
        st.html(_families_html(listed[:FAMILIES_FIRST], today))
        rest = listed[FAMILIES_FIRST:]
        if rest:
            with st.expander(f"{fmt.number(len(rest))} more"):
                st.html(_families_html(rest, today))


def weeks_card(weeks: OwnWeeks) -> None:
    """Draw her 13 weeks beside her own past."""
    if not any(weeks.completed):
        return
    last, usual = weeks.completed[-1], weeks.usual
    signal = usual.signal(last) if usual else None
    alt_text = f"Completed visits per week, newest last: {', '.join(map(str, weeks.completed))}"
    band = (usual.low, usual.high) if usual else None
    columns = bars(weeks.completed, alt_text, usual=band, signal=signal is not None)
    with card("own-weeks"):
        first, newest = map(fmt.short_day, (weeks.mondays[0], weeks.mondays[-1]))
        head("My weeks", f"{first} to {newest}")
        st.html(
            f'<div class="al-own"><div class="al-v">{last}<small>visits, week of {newest}</small>'
            f"</div>{columns}</div>"
        )
        note(_usual_sentence(weeks, signal))


def _usual_sentence(weeks: OwnWeeks, signal: str | None) -> str:
    if weeks.usual is None:
        return "Twelve full weeks of yours make a usual range. Only your own visits are counted."
    place = f"{signal} your usual" if signal else "your usual is"
    return f"Your own visits only: {place} {fmt.value_range(*weeks.usual.whole)}."


def _attention_html(looks: Sequence[AttentionLine]) -> str:
    rows = "".join(
        "<li>"
        + button(
            f'<i class="{line.weight}" aria-hidden="true">{SIGNS[line.weight]}</i>'
            f"<span><b>{escape(line.family.name)}</b> {escape(_attention_text(line))}</span>"
            f"<em>{escape(line.when)}</em>",
            OPEN + line.leads_to,
        )
        + "</li>"
        for line in looks
    )
    return f'<ul class="al-looks">{rows}</ul>'


def _attention_text(line: AttentionLine) -> str:
    return ": ".join(filter(None, (deaths(line.family.died), line.what)))


def _families_html(families: Sequence[MyFamily], today: Today) -> str:
    return f'<ul class="al-fams">{"".join(_family_html(family, today) for family in families)}</ul>'


def _family_html(family: MyFamily, today: Today) -> str:
    infants = [person for person in family.people if person.is_infant] or list(family.people)
    about = ", ".join(filter(None, (format_names(infants), format_ages(infants, today.day))))
    visits = fmt.plural(family.visits, "visit")
    sign = '<mark class="al-att">◆ marked</mark>' if family.attention else ""
    line = " · ".join(filter(None, (family.concern, visits, last_line(family))))
    sentence = family.contact.sentence
    contact = f'<span class="ln">{escape(sentence)}</span>' if sentence else ""
    died = f'<span class="ln died">{escape(deaths(family.died))}</span>' if family.died else ""
    inside = (
        f'<span class="who"><b>{escape(family.name)}</b> {escape(about)} {sign}</span>{died}'
        f'<span class="ln">{escape(line)}</span>'
        f'<span class="ln">{chip(family.state)} {escape(state_line(family))}</span>{contact}'
    )
    return f"<li>{button(inside, OPEN + family.leads_to)}</li>"


def _cities_text(cities: Sequence[tuple[str, int]]) -> str:
    return ", ".join(
        where(name) if count == 1 else f"{where(name)} {count}" for name, count in cities
    )


def _chosen_state(word: str) -> CareState:
    return next(state for state in CARE_STATES if STATE_WORDS[state] == word)
