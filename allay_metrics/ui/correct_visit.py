"""The form that corrects one visit, in the list behind a number."""

from collections.abc import Callable, Hashable
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.visit_correction import correct_visit
from allay_metrics.records import UNKNOWN, Scope
from allay_metrics.review.taxonomy import cities_to_choose
from allay_metrics.ui.cached_by_version import cached_by_version
from allay_metrics.ui.cities.city_drilldown import format_city as city_shown
from allay_metrics.ui.practice.flash import run_override, types_shown
from allay_metrics.ui.practice.type_words_card import MEANINGS

_cities = cached_by_version(cities_to_choose)
_WHICH, _IS, _IN = "al-correct-which", "al-correct-type", "al-correct-city"


def correct_form(
    scope: Scope, visit_rows: pd.DataFrame, on_close: Callable[[], None] | None
) -> None:
    """Draw the form that corrects type or city of one of these visits. Owner only.

    Saving closes the drawer: all numbers of the page are drawn again, and it says what moved, with
    Undo.
    """
    if scope.viewer.role != "owner" or visit_rows.empty:
        return
    with st.expander("Correct a visit"):
        visits: dict[str, dict[Hashable, Any]] = {
            row["visit_id"]: row for row in visit_rows.to_dict("records")
        }
        chosen = st.selectbox(
            "Visit",
            list(visits),
            index=None,
            key=_WHICH,
            format_func=lambda id_: _visit_label(visits[id_]),
            placeholder="Type a family's name",
        )
        if chosen is not None:
            _draw_fields(scope, visits[chosen], on_close)


def _draw_fields(
    scope: Scope, row: dict[Hashable, Any], on_close: Callable[[], None] | None
) -> None:
    types, city = row["visit_type"].lower().replace(" + ", "+"), row["city"]
    is_ = st.selectbox(
        "It was",
        MEANINGS,
        index=MEANINGS.index(types),
        key=f"{_IS}-{row['visit_id']}",
        format_func=types_shown,
    )
    cities = _cities(scope)
    in_ = st.selectbox(
        "It was in",
        cities,
        index=cities.index(city) if city in cities else None,
        key=f"{_IN}-{row['visit_id']}",
        format_func=city_shown,
        placeholder=city_shown(UNKNOWN),
    )
    type_, place = "" if is_ == types else is_, "" if in_ in (None, city) else in_
    if st.button("Save", type="primary", key="al-correct-save", disabled=not (type_ or place)):
        sentence = f"{row['family']}, {fmt.day(row['starts_at'].date())}, is corrected."
        run_override(
            scope, sentence, partial(correct_visit, scope, row["visit_id"], types=type_, city=place)
        )
        if on_close is not None:
            on_close()
        st.rerun()


def _visit_label(row: dict[Hashable, Any]) -> str:
    when = f"{fmt.day(row['starts_at'].date())}, {fmt.clock(row['starts_at'].to_pydatetime())}"
    return f"{row['family']}, {when}, {row['visit_type']}, {city_shown(row['city'])}"
