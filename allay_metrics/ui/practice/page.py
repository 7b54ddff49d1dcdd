"""The Practice page: the owner's settings, one part at a time."""

from collections.abc import Callable

import streamlit as st

from allay_metrics.records import Scope
from allay_metrics.ui.practice.city_names_card import cities_part
from allay_metrics.ui.practice.drive_times_card import drives_part
from allay_metrics.ui.practice.family_links_card import families_part
from allay_metrics.ui.practice.flash import clear_flash
from allay_metrics.ui.practice.goals import goals_part
from allay_metrics.ui.practice.link import (
    CITIES,
    DRIVES,
    FAMILIES,
    GOALS,
    MEASURES,
    PART,
    PRIVACY,
    THERAPISTS,
    TYPES,
)
from allay_metrics.ui.practice.own_measures_card import measures_part
from allay_metrics.ui.practice.privacy import privacy_part
from allay_metrics.ui.practice.therapists_card import therapists_part
from allay_metrics.ui.practice.type_words_card import types_part
from allay_metrics.ui.problem import problems_shown
from allay_metrics.ui.shell import page_head

PEOPLE = "pages/practice/people.py"
PARTS: dict[str, Callable[[Scope], None]] = {
    THERAPISTS: therapists_part,
    TYPES: types_part,
    CITIES: cities_part,
    FAMILIES: families_part,
    GOALS: goals_part,
    DRIVES: drives_part,
    MEASURES: measures_part,
    PRIVACY: privacy_part,
}


def practice_page(scope: Scope) -> None:
    """Draw the choice of a part, and the part."""
    page_head("Practice", "what you know and no export says")
    with st.container(key="al-lead-people"):
        st.page_link(PEOPLE, label="People who may sign in", icon=":material/badge:")
    with st.container(key="al-seg-practice"):
        part = st.segmented_control(
            "Part",
            list(PARTS),
            default=THERAPISTS,
            required=True,
            key=PART,
            bind="query-params",
            label_visibility="collapsed",
            on_change=clear_flash,
        )
    with problems_shown():
        PARTS[part or THERAPISTS](scope)
