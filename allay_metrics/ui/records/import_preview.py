"""The preview: the recognised file, its first rows as read, and what will happen."""

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.file_import import ImportReport
from allay_metrics.review.missing import silence_in_words
from allay_metrics.review.row_preview import FirstRow
from allay_metrics.ui.card import note
from allay_metrics.ui.html import TYPE_WORDS, rich
from allay_metrics.ui.html_table import TableCell, table
from allay_metrics.ui.records.account import draw_faults, equation, fault_html
from allay_metrics.ui.records.preview_actions import ExportRecognition, ImportPreview

WARNINGS_SHOWN = 20


def recognised_line(recognition: ExportRecognition) -> None:
    """Draw the source of the file, and the notes made while reading it."""
    notes = "".join(f"; {note_}" for note_ in recognition.notes)
    note(f"Recognised as **{recognition.label}**{notes}.")


def preview(recognition: ExportRecognition, looked: ImportPreview) -> None:
    """Draw the first rows and what an import would do."""
    first_rows(looked)
    for note_ in looked.report.notes:
        if note_ not in recognition.notes:
            note(f"{note_[:1].upper()}{note_[1:]}.")
    st.html('<h3 class="al-h3">What will happen</h3>')
    equation(looked.report, len(looked.report.set_aside))
    other_notes(looked)
    problems_in_rows(looked)


def first_rows(looked: ImportPreview) -> None:
    """Draw the first rows as a small table."""
    if not looked.rows:
        return
    st.html('<h3 class="al-h3">The first rows, as we read them</h3>')
    columns = ["When", "Client", "Type", "Counts as", "Therapist", "City", "Price"]
    table(columns, [_cells(row) for row in looked.rows], caption="First rows", left=range(1, 6))


def other_notes(looked: ImportPreview) -> None:
    """Draw what an import does besides importing rows."""
    report = looked.report
    sentences = []
    if looked.newly_missing > 0:
        visits = fmt.plural(looked.newly_missing, "visit")
        sentences.append(
            f"**{visits} on file** not in this newer file any more: you decide on each."
        )
    if looked.newly_missing < 0:
        visits = fmt.plural(-looked.newly_missing, "visit")
        sentences.append(f"**{visits}** missing from an earlier export: back in this file.")
    if report.silences:
        sentences.append(unconfirmed_sentence(report))
    if report.cities_unknown:
        sentences.append(
            f"**{fmt.plural(report.cities_unknown, 'visit')}** without a city: unknown."
        )
    if report.warnings:
        values = fmt.plural(len(report.warnings), "value")
        sentences.append(f"**{values}** that cannot be read, in rows that count without them.")
    if sentences:
        items = "".join(f"<li>{rich(sentence)}</li>" for sentence in sentences)
        st.html(f'<ul class="al-told">{items}</ul>')


def unconfirmed_sentence(report: ImportReport) -> str:
    """Return how many upcoming visits a file does not confirm, and why."""
    silences = report.silences
    visits = sum(count for _, _, count in silences)
    reasons = fmt.join_list(
        f"{fmt.number(count)}: {silence_in_words(kind, value)}" for kind, value, count in silences
    )
    return (
        f"**{fmt.plural(visits, 'visit')} to come** not confirmed by this file ({reasons}): "
        "they stay as the last export had them."
    )


def problems_in_rows(looked: ImportPreview) -> None:
    """Draw the rows set aside and the values left out, collapsed."""
    report = looked.report
    if report.set_aside:
        with st.expander(f"{fmt.plural(len(report.set_aside), 'row')} set aside, and why"):
            draw_faults(
                fault_html(row.row, row.column, row.value, row.reason)
                for row in report.set_aside[:WARNINGS_SHOWN]
            )
            _more(len(report.set_aside))
    if report.warnings:
        with st.expander(f"{fmt.plural(len(report.warnings), 'value')} left out, and why"):
            draw_faults(
                fault_html(row.row, row.column, row.value, row.reason)
                for row in report.warnings[:WARNINGS_SHOWN]
            )
            _more(len(report.warnings))


def _more(count: int) -> None:
    if count > WARNINGS_SHOWN:
        note(f"The first {WARNINGS_SHOWN} of {fmt.number(count)}.")


def _cells(row: FirstRow) -> list[TableCell | str]:
    types = " + ".join(TYPE_WORDS.get(kind, kind) for kind in row.types if kind)
    price = fmt.DASH if row.price_cents is None else f"${row.price_cents / 100:,.2f}"
    when = f"{fmt.full_day(row.start.date())}, {fmt.clock(row.start)}"
    named = row.therapist or "unknown"
    return [when, row.client, row.typed or fmt.DASH, types, named, row.city, price]
