"""Today's visits as cards, with directions, call and text one tap away."""

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.caseload.caseload_clients import deaths, format_ages, format_names
from allay_metrics.caseload.day import ScheduleDay, VisitCard
from allay_metrics.caseload.reading_day import Today
from allay_metrics.caseload.visit_doubt import advise_asking
from allay_metrics.ui.caseload.caseload_labels import GO, OPEN, ordinal, where
from allay_metrics.ui.html import button, escape
from allay_metrics.ui.html import chip as type_chip


def next_card(day: ScheduleDay, today: Today) -> None:
    """Draw the visit that comes next; nothing when the day is done."""
    card = day.next_one(today.now)
    if card is not None:
        with st.container(border=True, key="al-card-visit-next", gap=None):
            st.html(visit_html(card, today, is_next=True))


def other_cards(day: ScheduleDay, today: Today) -> None:
    """Draw the later visits in order, then past ones."""
    coming = day.next_one(today.now)
    later = [card for card in day.cards if card.ends > today.now and card is not coming]
    over = [card for card in day.cards if card.ends <= today.now]
    for number, card in enumerate(later):
        with st.container(border=True, key=f"al-card-visit-{number}", gap=None):
            st.html(visit_html(card, today))
    if over:
        with st.expander(f"Earlier today: {fmt.plural(len(over), 'visit')}"):
            for number, card in enumerate(over):
                with st.container(key=f"al-over-{number}", gap=None):
                    st.html(visit_html(card, today))


def visit_html(card: VisitCard, today: Today, *, is_next: bool = False) -> str:
    """Return one card as HTML."""
    who = format_ages(card.people, card.starts.date())
    clock, _, half = fmt.clock(card.starts).partition(" ")
    quiet = "".join(f'<p class="ln q">{_lines_html(note)}</p>' for note in card.notes)
    return (
        f'<article class="al-visit{" next" if is_next else ""}">'
        f'<p class="tm">{clock}<small>{half}</small><small>{card.minutes} min</small></p>'
        f'<div><p class="nm">{_name_html(card)} <span>{escape(who)}</span></p>'
        f'<p class="ln">{escape(_note_beside(card))}</p>'
        f'<p class="chips">{"".join(map(type_chip, card.types))}{_care_html(card)}</p></div>'
        f'<div class="more">{_warnings_html(card, today)}{_clinical_html(card)}{quiet}'
        f"{_as_of_note(card, today)}</div>"
        f'<div class="acts">{_actions_html(card)}</div></article>'
    )


def _name_html(card: VisitCard) -> str:
    if not card.people:
        return escape(card.family)
    inside = f'{escape(card.family)}<i aria-hidden="true">{GO}</i>'
    return button(inside, OPEN + card.people[0].client_id, f"Open {card.family}")


def _note_beside(card: VisitCard) -> str:
    return " · ".join(filter(None, (format_names(card.people), where(card.city), ordinal(card))))


def _care_html(card: VisitCard) -> str:
    return '<mark class="al-att">◆ look here</mark>' if card.attention else ""


def _warnings_html(card: VisitCard, today: Today) -> str:
    """Return what comes first: who died, whether to drive, whether to call."""
    return _death_html(card) + _doubt_html(card, today) + _contact_html(card)


def _death_html(card: VisitCard) -> str:
    sentence = deaths(card.died)
    return f'<p class="ln"><b>{escape(sentence)}</b></p>' if sentence else ""


def _doubt_html(card: VisitCard, today: Today) -> str:
    """Return what to check before driving; for a past visit only why it is in doubt."""
    sentence = card.doubt if card.ends <= today.now else advise_asking(card.doubt)
    return f'<p class="ln ask">{escape(_capital(sentence))}</p>' if sentence else ""


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _contact_html(card: VisitCard) -> str:
    sentence = card.contact.sentence
    return f'<p class="ln"><b>{escape(sentence)}</b></p>' if sentence else ""


def _clinical_html(card: VisitCard) -> str:
    noted = "".join(f'<p class="ln"><b>Note</b> {_lines_html(text)}</p>' for text in card.remember)
    concern = f'<p class="ln">{escape(card.concern)}</p>' if card.concern else ""
    return concern + noted


def _as_of_note(card: VisitCard, today: Today) -> str:
    """Return the card's as-of where it is older than the page's."""
    if card.as_of == today.as_of:
        return ""
    return f'<p class="ln q">as of {escape(fmt.moment(card.as_of))}: may have changed since</p>'


def _actions_html(card: VisitCard) -> str:
    way = _action_link(
        "Directions", "directions", card.directions, "no address on file", card, main=True
    )
    if not card.contact.allows("visit"):
        return way
    return (
        _action_link("Call", "call", card.call, "no phone on file", card)
        + way
        + _action_link("Running late", "sms", card.late, "no phone on file", card)
    )


def _action_link(
    label: str, icon: str, link: str | None, why_not: str, card: VisitCard, *, main: bool = False
) -> str:
    sign = f'<i class="al-ic" aria-hidden="true">{icon}</i>'
    if link is None:
        return f'<span class="tap none" title="{escape(why_not)}">{sign}{label}</span>'
    aria_label = f"{label}: {card.family}, {fmt.clock(card.starts)}"
    name = "tap go" if main else "tap"
    away = ' target="_blank" rel="noopener noreferrer"' if link.startswith("https:") else ""
    return (
        f'<a class="{name}" href="{escape(link)}" aria-label="{escape(aria_label)}"{away}>'
        f"{sign}{label}</a>"
    )


def _lines_html(text: str) -> str:
    return "<br>".join(escape(line) for line in text.splitlines())
