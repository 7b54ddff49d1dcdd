"""After an import: the account of every row, and the open decisions that follow from it."""

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.records import Scope
from allay_metrics.review.import_history import PastImport, past_imports, source_label
from allay_metrics.review.missing import whose_visits
from allay_metrics.ui.card import head, note
from allay_metrics.ui.html import rich
from allay_metrics.ui.records.account import draw_faults, equation, fault_html
from allay_metrics.ui.records.import_preview import unconfirmed_sentence
from allay_metrics.ui.records.preview_actions import ImportResult

WARNINGS_SHOWN = 100
HELD = {
    "kept": "kept visits",
    "all": "kept and cancelled visits",
    "cancelled": "cancelled visits",
    "answers": "parents' answers",
}


def result(scope: Scope, taken: ImportResult) -> None:
    """Draw the result of the file just imported."""
    imports = past_imports(scope)
    past = next((past for past in imports if past.id == taken.import_id), None)
    if past is None:
        note("This import is not on file any more.")
        return
    head(f"{past.file_name} is in", describe_import(past))
    equation(past, past.set_aside)
    _other_notes(past, taken)
    _warnings(taken)


def describe_import(past: PastImport) -> str:
    """Return `Acuity Scheduling · kept visits · as of Mon 16 Nov, 8:02 am`."""
    held = HELD.get(past.holds, past.holds)
    return f"{source_label(past.source)} · {held} · as of {fmt.moment(past.as_of)}"


def _other_notes(past: PastImport, taken: ImportResult) -> None:
    sentences = []
    if taken.report is None:
        sentences.append(
            "**This file was imported before** with the same settings: nothing was read again"
        )
    lacks = bool(taken.report and (taken.report.silences or taken.report.question))
    if not (past.added or past.updated):
        sentences.append(
            "**Nothing new in it**: every row of it was known"
            if lacks or taken.newly_missing > 0
            else "**Nothing changed**: everything in it was known"
        )
    if taken.report and taken.report.silences:
        sentences.append(unconfirmed_sentence(taken.report).removesuffix("."))
    if taken.newly_missing > 0:
        visits = fmt.plural(taken.newly_missing, "visit")
        is_ = "is" if taken.newly_missing == 1 else "are"
        sentences.append(f"**{visits}** on file {is_} not in it any more: decide below")
    if taken.report and (question := taken.report.question):
        visits = fmt.plural(question.visits, "visit")
        breakdown = whose_visits(question.groups)
        sentences.append(
            f"**{visits}** on file not in it ({breakdown}): answer below what became of them"
        )
    if past.set_aside:
        sentences.append(f"**{fmt.plural(past.set_aside, 'row')} set aside**, kept with the reason")
    if taken.report and taken.report.cities_unknown:
        visits = fmt.plural(taken.report.cities_unknown, "visit")
        sentences.append(f"**{visits} without a city**: counted as unknown")
    sentences += [_sentence(text) for text in (taken.report.notes if taken.report else [])]
    if sentences:
        items = "".join(f"<li>{rich(sentence)}.</li>" for sentence in sentences)
        st.html(f'<ul class="al-told">{items}</ul>')


def _sentence(text: str) -> str:
    """Return a note with a capital first letter."""
    return text[:1].upper() + text[1:]


def _warnings(taken: ImportResult) -> None:
    warnings = taken.report.warnings if taken.report else []
    if not warnings:
        return
    count = fmt.plural(len(warnings), "value")
    with st.expander(f"{count} left out, in rows that count without them"):
        draw_faults(
            fault_html(row.row, row.column, row.value, row.reason)
            for row in warnings[:WARNINGS_SHOWN]
        )
        if len(warnings) > WARNINGS_SHOWN:
            note(f"The first {WARNINGS_SHOWN} of {fmt.number(len(warnings))}.")
