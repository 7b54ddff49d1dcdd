"""The practice's own measures: added, changed and retired."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from allay_metrics.actions.own_measure_changes import (
    add_measure,
    change_measure,
    list_own_measures,
    retire_measure,
)
from allay_metrics.outcomes.check_in_periods import BASELINES, LABELS, MOMENTS
from allay_metrics.outcomes.measures import concerns
from allay_metrics.outcomes.own_measures import MeasureDraft, OwnMeasure
from allay_metrics.outcomes.wording import LANGUAGES
from allay_metrics.records import Scope
from allay_metrics.ui.cached_by_version import cached_by_version
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.definitions import own_words
from allay_metrics.ui.html import escape
from allay_metrics.ui.practice.flash import Flash, run_action

_own = cached_by_version(list_own_measures)
NEW = "new"
_LANGUAGE_NAMES = {"en": "English", "es": "Spanish"}
_DIRECTIONS = {"worse": "Lower is better", "better": "Higher is better"}


def measures_part(scope: Scope) -> None:
    """Draw the measures, each with its form, and the form for a new one."""
    there = _own(scope)
    with card("own-measures"):
        head("Your own measures", "asked in the form, read from questionnaires, counted apart")
        note(
            "A question in your own words, or one you hold a licence for. It stays exploratory: "
            "each concern is judged by its one declared measure. Never one of the Edinburgh scale."
        )
        for own_measure in there:
            _draw_measure(scope, own_measure)
        with st.expander("Add a measure", expanded=not there):
            _draw_form(scope, None)


def _draw_measure(scope: Scope, own_measure: OwnMeasure) -> None:
    state = "asked no more" if own_measure.retired else "asked"
    with st.expander(f"{own_measure.measure.label}, {state}"):
        st.html(f'<p class="al-sub">{escape(own_words(own_measure))}</p>')
        _draw_form(scope, own_measure)
        done = (
            "It is asked again."
            if own_measure.retired
            else "It is no longer asked; its answers stay."
        )
        st.button(
            "Ask it again" if own_measure.retired else "Retire it",
            key=f"al-measure-retire-{own_measure.id}",
            on_click=_retire,
            args=(scope, own_measure, done),
        )


def _retire(scope: Scope, own_measure: OwnMeasure, done: str) -> None:
    now = partial(
        retire_measure, scope, own_measure.id, own_measure.version, retired=not own_measure.retired
    )
    run_action(now, lambda _: Flash(done))


def _draw_form(scope: Scope, own_measure: OwnMeasure | None) -> None:
    """Draw the fields of one measure; a new version makes new widget keys."""
    key = (
        f"al-measure-{own_measure.id}-{own_measure.version}" if own_measure else f"al-measure-{NEW}"
    )
    measure = own_measure.measure if own_measure else None
    steps = measure is not None and measure.kind == "ordinal"
    with st.form(key, border=False):
        st.text_input("Name", measure.label if measure else "", key=f"{key}-label", max_chars=40)
        with st.grid(2, min_column_width=260, gap="small"):
            for language in LANGUAGES:
                _draw_wording(key, language, own_measure, steps=steps)
        with st.grid(3, min_column_width=150, gap="small"):
            numbers = (("low", "Lowest", 0.0), ("high", "Highest", 10.0), ("step", "By", 1.0),
                       ("threshold", "A change of this matters", 2.0))  # fmt: skip
            for name, label, usual in numbers:
                st.number_input(
                    label,
                    value=float(getattr(measure, name)) if measure else usual,
                    format="%g",
                    key=f"{key}-{name}",
                )
            st.text_input(
                "Unit", "" if steps or not measure else measure.unit, key=f"{key}-unit",
                placeholder="of 10", max_chars=20,
            )  # fmt: skip
            st.selectbox(
                "Direction",
                list(_DIRECTIONS),
                index=int(bool(measure and measure.better > 0)),
                format_func=_DIRECTIONS.__getitem__,
                key=f"{key}-higher",
            )
        st.text_input(
            "Where the change that matters comes from", measure.basis if measure else "",
            key=f"{key}-basis", max_chars=200,
            placeholder="our own choice, provisional; or the study it is from",
        )  # fmt: skip
        st.multiselect(
            "Asked of these concerns",
            list(concerns()),
            list(own_measure.concerns) if own_measure else [],
            format_func=lambda name: concerns()[name].label,
            key=f"{key}-concerns",
        )
        st.multiselect(
            "Asked",
            list(MOMENTS),
            list(own_measure.moments) if own_measure else [*BASELINES, "day28"],
            format_func=LABELS.__getitem__,
            key=f"{key}-moments",
        )
        st.form_submit_button(
            "Save" if own_measure else "Add the measure",
            type="primary",
            key=f"{key}-save",
            on_click=_save,
            args=(scope, own_measure, key),
        )


def _draw_wording(key: str, language: str, own_measure: OwnMeasure | None, *, steps: bool) -> None:
    words = own_measure.words[language] if own_measure else None
    with st.container(gap="small"):
        st.text_area(
            f"Question in {_LANGUAGE_NAMES[language]}", words.question if words else "",
            key=f"{key}-{language}", height=90, max_chars=300,
        )  # fmt: skip
        st.text_input(
            f"Word at the lowest end, {_LANGUAGE_NAMES[language]}", words.low_word if words else "",
            key=f"{key}-{language}-first", max_chars=40,
        )  # fmt: skip
        st.text_input(
            f"Word at the highest end, {_LANGUAGE_NAMES[language]}",
            words.high_word if words else "",
            key=f"{key}-{language}-last", max_chars=40,
        )  # fmt: skip
        st.text_area(
            f"Steps in {_LANGUAGE_NAMES[language]}, one a line, rising (empty for numbers)",
            "\n".join(label for _, label in words.choices) if words and steps else "",
            key=f"{key}-{language}-steps",
            height=90,
        )


def _save(scope: Scope, own_measure: OwnMeasure | None, key: str) -> None:
    draft = _build_draft(key)
    if own_measure is None:
        if run_action(partial(add_measure, scope, draft), lambda _: Flash("The measure is added.")):
            for name in [name for name in st.session_state if str(name).startswith(f"{key}-")]:
                del st.session_state[name]
        return
    run_action(
        partial(change_measure, scope, own_measure.id, draft, own_measure.version),
        lambda _: Flash("The measure is changed."),
    )


def _build_draft(key: str) -> MeasureDraft:
    def typed(name: str) -> Any:
        return st.session_state[f"{key}-{name}"]

    def ends(language: str) -> tuple[str, str]:
        return typed(f"{language}-first"), typed(f"{language}-last")

    def choices(language: str) -> Sequence[str]:
        steps: str = typed(f"{language}-steps")
        return steps.split("\n") if steps.strip() else ()

    return MeasureDraft(
        label=typed("label"),
        questions={language: typed(language) for language in LANGUAGES},
        ends={language: ends(language) for language in LANGUAGES},
        choices={language: choices(language) for language in LANGUAGES},
        low=typed("low"),
        high=typed("high"),
        step=typed("step"),
        unit=typed("unit"),
        higher_is=typed("higher"),
        threshold=typed("threshold"),
        basis=typed("basis"),
        concerns=typed("concerns"),
        moments=typed("moments"),
    )  # fmt: skip
