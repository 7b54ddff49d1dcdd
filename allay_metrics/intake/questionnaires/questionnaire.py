"""Profiles of other services' forms in TOML: how their answers are read."""

# ruff: noqa: RUF012 pydantic copies a default

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, StringConstraints, ValidationInfo

from allay_metrics.errors import FileProblem
from allay_metrics.intake.profile import parse_toml
from allay_metrics.intake.questionnaires.signs import sign_ids
from allay_metrics.intake.rules import DayFormat, Pattern
from allay_metrics.outcomes.measures import Measure, measures
from allay_metrics.outcomes.own_measures import OwnMeasure
from allay_metrics.validation import NotBlank, Several, Spec, Text, known_key, validate

FOLDER = Path(__file__).parent
KIND = "answers"
PERSON = ("email", "baby", "born", "parent", "concern", "totals", "words")
_QUESTIONS = "questions.toml"  # no profile: the patterns of questions in any form
Patterns = Mapping[str, tuple[re.Pattern[str], ...]]


@dataclass(frozen=True)
class Questionnaire:
    """One kind of export of answers.

    `answered` are the possible headers of the time stamp, in `zone` ('' for the practice's);
    `day_formats` are the formats of a date besides ISO order. `ids` are the headers of the
    service's own id; without one a response is identified by person and minute. `person`,
    `measures`, `options` and `signs` find questions by patterns of their text. `in_totals` is the
    default if the form does not ask for consent. If the profile has a table of measures
    (`names_measures`), no other measure is recognised. `own` are the practice's own measures by
    id, recognised by their wordings.
    """

    name: str
    label: str
    recognised_by: tuple[str, ...]
    answered: tuple[str, ...]
    ids: tuple[str, ...]
    zone: str
    zone_letters: bool
    day_formats: tuple[re.Pattern[str], ...]
    unanswered: str
    ignored: tuple[str, ...]
    in_totals: bool
    person: Patterns
    measures: Patterns
    options: Patterns
    signs: Patterns
    names_measures: bool
    own: Mapping[str, OwnMeasure] = field(default_factory=dict)

    def measure(self, name: str) -> Measure:
        """Return a measure by id, a shipped one or one of the practice's own."""
        return self.own[name].measure if name in self.own else measures()[name]

    def with_own(self, own: Iterable[OwnMeasure]) -> Self:
        """Return the profile with these measures of the practice's own."""
        return replace(self, own={measure.id: measure for measure in own})


@cache
def shipped_questionnaires() -> tuple[Questionnaire, ...]:
    """Return the shipped profiles, those with most columns in `recognised_by` first."""
    paths = [path for path in sorted(FOLDER.glob("*.toml")) if path.name != _QUESTIONS]
    profiles = [read_questionnaire(path.name, path.read_text(encoding="utf-8")) for path in paths]
    return tuple(sorted(profiles, key=lambda profile: -len(profile.recognised_by)))


def is_questionnaire(text: str) -> bool:
    """Return whether the text is a profile for answers, not for visits."""
    try:
        return parse_toml("", text).get("kind") == KIND
    except FileProblem:
        return False


def read_questionnaire(file: str, text: str, own: Iterable[OwnMeasure] = ()) -> Questionnaire:
    """Return the checked profile, which may name the practice's `own` measures.

    Raises FileProblem with the file, the key and the value.
    """
    own_by_id = {measure.id: measure for measure in own}
    values = parse_toml(file, text)
    spec = validate(_QuestionnaireSpec, file, values, FileProblem, own=own_by_id)
    return spec.questionnaire(own_by_id)


def _check_measure(name: str, info: ValidationInfo) -> str:
    own = (info.context or {})["own"]
    return known_key(name, (*measures(), *own))


def _check_kind(kind: str) -> str:
    if kind != KIND:
        raise ValueError(f"it must be {KIND!r}")
    return kind


def _check_any(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names:
        raise ValueError("a text is needed")
    return names


_Tidy = Annotated[str, StringConstraints(strip_whitespace=True)]
_PersonKey = Annotated[str, AfterValidator(lambda name: known_key(name, PERSON))]
_MeasureId = Annotated[str, AfterValidator(_check_measure)]
_ShippedId = Annotated[str, AfterValidator(lambda name: known_key(name, tuple(measures())))]
_SignId = Annotated[str, AfterValidator(lambda name: known_key(name, sign_ids()))]


class _QuestionsSpec(Spec):
    """Patterns that find each question by its text.

    An empty table of signs says that a form asks for none; without a table `signs` is None.
    """

    person: dict[_PersonKey, Several[Pattern]] = {}
    measures: dict[_MeasureId, Several[Pattern]] = {}
    options: dict[_ShippedId, Several[Pattern]] = {}
    signs: dict[_SignId, Several[Pattern]] | None = None


class _QuestionnaireSpec(_QuestionsSpec):
    """The keys of a questionnaire's profile."""

    kind: Annotated[str, AfterValidator(_check_kind)]
    name: Text
    label: _Tidy = ""
    recognised_by: Several[NotBlank] = ()
    answered: Annotated[Several[NotBlank], AfterValidator(_check_any)]
    id: Several[NotBlank] = ()
    zone: _Tidy = ""
    zone_letters: _Tidy = "kept"
    days: Several[DayFormat] = ()
    unanswered: _Tidy = "it does not say when it was answered"
    ignored: Several[NotBlank] = ()
    in_totals: bool = True

    def questionnaire(self, own: Mapping[str, OwnMeasure]) -> Questionnaire:
        """Return the profile; a missing table is that of questions.toml.

        With a table of measures, `options` is empty if it is missing.
        """
        shipped = _shipped_questions()
        signs = shipped.signs if self.signs is None else self.signs
        return Questionnaire(
            name=self.name,
            label=self.label or self.name,
            recognised_by=self.recognised_by or self.answered[:1],
            answered=self.answered,
            ids=self.id,
            zone=self.zone,
            zone_letters=self.zone_letters == "ignored",
            day_formats=self.days,
            unanswered=self.unanswered,
            ignored=self.ignored,
            in_totals=self.in_totals,
            person=self.person or shipped.person,
            measures=self.measures or shipped.measures,
            options=self.options or ({} if self.measures else shipped.options),
            signs=signs or {},
            names_measures=bool(self.measures),
            own=own,
        )


@cache
def _shipped_questions() -> _QuestionsSpec:
    values = parse_toml(_QUESTIONS, (FOLDER / _QUESTIONS).read_text(encoding="utf-8"))
    return validate(_QuestionsSpec, _QUESTIONS, values, FileProblem, own={})
