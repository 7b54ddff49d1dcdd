"""One response of a form: who answered, when, and what, on the measures' scales."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from allay_metrics.intake import values as single
from allay_metrics.intake.questionnaires.profile import Questionnaire
from allay_metrics.intake.questionnaires.questions import Questions
from allay_metrics.intake.questionnaires.scales import NOTHING, ScaleValue, read_answer
from allay_metrics.intake.questionnaires.signs import ANY, is_ticked, ticked_options
from allay_metrics.intake.questionnaires.stamps import Stamps
from allay_metrics.intake.rows import RowWarning
from allay_metrics.intake.table import Record
from allay_metrics.intake.texts import one_line, several_lines
from allay_metrics.outcomes.measures import concerns, measures
from allay_metrics.plausibility import earliest_birth

WORDS = "words"
_UNTICKED = frozenset({"", "0", "false", "no", "unchecked"})
_AGREED = re.compile(
    r"^(yes|s[ií]\b|i agree|agree|true|1|x|ok|de acuerdo|acepto|checked)", re.IGNORECASE
)
_MINUTE = 60


@dataclass(frozen=True)
class FormResponse:
    """A response. `key` is the service's own id, else made of person and minute.

    `answered_at` is in seconds since 1970 UTC, to the minute where the key is made of it: a sheet
    saved again has lost the seconds. `about` is infant or parent, None where the questions do not
    tell. `values` and `texts` are by measure, `words` for free text; `signs` are the warning
    signs that were ticked; `other` holds the columns
    that are counted nowhere.
    """

    row: int
    key: str
    answered_at: int
    day: str
    email: str | None
    parent: str
    baby: str
    born: str | None
    concern: str
    about: str | None
    in_totals: bool
    language: str
    values: Mapping[str, float]
    texts: Mapping[str, str]
    other: Mapping[str, str]
    signs: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Unusable:
    """Why a response cannot be used, and the column at fault; `key` where it names one known."""

    column: int
    reason: str
    key: str = ""


class Reader:
    """Reads responses of one file; values left out become `warnings`."""

    def __init__(self, profile: Questionnaire, questions: Questions, stamps: Stamps) -> None:
        self._profile = profile
        self._questions = questions
        self._stamps = stamps
        self.warnings: list[RowWarning] = []
        self._bad: list[tuple[int, str]] = []  # of the answers of the row in hand

    def read(self, row: int, record: Record) -> FormResponse | Unusable:
        """Return the response of a record that fits the header, or why it cannot be used."""
        questions = self._questions
        stamp = record[questions.answered]
        if not stamp.strip():
            return Unusable(questions.answered, self._profile.unanswered)
        moment = self._stamps.read(stamp)
        if moment.problem:
            return Unusable(questions.answered, moment.problem)
        own = next((one_line(record[at]) for at in questions.ids), "")
        if questions.ids and not own:
            return Unusable(questions.ids[0], "the response has no id")
        email, parent, baby = self._who(row, record)
        at = moment.epoch if own else moment.epoch // _MINUTE * _MINUTE
        key = own or "|".join([str(at), email or "", parent.casefold(), baby.casefold()])
        values, texts = self._answers(row, record)
        signs, unknown = self._signs(record)
        if unknown:
            texts[WORDS] = "\n".join(filter(None, (texts.get(WORDS), unknown)))
        if not values and not texts and not signs:
            # Blame the first answer that could not be used, where there is one at all.
            column, reason = next(
                iter(self._bad), (questions.answered, "it answers none of the questions")
            )
            return Unusable(column, reason, key)
        about = _find_subject(values, self._profile)
        return FormResponse(
            row=row,
            key=key,
            answered_at=at,
            day=moment.day,
            email=email,
            parent=parent,
            baby=baby,
            born=None if about == "parent" else self._born(row, record, moment.day),
            concern=self._said("concern", record),
            about=about,
            in_totals=self._counts(record),
            language=questions.language,
            values=values,
            texts=texts,
            other={
                questions.texts[at]: record[at].strip()
                for at in questions.other
                if record[at].strip()
            },
            signs=signs,
        )

    def _who(self, row: int, record: Record) -> tuple[str | None, str, str]:
        text = self._said("email", record)
        email = single.parse_email(text) if text else None
        if text and email is None:
            self._warn(
                row, self._questions.person["email"][0], text, "it is not one e-mail address"
            )
        return email, self._said("parent", record), self._said("baby", record)

    def _born(self, row: int, record: Record, day: str) -> str | None:
        text = self._said("born", record)
        if not text:
            return None
        born, reason = self._stamps.day(text), "it is not a date in a known form"
        if born is not None and born > day:
            born, reason = None, "this birth date lies after the answer"
        elif born is not None and born < earliest_birth(day):
            born, reason = None, "this birth date lies over three years before the answer"
        if born is None:
            self._warn(row, self._questions.person["born"][0], text, reason)
        return born

    def _counts(self, record: Record) -> bool:
        """Return whether the family agreed to be counted: its tick, else as the profile says."""
        if "totals" not in self._questions.person:
            return self._profile.in_totals
        return bool(_AGREED.match(self._said("totals", record)))

    def _said(self, what: str, record: Record) -> str:
        """Return what was written into a question: of several columns, each text once."""
        cells = (one_line(record[at]) for at in self._questions.person.get(what, ()))
        return " ".join(dict.fromkeys(cell for cell in cells if cell))

    def _answers(self, row: int, record: Record) -> tuple[dict[str, float], dict[str, str]]:
        self._bad.clear()
        answers: dict[str, ScaleValue] = {}
        for name, columns in self._questions.measures.items():
            answers[name] = self._of_columns(row, record, name, columns)
        for name in self._questions.options:
            if answers.get(name, NOTHING) == NOTHING:
                answers[name] = self._of_options(row, record, name)
        values = {name: one.value for name, one in answers.items() if one.value is not None}
        texts = {name: one.text for name, one in answers.items() if one.text}
        free = [several_lines(record[at]) for at in self._questions.person.get(WORDS, ())]
        if free_text := "\n".join(filter(None, free)):
            texts[WORDS] = free_text
        return values, texts

    def ticks(self, record: Record) -> bool:
        """Return whether a record, usable or not, ticks a warning sign."""
        wide = [
            at for columns in self._questions.signs.values() for at in columns if at < len(record)
        ]
        return any(is_ticked(one_line(record[at])) for at in wide)

    def _signs(self, record: Record) -> tuple[frozenset[int], str]:
        """Return the warning signs a record ticks, and ticked words that name none we know."""
        sign_numbers: set[int] = set()
        unknown = []
        for name, columns in self._questions.signs.items():
            for cell in (one_line(record[at]) for at in columns):
                if name == ANY:
                    ticked, rest = ticked_options(cell)
                    sign_numbers |= ticked
                    unknown.append(rest)
                elif is_ticked(cell):
                    sign_numbers.add(int(name))
        return frozenset(sign_numbers), "\n".join(filter(None, unknown))

    def _of_columns(
        self, row: int, record: Record, name: str, columns: tuple[int, ...]
    ) -> ScaleValue:
        """Return the answer of one question, which several paths of a form may ask."""
        cells = {at: record[at] for at in columns if record[at].strip()}
        reads: list[ScaleValue] = []
        for at, cell in cells.items():
            own = self._profile.own.get(name)
            read = read_answer(
                self._profile.measure(name), several_lines(cell), self._questions.texts[at],
                tuple(own.words.values()) if own else (),
            )  # fmt: skip
            if read.problem:
                self._warn(row, at, cell, read.problem)
            elif read != NOTHING and read not in reads:
                reads.append(read)
        if len(reads) > 1:
            self._warn(row, columns[-1], record[columns[-1]], "it was answered twice, differently")
            return NOTHING
        return reads[0] if reads else NOTHING

    def _of_options(self, row: int, record: Record, name: str) -> ScaleValue:
        """Return the answer given by ticks, one column each."""
        ticked = [
            one
            for one in self._questions.options[name]
            if one_line(record[one.column]).casefold() not in _UNTICKED
        ]
        if not ticked:
            return NOTHING
        if self._profile.measure(name).kind == "yes_no":
            return ScaleValue(
                1.0, ", ".join(_format_option(one.label, record[one.column]) for one in ticked)
            )
        if len(ticked) > 1:
            last = ticked[-1].column
            self._warn(row, last, record[last], "more than one option was chosen")
            return NOTHING
        return ScaleValue(ticked[0].value)

    def _warn(self, row: int, column: int, value: str, reason: str) -> None:
        self._bad.append((column, reason))
        name = self._questions.texts[column]
        self.warnings.append(RowWarning(row, name, one_line(value), reason))


def _format_option(label: str, cell: str) -> str:
    """Return an option's label, with what was written into it where that says more."""
    text = one_line(cell)
    plain = {"1", "true", "yes", "x", "checked", label.casefold()}
    return label if text.casefold() in plain else f"{label}: {text}"


def _find_subject(values: Mapping[str, float], profile: Questionnaire) -> str | None:
    """Return whom the questions answered are about: only the parent's own pain is about her."""
    all_measures = [*measures().values(), *(one.measure for one in profile.own.values())]
    infant = {
        one.id
        for one in all_measures
        if one.asked_of == "all infants"
        or any(concerns()[each].client == "infant" for each in _concerns_of(one.asked_of))
    }
    if values.keys() & infant:
        return "infant"
    return "parent" if "parent_pain" in values else None


def _concerns_of(asked_of: str) -> list[str]:
    return [each for each in asked_of.split("|") if each in concerns()]
