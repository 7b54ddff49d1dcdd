"""A form's export opened: every response checked, or set aside with the reason."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from zoneinfo import ZoneInfo

from allay_metrics import formatting as fmt
from allay_metrics.errors import FileProblem
from allay_metrics.intake.clock import practice_zone
from allay_metrics.intake.questionnaires.profile import Questionnaire, shipped_questionnaires
from allay_metrics.intake.questionnaires.questions import Questions, find_questions
from allay_metrics.intake.questionnaires.responses import FormResponse, Reader, Unusable
from allay_metrics.intake.questionnaires.signs import sign_label
from allay_metrics.intake.questionnaires.stamps import Stamps
from allay_metrics.intake.rows import CUT_ROW, MORE_VALUES, RowWarning, SetAside
from allay_metrics.intake.table import Record, Table
from allay_metrics.intake.table_formats import open_table
from allay_metrics.intake.texts import format_list, quote
from allay_metrics.outcomes.own_measures import OwnMeasure

_BATCH = 5_000


@dataclass
class CheckedAnswers:
    """A whole file checked: `read == len(given) + len(repeats) + len(set_aside)`.

    `repeats` maps the number of a row that says exactly what another one says to that one's.
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
        self._table, looked = open_table(path)
        self._zone = zone
        self.profile, self.questions, self._skip = _recognise(
            self._table, candidates, path, is_explicit
        )
        self.headers = self._headers()
        stat = path.stat()
        self.file_name = path.name
        self.sha256 = looked.sha256
        self.modified_at = int(stat.st_mtime)
        self._notes: list[str] = []

    @property
    def source(self) -> str:
        """Return the name its answers are kept under."""
        return self.profile.name

    @property
    def notes(self) -> list[str]:
        """Return what a person should know of how it is read, once it was checked of its rows."""
        skipped = self._skip - 1
        titles = [f"skipped {fmt.plural(skipped, 'title line')} above the header"]
        return [*self._table.notes, *(titles if skipped else []), *self.questions.notes,
                *self._notes]  # fmt: skip

    @property
    def read_as(self) -> list[tuple[str, str]]:
        """Return (question, what it is taken for) of every column that is used, in file order."""
        questions = self.questions
        labels = {questions.answered: "when it was answered"}
        labels |= dict.fromkeys(questions.ids, "the response's own id")
        labels |= {at: _PERSON[who] for who, columns in questions.person.items() for at in columns}
        for name, columns in questions.measures.items():
            labels |= dict.fromkeys(columns, self.profile.measure(name).label)
        for name, columns in questions.signs.items():
            labels |= dict.fromkeys(columns, sign_label(name))
        for name, options in questions.options.items():
            labels |= dict.fromkeys(
                (one.column for one in options), self.profile.measure(name).label
            )
        return [(questions.texts[at], what) for at, what in sorted(labels.items())]

    @property
    def unused(self) -> list[str]:
        """Return the questions that are kept beside the answers and counted nowhere."""
        return [self.questions.texts[at] for at in self.questions.other]

    def check(self, progress: Callable[[float], None] = lambda _share: None) -> CheckedAnswers:
        """Read every row of the file and return what became of each."""
        done, first_rows = CheckedAnswers(), dict[str, tuple[int, str]]()
        stamps = Stamps(self.profile, self._zone, self._stamps())
        reader = Reader(self.profile, self.questions, stamps)
        for number, record, cut in self._records():
            done.read += 1
            reason = cut or self._misfit(record)
            if reason:
                raw = self._raw(record) | {CUT_ROW: reason}
                done.set_aside.append(SetAside(number, "", record[-1], reason, raw))
                continue
            response = reader.read(number, record)
            if isinstance(response, Unusable):
                done.set_aside.append(self._aside(number, record, response))
                continue
            same = _fingerprint(record)
            first = first_rows.setdefault(response.key, (number, same))
            if first[0] == number:
                done.responses.append(response)
            elif first[1] == same:
                done.repeats[number] = first[0]
            else:
                why = f"other answers of the same person and moment stand in row {first[0]}"
                done.set_aside.append(self._aside(number, record, Unusable(self._key(), why)))
            progress(self._table.fraction_read)
        unread = [one.row for one in done.set_aside if reader.ticks([*one.raw.values()])]
        aside = {row.row for row in done.set_aside}
        done.warnings = [one for one in reader.warnings if one.row not in {*aside, *done.repeats}]
        self._notes = [
            *_format_unread_signs(unread),
            *stamps.notes(),
            *_format_repeats(done.repeats),
        ]
        return done

    def _key(self) -> int:
        return self.questions.ids[0] if self.questions.ids else self.questions.answered

    def _headers(self) -> tuple[str, ...]:
        """Return the header with repeated questions told apart, as rows set aside name them."""
        counts: Counter[str] = Counter()
        named = []
        for text in self.questions.texts:
            counts[text] += 1
            named.append(text if counts[text] == 1 else f"{text} ({counts[text]})")
        return tuple(named)

    def _records(self) -> Iterator[tuple[int, Record, str]]:
        number = 0
        for batch in self._table.batches(self._skip, _BATCH):
            for place, record in enumerate(batch.records):
                number += 1
                last = place == len(batch.records) - 1
                yield number, record, batch.cut if last else ""

    def _stamps(self) -> list[str]:
        at = self.questions.answered
        return [record[at] for _, record, _ in self._records() if len(record) > at]

    def _misfit(self, record: Record) -> str:
        width = len(self.headers)
        if len(record) != width:
            return f"the row has {len(record):,} values, the header {width:,}"
        return "" if any(cell.strip() for cell in record) else "the row is empty"

    def _raw(self, record: Record) -> dict[str, str]:
        raw = dict.fromkeys(self.headers, "") | dict(zip(self.headers, record, strict=False))
        if len(record) > len(self.headers):
            raw[MORE_VALUES] = json.dumps(record[len(self.headers) :], ensure_ascii=False)
        return raw

    def _aside(self, number: int, record: Record, why: Unusable) -> SetAside:
        column, value = self.headers[why.column], record[why.column]
        return SetAside(number, column, value, why.reason, self._raw(record), why.key)


