"""Columns put beside a file's own: answers to questions in cells, and what a second report tells.

What is added are columns like any others, so that mapping and checking need not know of it.
"""

from typing import Protocol

from allay_metrics.intake.rules import Profile, answer_header
from allay_metrics.intake.table import Batch, Record
from allay_metrics.intake.texts import normalise_header, one_line


class Widener(Protocol):
    """Adds cells to each record of one file."""

    @property
    def headers(self) -> tuple[str, ...]:
        """Return the headers of what is added."""
        ...

    def begin(self) -> None:
        """Start anew: the file is read from its beginning."""
        ...

    def cells(self, record: Record) -> list[str]:
        """Return the cells for one record, as many as there are headers."""
        ...

    def notes(self) -> list[str]:
        """Return what a person should know, once the file was read."""
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
            # One that does not fit must not come to fit by what was added to the others.
            records.append([*record, ""] if len(record) == width + added else record)
    return Batch(records, batch.cut)


class AnswersInCells:
    """Finds each field's answer where question and answer stand in a pair of cells."""

    def __init__(self, profile: Profile, headers: Record) -> None:
        self._questions = profile.questions
        self._fields = tuple(dict.fromkeys(field for field, _ in profile.questions))
        self.headers = tuple(answer_header(field) for field in self._fields)
        self._pairs = _find_pairs(profile, headers)

    def begin(self) -> None:
        """Nothing is remembered between records."""

    def cells(self, record: Record) -> list[str]:
        """Return the first answer that is not blank to a question of each field."""
        answer_by_field: dict[str, str] = {}
        for question, answer in self._pairs:
            question_text, answer_text = one_line(record[question]), record[answer]
            if question_text and answer_text.strip():
                field = next(
                    (f for f, pattern in self._questions if pattern.search(question_text)), ""
                )
                answer_by_field.setdefault(field, answer_text)
        return [answer_by_field.get(field, "") for field in self._fields]

    def notes(self) -> list[str]:
        """Return nothing: every answer stays in its own column, too."""
        return []


def _find_pairs(profile: Profile, headers: Record) -> list[tuple[int, int]]:
    """Return the positions of each question's column and its answer's."""
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
