"""Baby: one client, or the babies of one birth side by side."""

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.read_audit import record
from allay_metrics.caseload.baby import Baby, read_baby
from allay_metrics.caseload.caseload_clients import (
    CaseloadClient,
    deaths,
    format_ages,
    format_names,
)
from allay_metrics.caseload.reading_day import Today, compute_today
from allay_metrics.records import Scope
from allay_metrics.review.contacts import read_contact
from allay_metrics.ui.baby.care_card import care_card
from allay_metrics.ui.baby.notes_and_history import history_card, note_card
from allay_metrics.ui.baby.visit_timeline import visits_card
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.caseload.caseload_labels import (
    CASELOAD,
    CLIENT,
    OPEN,
    STATE_WORDS,
    chip,
    open_baby,
)
from allay_metrics.ui.check_ins.flags import red_flags
from allay_metrics.ui.click_listener import clicked
from allay_metrics.ui.contact_control import contact_control, contact_done
from allay_metrics.ui.filters import filter_params
from allay_metrics.ui.html import button, escape
from allay_metrics.ui.outcomes.client_outcomes import outcomes_card, words_card
from allay_metrics.ui.shell import page_head

_OPENED = "al-baby-opened"


def baby_page(scope: Scope) -> None:
    """Draw the client in the address; twins are drawn side by side, each complete."""
    tapped = clicked() or ""
    if tapped.startswith(OPEN):
        open_baby(tapped.removeprefix(OPEN))
    with st.container(key="al-back"):
        st.page_link(
            CASELOAD, label="Caseload", icon=":material/arrow_back:", query_params=filter_params()
        )
    today = compute_today(scope)
    baby = read_baby(scope, today, st.query_params.get(CLIENT, ""))
    _record_opened(scope, baby.family_id)
    if len(baby.twins) > 1:
        _draw_twins(scope, baby, today)
    else:
        _draw_single(scope, baby, today)


def _record_opened(scope: Scope, family_id: str) -> None:
    """Record in the audit trail that a family's page was opened, once until another is."""
    if st.session_state.get(_OPENED) != family_id:
        record(scope, "open a family's page", family_id)
        st.session_state[_OPENED] = family_id


def _draw_single(scope: Scope, baby: Baby, today: Today) -> None:
    red_flags(scope, baby.person.client_id)
    items = [] if baby.person.has_died else [f"**{STATE_WORDS[baby.state]}**"]
    page_head(baby.person.name, _second_line(baby, today), [*items, *_visit_facts(baby)])
    _draw_deaths(baby)
    _draw_contact(scope, baby)
    left, right = st.columns([1.15, 1], gap="small")
    with left:
        if not baby.person.has_died:
            note_card(scope, baby)
        history_card(scope, baby)
        care_card(scope, baby, today)
    with right:
        if not baby.person.has_died:
            outcomes_card(scope, baby.person.client_id)
        words_card(scope, baby.person.client_id)
        visits_card(baby)
        _family_card(baby, today)


def _draw_twins(scope: Scope, baby: Baby, today: Today) -> None:
    """Draw the babies of one birth in columns, which stack on a phone."""
    others = [read_baby(scope, today, sibling.client_id) for sibling in baby.twins[1:]]
    for twin in baby.twins:
        red_flags(scope, twin.client_id)
    age = format_ages(baby.twins, today.day)
    page_head(format_names(baby.twins), ", ".join(filter(None, (age, f"{baby.family} family"))))
    _draw_deaths(baby)
    _draw_contact(scope, baby)
    each = (baby, *others)
    for column, each_baby in zip(st.columns(len(each), gap="small"), each, strict=True):
        with column:
            _draw_column(scope, each_baby, today)
    _family_card(baby, today)


def _draw_column(scope: Scope, baby: Baby, today: Today) -> None:
    facts_html = "<i>·</i>".join(f"<span>{escape(each)}</span>" for each in _visit_facts(baby))
    st.html(
        f'<div class="al-twin"><h2>{escape(baby.person.name)}</h2>{_state_chip(baby)}'
        f'<p class="al-asof">{facts_html}</p></div>'
    )
    if not baby.person.has_died:
        note_card(scope, baby)
        outcomes_card(scope, baby.person.client_id)
    words_card(scope, baby.person.client_id)
    visits_card(baby)
    history_card(scope, baby)
    care_card(scope, baby, today)


def _draw_contact(scope: Scope, baby: Baby) -> None:
    """Draw the family's contact, the control that changes it, and the last change."""
    contact = read_contact(scope, baby.family_id)
    if contact is not None:
        contact_control(scope, contact, key="baby")
    contact_done(baby.family_id, is_brief=True)


def _draw_deaths(baby: Baby) -> None:
    """Draw who of the family died, before anything else."""
    if sentence := deaths([baby.person, *baby.others]):
        st.html(f'<p class="al-died">{escape(sentence)}.</p>')


def _state_chip(baby: Baby) -> str:
    """Return the state of care as a chip; for a baby who died, that it died."""
    if baby.person.has_died and baby.person.closed_on is not None:
        on = fmt.short_day(baby.person.closed_on)
        return f'<span class="al-died">died on {on}</span>'
    return chip(baby.state, STATE_WORDS[baby.state])


def _second_line(baby: Baby, today: Today) -> str:
    age = baby.person.age(today.day) if baby.person.is_infant else baby.person.kind
    return ", ".join(filter(None, (age, f"{baby.family} family")))


def _visit_facts(baby: Baby) -> list[str]:
    done = sum(visit.number is not None for visit in baby.visits)
    last = f"last {fmt.day(baby.last_on)}" if baby.last_on else "not seen yet"
    if baby.person.has_died:
        return [fmt.plural(done, "visit")]
    upcoming = f"next {fmt.day(baby.next_on)}" if baby.next_on else "nothing booked"
    return [fmt.plural(done, "visit"), last, upcoming]


def _family_card(baby: Baby, today: Today) -> None:
    with card("team"):
        head(f"The {baby.family} family")
        rest = [other for other in baby.others if other not in baby.twins]
        if rest:
            clients = "".join(_other_client_html(person, today) for person in rest)
            st.html(f'<ul class="al-fams">{clients}</ul>')
        who = fmt.join_list(baby.team)
        note(f"Also seen by {who}." if who else "Nobody else here has seen this family.")


def _other_client_html(person: CaseloadClient, today: Today) -> str:
    about = person.death or person.age(today.day) or person.kind
    inside = f'<span class="who"><b>{escape(person.name)}</b> {escape(about)}</span>'
    return f"<li>{button(inside, OPEN + person.client_id)}</li>"
