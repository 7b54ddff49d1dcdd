"""The mapping of an unknown form: the meaning of each question, saved as an own profile."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

import streamlit as st

from allay_metrics.actions.own_measure_changes import list_own_measures
from allay_metrics.actions.profiles import NEW, read_saved_profiles, save_profile
from allay_metrics.errors import AllayError
from allay_metrics.intake.draft import build_source_name
from allay_metrics.intake.profile import shipped_profiles
from allay_metrics.intake.questionnaires import read_questionnaire, shipped_questionnaires
from allay_metrics.intake.questionnaires.file import read_responses
from allay_metrics.intake.questionnaires.questionnaire_draft import (
    AnswersDraft,
    guess_meanings,
    meaning_choices,
)
from allay_metrics.intake.questionnaires.responses import FormResponse
from allay_metrics.intake.sample import Sample
from allay_metrics.outcomes.own_measures import OwnMeasure
from allay_metrics.records import Scope
from allay_metrics.ui.card import head, note
from allay_metrics.ui.html import escape, markdown
from allay_metrics.ui.html_table import table
from allay_metrics.ui.problem import problem

VISITS, ANSWERS = "Visits", "Parents' answers"
_ROWS = 5
# Markdown gives these no meaning inside a line, and screen readers would read the backslashes.
_HARMLESS = re.compile(r"(?<=.)\\([-,'()?/])")
_SAMPLES = 3


def holds_answers(key: str) -> bool:
    """Draw the first question of an unknown table; return whether it holds parents' answers."""
    return bool(
        st.radio("What is in this table?", [VISITS, ANSWERS], horizontal=True, key=f"{key}-what")
        == ANSWERS
    )


def mapping_of_answers(scope: Scope, sample: Sample, key: str, done: Callable[[], None]) -> None:
    """Draw the whole screen for one file; `done` is called once the profile is saved."""
    head("Which question is which?", "said once, kept as a profile of your own")
    label = st.text_input(
        "What do you call this form?",
        PurePath(sample.file_name).stem.replace("_", " "),
        max_chars=60,
        key=f"{key}-form",
    )
    note(
        "A question may be taken for a measure only where it asks the same on the same scale: "
        "0 to 10 is not 1 to 5. Values beyond a scale are left out and listed."
    )
    note(
        "A question on a warning sign raises it for every answer that is not a clear no. It stands "
        "on Week and Caseload until acknowledged, and no score of that answer is shown before."
    )
    utc = st.checkbox("Its times are UTC, not practice time", key=f"{key}-utc")
    taken = {profile.name for profile in shipped_profiles()}
    taken |= {profile.name for profile in shipped_questionnaires()}
    own = list_own_measures(scope)
    meanings = _draw_columns(key, sample, own)
    draft = AnswersDraft(build_source_name(label, taken), label.strip(), meanings, utc)
    toml = draft.toml()
    try:
        profile = read_questionnaire(f"{draft.name}.toml", toml, own)
        read = read_responses(sample.headers, sample.records[:_ROWS], profile, scope.zone)
        _draw_preview(read, meaning_choices(own))
    except AllayError as error:
        note(f"**Not yet:** {error}")
        return
    _save(scope, key, draft.name, toml, done)


def _draw_columns(key: str, sample: Sample, own: Sequence[OwnMeasure]) -> dict[str, str]:
    """Draw a select box for each column with sample values; return the chosen meanings."""
    labels = meaning_choices(own)
    seems = guess_meanings(sample.headers, shipped_questionnaires()[0].with_own(own))
    meant: dict[str, str] = {}
    for index, header in enumerate(dict.fromkeys(sample.headers)):
        if not header.strip():
            continue
        with st.container(key=f"{key}-q{index}", gap=None):
            meant[header] = st.selectbox(
                _HARMLESS.sub(r"\1", markdown(header)),
                list(labels),
                index=list(labels).index(seems[header]),
                format_func=labels.__getitem__,
                key=f"{key}-q{index}-is",
            )
            some = list(dict.fromkeys(sample.values(header)))[:_SAMPLES]
            st.html(f'<p class="al-note">{escape(" · ".join(some) or "always empty")}</p>')
    return meant


def _draw_preview(read: list[Any], labels: Mapping[str, str]) -> None:
    rows = []
    for response in read:
        if isinstance(response, FormResponse):
            parts = [f"{labels[name]} {value:g}" for name, value in response.values.items()]
            parts += ["◆ warning sign"] if response.signs else []
            names = filter(None, [response.baby, response.parent, response.email])
            who = ", ".join(names) or "nobody named"
            rows.append([response.day, who, "; ".join(parts) or "words only"])
        else:
            rows.append(["set aside", "", response.reason])
    table(["Answered", "Who", "Read as"], rows, caption="First rows", left=(1, 2))


def _save(scope: Scope, key: str, name: str, toml: str, done: Callable[[], None]) -> None:
    versions = {saved.name: saved.version for saved in read_saved_profiles(scope)}
    if name in versions:
        note(f"You have a profile {name}: this one takes its place.")
    with st.expander("The profile as text"):
        st.code(toml, language="toml")
    if not st.button("Save the profile and go on", type="primary", key=f"{key}-save-form"):
        return
    try:
        save_profile(scope, name, toml, versions.get(name, NEW))
    except AllayError as error:
        problem(str(error))
        return
    done()
    st.rerun()
