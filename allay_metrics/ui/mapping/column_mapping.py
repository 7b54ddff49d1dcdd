"""The mapping of an unknown file's columns: a select box for each field, with sample values."""

from collections.abc import Mapping, Sequence

import streamlit as st

from allay_metrics.intake.sample import Sample
from allay_metrics.ui.html import escape

NOWHERE = ""
SAMPLES = 3
_LONGEST = 42
GROUPS: Mapping[str, Mapping[str, str]] = {
    "When": {
        "start": "Start, date and time",
        "start_date": "Date alone",
        "start_time": "Start time alone",
        "end": "End, date and time",
        "end_time": "End time alone",
        "minutes": "Length",
    },
    "Who": {
        "client_name": "Client",
        "first_name": "First name",
        "last_name": "Last name",
        "email": "E-mail",
        "phone": "Phone",
        "therapist": "Therapist",
    },
    "What and where": {
        "type": "Visit type or service",
        "price": "Price",
        "address": "Address",
        "city": "City",
        "zip": "ZIP code",
        "notes": "Notes",
    },
}
MORE: Mapping[str, str] = {
    "source_key": "Its own number of the visit",
    "booked_on": "Booked on",
    "cancelled_at": "Cancelled at",
    "cancelled_by": "Cancelled by",
    "infant_names": "Baby's name",
    "infant_born": "Baby's birth date",
    "concern": "Why the family came",
    "referral_source": "How they heard of you",
    "zone": "Time zone",
}
_IN_A_ROW = 3


def columns(key: str, sample: Sample, suggested: Mapping[str, str]) -> dict[str, str]:
    """Draw the select boxes; return the header chosen for each field that has one."""
    header_by_field: dict[str, str] = {}
    for title, fields in GROUPS.items():
        st.html(f'<h3 class="al-h3">{escape(title)}</h3>')
        header_by_field |= _fields(key, sample, suggested, fields)
    suggestion_count = sum(field in suggested for field in MORE)
    with st.expander(f"More columns, {suggestion_count} of {len(MORE)} suggested"):
        header_by_field |= _fields(key, sample, suggested, MORE)
    return header_by_field


def _fields(
    key: str, sample: Sample, suggested: Mapping[str, str], fields: Mapping[str, str]
) -> dict[str, str]:
    headers = list(dict.fromkeys(name for name in sample.headers if name.strip()))
    chosen: dict[str, str] = {}
    names = list(fields)
    for start in range(0, len(names), _IN_A_ROW):
        row = names[start : start + _IN_A_ROW]
        for column, field in zip(st.columns(_IN_A_ROW, gap="medium"), row, strict=False):
            with column:
                header = _select_header(
                    f"{key}-{field}", fields[field], headers, suggested.get(field, NOWHERE)
                )
                if header:
                    chosen[field] = header
                    _samples(sample.values(header))
    return chosen


def _select_header(key: str, label: str, headers: Sequence[str], suggested: str) -> str:
    options = [NOWHERE, *headers]
    return st.selectbox(
        label,
        options,
        index=options.index(suggested),
        format_func=lambda name: name or "Not in this file",
        key=key,
    )


def _samples(values: Sequence[str]) -> None:
    samples = [" ".join(value.split()) for value in list(dict.fromkeys(values))[:SAMPLES]]
    short = [text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…" for text in samples]
    shown = " · ".join(short) or "blank in every row"
    st.html(f'<p class="al-sub">{escape(shown)}</p>')
