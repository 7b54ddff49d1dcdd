"""City names: visits whose city is unknown or in doubt, the practice's spellings, corrections."""

from collections import defaultdict
from collections.abc import Iterable
from functools import partial

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.city_spellings import correct_city, drop_alias, set_alias
from allay_metrics.derive.city_names import plain
from allay_metrics.records import UNKNOWN, Scope
from allay_metrics.review.taxonomy import (
    AliasLine,
    UnplacedVisit,
    alias_lines,
    cities_to_choose,
    unplaced_visits,
)
from allay_metrics.ui.cached_by_version import cached_by_version
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.cities.city_drilldown import format_city as city_shown
from allay_metrics.ui.html import markdown
from allay_metrics.ui.practice.corrected import corrected_card
from allay_metrics.ui.practice.flash import run_override
from allay_metrics.ui.practice.practice_line import draw_line

SHOWN = 20
BY_TEXT, BY_FAMILY, SINGLY = "By what was typed", "By family", "One by one"
_PICK, _TYPED, _IS = "al-pick-place-", "al-alias", "al-alias-city"

unplaced_of = cached_by_version(unplaced_visits)
cities_of = cached_by_version(cities_to_choose)
aliases_of = cached_by_version(alias_lines)


def cities_part(scope: Scope) -> None:
    """Draw the unplaced visits, then the spellings, then corrections."""
    _draw_unplaced(scope, unplaced_of(scope))
    left, right = st.columns(2, gap="small")
    with left:
        _draw_spellings(scope)
    with right:
        corrected_card(scope, "city")


def _draw_unplaced(scope: Scope, visits: list[UnplacedVisit]) -> None:
    with card("unplaced"):
        head("Visits without a certain city", fmt.plural(len(visits), "visit"))
        if not visits:
            note("None: every visit on file has its city.")
            return
        note(
            "What was typed names no city, or several. A visit you place also sets the city of "
            "the family's other visits without one."
        )
        with st.container(key="al-seg-unplaced"):
            way = st.segmented_control(
                "List them",
                [BY_TEXT, BY_FAMILY, SINGLY],
                default=BY_TEXT,
                required=True,
                key="al-unplaced-way",
                label_visibility="collapsed",
            )
        groups = _group_visits(visits, way or BY_TEXT)
        chosen = _choose(groups)
        _draw_place(
            scope, way or BY_TEXT, [visit for key in chosen for visit in groups[key]], len(chosen)
        )
        if len(groups) > SHOWN:
            note(f"The first {SHOWN} of {fmt.number(len(groups))}; the others follow.")


def _group_visits(visits: Iterable[UnplacedVisit], way: str) -> dict[str, list[UnplacedVisit]]:
    """Return the visits grouped by how they are placed, largest first; single ones newest first."""
    groups: dict[str, list[UnplacedVisit]] = defaultdict(list)
    for visit in visits:
        key = {BY_TEXT: visit.typed.casefold(), BY_FAMILY: visit.family_id}.get(
            way, visit.booking_id
        )
        groups[f"{way[:4]}{key}"].append(visit)
    return dict(sorted(groups.items(), key=lambda each: -len(each[1])))


def _choose(groups: dict[str, list[UnplacedVisit]]) -> list[str]:
    with st.container(key="al-picks-unplaced", gap=None):
        return [
            key
            for key, visits in list(groups.items())[:SHOWN]
            if st.checkbox(_group_label(key, visits), key=f"{_PICK}{key}", width="stretch")
        ]


def _group_label(key: str, visits: list[UnplacedVisit]) -> str:
    first = visits[0]
    typed = markdown(first.typed) or "nothing typed"
    if first.city != UNKNOWN and first.city not in first.typed:
        typed = f"{typed}: {markdown(first.city)}"
    count = fmt.plural(len(visits), "visit")
    if key.startswith(BY_TEXT[:4]):
        families = fmt.plural(len({visit.family_id for visit in visits}), "family", "families")
        return f"**{typed}** · {count}, {families}"
    if key.startswith(BY_FAMILY[:4]):
        return f"**{markdown(first.family)}** · {count} · {typed}"
    when = f"{fmt.full_day(first.starts.date())}, {fmt.clock(first.starts)}"
    return f"**{markdown(first.family)}** · {when} · {typed}"


