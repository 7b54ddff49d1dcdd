"""The meanings of a file's own words: states, visit types, ambiguous dates."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.intake.column_suggestions import (
    MOST_WORDS,
    find_day_order,
    suggest_mark,
    suggest_states,
)
from allay_metrics.intake.sample import Sample
from allay_metrics.ui.card import note
from allay_metrics.ui.html import TYPE_WORDS, markdown

MARK_WORDS = {
    "": "Nothing",
    "arrived": "They came",
    "no_show": "No-show",
    "cancelled": "Cancelled by the family",
    "late_cancelled": "Cancelled late",
    "practice_cancelled": "Cancelled by the practice",
    "rescheduled": "Moved to another time",
}
TYPES = {"": "Other, for now", **{key: TYPE_WORDS[key] for key in ("cst", "lactation", "massage")}}
_DAYS = ("start", "start_date", "end", "booked_on", "cancelled_at", "infant_born")
_ORDERS = {"mdy": "Month first", "dmy": "Day first"}
_IN_A_ROW = 3
_MOST_TYPES = 12


def date_order(key: str, sample: Sample, columns: Mapping[str, str]) -> str:
    """Draw the question how dates are written, where the numbers are ambiguous."""
    date_texts = [
        text for field in _DAYS if field in columns for text in sample.values(columns[field])
    ]
    order = find_day_order(date_texts)
    if order != "either":
        return order or "mdy"
    example = next(text for text in date_texts if find_day_order([text]))
    return st.radio(
        f"Dates such as {markdown(example.split()[0])} are written",
        list(_ORDERS),
        format_func=lambda order: _ORDERS[order],
        horizontal=True,
        key=f"{key}-order",
    )


def states(key: str, sample: Sample) -> dict[tuple[str, str], str]:
    """Draw the choice of state columns, and the meaning of each of their words."""
    st.html('<h3 class="al-h3">What became of a visit</h3>')
    few = [name for name in dict.fromkeys(sample.headers) if name.strip()]
    few = [name for name in few if 0 < len(set(sample.values(name))) <= MOST_WORDS]
    likely = suggest_states(sample.headers, sample.records)
    chosen = st.multiselect(
        "Columns that say whether a visit was kept, cancelled or missed",
        few,
        default=[name for name in likely if name in few],
        placeholder="None of them",
        key=f"{key}-states",
    )
    marks: dict[tuple[str, str], str] = {}
    for column in chosen:
        counts = Counter(" ".join(value.split()) for value in sample.values(column))
        marks |= _draw_words(f"{key}-state-{column}", column, counts)
    if chosen:
        note("Visits whose word means nothing stay booked, and count as completed once past.")
    return marks


def _draw_words(key: str, column: str, counts: Counter[str]) -> dict[tuple[str, str], str]:
    marks = {}
    for word, mark in _draw_boxes(key, counts, MARK_WORDS, lambda word: suggest_mark(column, word)):
        if mark:
            marks[column, word] = mark
    return marks


def types(key: str, names: Sequence[str], counted: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Draw the types of services whose names are unknown; return name -> chosen type."""
    other = Counter(name for name in names if counted.get(name, ("",))[0] == "other")
    if not other:
        return {}
    st.html('<h3 class="al-h3">Services whose names say neither CST, lactation nor massage</h3>')
    shown = Counter(dict(other.most_common(_MOST_TYPES)))
    choices = _draw_boxes(f"{key}-type", shown, TYPES, lambda _: "")
    if len(other) > len(shown):
        commonest = f"The {len(shown)} commonest of {fmt.number(len(other))}"
        note(f"{commonest}: assign the others on Practice.")
    return {name: kind for name, kind in choices if kind}


def _draw_boxes(
    key: str, counts: Counter[str], labels: Mapping[str, str], suggested: Callable[[str], str]
) -> list[tuple[str, str]]:
    """Draw a select box for each word, the most common first; return (word, chosen) pairs."""
    choices = []
    options, word_counts = list(labels), counts.most_common()
    for start in range(0, len(word_counts), _IN_A_ROW):
        row = word_counts[start : start + _IN_A_ROW]
        for column, (word, count) in zip(st.columns(_IN_A_ROW, gap="medium"), row, strict=False):
            with column:
                chosen = st.selectbox(
                    f"{markdown(word)} ({fmt.plural(count, 'row')})",
                    options,
                    index=options.index(suggested(word)),
                    format_func=lambda option: labels[option],
                    key=f"{key}-{word}",
                )
            choices.append((word, chosen))
    return choices
