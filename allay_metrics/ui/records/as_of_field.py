"""The fields for the moment of export, which every file needs."""

from datetime import datetime
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from allay_metrics.ui.card import note
from allay_metrics.ui.records.preview_actions import exported_at


def ask_when(
    uploaded: datetime,
    file_id: str,
    day_in: DeltaGenerator,
    time_in: DeltaGenerator,
    hint: str = "",
) -> int | None:
    """Draw date and time of the export in two containers; return Unix seconds, None if missing."""
    with day_in:
        day: Any = st.date_input(
            "Exported on",
            uploaded.date(),
            max_value=uploaded.date(),
            format="YYYY-MM-DD",
            key=f"al-day-{file_id}",
        )
    with time_in:
        at = st.time_input(
            "At, practice time",
            uploaded.time().replace(second=0, microsecond=0),
            step=60,
            key=f"al-at-{file_id}",
        )
        if hint:
            note(hint)
    if not day or at is None:
        note("Say on which day and at what time the file was exported.")
        return None
    as_of = exported_at(day, at, uploaded)
    if as_of > uploaded.timestamp():
        note("That moment is still to come: say when the file was exported.")
        return None
    return as_of
