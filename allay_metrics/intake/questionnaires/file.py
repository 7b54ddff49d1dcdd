"""Opens the export of a form; every response is checked, or set aside with the reason."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from zoneinfo import ZoneInfo

from allay_metrics import formatting as fmt
from allay_metrics.errors import FileProblem, quote
from allay_metrics.intake.clock import practice_zone
from allay_metrics.intake.questionnaires.questionnaire import Questionnaire, shipped_questionnaires
from allay_metrics.intake.questionnaires.questions import Questions, find_questions
from allay_metrics.intake.questionnaires.responses import FormResponse, Reader, Unusable
from allay_metrics.intake.questionnaires.signs import sign_label
from allay_metrics.intake.questionnaires.stamps import Stamps
from allay_metrics.intake.rows import CUT_ROW, MORE_VALUES, RowWarning, SetAside
from allay_metrics.intake.table import Record, Table
from allay_metrics.intake.table_formats import open_table
from allay_metrics.intake.texts import format_list
from allay_metrics.outcomes.own_measures import OwnMeasure

_BATCH = 5_000


@dataclass
class CheckedAnswers:
    """A checked file: `read == len(responses) + len(repeats) + len(set_aside)`.

    `repeats` maps the number of a row to that of the earlier row with the same texts.
    """

    responses: list[FormResponse] = field(default_factory=list)
    repeats: dict[int, int] = field(default_factory=dict)
    set_aside: list[SetAside] = field(default_factory=list)
    warnings: list[RowWarning] = field(default_factory=list)
    read: int = 0


class AnswersFile:
    """A recognised export of answers."""

    def __init__(
        self, path: Path, zone: ZoneInfo, candidates: Sequence[Questionnaire], is_explicit: bool
    ) -> None:
        self._table, file_bytes = open_table(path)
        self._zone = zone
        self.profile, self.questions, self._skip = _recognise(
            self._table, candidates, path, is_explicit
        )
        self.headers = self._headers()
        stat = path.stat()
        self.file_name = path.name
        self.sha256 = file_bytes.sha256
        self.modified_at = int(stat.st_mtime)
        self._notes: list[str] = []

    @property
    def source(self) -> str:
        """Return the source of its answers in the records."""
        return self.profile.name

    @property
    def notes(self) -> list[str]:
        """Return notes for a person on how it is read; after `check`, on its rows, too."""
        skipped = self._skip - 1
        titles = [f"skipped {fmt.plural(skipped, 'title line')} above the header"]
        return [*self._table.notes, *(titles if skipped else []), *self.questions.notes,
                *self._notes]  # fmt: skip

    @property
    def read_as(self) -> list[tuple[str, str]]:
        """Return (question, label of its meaning) of every used column, in file order."""
        questions = self.questions
        labels = {questions.answered: "when it was answered"}
        labels |= dict.fromkeys(questions.ids, "the response's own id")
        labels |= {
            at: _PERSON_LABELS[who] for who, columns in questions.person.items() for at in columns
        }
        for name, columns in questions.measures.items():
            labels |= dict.fromkeys(columns, self.profile.measure(name).label)
        for name, columns in questions.signs.items():
            labels |= dict.fromkeys(columns, sign_label(name))
        for name, options in questions.options.items():
            labels |= dict.fromkeys(
                (option.column for option in options), self.profile.measure(name).label
            )
        return [(questions.texts[at], what) for at, what in sorted(labels.items())]

    @property
    def unused(self) -> list[str]:
        """Return the questions with texts that are stored but not counted."""
        return [self.questions.texts[at] for at in self.questions.other]

    def check(self, progress: Callable[[float], None] = lambda _share: None) -> CheckedAnswers:
        """Read and check every row of the file."""
        result, first_rows = CheckedAnswers(), dict[str, tuple[int, str]]()
        stamps = Stamps(self.profile, self._zone, self._read_stamps())
        reader = Reader(self.profile, self.questions, stamps)
        for number, record, cut in self._records():
            result.read += 1
            reason = cut or self._describe_misfit(record)
            if reason:
                raw = self._raw(record) | {CUT_ROW: reason}
                result.set_aside.append(SetAside(number, "", record[-1], reason, raw))
                continue
            response = reader.read(number, record)
            if isinstance(response, Unusable):
                result.set_aside.append(self._build_set_aside(number, record, response))
                continue
            fingerprint = _fingerprint(record)
            first, first_fingerprint = first_rows.setdefault(response.key, (number, fingerprint))
            if first == number:
                result.responses.append(response)
            elif first_fingerprint == fingerprint:
                result.repeats[number] = first
            else:
                reason = f"other answers of the same person and moment stand in row {first}"
                unusable = Unusable(self._key_column(), reason)
                result.set_aside.append(self._build_set_aside(number, record, unusable))
            progress(self._table.fraction_read)
        unread = [
            row.row for row in result.set_aside if reader.has_ticked_sign([*row.raw.values()])
        ]
        not_counted = {*(row.row for row in result.set_aside), *result.repeats}
        result.warnings = [warning for warning in reader.warnings if warning.row not in not_counted]
        self._notes = [
            *_format_unread_signs(unread),
            *stamps.notes(),
            *_format_repeats(result.repeats),
        ]
        return result

    def _key_column(self) -> int:
        return self.questions.ids[0] if self.questions.ids else self.questions.answered

    def _headers(self) -> tuple[str, ...]:
        """Return the header with repeated questions numbered, for rows set aside."""
        counts: Counter[str] = Counter()
        unique_names = []
        for text in self.questions.texts:
            counts[text] += 1
            unique_names.append(text if counts[text] == 1 else f"{text} ({counts[text]})")
        return tuple(unique_names)

    def _records(self) -> Iterator[tuple[int, Record, str]]:
        number = 0
        for batch in self._table.batches(self._skip, _BATCH):
            for place, record in enumerate(batch.records):
                number += 1
                last = place == len(batch.records) - 1
                yield number, record, batch.cut if last else ""

    def _read_stamps(self) -> list[str]:
        at = self.questions.answered
        return [record[at] for _, record, _ in self._records() if len(record) > at]

    def _describe_misfit(self, record: Record) -> str:
        width = len(self.headers)
        if len(record) != width:
            return f"the row has {len(record):,} values, the header {width:,}"
        return "" if any(cell.strip() for cell in record) else "the row is empty"

    def _raw(self, record: Record) -> dict[str, str]:
        raw = dict.fromkeys(self.headers, "") | dict(zip(self.headers, record, strict=False))
        if len(record) > len(self.headers):
            raw[MORE_VALUES] = json.dumps(record[len(self.headers) :], ensure_ascii=False)
        return raw

    def _build_set_aside(self, number: int, record: Record, unusable: Unusable) -> SetAside:
        column, value = self.headers[unusable.column], record[unusable.column]
        return SetAside(number, column, value, unusable.reason, self._raw(record), unusable.key)


def read_responses(
    headers: Sequence[str], records: Sequence[Record], profile: Questionnaire, zone: ZoneInfo
) -> list[FormResponse | Unusable]:
    """Return the records as a profile reads them. Raises FileProblem if it cannot."""
    questions = find_questions(headers, profile)
    if questions is None:
        raise FileProblem("Say which column tells when it was answered.")
    if not questions.has_known_questions:
        raise FileProblem("Say which column asks which measure: at least one.")
    reader = Reader(
        profile,
        questions,
        Stamps(profile, zone, [record[questions.answered] for record in records]),
    )
    return [reader.read(row, record) for row, record in enumerate(records, 1)]


_PERSON_LABELS = {
    "email": "the family's e-mail",
    "baby": "the baby's name",
    "born": "the baby's birth date",
    "parent": "the parent's name",
    "concern": "the concern",
    "totals": "whether it counts in totals",
    "words": "the parent's words",
}


def open_answers(
    path: Path,
    *,
    timezone: str,
    own: Sequence[Questionnaire] = (),
    explicit_profile: Questionnaire | None = None,
    measures: Sequence[OwnMeasure] = (),
) -> AnswersFile | None:
    """Return an export of answers ready to be checked; None if no profile fits the file.

    The practice's own profiles come first; with an explicit one FileProblem says what the file
    lacks. `measures` are the practice's own, which any form may ask. Raises FileProblem, too, if
    the file cannot be read.
    """
    profiles = [explicit_profile] if explicit_profile else [*own, *shipped_questionnaires()]
    candidates = [profile.with_own(measures) for profile in profiles]
    try:
        return AnswersFile(
            Path(path), practice_zone(timezone), candidates, explicit_profile is not None
        )
    except _NotAnswers:
        return None


class _NotAnswers(Exception):
    """No profile fits the table."""


def _recognise(
    table: Table, candidates: Sequence[Questionnaire], path: Path, is_explicit: bool
) -> tuple[Questionnaire, Questions, int]:
    """Return the profile that fits, its questions, and the index of the first row of data."""
    records = table.first()
    headers = ""
    for profile in candidates:
        for place, record in enumerate(records):
            questions = find_questions(record, profile)
            if questions and questions.has_known_questions:
                return profile, questions, place + 1
            if questions:
                headers = format_list([text for text in questions.texts if text])
    if not is_explicit:
        raise _NotAnswers
    if headers:
        raise FileProblem(
            f"{path.name} has no question that matches a measure; its columns are {headers}."
        )
    needed = format_list([*candidates[0].recognised_by, candidates[0].answered[0]])
    raise FileProblem(
        f"{path.name} is not read as answers by {quote(candidates[0].name)}: it lacks {needed}."
    )


def _fingerprint(record: Record) -> str:
    return blake2b(json.dumps(record).encode(), digest_size=16).hexdigest()


def _format_unread_signs(rows: Sequence[int]) -> list[str]:
    if not rows:
        return []
    which = fmt.join_list([str(row) for row in rows])
    name = "row" if len(rows) == 1 else "rows"
    return [f"◆ a warning sign is ticked in {name} {which}, set aside: read the answers now"]


def _format_repeats(repeats: dict[int, int]) -> list[str]:
    if not repeats:
        return []
    which = fmt.join_list([f"{row} (as {first})" for row, first in list(repeats.items())[:5]])
    more = f" and {len(repeats) - 5} more" if len(repeats) > 5 else ""
    rows = fmt.plural(len(repeats), "row")
    verb = "repeats" if len(repeats) == 1 else "repeat"
    return [f"{rows} {verb} another row, and the answers count once: {which}{more}"]