def _draw_place(scope: Scope, way: str, visits: list[UnplacedVisit], groups: int) -> None:
    spelling = visits[0].spelling if way == BY_TEXT and groups == 1 else ""
    remember = any(letter.isalpha() for letter in spelling)
    with st.container(key="al-place", horizontal=True, vertical_alignment="bottom"):
        city = st.selectbox(
            "They were in",
            cities_of(scope),
            index=None,
            key="al-place-city",
            placeholder="City",
            format_func=city_shown,
            width=240,
        )
        st.button(
            f"Place {fmt.plural(len(visits), 'visit')}" if visits else "Place them",
            key="al-place-save",
            type="primary",
            disabled=not visits or city is None,
            on_click=_save,
            args=(scope, [visit.booking_id for visit in visits], city),
        )
        st.button(
            "And read it like this from now on",
            key="al-place-remember",
            disabled=not remember or city is None,
            help="The spelling is saved: later visits typed like this follow.",
            on_click=_save_placement,
            args=(scope, spelling, city),
        )


def _save(scope: Scope, ids: list[str], city: str) -> None:
    sentence = f"{fmt.plural(len(ids), 'visit')} placed in {city_shown(city)}."
    if run_override(scope, sentence, partial(correct_city, scope, ids, city)):
        _drop_city()


def _save_placement(scope: Scope, spelling: str, city: str) -> None:
    _save_spelling(scope, spelling, city, None)


def _save_spelling(scope: Scope, spelling: str, city: str, version: int | None) -> bool:
    sentence = f"'{spelling}' is {city_shown(city)}."
    kept = run_override(scope, sentence, partial(set_alias, scope, spelling, city, version=version))
    if kept:
        _drop_city()
    return kept


def _drop_city() -> None:
    for key in [key for key in st.session_state if str(key).startswith(_PICK)]:
        del st.session_state[key]


def _draw_spellings(scope: Scope) -> None:
    lines = aliases_of(scope)
    with card("spellings", fill=True):
        head("Your spellings", fmt.plural(len(lines), "spelling"))
        note(
            "What families type that is not on the map: at the end of an address, or all that was "
            "typed."
        )
        with st.form("al-alias-form", border=False):
            st.text_input("Typed", key=_TYPED, placeholder="the hills")
            st.selectbox(
                "Is",
                cities_of(scope),
                index=None,
                key=_IS,
                format_func=city_shown,
                placeholder="City",
            )
            st.form_submit_button(
                "Save",
                type="primary",
                key="al-alias-save",
                on_click=_save_alias,
                args=(scope, lines),
            )
        with st.container(key="al-lines-aliases", gap=None):
            for place, line in enumerate(lines):
                draw_line(
                    f"alias-{place}",
                    line.spelling,
                    f"{city_shown(line.city)}, typed so in {fmt.plural(line.bookings, 'visit')}",
                    "Drop",
                    partial(_drop_spelling, scope, line.spelling, line.version),
                )


def _save_alias(scope: Scope, lines: list[AliasLine]) -> None:
    spelling, city = st.session_state[_TYPED], st.session_state[_IS]
    if not city:
        return
    versions = {line.spelling: line.version for line in lines}
    if _save_spelling(scope, spelling, city, versions.get(plain(spelling), 0)):
        st.session_state[_TYPED] = ""


def _drop_spelling(scope: Scope, spelling: str, version: int) -> None:
    sentence = f"'{spelling}' is not used as a spelling any more."
    run_override(scope, sentence, partial(drop_alias, scope, spelling, version=version))
