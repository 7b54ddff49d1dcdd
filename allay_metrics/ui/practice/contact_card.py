"""Contact with families: those with restricted contact, and a search by name."""

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.records import Scope
from allay_metrics.review.contacts import FamilyContact, find_families, read_not_contacted
from allay_metrics.ui.cached_by_version import cached_by_version
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.cities.city_drilldown import format_city as city_shown
from allay_metrics.ui.contact_control import contact_control, contact_done, done_of
from allay_metrics.ui.html import escape

SHOWN = 50
_FIND = "al-contact-find"
_not_contacted, _find_families = (
    cached_by_version(read_not_contacted),
    cached_by_version(find_families),
)


def contacts_card(scope: Scope) -> None:
    """Draw the families with restricted contact, the only list that still shows them."""
    quiet = _not_contacted(scope)
    with card("contacts"):
        head("Contact", fmt.plural(len(quiet), "family", "families") + " not as usual")
        text = st.session_state.get(_FIND, "")
        matches = _find_families(scope, text)
        shown_ids = {contact.family_id for contact in quiet[:SHOWN]}
        rest = [family for family in matches if family.family_id not in shown_ids]
        if done_of() not in {*shown_ids, *(family.family_id for family in rest)}:
            contact_done(done_of())  # the family has no row any more
        if not quiet:
            note("Every family is contacted as usual.")
        for contact in quiet[:SHOWN]:
            _row(scope, contact)
        if len(quiet) > SHOWN:
            note(f"The first {SHOWN} of {fmt.number(len(quiet))}: find the others by name.")
        st.text_input("Find a family", key=_FIND, placeholder="A name of theirs, then Enter")
        for contact in rest:
            _row(scope, contact)
        if text.strip() and not matches:
            note("No name of a family, a baby or a parent begins with that.")


def _row(scope: Scope, contact: FamilyContact) -> None:
    with st.container(key=f"al-contact-row-{contact.family_id}", gap=None):
        died = (
            f'<p class="al-died">{escape(fmt.join_list(contact.deaths))}</p>'
            if contact.deaths
            else ""
        )
        st.html(
            f'<p class="al-sub"><b>{escape(contact.name)}</b> '
            f"{escape(fmt.join_list(contact.living))}</p>"
            f'{died}<p class="al-sub">{escape(_last_visit_sentence(contact))}</p>'
        )
        contact_control(scope, contact, key="practice")
        contact_done(contact.family_id, is_brief=True)


def _last_visit_sentence(contact: FamilyContact) -> str:
    """Return the last visit with city and therapist, which distinguishes families of one name."""
    if contact.last_on is None:
        return "No visit took place yet."
    where = f"{city_shown(contact.city)} · {contact.therapist}"
    return f"Last visit {fmt.full_day(contact.last_on)} · {where}"
