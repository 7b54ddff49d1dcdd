"""A profile: one source's columns, words and formats. pydantic checks it against its file."""

# ruff: noqa: RUF012 pydantic copies a default

import re
from collections.abc import Callable
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from allay_metrics.intake.texts import compile_pattern, normalise_header
from allay_metrics.intake.times import DayFormats, compile_format, read_time
from allay_metrics.validation import Listed, NotBlank, Several, Spec, Text, known_key, one_of

# The fields that a profile maps columns to.
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
_LONGEST_DEFAULT = 24 * 60  # minutes
_PRACTICE_WORDS = compile_pattern(r"^(practice|staff|host|provider|therapist|clinic)")


def _compiled_by(compile_text: Callable[[str], re.Pattern[str]]) -> BeforeValidator:
    def read(value: object) -> re.Pattern[str]:
        if not isinstance(value, str) or not value.strip():
            raise ValueError("a text is needed")
        return compile_text(value)

    return BeforeValidator(read)


def _check_distinct(headers: tuple[str, ...]) -> tuple[str, ...]:
    """Raise ValueError for a header listed twice: a field that joins columns would repeat it."""
    names = [normalise_header(header) for header in headers]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise ValueError(f"{headers[place].strip()} is listed twice")
    return headers


def _check_one_group(pattern: re.Pattern[str]) -> re.Pattern[str]:
    if pattern.groups != 1:
        raise ValueError("one part in () is needed")
    return pattern


def _check_minutes(minutes: int) -> int:
    if not 0 <= minutes <= _LONGEST_DEFAULT:
        raise ValueError(f"a number of minutes from 0 to {_LONGEST_DEFAULT} is needed")
    return minutes


def _check_time(text: str) -> str:
    if text and isinstance(read_time(text), str):
        raise ValueError("a time of day such as 12:00 is needed")
    return text


def _none_if_empty(table: object) -> object:
    return None if table == {} else table


Pattern = Annotated[re.Pattern[str], _compiled_by(compile_pattern)]
DayFormat = Annotated[re.Pattern[str], _compiled_by(compile_format)]
_GroupPattern = Annotated[Pattern, AfterValidator(_check_one_group)]
_FieldName = Annotated[str, AfterValidator(lambda name: known_key(name, FIELDS))]
_Holds = Annotated[str, AfterValidator(lambda name: known_key(name, HOLDS))]
_Headers = Annotated[Several[NotBlank], AfterValidator(_check_distinct)]
_Kinds = Annotated[frozenset[Annotated[str, one_of(COVERAGE)]], Field(strict=False), Listed]


class MarkRule(Spec):
    """A word in one of these columns marks the visit."""

    columns: Several[NotBlank]
    matches: Pattern
    mark: Annotated[str, one_of(MARKS)]


class SkipRule(Spec):
    """A word in one of these columns says that the row is no visit.

    `text` names such rows in the notes of the file.
    """

    columns: Several[NotBlank]
    matches: Pattern
    text: Text = Field(alias="what")
    became: ClassVar[str] = ""


class AsideRule(Spec):
    """A word in one of these columns sets the row aside.

    `text` is the reason, '' for the text of the cell. `became` is cancelled or deleted if the
    visit is gone at its source, '' if that is unknown.
    """

    columns: Several[NotBlank]
    matches: Pattern
    text: str = Field("", alias="reason")
    became: Annotated[str, one_of(("", *GONE))] = ""


class Defaults(Spec):
    """The length in minutes and the time of day if a source has none; 0 and '' for no default."""

    minutes: Annotated[int, AfterValidator(_check_minutes)] = 0
    time: Annotated[str, AfterValidator(_check_time)] = ""


class AnswerColumns(Spec):
    """Questions in cells: patterns of the headers of question and answer.

    The headers of a pair have the same text in the `()` of their patterns.
    """

    question: _GroupPattern
    answer: _GroupPattern


class JoinRule(Spec):
    """A second report of the same source with more about the same visits.

    Rows belong together if the texts of the column pairs in `same` and the dates of those in
    `same_day` are equal. If several rows of the report match a visit, those that are equal in
    `prefer`, too, are used, if there are any. `columns` is field -> headers of the report.
    """

    label: str = "second report"
    recognised_by: Several[NotBlank]
    same_day: dict[str, Several[NotBlank]] = {}
    same: dict[str, NotBlank] = Field({}, validate_default=True)
    prefer: dict[str, NotBlank] = {}
    columns: dict[_FieldName, _Headers] = {}

    @field_validator("same")
    @classmethod
    def _check_pairs(cls, same: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        if not same and not info.data.get("same_day"):
            raise ValueError("a pair of columns is needed")
        return same

    def header(self, column: str) -> str:
        """Return the header of one of the report's columns, added to those of a file."""
        return f"{column} ({self.label})"


class Formats(Spec):
    """How a date may be written, beside ISO order."""

    day: Several[DayFormat] = ()


class Profile(Spec):
    """How one source writes its visits; `name` is the source's name in the records.

    `columns` is field -> headers; the headers that answers in cells or a second report add to a
    row come last. `questions` is field -> patterns of a question's text. `carries` is the kinds of
    coverage by what a file holds.
    """

    name: Text
    label: Text = Field(default_factory=lambda values: values["name"])
    holds: Annotated[Text, one_of(HOLDS)] = "kept"
    marks_attendance: bool = False
    one_therapist_a_file: bool = False
    occupancy_only: bool = False
    phone_region: Text = "US"
    recognised_by: Several[NotBlank] = ()
    questions: dict[_FieldName, Several[Pattern]] = {}
    answers: Annotated[AnswerColumns | None, BeforeValidator(_none_if_empty)] = None
    joined: Annotated[JoinRule | None, BeforeValidator(_none_if_empty)] = None
    columns: dict[_FieldName, _Headers] = Field({}, validate_default=True)
    formats: Formats = Formats()
    marks: list[MarkRule] = []
    carries: dict[_Holds, _Kinds] = {}
    practice_words: Pattern = _PRACTICE_WORDS
    defaults: Defaults = Defaults()
    skip: list[SkipRule] = []
    aside: list[AsideRule] = []

    @field_validator("columns")
    @classmethod
    def _add_columns(
        cls, columns: dict[str, tuple[str, ...]], info: ValidationInfo
    ) -> dict[str, tuple[str, ...]]:
        all_columns = dict(columns)
        if info.data.get("answers"):
            for field in info.data.get("questions", ()):
                all_columns[field] = (*all_columns.get(field, ()), answer_header(field))
        if joined := info.data.get("joined"):
            for field, names in joined.columns.items():
                all_columns[field] = (*all_columns.get(field, ()), *map(joined.header, names))
        return all_columns

    def find_field(self, question: str) -> str | None:
        """Return the first field with a pattern that fits a question, None for none."""
        return next(
            (
                field
                for field, patterns in self.questions.items()
                if any(pattern.search(question) for pattern in patterns)
            ),
            None,
        )

    @property
    def days(self) -> DayFormats:
        """Return the formats of its dates."""
        return DayFormats(self.formats.day)


def answer_header(field: str) -> str:
    """Return the header of the added column with the answers in cells of a field."""
    return f"Answers: {field}"
