"""Columns added to those of a file: answers to questions in cells, and a second report's columns.

Mapping and checking treat them like any other column.
"""

from functools import lru_cache
from typing import Protocol

from allay_metrics.intake.columns import DISTINCT_TEXTS
from allay_metrics.intake.rules import Profile, answer_header
from allay_metrics.intake.table import Batch, Record
from allay_metrics.intake.texts import normalise_header, one_line


class Widener(Protocol):
    """Adds cells to each record of one file."""

    @property
    def headers(self) -> tuple[str, ...]:
        """Return the headers of the added columns."""
        ...

    def begin(self) -> None:
        """Reset all counts: the file is read from its beginning."""
        ...

    def cells(self, record: Record) -> list[str]:
        """Return the cells for one record, as many as there are headers."""
        ...

    def notes(self) -> list[str]:
        """Return notes for a person, complete when the file has been read."""
        ...


def widen_batch(batch: Batch, width: int, wideners: list[Widener]) -> Batch:
    """Return the batch with cells added to every record that fits the file's own header."""
    added = sum(len(widener.headers) for widener in wideners)
    records = []
    for record in batch.records:
        if len(record) == width:
            cells = [cell for widener in wideners for cell in widener.cells(record)]
            records.append(record + cells)
        else:
            # A record of the wrong width must not get the right width of the wider header.
            records.append([*record, ""] if len(record) == width + added else record)
    return Batch(records, batch.cut)


class AnswersInCells:
    """Adds a column of answers for each field, from pairs of cells with question and answer."""

    def __init__(self, profile: Profile, headers: Record) -> None:
        self._find_field = lru_cache(DISTINCT_TEXTS)(profile.find_field)
        self._fields = tuple(profile.questions)
        self.headers = tuple(answer_header(field) for field in self._fields)
        self._pairs = _find_pairs(profile, headers)

    def begin(self) -> None:
        """Do nothing: there are no counts."""

    def cells(self, record: Record) -> list[str]:
        """Return for each field the first answer that is not blank."""
        answer_by_field: dict[str, str] = {}
        for question, answer in self._pairs:
            question_text, answer_text = one_line(record[question]), record[answer]
            if question_text and answer_text.strip():
                field = self._find_field(question_text)
                if field:
                    answer_by_field.setdefault(field, answer_text)
        return [answer_by_field.get(field, "") for field in self._fields]

    def notes(self) -> list[str]:
        """Return no notes: every answer stays in its own column, too."""
        return []


def _find_pairs(profile: Profile, headers: Record) -> list[tuple[int, int]]:
    """Return (position of the question's column, position of the answer's column)."""
    if profile.answers is None:
        return []
    names = [normalise_header(header) for header in headers]
    answers = {
        match.group(1): position
        for position, name in enumerate(names)
        if (match := profile.answers.answer.fullmatch(name))
    }
    return [
        (position, answers[match.group(1)])
        for position, name in enumerate(names)
        if (match := profile.answers.question.fullmatch(name)) and match.group(1) in answers
    ]
