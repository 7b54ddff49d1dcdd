"""The mapping screen: the columns of any table, mapped once and saved as an own profile."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha1
from pathlib import PurePath
from typing import Any

import streamlit as st

from allay_metrics.actions.profiles import NEW, read_saved_profiles, save_profile
from allay_metrics.actions.visit_type_overrides import assign_type
from allay_metrics.errors import AllayError
from allay_metrics.intake.column_suggestions import suggest_columns
from allay_metrics.intake.draft import ProfileDraft, build_source_name
from allay_metrics.intake.profile import Profile, read_profile_text, shipped_profiles
from allay_metrics.intake.sample import Sample
from allay_metrics.records import Scope
from allay_metrics.review.row_preview import types_counted
from allay_metrics.ui.card import head, note
from allay_metrics.ui.mapping.column_mapping import columns
from allay_metrics.ui.mapping.mapping_preview import preview
from allay_metrics.ui.mapping.word_mapping import date_order, states, types
from allay_metrics.ui.problem import problem

_CANCELLED = {"cancelled", "late_cancelled", "practice_cancelled"}
_USUAL_MINUTES = 60


@dataclass(frozen=True)
class MappingResult:
    """What will be saved: the profile's name and text, and the types of services."""

    name: str
    toml: str
    types: dict[str, str]


def mapping(scope: Scope, sample: Sample, key: str, done: Callable[[], None]) -> None:
    """Draw the whole screen for one file; `done` is called once the profile is saved."""
    head("Which column is which?", "said once, kept as a profile of your own")
    label = st.text_input(
        "What do you call this source?",
        PurePath(sample.file_name).stem.replace("_", " "),
        max_chars=60,
        key=f"{key}-label",
    )
    chosen = columns(key, sample, suggest_columns(sample.headers, sample.records))
    draft = _build_draft(key, sample, label, chosen)
    service = sample.values(chosen["type"]) if "type" in chosen else []
    meant = types(key, service, types_counted(scope, list(dict.fromkeys(service))))
    toml = _draw_as_text(key, draft)
    try:
        profile = read_profile_text(f"{draft.name}.toml", toml)
        preview(scope, sample, profile, meant)
    except AllayError as error:
        note(f"**Not yet:** {_plain_sentence(str(error))}")
        return
    _save(scope, key, MappingResult(profile.name, toml, meant), profile, done)


def _build_draft(key: str, sample: Sample, label: str, chosen: dict[str, str]) -> ProfileDraft:
    order = date_order(key, sample, chosen)
    minutes = 0
    if not {"end", "end_time", "minutes"} & chosen.keys():
        minutes = int(
            st.number_input(
                "No column tells the length: minutes of a visit",
                min_value=5,
                max_value=720,
                value=_USUAL_MINUTES,
                step=5,
                key=f"{key}-length",
            )
        )
    marks = states(key, sample)
    holds_all = "cancelled_at" in chosen or _CANCELLED & set(marks.values())
    return ProfileDraft(
        name=build_source_name(label, {profile.name for profile in shipped_profiles()}),
        label=label.strip(),
        holds="all" if holds_all else "kept",
        columns=chosen,
        day=order,
        minutes=minutes,
        states=marks,
    )


def _draw_as_text(key: str, draft: ProfileDraft) -> str:
    """Draw the profile as text; return it with the changes made by hand."""
    text = draft.toml()
    # A new key for a new text: manual changes belong to the choices they were made for.
    text_hash = sha1(text.encode(), usedforsecurity=False).hexdigest()[:12]
    with st.expander("The profile as text, to change or take along"):
        toml_text = st.text_area("Profile, TOML", text, height=320, key=f"{key}-toml-{text_hash}")
        st.download_button(
            "Download the profile",
            toml_text or "",
            file_name=f"{draft.name}.toml",
            mime="application/toml",
            key=f"{key}-download",
            on_click="ignore",
        )
    return toml_text or ""


def _save(scope: Scope, key: str, mapped: MappingResult, profile: Profile, done: Any) -> None:
    versions = {saved.name: saved.version for saved in read_saved_profiles(scope)}
    if mapped.name in versions:
        note(f"You have a profile {mapped.name}: this one takes its place.")
    if not st.button("Save the profile and go on", type="primary", key=f"{key}-save"):
        return
    try:
        save_profile(scope, profile.name, mapped.toml, versions.get(mapped.name, NEW))
        for service, kind in mapped.types.items():
            assign_type(scope, service, kind)
    except AllayError as error:
        problem(str(error))
        return
    done()
    st.rerun()


def _plain_sentence(sentence: str) -> str:
    return sentence.replace("**", "").replace("~~", "")
