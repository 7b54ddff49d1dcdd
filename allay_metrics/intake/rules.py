"""A profile as plain values: what is said of one source's columns, words and formats."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from allay_metrics.intake.times import DayFormats

# What a profile may map a column to.
FIELDS = frozenset({
    "source_key", "start", "end", "start_date", "start_time", "end_time", "minutes", "zone",
    "client_name", "first_name", "last_name", "email", "phone", "infant_names", "infant_born",
    "therapist", "type", "price", "booked_on", "cancelled_at", "cancelled_by", "city", "zip",
    "address", "notes", "concern", "referral_source",
})  # fmt: skip
MARKS = (
    "arrived", "cancelled", "late_cancelled", "practice_cancelled", "no_show", "rescheduled",
)  # fmt: skip
GONE = ("cancelled", "deleted")
HOLDS = ("kept", "all", "cancelled")
COVERAGE = frozenset(
    {"kept", "cancelled", "no_show", "cancel_time", "canceller", "booked_on", "attendance"}
)


@dataclass(frozen=True)
class MarkRule:
    """A word in one of these columns marks the visit."""

    columns: tuple[str, ...]
    matches: re.Pattern[str]
    mark: str


@dataclass(frozen=True)
class RowRule:
    """A word in one of these columns tells what to do with the whole row.

    `says` is what a skipped row is called in the account of the file, or the reason a row is set
    aside for; there '' stands for the cell's own text. `became` is what became of the visit at its
    source, where the row is set aside because it is gone there: '' where that is not told.
    """

    columns: tuple[str, ...]
    matches: re.Pattern[str]
    says: str
    became: str = ""


@dataclass(frozen=True)
class Defaults:
    """What is taken where a source does not tell: a length, a time of day; '' and 0 for nothing."""

    minutes: int = 0
    time: str = ""


@dataclass(frozen=True)
class AnswerColumns:
    """Questions that stand in cells: the headers of question and answer share what `()` finds."""

    question: re.Pattern[str]
    answer: re.Pattern[str]


@dataclass(frozen=True)
class JoinRule:
    """A second report of the same source that tells more of the same visits.

    Rows belong together where the texts of the column pairs in `same` and the dates of those in
    `same_day` are equal. Where several rows of the report do, those that are equal in `prefer`
    too are taken, if there are any. `columns` are the fields it tells, by its own headers.
    """

    label: str
    recognised_by: tuple[str, ...]
    same: Mapping[str, str]
    same_day: Mapping[str, tuple[str, ...]]
    prefer: Mapping[str, str]
    columns: Mapping[str, tuple[str, ...]]

    def header(self, column: str) -> str:
        """Return what one of the report's columns is called beside the file's own."""
        return f"{column} ({self.label})"


@dataclass(frozen=True)
class Profile:
    """How one source writes its visits; `name` is the source's name in the records."""

    name: str
    label: str
    holds: str
    marks_attendance: bool
    one_therapist_a_file: bool
    occupancy_only: bool
    phone_region: str
    recognised_by: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    questions: tuple[tuple[str, re.Pattern[str]], ...]
    days: DayFormats
    marks: tuple[MarkRule, ...]
    carries: Mapping[str, frozenset[str]]
    practice_words: re.Pattern[str]
    defaults: Defaults
    skip: tuple[RowRule, ...]
    aside: tuple[RowRule, ...]
    answers: AnswerColumns | None
    joined: JoinRule | None


def answer_header(field: str) -> str:
    """Return what the column of answers is called that were found for a field, row by row."""
    return f"Answers: {field}"
