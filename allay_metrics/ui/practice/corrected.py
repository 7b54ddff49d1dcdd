"""The owner's corrections of single visits, each with Undo."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Literal

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.city_spellings import correct_city
from allay_metrics.actions.overrides import OverrideChange
from allay_metrics.actions.visit_type_overrides import correct_type
from allay_metrics.records import Scope
from allay_metrics.review.taxonomy import corrected_visits
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.cities.city_drilldown import format_city as city_shown
from allay_metrics.ui.practice.flash import run_override, types_shown
from allay_metrics.ui.practice.practice_line import draw_line

SHOWN = 20
Correct = Callable[[Scope, Iterable[str], None], OverrideChange]
# field -> title, what decides after undo, the undo function, how a value is shown
_FIELDS: dict[str, tuple[str, str, Correct, Callable[[str], str]]] = {
    "city": ("Placed by you", "The typed text decides again.", correct_city, city_shown),
    "visit_type": ("Corrected single visits", "Its name decides again.", correct_type, types_shown),
}


def corrected_card(scope: Scope, field: Literal["city", "visit_type"]) -> None:
    """Draw the visits with a corrected city or type, the latest first."""
    title, _, _, shown = _FIELDS[field]
    visits = corrected_visits(scope, field)
    with card(f"corrected-{field}", fill=True):
        head(title, fmt.plural(len(visits), "visit"))
        if not visits:
            note("None so far. A visit is corrected in the list behind any number.")
        with st.container(key="al-lines-corrected", gap=None):
            for place, visit in enumerate(visits[:SHOWN]):
                draw_line(
                    f"corrected-{place}",
                    visit.family,
                    f"{fmt.full_day(visit.starts.date())}: {shown(visit.value)}",
                    "Take back",
                    partial(_undo_correction, scope, field, visit.booking_id),
                )
        if len(visits) > SHOWN:
            note(f"The latest {SHOWN} of {fmt.number(len(visits))}.")


def _undo_correction(scope: Scope, field: str, booking_id: str) -> None:
    _, sentence, correct, _ = _FIELDS[field]
    run_override(scope, sentence, partial(correct, scope, [booking_id], None))
