"""Visit types: names of no type, assigned names, keywords, corrected visits."""

from functools import partial

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.type_words import drop_word, set_word
from allay_metrics.actions.visit_type_overrides import assign_type, unassign_type
from allay_metrics.derive.visit_type import service_name
from allay_metrics.records import Scope
from allay_metrics.review.taxonomy import NameLine, WordLine, name_lines, read_words
from allay_metrics.ui.cached_by_version import cached_by_version
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.html import TYPE_WORDS, escape
from allay_metrics.ui.html_table import TableCell, table
from allay_metrics.ui.practice.corrected import corrected_card
from allay_metrics.ui.practice.flash import run_override, types_shown
from allay_metrics.ui.practice.practice_line import draw_line

SHOWN = 12
THREE = ("cst", "lactation", "massage")
MEANINGS = (
    *THREE,
    "other",
    *(f"{first}+{second}" for first in THREE for second in THREE if first != second),
)
MAKES = {
    **{kind: TYPE_WORDS[kind] for kind in THREE},
    "none": "No visit type",
}
DECIDES = {
    "always": "Always",
    "unless_cst": "Unless CST is named too",
    "alone": "Only where no other word does",
}
WHEN = {"always": "always", "unless_cst": "unless CST", "alone": "alone"}
_WORD, _MAKES, _DECIDES = "al-word", "al-word-makes", "al-word-decides"
_NAME, _MEANS = "al-name", "al-name-means"

names_of = cached_by_version(name_lines)
words_of = cached_by_version(read_words)


def types_part(scope: Scope) -> None:
    """Draw names of no type, then assigned names, keywords, corrected visits."""
    names = names_of(scope)
    _draw_unassigned(
        scope,
        [
            name_line
            for name_line in names
            if name_line.types[0] == "other" and not name_line.version
        ],
    )
    left, right = st.columns(2, gap="small")
    with left:
        _draw_words(scope)
    with right:
        _draw_assigned(scope, names)
    corrected_card(scope, "visit_type")


def _draw_unassigned(scope: Scope, names: list[NameLine]) -> None:
    with card("names-waiting"):
        count = sum(name_line.visits for name_line in names)
        head("Names of none of the three types", fmt.plural(count, "visit"))
        if not names:
            note("None: every service name on file means a visit type.")
            return
        note("Their visits count as **Other**. Assign a meaning: past and future visits follow.")
        with st.container(key="al-lines-names", gap=None):
            for place, name_line in enumerate(names[:SHOWN]):
                _draw_name(scope, place, name_line)
        if len(names) > SHOWN:
            note(f"The first {SHOWN} of {fmt.number(len(names))}, most visits first.")


def _draw_name(scope: Scope, place: int, name_line: NameLine) -> None:
    with st.container(key=f"al-line-name-{place}", horizontal=True, vertical_alignment="center"):
        newest = f", newest {fmt.full_day(name_line.newest)}" if name_line.newest else ""
        st.html(
            f'<div class="al-line"><b>{escape(name_line.name or "(no name)")}</b>'
            f"<span>{fmt.plural(name_line.visits, 'visit')}{newest}</span></div>",
            width="stretch",
        )
        with st.container(horizontal=True, gap="xsmall", width="content"):
            for kind in (*THREE, "other"):
                st.button(
                    "Keep as Other" if kind == "other" else TYPE_WORDS[kind],
                    key=f"al-assign-{place}-{kind}",
                    type="tertiary" if kind == "other" else "secondary",
                    on_click=_assign,
                    args=(scope, name_line.name, kind, 0),
                )


def _assign(scope: Scope, name: str, types: str, version: int | None) -> None:
    sentence = f"'{name or '(no name)'}' means {types_shown(types)}."
    run_override(scope, sentence, partial(assign_type, scope, name, types, version=version))


