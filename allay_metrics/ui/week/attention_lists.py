"""The lists behind the owner's tasks: cities, types, doubts."""

from collections.abc import Callable, Sequence
from datetime import date

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.records import Scope
from allay_metrics.review.families_to_call import doubtful_families
from allay_metrics.review.unclassified import unassigned_types, unknown_cities
from allay_metrics.ui.drawer import drawer
from allay_metrics.ui.html import escape
from allay_metrics.ui.html_table import TableCell, table_html
from allay_metrics.ui.practice.link import CITIES, FAMILIES, TYPES, draw_practice_link
from allay_metrics.ui.problem import problems_shown

SHOWN = 200


def open_unknown_city(scope: Scope, as_of: date, count: int) -> None:
    """Open the visits of the last 91 days and later that have no city."""

    def body() -> None:
        rows = [
            [fmt.moment(row["starts"]), row["family"], row["typed"] or fmt.DASH]
            for row in unknown_cities(scope, as_of, SHOWN).to_dict("records")
        ]
        _draw_table(
            ["When", "Family", "What was typed"],
            rows,
            caption="Visits without a city, newest first",
            left=(1, 2),
        )
        _rest_sentence(count)
        draw_practice_link(CITIES, "Place them")

    _list(
        "Visits without a city",
        body,
        fmt.number(count),
        "visits of the last 13 weeks and later",
        "The typed text names no city, or several. These visits are counted under the unknown "
        "city.",
    )


def open_unassigned(scope: Scope) -> None:
    """Open the service names of none of the three types."""

    def body() -> None:
        rows = [
            [row["type"] or "(blank)", fmt.number(row["visits"]), fmt.full_day(row["newest"])]
            for row in unassigned_types(scope).to_dict("records")
        ]
        _draw_table(
            ["Type as typed", "Visits", "Newest"],
            rows,
            caption="Names of types that are not assigned",
        )
        draw_practice_link(TYPES, "Say what they mean")

    _list(
        "Types not assigned",
        body,
        "",
        "",
        "These names are neither CST nor lactation nor massage. Their visits count as other.",
    )


def open_doubts(scope: Scope) -> None:
    """Open the families with a doubtful match."""

    def body() -> None:
        rows = [
            [row["family"], row["question"]] for row in doubtful_families(scope).to_dict("records")
        ]
        _draw_table(["Family", "Question"], rows, caption="Families in doubt", left=(1,))
        draw_practice_link(FAMILIES, "Answer the questions")

    _list(
        "Families in doubt",
        body,
        "",
        "",
        "Bookings are matched by e-mail, else phone, else name and address. Where these disagree "
        "nothing is guessed: they stay separate until you decide.",
    )


def _list(title: str, body: Callable[[], None], value: str, beside: str, sentence: str) -> None:
    def shown() -> None:
        with problems_shown():
            body()

    drawer(title, shown, value=value, beside=beside, definitions=[("What it is", sentence)])


def _rest_sentence(count: int) -> None:
    if count > SHOWN:
        st.html(f'<p class="al-sub">The first {SHOWN} of {fmt.number(count)} are shown.</p>')


def _draw_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[TableCell | str]],
    *,
    caption: str,
    left: Sequence[int] = (),
) -> None:
    """Draw a focusable table, so that the keyboard can scroll its drawer."""
    inside = table_html(columns, rows, caption=caption, left=left)
    st.html(f'<div role="region" tabindex="0" aria-label="{escape(caption)}">{inside}</div>')
