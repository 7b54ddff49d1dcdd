"""How one service's answers are read: a profile as data, in TOML."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Self

from allay_metrics.errors import FileProblem
from allay_metrics.intake.questionnaires.signs import sign_ids
from allay_metrics.intake.texts import compile_pattern, format_list, quote
from allay_metrics.intake.times import compile_format
from allay_metrics.outcomes.measures import Measure, measures
from allay_metrics.outcomes.own_measures import OwnMeasure

FOLDER = Path(__file__).parent
KIND = "answers"
PERSON = ("email", "baby", "born", "parent", "concern", "totals", "words")
_QUESTIONS = "questions.toml"
_KEYS = frozenset({
    "kind", "name", "label", "recognised_by", "answered", "id", "zone", "zone_letters", "days",
    "unanswered", "ignored", "in_totals", "person", "measures", "options", "signs",
})  # fmt: skip

Patterns = Mapping[str, tuple[re.Pattern[str], ...]]


@dataclass(frozen=True)
class Questionnaire:
    """One kind of export of answers.

    `answered` are the names the moment's column may have, in `zone` ('' for the practice's);
    `day_formats` how a date may be written beside ISO order. `ids` are columns with the service's
    own id, none where a response is known by person and minute. `person`, `measures` and
    `options` find a question by its text, `signs` one for a warning sign; `in_totals` counts where
    the form did not ask. Of a profile that names measures itself (`says_measures`) no other is
    guessed. `own` are the practice's own measures by id, known by their wordings.
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
    says_measures: bool
    own: Mapping[str, OwnMeasure] = field(default_factory=dict)

    def measure(self, name: str) -> Measure:
        """Return a measure by id, be it one of the practice's own."""
        return self.own[name].measure if name in self.own else measures()[name]

    def with_own(self, own: Iterable[OwnMeasure]) -> Self:
        """Return the profile that knows these measures of the practice's own, too."""
        return replace(self, own={one.id: one for one in own})


@cache
def shipped_questionnaires() -> tuple[Questionnaire, ...]:
    """Return the profiles that come with the product, those asking for most columns first."""
    paths = [path for path in sorted(FOLDER.glob("*.toml")) if path.name != _QUESTIONS]
    profiles = [read_questionnaire(path.name, path.read_text(encoding="utf-8")) for path in paths]
    return tuple(sorted(profiles, key=lambda one: -len(one.recognised_by)))


def is_questionnaire(text: str) -> bool:
    """Return whether a profile's text is one for answers, not for visits."""
    try:
        return tomllib.loads(text).get("kind") == KIND
    except tomllib.TOMLDecodeError:
        return False


def read_questionnaire(file: str, text: str, own: Iterable[OwnMeasure] = ()) -> Questionnaire:
    """Return the checked profile; FileProblem names the file, the key and the value.

    `own` are measures of the practice's own, which it may name.
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FileProblem(f"{file} is not a TOML profile: {error}.") from None
    return _QuestionnaireSpec(file, values, {one.id: one for one in own}).questionnaire()


@cache
def _shipped_questions() -> Mapping[str, Any]:
    return tomllib.loads((FOLDER / _QUESTIONS).read_text(encoding="utf-8"))


@dataclass(frozen=True)
class _QuestionnaireSpec:
    """What a profile's text says, checked key by key."""

    file: str
    values: Mapping[str, Any]
    own: Mapping[str, OwnMeasure]

    def questionnaire(self) -> Questionnaire:
        self._known(self.values, _KEYS, "")
        if self.values.get("kind") != KIND:
            raise self._problem("kind", self.values.get("kind", ""), f"it must be {KIND!r}")
        name, answered = self._text("name"), self._texts("answered")
        if not name or not answered:
            key = "answered" if name else "name"
            raise self._problem(key, "", "a text is needed")
        zone_letters = self._text("zone_letters", "kept")
        in_totals = self.values.get("in_totals", True)
        if not isinstance(in_totals, bool):
            raise self._problem("in_totals", in_totals, "must be true or false")
        return Questionnaire(
            name=name,
            label=self._text("label", name),
            recognised_by=self._texts("recognised_by") or answered[:1],
            answered=answered,
            ids=self._texts("id"),
            zone=self._text("zone"),
            zone_letters=zone_letters == "ignored",
            day_formats=tuple(
                compile_format(text, f"{self.file}, key days") for text in self._texts("days")
            ),
            unanswered=self._text("unanswered", "it does not say when it was answered"),
            ignored=self._texts("ignored"),
            in_totals=in_totals,
            person=self._patterns("person", PERSON),
            measures=self._patterns("measures", (*measures(), *self.own)),
            options=self._patterns("options", tuple(measures())),
            signs=self._patterns("signs", sign_ids()),
            says_measures=bool(self.values.get("measures")),
            own=self.own,
        )

    def _patterns(self, key: str, names: tuple[str, ...]) -> Patterns:
        """Return the profile's own patterns, or where it has none those of every form."""
        own = self.values.get(key, {})
        if not isinstance(own, dict):
            raise self._problem(key, own, f"a table [{key}] is needed")
        self._known(own, frozenset(names), f"{key}.")
        table = own
        # Who names signs, or says that there are none, has looked at every question.
        has_signs_table = key == "signs" and key in self.values
        if (
            not own
            and not has_signs_table
            and not (key == "options" and self.values.get("measures"))
        ):
            table = _shipped_questions().get(key, {})
        return {
            name: tuple(
                compile_pattern(text, f"{self.file}, key {key}.{name}")
                for text in self._list(f"{key}.{name}", texts)
            )
            for name, texts in table.items()
        }

    def _text(self, key: str, default: str = "") -> str:
        value = self.values.get(key, default)
        if not isinstance(value, str):
            raise self._problem(key, value, "a text is needed")
        return value.strip()

    def _texts(self, key: str) -> tuple[str, ...]:
        return self._list(key, self.values.get(key, []))

    def _list(self, key: str, value: object) -> tuple[str, ...]:
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not all(isinstance(t, str) and t.strip() for t in texts):
            raise self._problem(key, value, "a text or a list of texts is needed")
        return tuple(texts)

    def _known(self, table: Mapping[str, Any], valid_keys: frozenset[str], at: str) -> None:
        for key, value in table.items():
            if key not in valid_keys:
                names = format_list(sorted(valid_keys), most=len(valid_keys)).replace("'", "")
                raise self._problem(at + key, value, f"no such key; known are {names}")

    def _problem(self, key: str, value: object, reason: str) -> FileProblem:
        return FileProblem(f"{self.file}, key {key}, value {quote(str(value))}: {reason}.")