def read_responses(
    headers: Sequence[str], records: Sequence[Record], profile: Questionnaire, zone: ZoneInfo
) -> list[FormResponse | Unusable]:
    """Return how a profile reads these records of a file. FileProblem where it cannot."""
    questions = find_questions(headers, profile)
    if questions is None:
        raise FileProblem("Say which column tells when it was answered.")
    if not questions.asks:
        raise FileProblem("Say which column asks which measure: at least one.")
    reader = Reader(
        profile, questions, Stamps(profile, zone, [one[questions.answered] for one in records])
    )
    return [reader.read(row, record) for row, record in enumerate(records, 1)]


_PERSON = {
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
    """Return an export of answers ready to be checked; None where no profile knows the file.

    The practice's own profiles come first; one that is told is taken as it is, and FileProblem
    says what the file lacks for it. `measures` are the practice's own, asked in any of them.
    FileProblem, too, where the file cannot be read.
    """
    profiles = [explicit_profile] if explicit_profile else [*own, *shipped_questionnaires()]
    candidates = [one.with_own(measures) for one in profiles]
    try:
        return AnswersFile(
            Path(path), practice_zone(timezone), candidates, explicit_profile is not None
        )
    except _NotAnswers:
        return None


class _NotAnswers(Exception):
    """No profile knows the table."""


def _recognise(
    table: Table, candidates: Sequence[Questionnaire], path: Path, is_explicit: bool
) -> tuple[Questionnaire, Questions, int]:
    """Return the profile that fits, where its questions stand, and the first row of data."""
    records = table.first()
    dumb = ""
    for profile in candidates:
        for place, record in enumerate(records):
            questions = find_questions(record, profile)
            if questions and questions.asks:
                return profile, questions, place + 1
            if questions:
                dumb = format_list([text for text in questions.texts if text])
    if not is_explicit:
        raise _NotAnswers
    if dumb:
        raise FileProblem(f"{path.name} asks nothing that is known as a measure: it has {dumb}.")
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
    return [f"◆ a warning sign is ticked in {name} {which}, set aside: read what was answered now"]


def _format_repeats(repeats: dict[int, int]) -> list[str]:
    if not repeats:
        return []
    which = fmt.join_list([f"{row} (as {first})" for row, first in list(repeats.items())[:5]])
    more = f" and {len(repeats) - 5} more" if len(repeats) > 5 else ""
    rows = fmt.plural(len(repeats), "row")
    verb = "says" if len(repeats) == 1 else "say"
    return [f"{rows} {verb} again what another row says, and counts once: {which}{more}"]
