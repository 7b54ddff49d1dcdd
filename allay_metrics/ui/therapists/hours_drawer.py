"""The drawer of one therapist's offered hours: her usual week, this one and the next."""

from datetime import date

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.offered_hours import set_usual_minutes, set_week_minutes
from allay_metrics.errors import AllayError
from allay_metrics.records import Scope
from allay_metrics.review.therapists import TherapistLine
from allay_metrics.ui.drawer import drawer
from allay_metrics.ui.problem import problems_shown

MOST = 80.0
REFUSED = "al-hours-refused"


def open_hours(scope: Scope, line: TherapistLine) -> None:
    """Open the drawer in which the owner sets offered hours."""
    drawer(
        f"Offered hours of {line.name}",
        lambda: _draw_body(scope, line),
        definitions=[("What they are", "Hours for visits and driving together, in a whole week.")],
    )


def _draw_body(scope: Scope, line: TherapistLine) -> None:
    with problems_shown():
        _draw_hours("Usual week", line.usual_minutes, _key(line))
        for week in line.weeks:
            _draw_hours(f"Week of {fmt.day(week.monday)}", week.offered, _key(line, week.monday))
        save = f"al-save-hours-{line.id}"
        if st.button(
            "Save the hours", type="primary", key=save, on_click=_save, args=(scope, line)
        ):
            st.rerun()


def _key(line: TherapistLine, monday: date | None = None) -> str:
    return f"al-offered-{line.id}-{monday or 'usual'}"


def _draw_hours(label: str, minutes: int | None, key: str) -> None:
    st.number_input(
        label,
        min_value=0.0,
        max_value=MOST,
        value=None if minutes is None else minutes / 60,
        step=0.5,
        format="%g",
        placeholder="Not known",
        key=key,
    )


def _read_minutes(key: str) -> int | None:
    hours = st.session_state[key]
    return None if hours is None else round(hours * 60)


def _save(scope: Scope, line: TherapistLine) -> None:
    """Save the changes; a week with the usual hours is not stored."""
    usual = _read_minutes(_key(line))
    try:
        if usual != line.usual_minutes:
            set_usual_minutes(scope, line.id, usual)
        for week in line.weeks:
            own = _read_minutes(_key(line, week.monday))
            if own != week.offered:
                set_week_minutes(scope, line.id, week.monday, None if own == usual else own)
    except AllayError as error:
        st.session_state[REFUSED] = str(error)
