"""The link from a number to the part of the Practice page that corrects it."""

import streamlit as st

from allay_metrics.ui.filters import filter_params

PRACTICE = "pages/practice/settings.py"
PART = "part"
THERAPISTS, TYPES, CITIES, FAMILIES, GOALS, DRIVES, MEASURES, PRIVACY = (
    "Therapists",
    "Visit types",
    "City names",
    "Families",
    "Goals",
    "Drive times",
    "Measures",
    "Privacy",
)


def draw_practice_link(part: str, label: str) -> None:
    """Draw a link to a part of the Practice page, keeping the filters."""
    with st.container(key=f"al-lead-{part.lower().replace(' ', '-')}"):
        st.page_link(
            PRACTICE,
            label=label,
            icon=":material/arrow_forward:",
            query_params={**filter_params(), PART: part},
        )
