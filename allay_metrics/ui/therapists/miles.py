"""The drawer of one therapist's mileage by month, and its export."""

from datetime import date, timedelta

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.records import Scope
from allay_metrics.review.drive_lists import Mileage, compute_mileage
from allay_metrics.review.export_lists import mileage_export
from allay_metrics.review.therapists import TherapistLine
from allay_metrics.ui.drawer import drawer
from allay_metrics.ui.export import export_button
from allay_metrics.ui.html_table import table
from allay_metrics.ui.problem import problems_shown

MONTHS = 13
SHOWN = 100
ESTIMATED = (
    "From her base to completed visits and no-shows, and back: roads between cities, estimated. "
    "Use the odometer for exact miles."
)


def open_mileage(scope: Scope, line: TherapistLine, as_of: date) -> None:
    """Open the drawer with the legs of a month."""
    drawer(
        f"Mileage of {line.name}",
        lambda: _draw_body(scope, line, as_of),
        definitions=[("An estimate", ESTIMATED)],
    )


def _draw_body(scope: Scope, line: TherapistLine, as_of: date) -> None:
    with problems_shown():
        month = st.selectbox(
            "Month",
            months(as_of),
            format_func=lambda first: f"{first:%B %Y}",
            key=f"al-mileage-month-{line.id}",
        )
        month_mileage = compute_mileage(scope, line.id, month)
        st.html(f'<p class="al-sub">{_summary_sentence(month_mileage)}</p>')
        if not month_mileage.legs.empty:
            _draw_legs(month_mileage, line)
            export_button(
                scope,
                "mileage",
                f"mileage_{month:%Y-%m}",
                lambda: mileage_export(scope, line.name, month, month_mileage),
                label="Export this month",
            )


def months(as_of: date) -> list[date]:
    """Return the first days of 13 months, that of `as_of` first."""
    month_starts = [as_of.replace(day=1)]
    while len(month_starts) < MONTHS:
        month_starts.append((month_starts[-1] - timedelta(days=1)).replace(day=1))
    return month_starts


def _summary_sentence(month_mileage: Mileage) -> str:
    legs = fmt.plural(len(month_mileage.legs), "leg")
    summary = f"{fmt.number(month_mileage.miles)} miles on {legs}"
    left_out = month_mileage.days_left_out
    if left_out:
        summary += f"; {fmt.plural(left_out, 'day')} left out: a city or her base is not known"
    return f"{summary}."


def _draw_legs(month_mileage: Mileage, line: TherapistLine) -> None:
    rows = [
        [
            fmt.day(leg["date"]),
            leg["from"],
            leg["to"],
            fmt.number(leg["miles"], 1),
            fmt.number(leg["minutes"]),
        ]
        for leg in month_mileage.legs.head(SHOWN).to_dict("records")
    ]
    columns = ["Day", "From", "To", "Miles", "Minutes"]
    table(columns, rows, caption=f"Legs of {line.name}", left=(1, 2))
    if len(month_mileage.legs) > SHOWN:
        st.html(f'<p class="al-sub">The first {SHOWN} are shown; the export holds them all.</p>')
