"""Reads a response of a form: who answered, when, and the values on the measures' scales."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from allay_metrics.intake import values as parsers
from allay_metrics.intake.questionnaires.questionnaire import Questionnaire
from allay_metrics.intake.questionnaires.questions import Questions
from allay_metrics.intake.questionnaires.scales import NO_ANSWER, ScaleValue, read_answer
from allay_metrics.intake.questionnaires.signs import ANY, is_ticked, ticked_options
from allay_metrics.intake.questionnaires.stamps import Stamps
from allay_metrics.intake.rows import RowWarning
from allay_metrics.intake.table import Record
from allay_metrics.intake.texts import one_line, several_lines
from allay_metrics.outcomes.measures import concerns, measures
from allay_metrics.plausibility import earliest_birth

WORDS = "words"
_UNTICKED = frozenset({"", "0", "false", "no", "unchecked"})
_AGREEMENT = re.compile(
    r"^(yes|s[ií]\b|i agree|agree|true|1|x|ok|de acuerdo|acepto|checked)", re.IGNORECASE
)
_MINUTE = 60


@dataclass(frozen=True)
class FormResponse:
    """A response. `key` is the service's own id, else made of person and minute.

    `answered_at` is in seconds since 1970 UTC, cut to the minute if the key is made of it: a sheet
    saved again loses the seconds. `about` is infant or parent, None if the questions do not say.
    `values` and `texts` are by measure, with free text under `words`; `signs` are the ticked
    warning signs; `other` are the texts of columns that are not counted, by question.
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
    """Why a response cannot be used, and the column at fault; `key` is '' if unknown."""

    column: int
    reason: str
    key: str = ""


