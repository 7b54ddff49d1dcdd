"""Open questions about visit types and families, and the days each source covers."""

from typing import Any

import pandas as pd
import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.records import Scope
from allay_metrics.review.families_to_call import doubtful_families
from allay_metrics.review.import_history import KINDS, NOT_TOLD, covered_days, source_label
from allay_metrics.review.record_status import RecordStatus
from allay_metrics.review.unclassified import unassigned_types
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.html_table import TableCell, table
from allay_metrics.ui.practice.link import FAMILIES, TYPES, draw_practice_link

SHOWN = 12


def questions(scope: Scope) -> None:
    """Draw service names without a visit type, and doubtful family matches."""
    types, doubts = unassigned_types(scope), doubtful_families(scope)
    cards = [(_draw_types, types, "types"), (_draw_doubts, doubts, "doubts")]
    waiting = [(draw, rows, key) for draw, rows, key in cards if not rows.empty]
    for column, (draw, rows, key) in zip(st.columns(len(waiting) or 1), waiting, strict=False):
        with column, card(key, fill=True):
            draw(rows)


def _draw_types(types: pd.DataFrame) -> None:
    head("Types without a place", fmt.plural(int(types["visits"].sum()), "visit"))
    note(
        "Their names say neither CST, lactation nor massage, so they count as **Other** until you "
        "say what they mean. Past visits follow."
    )
    type_rows: list[Any] = list(types.head(SHOWN).itertuples())
    rows = [
        [row.type or "no name", fmt.number(row.visits), fmt.full_day(row.newest)]
        for row in type_rows
    ]
    table(["Type, as typed", "Visits", "Newest"], rows, caption="Types without a place")
    _more(len(types))
    draw_practice_link(TYPES, "Say what they mean")


def _draw_doubts(doubts: pd.DataFrame) -> None:
    head("One family or two?", fmt.plural(len(doubts), "question"))
    note(
        "Nothing is guessed: each is a family of its own until you, or an e-mail address or a "
        "telephone number in a newer export, say who it is."
    )
    doubt_rows: list[Any] = list(doubts.head(SHOWN).itertuples())
    rows = [[row.family, row.question] for row in doubt_rows]
    table(["Family", "Question"], rows, caption="Doubtful families", left=(1,))
    _more(len(doubts))
    draw_practice_link(FAMILIES, "Answer the questions")


def coverage(status: RecordStatus) -> None:
    """Draw the days each source covers: kept visits, cancellations, no-shows."""
    with card("coverage"):
        head("What the records cover", "the days each source covers, both ends included")
        rows = [
            [source_label(source.source), *(_days(text) for text in source.days)]
            for source in covered_days(status.records)
        ]
        columns = ["Source", *KINDS.values()]
        table(columns, rows, caption="Coverage", left=range(1, len(columns)))
        note("A number that needs data no source has is a dash with the reason, never a zero.")


def _days(text: str) -> TableCell | str:
    if text != NOT_TOLD:
        return text
    return TableCell(fmt.DASH, of=NOT_TOLD)


def _more(count: int) -> None:
    if count > SHOWN:
        note(f"The first {SHOWN} of {fmt.number(count)}.")
