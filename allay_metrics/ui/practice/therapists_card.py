"""Therapists: skills, base, hours, days of work here; one is edited at a time."""

from datetime import date

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.overrides import OverrideChange
from allay_metrics.actions.therapist_settings import Details, save_details
from allay_metrics.errors import ConfigProblem
from allay_metrics.plausibility import ANY_DAY, read_day
from allay_metrics.records import Scope
from allay_metrics.review.practice_settings import Therapist, therapists
from allay_metrics.review.taxonomy import cities_to_choose
from allay_metrics.ui.cached_by_version import cached_by_version
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.html import TYPE_WORDS, markdown
from allay_metrics.ui.html_table import table
from allay_metrics.ui.practice.flash import run_override

SKILLS = ("cst", "lactation", "massage")
therapists_of = cached_by_version(therapists)
cities_of = cached_by_version(cities_to_choose)


def therapists_part(scope: Scope) -> None:
    """Draw all therapists in a table, and the form of the chosen one."""
    people = therapists_of(scope)
    if not people:
        with card("nobody"):
            head("Therapists")
            note("They come from the calendar column of your exports: import one first.")
        return
    left, right = st.columns((1.62, 1), gap="small")
    with left, card("people", fill=True):
        head("Therapists", fmt.plural(len(people), "person", "people"))
        rows = [
            [
                person.name,
                fmt.join_list(TYPE_WORDS[s] for s in person.skills) if person.skills else fmt.DASH,
                person.base_city or fmt.DASH,
                _format_hours(person.week_minutes),
                _format_active(person),
                fmt.number(person.visits),
            ]
            for person in people
        ]
        columns = ["Name", "Gives", "Base", "Offers", "Works here", "Visits"]
        table(columns, rows, caption="Therapists", left=(1, 2, 3, 4))
        note("Drives begin and end at the base. Offered hours are for visits and driving together.")
    with right, card("person", fill=True):
        by_id = {person.id: person for person in people}
        chosen = st.selectbox(
            "Change", list(by_id), key="al-person", format_func=lambda id_: by_id[id_].name
        )
        _draw_form(scope, by_id[chosen])


def _format_hours(minutes: int | None) -> str:
    return fmt.DASH if minutes is None else f"{fmt.plain_number(minutes / 60)} h a week"


def _format_active(therapist: Therapist) -> str:
    if therapist.active_to:
        return f"until {fmt.full_day(therapist.active_to)}"
    return f"since {fmt.full_day(therapist.active_from)}" if therapist.active_from else fmt.DASH


def _draw_form(scope: Scope, therapist: Therapist) -> None:
    # A new version makes new widget keys, so that fields show stored values.
    of = f"{therapist.id[:8]}-{therapist.version}"
    cities = [name for name in cities_of(scope) if name != "virtual"]
    with st.form(f"al-person-{of}", border=False):
        with st.container(horizontal=True):
            for skill in SKILLS:
                st.checkbox(
                    TYPE_WORDS[skill], skill in therapist.skills, key=f"al-pick-{skill}-{of}"
                )
        st.selectbox(
            "Base city",
            cities,
            index=cities.index(therapist.base_city) if therapist.base_city in cities else None,
            placeholder="Not known",
            key=f"al-base-{of}",
        )
        st.number_input(
            "Hours offered in a usual week",
            min_value=0.0,
            max_value=80.0,
            value=None if therapist.week_minutes is None else therapist.week_minutes / 60,
            step=0.5,
            format="%g",
            placeholder="Not known",
            key=f"al-hours-{of}",
        )
        st.text_input("E-mail she signs in with", therapist.email or "", key=f"al-email-{of}")
        for key, label, day in (
            ("from", "Works here from", therapist.active_from),
            ("until", "Works here until", therapist.active_to),
        ):
            text = day.isoformat() if day else ""
            st.text_input(label, text, key=f"al-{key}-{of}", placeholder="2026-11-30")
        st.form_submit_button(
            f"Save {markdown(therapist.name)}",
            type="primary",
            key=f"al-save-{of}",
            on_click=_save,
            args=(scope, therapist, of),
        )


def _save(scope: Scope, therapist: Therapist, of: str) -> None:
    """Save the fields, based on the version this page has read."""
    fields = ("base", "hours", "email", "from", "until")
    base, hours, email, since, until = (st.session_state[f"al-{name}-{of}"] for name in fields)
    skills = tuple(skill for skill in SKILLS if st.session_state[f"al-pick-{skill}-{of}"])
    minutes = None if hours is None else round(hours * 60)

    def save() -> OverrideChange:
        details = Details(
            email or None, base, skills, _parse_day(since), _parse_day(until), minutes
        )
        return save_details(scope, therapist.id, details, version=therapist.version)

    run_override(scope, f"{therapist.name} is saved.", save)


def _parse_day(text: str) -> date | None:
    """Return the day of an ISO text, None for a blank one."""
    day = read_day(text)
    if day is None and text.strip():
        raise ConfigProblem(
            f"'{text[:40]}' is no day from {ANY_DAY.first.year} to {ANY_DAY.last.year}: "
            "write it as 2026-11-30."
        )
    return day
