"""Contact with families: who is not contacted as usual, and any family by its name."""

import streamlit as st

from allay_metrics import words
from allay_metrics.records import Scope
from allay_metrics.review.contacts import FamilyContact, find_families, not_contacted
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.contact import contact_control, contact_done
from allay_metrics.ui.html import escape
from allay_metrics.ui.remembered import remembered

SHOWN = 50
_FIND = "al-contact-find"
_not_contacted, _found = remembered(not_contacted), remembered(find_families)


def contacts_card(scope: Scope) -> None:
    """Draw the families that are not contacted as usual: the one list that still holds them."""
    quiet = _not_contacted(scope)
    with card("contacts"):
        head("Contact", words.plural(len(quiet), "family", "families") + " not as usual")
        contact_done()
        if not quiet:
            note("Every family is contacted as usual.")
        for one in quiet[:SHOWN]:
            _row(scope, one)
        if len(quiet) > SHOWN:
            note(f"The first {SHOWN} of {words.number(len(quiet))}: find the others by name.")
        text = st.text_input("Find a family", key=_FIND, placeholder="Family name, then Enter")
        found = _found(scope, text)
        known = {one.family_id for one in quiet[:SHOWN]}
        for one in found:
            if one.family_id not in known:
                _row(scope, one)
        if text.strip() and not found:
            note("No family's name begins so.")


def _row(scope: Scope, one: FamilyContact) -> None:
    with st.container(key=f"al-contact-row-{one.family_id}", gap=None):
        st.html(f'<p class="al-sub"><b>{escape(one.name)}</b></p>')
        contact_control(scope, one, key="practice")
