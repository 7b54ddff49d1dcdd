"""The filters of a page, kept between pages and in the address, without names of people."""

import streamlit as st

from allay_metrics.records import UNKNOWN, Scope
from allay_metrics.review.filter_choices import FilterChoices, read_choices
from allay_metrics.review.query_results import Filters
from allay_metrics.ui.cached_by_version import cached_by_version
from allay_metrics.ui.html import TYPE_WORDS
from allay_metrics.ui.name_hiding import NAMES
from allay_metrics.ui.viewing_as import AS

ALL_CITIES, ALL_TYPES, ALL_THERAPISTS = "All cities", "All visit types", "All therapists"
# Streamlit writes the label of the option into the address under the widget's key.
CITY, TYPE, THERAPIST = "city", "type", "therapist"
IN_ADDRESS = (CITY, TYPE, THERAPIST, "week", "period", "from", "to", AS, NAMES)
_THERAPIST_WIDGET = "al-therapist"
_ID_LETTERS = 8

choices_of = cached_by_version(read_choices)


def filters_row() -> "st.delta_generator.DeltaGenerator":
    """Return the container of a page's filters; its last place is for the export."""
    return st.container(key="al-filters", horizontal=True, gap="xsmall")


def choose_filters(scope: Scope) -> Filters:
    """Draw city, visit type and therapist; return the choice as a question's filters.

    Call it inside `filters_row`.
    """
    choices = choices_of(scope)
    city = _choose("City", CITY, (ALL_CITIES, *choices.cities))
    kind = _choose("Visit type", TYPE, (ALL_TYPES, *TYPE_WORDS.values()))
    therapist = _choose_therapist(choices)
    kinds = {word: key for key, word in TYPE_WORDS.items()}
    chosen = {
        "city": city if city in choices.cities else None,
        "visit_type": kinds.get(kind),
        "therapist": therapist,
    }
    return tuple((key, value) for key, value in chosen.items() if value)


def filter_words(where: Filters) -> str:
    """Return `Oakland, CST` for what is chosen; empty for all."""
    return ", ".join(TYPE_WORDS.get(value, value) for _, value in where)


def filter_params() -> dict[str, str]:
    """Return the query parameters to pass on to another page."""
    return {key: st.query_params[key] for key in IN_ADDRESS if key in st.query_params}


def _choose(label: str, key: str, options: tuple[str, ...]) -> str:
    return st.selectbox(
        label,
        options,
        key=key,
        bind="query-params",
        label_visibility="collapsed",
        required=True,
        format_func=_shown_value,
        width=158,
    )


def _shown_value(option: str) -> str:
    return "Unknown city" if option == UNKNOWN else option


def _choose_therapist(choices: FilterChoices) -> str | None:
    """Draw the choice of a therapist where there are several; return the chosen name.

    The address contains the start of her id, because a bound widget would write her name into it.
    """
    ids = {id_[:_ID_LETTERS]: id_ for id_ in choices.therapists}
    if len(ids) < 2:
        return None
    id_in_address = st.query_params.get(THERAPIST, "")
    if _THERAPIST_WIDGET not in st.session_state and id_in_address in ids:
        st.session_state[_THERAPIST_WIDGET] = id_in_address
    chosen = st.selectbox(
        "Therapist",
        ("", *ids),
        key=_THERAPIST_WIDGET,
        persist_state="session",
        label_visibility="collapsed",
        required=True,
        format_func=lambda short: choices.therapists[ids[short]] if short else ALL_THERAPISTS,
        width=158,
    )
    if chosen and chosen != id_in_address:
        st.query_params[THERAPIST] = chosen
    elif not chosen and id_in_address:
        del st.query_params[THERAPIST]
    return choices.therapists[ids[chosen]] if chosen else None
