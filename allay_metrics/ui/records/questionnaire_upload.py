"""The upload of a file of parents' answers: how each question is read, what will happen."""

from dataclasses import dataclass

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.file_import import ImportReport
from allay_metrics.actions.ingest import ingest_file, open_answers_file
from allay_metrics.actions.questionnaires import HOLDS
from allay_metrics.records import Scope
from allay_metrics.review.import_history import SaveKey, same_import
from allay_metrics.ui.card import head, note
from allay_metrics.ui.html import rich
from allay_metrics.ui.html_table import table
from allay_metrics.ui.records.account import draw_faults, equation, fault_html
from allay_metrics.ui.records.preview_actions import ImportResult, Upload

ASIDE_SHOWN = 20


@dataclass(frozen=True)
class AnswersRecognition:
    """A recognised file of answers: its source, and how each question is read."""

    source: str
    label: str
    sha256: str
    read_as: tuple[tuple[str, str], ...]
    unused: tuple[str, ...]


def recognise_answers(scope: Scope, upload: Upload) -> AnswersRecognition | None:
    """Return the recognised file, None where it holds no answers."""
    with upload.on_disk() as on_disk:
        file = open_answers_file(scope, on_disk.path, profile=on_disk.profile)
        if file is None:
            return None
        return AnswersRecognition(
            file.source,
            file.profile.label,
            file.sha256,
            tuple(file.read_as),
            tuple(file.unused),
        )


def preview_answers(scope: Scope, upload: Upload, as_of: int) -> ImportReport:
    """Import the file as a dry run, and return what would happen."""
    with upload.on_disk() as on_disk:
        return ingest_file(scope, on_disk.path, profile=on_disk.profile, as_of=as_of, dry_run=True)


def ingest_answers(scope: Scope, upload: Upload, key: SaveKey) -> ImportResult:
    """Import the file once, however often it is called with this key."""
    existing = same_import(scope, key)
    if existing is not None:
        return ImportResult(key, existing.id, None)
    with upload.on_disk() as on_disk:
        report = ingest_file(scope, on_disk.path, profile=on_disk.profile, as_of=key.as_of)
    return ImportResult(key, report.import_id, report)


def recognised_answers(recognition: AnswersRecognition) -> None:
    """Draw the recognised file and how each of its questions is read."""
    head("Parents' answers", recognition.label)
    columns = fmt.plural(len(recognition.read_as), "column")
    note(
        f"**{columns} known.** Look whether each is read as it "
        "was meant: a question on another scale must not come in as one of ours."
    )
    with st.expander("What each question is read as", expanded=True):
        rows = [[question, meaning] for question, meaning in recognition.read_as]
        table(["Question of the form", "Read as"], rows, caption="Questions", left=(1,))
        if recognition.unused:
            note("Kept beside the answers, counted nowhere: " + "; ".join(recognition.unused) + ".")


def draw_answers_preview(report: ImportReport) -> None:
    """Draw the account of the file before it is imported."""
    equation(report, len(report.set_aside))
    if report.notes:
        items = "".join(
            f"<li>{rich(note_[:1].upper() + note_[1:])}.</li>" for note_ in report.notes
        )
        st.html(f'<ul class="al-told">{items}</ul>')
    for rows, title in (
        (report.set_aside, "set aside, kept with the reason"),
        (report.warnings, "left out, in rows that count without them"),
    ):
        if rows:
            noun = "row" if rows is report.set_aside else "value"
            with st.expander(f"{fmt.plural(len(rows), noun)} {title}"):
                draw_faults(
                    fault_html(row.row, row.column, row.value, row.reason)
                    for row in rows[:ASIDE_SHOWN]
                )
                if len(rows) > ASIDE_SHOWN:
                    note(f"The first {ASIDE_SHOWN} of {fmt.number(len(rows))}.")


def key_of_answers(recognition: AnswersRecognition, as_of: int) -> SaveKey:
    """Return the key by which two presses of Import are the same."""
    return SaveKey(recognition.sha256, recognition.source, HOLDS, as_of)
