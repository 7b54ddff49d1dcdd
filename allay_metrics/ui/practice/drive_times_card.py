"""The practice's own drive times between cities, which replace the estimate."""

from functools import partial

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics import travel
from allay_metrics.actions.drive_times import drop_drive_pair, set_drive_pair
from allay_metrics.records import Scope
from allay_metrics.review.practice_settings import Drive, drives
from allay_metrics.review.taxonomy import cities_to_choose
from allay_metrics.ui.cached_by_version import cached_by_version
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.practice.flash import Flash, run_action
from allay_metrics.ui.practice.practice_line import draw_line

drives_of = cached_by_version(drives)
cities_of = cached_by_version(cities_to_choose)


def drives_part(scope: Scope) -> None:
    """Draw the form for a pair of cities, and the pairs so far."""
    cities = [name for name in cities_of(scope) if name != "virtual"]
    left, right = st.columns(2, gap="small")
    with left, card("drive", fill=True):
        head("How long a drive takes", "one way, both ways alike")
        note("Minutes between cities are estimated from the map and the bridges. You know better.")
        one = st.selectbox("From", cities, index=None, key="al-drive-a", placeholder="City")
        other = st.selectbox("To", cities, index=None, key="al-drive-b", placeholder="City")
        estimate = travel.minutes(one, other) if one and other else None
        minutes = st.number_input(
            "Minutes", 1, 480, None, key="al-drive-minutes",
            placeholder=f"Estimated: {estimate}" if estimate else "Minutes",
        )  # fmt: skip
        st.button(
            "Save",
            key="al-drive-save",
            type="primary",
            disabled=not (one and other and minutes),
            on_click=_save,
            args=(scope, one, other, minutes),
        )
    with right, card("drives", fill=True):
        pairs = drives_of(scope)
        head("Set by you", fmt.plural(len(pairs), "drive"))
        if not pairs:
            note("None: every drive is the estimate.")
        with st.container(key="al-lines-drives", gap=None):
            for place, pair in enumerate(pairs):
                minutes_text = f"{pair.minutes} min" + (
                    f", estimated {pair.estimate}" if pair.estimate else ""
                )
                draw_line(
                    f"drive-{place}",
                    f"{pair.city_a} – {pair.city_b}",  # noqa: RUF001
                    minutes_text,
                    "Drop",
                    partial(_drop, scope, pair),
                )


def _save(scope: Scope, one: str, other: str, minutes: int) -> None:
    before = next((p for p in drives(scope) if {p.city_a, p.city_b} == {one, other}), None)
    back = (
        partial(set_drive_pair, scope, one, other, before.minutes)
        if before
        else partial(drop_drive_pair, scope, one, other)
    )
    sentence = f"{one} and {other} are {fmt.plural(minutes, 'minute')} apart."
    run_action(
        partial(set_drive_pair, scope, one, other, minutes),
        lambda visits: Flash(f"{sentence} {_driving_sentence(visits)}", back),
    )


def _drop(scope: Scope, pair: Drive) -> None:
    back = partial(set_drive_pair, scope, pair.city_a, pair.city_b, pair.minutes)
    sentence = f"The drive between {pair.city_a} and {pair.city_b} uses the estimate again."
    run_action(
        partial(drop_drive_pair, scope, pair.city_a, pair.city_b),
        lambda visits: Flash(f"{sentence} {_driving_sentence(visits)}", back),
    )


def _driving_sentence(visits: int) -> str:
    if not visits:
        return "No visit on file changes by it."
    return f"The driving of {fmt.plural(visits, 'visit')} changed."