def _draw_assigned(scope: Scope, names: list[NameLine]) -> None:
    with card("names-assigned", fill=True):
        own_names = [name_line for name_line in names if name_line.version]
        head("What a name means", f"{fmt.number(len(own_names))} set by you")
        note("The meaning you assign to a name replaces its keywords. A visit may have two types.")
        with st.form("al-name-form", border=False):
            shown = {name_line.name: name_line for name_line in names}
            st.selectbox(
                "Service",
                list(shown),
                key=_NAME,
                format_func=lambda each: f"{each or '(no name)'} · {shown[each].visits}",
            )
            st.selectbox("Means", MEANINGS, key=_MEANS, format_func=types_shown)
            st.form_submit_button(
                "Save", type="primary", key="al-name-save", on_click=_save_name, args=(scope, shown)
            )
        with st.container(key="al-lines-assigned", gap=None):
            for place, name_line in enumerate(own_names):
                draw_line(
                    f"name-{place}",
                    name_line.name or "(no name)",
                    f"{types_shown('+'.join(filter(None, name_line.types)))}, "
                    f"{fmt.plural(name_line.visits, 'visit')}",
                    "Drop",
                    partial(_unassign, scope, name_line),
                )


def _save_name(scope: Scope, shown: dict[str, NameLine]) -> None:
    name = st.session_state[_NAME]
    _assign(scope, name, st.session_state[_MEANS], shown[name].version)


def _unassign(scope: Scope, name_line: NameLine) -> None:
    sentence = f"Keywords decide again what '{name_line.name}' means."
    run_override(
        scope, sentence, partial(unassign_type, scope, name_line.name, version=name_line.version)
    )


def _draw_words(scope: Scope) -> None:
    lines = words_of(scope)
    with card("words", fill=True):
        head("Keywords of visit types", fmt.plural(len(lines), "word"))
        note("The first type named is the primary one. Yours replace the built-in ones.")
        with st.form("al-word-form", border=False):
            st.text_input("Word or phrase", key=_WORD, placeholder="bodywork")
            st.selectbox("Makes", list(MAKES), key=_MAKES, format_func=MAKES.__getitem__)
            st.selectbox("Decides", list(DECIDES), key=_DECIDES, format_func=DECIDES.__getitem__)
            st.form_submit_button(
                "Save", type="primary", key="al-word-save", on_click=_save_word, args=(scope, lines)
            )
        own = [line for line in lines if line.version]
        with st.container(key="al-lines-words", gap=None):
            for place, line in enumerate(own):
                drop = partial(_drop_word, scope, line)
                draw_line(f"word-{place}", line.word, _describe_word(line), "Drop", drop)
        table(
            ["Word", "Makes", "When", "Visits"],
            [_row(line) for line in lines if not line.version],
            caption="Built-in keywords",
            left=(1, 2),
            stack=False,
        )


def _save_word(scope: Scope, lines: list[WordLine]) -> None:
    word, makes, decides = (st.session_state[key] for key in (_WORD, _MAKES, _DECIDES))
    spelt = service_name(word)
    version = next((line.version for line in lines if line.word.casefold() == spelt), 0)
    effect = "no longer makes a visit type" if makes == "none" else f"makes {MAKES[makes]}"
    sentence = f"'{spelt}' {effect}."
    if run_override(
        scope, sentence, partial(set_word, scope, word, makes, decides, version=version)
    ):
        st.session_state[_WORD] = ""


def _drop_word(scope: Scope, line: WordLine) -> None:
    sentence = f"'{line.word}' is {'back to its built-in meaning' if line.shipped else 'gone'}."
    run_override(scope, sentence, partial(drop_word, scope, line.word, version=line.version))


def _describe_word(line: WordLine) -> str:
    makes = "no type" if line.visit_type == "none" else MAKES[line.visit_type]
    return f"{makes}, {WHEN[line.decides]}, in {fmt.plural(line.visits, 'visit')}"


def _row(line: WordLine) -> list[TableCell | str]:
    return [line.word, MAKES[line.visit_type], WHEN[line.decides], fmt.number(line.visits)]
