"""A client's line of visits."""

import streamlit as st

from allay_metrics import words
from allay_metrics.caseload.baby import Baby, PastVisit
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.caseload.words import where
from allay_metrics.ui.html import chip, escape
from allay_metrics.ui.visits import STATES

FIRST = 8


def visits_card(baby: Baby) -> None:
    """Draw the visits, newest first; the older ones open below."""
    done = sum(one.number is not None for one in baby.visits)
    visits = tuple(one for one in baby.visits if not _only_on_the_books(baby, one))
    with card(f"visits-{baby.person.client_id}"):
        head("Visits", f"{words.number(done)} completed, newest first")
        if not visits:
            note("No visit yet.")
            return
        st.html(_lines(visits[:FIRST]))
        older = visits[FIRST:]
        if older:
            with st.expander(f"{words.number(len(older))} older"):
                st.html(_lines(older))


def _only_on_the_books(baby: Baby, one: PastVisit) -> bool:
    """Return whether a visit is of a baby who had died by then: nobody cancelled it yet."""
    return one.state == "booked" and baby.person.died_before(one.day)


def _lines(visits: tuple[PastVisit, ...]) -> str:
    return f'<ul class="al-line">{"".join(map(_line, visits))}</ul>'


def _line(one: PastVisit) -> str:
    number = f"visit {one.number}" if one.number else STATES.get(one.state, one.state)
    who = "you" if one.is_mine else one.therapist
    about = f"<small>{escape(one.concern)}</small>" if one.concern else ""
    unsure = f"<small>{escape(one.doubt)}</small>" if one.doubt else ""
    year = f" {one.starts.year}"
    return (
        f"<li><b>{words.short_day(one.starts.date())}{year}</b>"
        f"<span>{' '.join(map(chip, one.types))}{about}{unsure}"
        f"<small>{escape(where(one.city))}, {escape(who)}</small></span>"
        f"<em>{escape(number)}</em></li>"
    )