class Reader:
    """Reads the responses of one file; values that cannot be used become `warnings`."""

    def __init__(self, profile: Questionnaire, questions: Questions, stamps: Stamps) -> None:
        self._profile = profile
        self._questions = questions
        self._stamps = stamps
        self.warnings: list[RowWarning] = []
        self._unusable_answers: list[tuple[int, str]] = []  # of the current row

    def read(self, row: int, record: Record) -> FormResponse | Unusable:
        """Return the response of a record of the header's width, or why it cannot be used."""
        questions = self._questions
        stamp = record[questions.answered]
        if not stamp.strip():
            return Unusable(questions.answered, self._profile.unanswered)
        moment = self._stamps.read(stamp)
        if moment.problem:
            return Unusable(questions.answered, moment.problem)
        service_id = next((one_line(record[at]) for at in questions.ids), "")
        if questions.ids and not service_id:
            return Unusable(questions.ids[0], "the response has no id")
        email, parent, baby = self._read_person(row, record)
        answered_at = moment.epoch if service_id else moment.epoch // _MINUTE * _MINUTE
        key = service_id or "|".join(
            [str(answered_at), email or "", parent.casefold(), baby.casefold()]
        )
        values, texts = self._read_answers(row, record)
        signs, unknown = self._read_signs(record)
        if unknown:
            texts[WORDS] = "\n".join(filter(None, (texts.get(WORDS), unknown)))
        if not values and not texts and not signs:
            # Report the first answer that could not be used, if there is one.
            column, reason = next(
                iter(self._unusable_answers),
                (questions.answered, "it answers none of the questions"),
            )
            return Unusable(column, reason, key)
        about = _find_subject(values, self._profile)
        return FormResponse(
            row=row,
            key=key,
            answered_at=answered_at,
            day=moment.day,
            email=email,
            parent=parent,
            baby=baby,
            born=None if about == "parent" else self._read_birth_date(row, record, moment.day),
            concern=self._read_text("concern", record),
            about=about,
            in_totals=self._is_in_totals(record),
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

    def _read_person(self, row: int, record: Record) -> tuple[str | None, str, str]:
        text = self._read_text("email", record)
        email = parsers.parse_email(text) if text else None
        if text and email is None:
            self._warn(
                row, self._questions.person["email"][0], text, "it is not one e-mail address"
            )
        return email, self._read_text("parent", record), self._read_text("baby", record)

    def _read_birth_date(self, row: int, record: Record, day: str) -> str | None:
        text = self._read_text("born", record)
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

    def _is_in_totals(self, record: Record) -> bool:
        """Return whether the family agreed to be counted, the profile's default if not asked."""
        if "totals" not in self._questions.person:
            return self._profile.in_totals
        return bool(_AGREEMENT.match(self._read_text("totals", record)))

    def _read_text(self, field: str, record: Record) -> str:
        """Return the text of a field of the person: of several columns, each text once."""
        cells = (one_line(record[at]) for at in self._questions.person.get(field, ()))
        return " ".join(dict.fromkeys(cell for cell in cells if cell))

    def _read_answers(self, row: int, record: Record) -> tuple[dict[str, float], dict[str, str]]:
        self._unusable_answers.clear()
        answers: dict[str, ScaleValue] = {}
        for name, columns in self._questions.measures.items():
            answers[name] = self._read_columns(row, record, name, columns)
        for name in self._questions.options:
            if answers.get(name, NO_ANSWER) == NO_ANSWER:
                answers[name] = self._read_options(row, record, name)
        values = {
            name: answer.value for name, answer in answers.items() if answer.value is not None
        }
        texts = {name: answer.text for name, answer in answers.items() if answer.text}
        free = [several_lines(record[at]) for at in self._questions.person.get(WORDS, ())]
        if free_text := "\n".join(filter(None, free)):
            texts[WORDS] = free_text
        return values, texts

    def has_ticked_sign(self, record: Record) -> bool:
        """Return whether a record, usable or not, has a ticked warning sign."""
        return any(
            is_ticked(one_line(record[at]))
            for columns in self._questions.signs.values()
            for at in columns
            if at < len(record)
        )

    def _read_signs(self, record: Record) -> tuple[frozenset[int], str]:
        """Return the ticked warning signs of a record, and ticked words that name no sign."""
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

    def _read_columns(
        self, row: int, record: Record, name: str, columns: tuple[int, ...]
    ) -> ScaleValue:
        """Return the answer to one question, which may have a column for each path of a form."""
        cells = {at: record[at] for at in columns if record[at].strip()}
        answers: list[ScaleValue] = []
        for at, cell in cells.items():
            own = self._profile.own.get(name)
            answer = read_answer(
                self._profile.measure(name), several_lines(cell), self._questions.texts[at],
                tuple(own.words.values()) if own else (),
            )  # fmt: skip
            if answer.problem:
                self._warn(row, at, cell, answer.problem)
            elif answer != NO_ANSWER and answer not in answers:
                answers.append(answer)
        if len(answers) > 1:
            self._warn(row, columns[-1], record[columns[-1]], "it was answered twice, differently")
            return NO_ANSWER
        return answers[0] if answers else NO_ANSWER

    def _read_options(self, row: int, record: Record, name: str) -> ScaleValue:
        """Return the answer from the ticks in columns of options."""
        ticked = [
            option
            for option in self._questions.options[name]
            if one_line(record[option.column]).casefold() not in _UNTICKED
        ]
        if not ticked:
            return NO_ANSWER
        if self._profile.measure(name).kind == "yes_no":
            return ScaleValue(
                1.0,
                ", ".join(_format_option(option.label, record[option.column]) for option in ticked),
            )
        if len(ticked) > 1:
            last = ticked[-1].column
            self._warn(row, last, record[last], "more than one option was chosen")
            return NO_ANSWER
        return ScaleValue(ticked[0].value)

    def _warn(self, row: int, column: int, value: str, reason: str) -> None:
        self._unusable_answers.append((column, reason))
        name = self._questions.texts[column]
        self.warnings.append(RowWarning(row, name, one_line(value), reason))


def _format_option(label: str, cell: str) -> str:
    """Return an option's label, with the cell's text if that is more than a tick."""
    text = one_line(cell)
    plain = {"1", "true", "yes", "x", "checked", label.casefold()}
    return label if text.casefold() in plain else f"{label}: {text}"


def _find_subject(values: Mapping[str, float], profile: Questionnaire) -> str | None:
    """Return infant or parent, None if unknown; only `parent_pain` is about the parent."""
    all_measures = [*measures().values(), *(own.measure for own in profile.own.values())]
    of_infants = {
        measure.id
        for measure in all_measures
        if measure.asked_of == "all infants"
        or any(concerns()[concern].client == "infant" for concern in _concerns_of(measure.asked_of))
    }
    if values.keys() & of_infants:
        return "infant"
    return "parent" if "parent_pain" in values else None


def _concerns_of(asked_of: str) -> list[str]:
    return [concern for concern in asked_of.split("|") if concern in concerns()]
