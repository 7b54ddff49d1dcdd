"""The practice's own profiles: show, change, download, delete."""

import streamlit as st

from allay_metrics.actions.profiles import (
    SavedProfile,
    drop_profile,
    read_saved_profiles,
    save_profile,
)
from allay_metrics.errors import AllayError
from allay_metrics.records import Scope
from allay_metrics.ui.card import note
from allay_metrics.ui.html import markdown
from allay_metrics.ui.problem import problem


def own_profiles_list(scope: Scope) -> None:
    """Draw the practice's own profiles, one at a time, with its actions."""
    saved = {profile.name: profile for profile in read_saved_profiles(scope)}
    if not saved:
        return
    name = st.selectbox("Profiles of your own", list(saved), key="al-own-profile")
    if name in saved:
        _draw_profile(scope, saved[name])


def _draw_profile(scope: Scope, saved: SavedProfile) -> None:
    toml_text = st.text_area(
        f"{markdown(saved.name)}, TOML",
        saved.toml,
        height=240,
        key=f"al-own-toml-{saved.name}-{saved.version}",
    )
    with st.container(key="al-own-actions", horizontal=True):
        save = st.button(
            "Save it as it stands", key="al-own-save", disabled=toml_text == saved.toml
        )
        st.download_button(
            "Download",
            saved.toml,
            file_name=f"{saved.name}.toml",
            mime="application/toml",
            key="al-own-download",
            on_click="ignore",
        )
        forget = st.button("Forget it", type="tertiary", key="al-own-forget")
    note("What was imported by a profile stays, whatever becomes of the profile.")
    try:
        if save:
            save_profile(scope, saved.name, toml_text or "", saved.version)
        if forget:
            drop_profile(scope, saved.name)
    except AllayError as error:
        problem(str(error))
        return
    if save or forget:
        st.rerun()
