"""Family matching: which two may be one, which may be two, and earlier decisions."""

from functools import partial

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.family_decisions import keep_apart, merge, split, unlink
from allay_metrics.records import Scope
from allay_metrics.review.family_links import (
    FamilyContacts,
    FamilyDecision,
    FamilyQuestion,
    read_family_links,
)
from allay_metrics.ui.cached_by_version import cached_by_version
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.html import escape
from allay_metrics.ui.name_hiding import WHY
from allay_metrics.ui.practice.contact_card import contacts_card
from allay_metrics.ui.practice.flash import run_override
from allay_metrics.ui.practice.practice_line import draw_line

SHOWN = 10
kinship_of = cached_by_version(read_family_links)


def families_part(scope: Scope) -> None:
    """Draw the questions, families that book under several names, and decisions."""
    if scope.viewer.hides_names:
        with card("kin-questions"):
            head("One family or two?")
            note(WHY)
        return
    links = kinship_of(scope)
    with card("kin-questions"):
        head("One family or two?", fmt.plural(len(links.questions), "question"))
        if not links.questions:
            note("No open questions: no two families on file look like one.")
        else:
            note(
                "One e-mail is one family; the rest is for you to decide. Numbers of new and "
                "returning families follow."
            )
        for place, question in enumerate(links.questions[:SHOWN]):
            _draw_question(scope, place, question)
        if len(links.questions) > SHOWN:
            note(f"The first {SHOWN} of {fmt.number(len(links.questions))}; the others follow.")
    left, right = st.columns(2, gap="small")
    with left:
        _draw_several_names(scope, links.several_names)
    with right:
        _draw_decided(scope, links.decided)
    contacts_card(scope)


def _draw_question(scope: Scope, place: int, question: FamilyQuestion) -> None:
    one, other = question.one, question.other
    with st.container(key=f"al-kin-{place}", gap="xsmall"):
        st.html(
            f'<p class="al-kin-why">{escape(question.why[0].upper() + question.why[1:])}</p>'
            f'<div class="al-kin">{_family_html(one)}{_family_html(other)}</div>'
        )
        with st.container(horizontal=True, gap="xsmall"):
            # The one with the e-mail keeps its key, which later files will have, too.
            into, goes = (one, other) if one.emails and not other.emails else (other, one)
            st.button(
                "One family",
                key=f"al-merge-{place}",
                type="primary",
                on_click=_merge,
                args=(scope, goes, into),
            )
            st.button(
                "Two families",
                key=f"al-apart-{place}",
                on_click=_keep_apart,
                args=(scope, one, other),
            )


def _family_html(kin: FamilyContacts) -> str:
    """Return one family as HTML: names, contacts, addresses, bookings."""
    names = ", ".join(f"{name} ({count})" for name, count in sorted(kin.names.items()))
    details = [
        ("E-mail", sorted(kin.emails)),
        ("Phone", sorted(kin.phones)),
        ("Address", sorted(kin.addresses)[:3]),
    ]
    rows = "".join(
        f"<div><dt>{what}</dt><dd>{escape(', '.join(values) or 'none')}</dd></div>"
        for what, values in details
    )
    when = fmt.span(kin.first, kin.last) if kin.first and kin.last else ""
    return (
        f"<section><b>{escape(kin.name)}</b><span>{escape(names)}</span><dl>{rows}"
        f"<div><dt>Bookings</dt><dd>{fmt.number(kin.bookings)}, {when}</dd></div></dl></section>"
    )


def _merge(scope: Scope, goes: FamilyContacts, into: FamilyContacts) -> None:
    sentence = f"{_family_label(goes)} and {_family_label(into)} are one family."
    run_override(scope, sentence, partial(merge, scope, goes.key, into.key))


def _keep_apart(scope: Scope, one: FamilyContacts, other: FamilyContacts) -> None:
    sentence = f"{_family_label(one)} and {_family_label(other)} stay two families."
    run_override(scope, sentence, partial(keep_apart, scope, [one.key, other.key]))


def _family_label(kin: FamilyContacts) -> str:
    return max(kin.names, key=lambda name: (kin.names[name], name))


def _draw_several_names(scope: Scope, families: tuple[FamilyContacts, ...]) -> None:
    with card("kin-names", fill=True):
        head("Several surnames in one family", fmt.plural(len(families), "family", "families"))
        if not families:
            note("None on file.")
        else:
            note("Partners often book under two names. Split off a name that is another family's.")
        for place, kin in enumerate(families[:SHOWN]):
            rarest = sorted(kin.names.items(), key=lambda each: (each[1], each[0]))
            with st.container(key=f"al-lines-kin-{place}", gap=None):
                for nth, (name, count) in enumerate(rarest):
                    draw_line(
                        f"kin-{place}-{nth}",
                        name,
                        _bookings_text(kin, count),
                        "Split off",
                        partial(_split, scope, kin.key, name),
                    )
        if len(families) > SHOWN:
            note(f"The first {SHOWN} of {fmt.number(len(families))}.")


def _bookings_text(kin: FamilyContacts, count: int) -> str:
    return f"{fmt.plural(count, 'booking')} as {', '.join(sorted(kin.emails)) or kin.name}"


def _split(scope: Scope, key: str, name: str) -> None:
    run_override(scope, f"{name} is a family of its own.", partial(split, scope, key, name))


def _draw_decided(scope: Scope, decided: tuple[FamilyDecision, ...]) -> None:
    with card("kin-decided", fill=True):
        head("Set by you", fmt.plural(len(decided), "family", "families"))
        if not decided:
            note("Nothing so far. What you decide about families can be undone here.")
        with st.container(key="al-lines-decided", gap=None):
            for place, decision in enumerate(decided):
                draw_line(
                    f"decided-{place}",
                    decision.name,
                    _decision_text(decision),
                    "Take back",
                    partial(_undo_decision, scope, decision),
                )


def _decision_text(decision: FamilyDecision) -> str:
    if decision.what == "kept":
        return "is right as it is"
    if decision.what == "split":
        return f"without {decision.client_name}"
    return f"is one with {decision.into}"


def _undo_decision(scope: Scope, decision: FamilyDecision) -> None:
    back = partial(unlink, scope, decision.match_key, decision.client_name, decision.into_key)
    run_override(scope, f"The decision about {decision.name} is undone.", back)
