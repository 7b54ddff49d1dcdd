"""The first rows of a file as the draft profile reads them, with their problems."""

from collections.abc import Mapping

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.intake.profile import Profile
from allay_metrics.intake.rows import RowWarning, SetAside
from allay_metrics.intake.sample import Sample
from allay_metrics.records import Scope
from allay_metrics.review.row_preview import FirstRow, first_rows
from allay_metrics.ui.card import note
from allay_metrics.ui.html import TYPE_WORDS
from allay_metrics.ui.html_table import TableCell, table
from allay_metrics.ui.records.account import draw_faults, fault_html

ROWS = 20
_COLUMNS = ["When", "Minutes", "Client", "Service", "Counts as", "Became", "Therapist", "City",
            "Price"]  # fmt: skip

_BECAME = {
    "arrived": "Came",
    "no_show": "No-show",
    "cancelled": "Cancelled",
    "late_cancelled": "Cancelled late",
    "practice_cancelled": "We cancelled",
    "rescheduled": "Moved",
}


def preview(scope: Scope, sample: Sample, profile: Profile, meant: Mapping[str, str]) -> None:
    """Draw the rows; `meant` is what services mean beside all words. Raises FileProblem."""
    chunk = sample.read_by(profile, scope.zone, ROWS)
    rows = first_rows(scope, chunk.rows)
    st.html(f'<h3 class="al-h3">The first {fmt.plural(chunk.read, "row")}, as we read them</h3>')
    if rows:
        cells = [_cells(row, meant) for row in rows]
        table(_COLUMNS, cells, caption="First rows", left=(2, 3, 4, 5, 6, 7))
    bad: list[SetAside | RowWarning] = [*chunk.set_aside, *chunk.warnings]
    if bad:
        aside, warned = len(chunk.set_aside), len(chunk.warnings)
        parts = [f"**{fmt.plural(aside, 'row')} cannot be used** as it stands"] if aside else []
        if warned:
            parts.append(f"**{fmt.plural(warned, 'value')}** left out of rows that count")
        note(f"{fmt.join_list(parts)}.")
        draw_faults(fault_html(row.row, row.column, row.value, row.reason) for row in bad)
    elif rows:
        note("Every one of them can be used.")
    else:
        note("The file has a header and no rows.")


def _cells(row: FirstRow, meant: Mapping[str, str]) -> list[TableCell | str]:
    kinds = (meant[row.typed],) if row.typed in meant else row.types
    price = fmt.DASH if row.price_cents is None else f"${row.price_cents / 100:,.2f}"
    return [
        f"{fmt.full_day(row.start.date())}, {fmt.clock(row.start)}",
        str(row.minutes),
        row.client,
        row.typed or fmt.DASH,
        " + ".join(TYPE_WORDS.get(kind, kind) for kind in kinds if kind),
        _BECAME.get(row.became, fmt.DASH),
        row.therapist or "unknown",
        row.city,
        price,
    ]
