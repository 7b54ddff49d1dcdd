"""The list of a client's visits."""

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.caseload.baby import Baby, PastVisit
from allay_metrics.records.states import State
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.caseload.caseload_labels import where
from allay_metrics.ui.html import chip, escape
from allay_metrics.ui.visit_drawer import STATES

FIRST = 8


def visits_card(baby: Baby) -> None:
    """Draw the visits, newest first; older ones are in an expander."""
    done = sum(visit.number is not None for visit in baby.visits)
    visits = tuple(visit for visit in baby.visits if not _is_booked_after_death(baby, visit))
    with card(f"visits-{baby.person.client_id}"):
        head("Visits", f"{fmt.number(done)} completed, newest first")
        if not visits:
            note("No visit yet.")
            return
        st.html(_list_html(visits[:FIRST]))
        older = visits[FIRST:]
        if older:
            with st.expander(f"{fmt.number(len(older))} older"):
                st.html(_list_html(older))


def _is_booked_after_death(baby: Baby, visit: PastVisit) -> bool:
    """Return whether a booked visit is after the baby's death: it is not cancelled yet."""
    return visit.state == State.BOOKED and baby.person.died_before(visit.day)


def _list_html(visits: tuple[PastVisit, ...]) -> str:
    return f'<ul class="al-line">{"".join(map(_line_html, visits))}</ul>'


def _line_html(visit: PastVisit) -> str:
    number = f"visit {visit.number}" if visit.number else STATES.get(visit.state, visit.state)
    who = "you" if visit.is_mine else visit.therapist
    about = f"<small>{escape(visit.concern)}</small>" if visit.concern else ""
    unsure = f"<small>{escape(visit.doubt)}</small>" if visit.doubt else ""
    year = f" {visit.starts.year}"
    return (
        f"<li><b>{fmt.short_day(visit.starts.date())}{year}</b>"
        f"<span>{' '.join(map(chip, visit.types))}{about}{unsure}"
        f"<small>{escape(where(visit.city))}, {escape(who)}</small></span>"
        f"<em>{escape(number)}</em></li>"
    )
