"""The practice's own measures: questions it adds, checked like the shipped ones."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, ConfigDict

from allay_metrics.errors import ConfigProblem, QuestionProblem, choose_from
from allay_metrics.outcomes.measures import KINDS, Concern, Measure, concerns, measure_of, measures
from allay_metrics.outcomes.wording import LANGUAGES, Wording, wording_of, wordings
from allay_metrics.plausibility import SCALE
from allay_metrics.validation import Number, Spec, Text, one_of, validate

PREFIX = "own_"
_SHORT, _LONG = 40, 300
_CHOICES, _STEPS = 25, 8
_DIRECTIONS = ("better", "worse")
_NEVER = re.compile(r"\bepds\b|edinburgh", re.IGNORECASE)


@dataclass(frozen=True)
class OwnMeasure:
    """A measure the practice added, with its wording by language and its concerns.

    `moments` are the moments of care at which it is asked. A `retired` one is not asked any more;
    its answers stay.
    """

    measure: Measure
    words: Mapping[str, Wording]
    concerns: tuple[str, ...]
    moments: tuple[str, ...]
    retired: bool
    version: int

    @property
    def id(self) -> str:
        """Return the measure's id, which its answers carry."""
        return self.measure.id

    def is_asked(self, concern: str, moment: str) -> bool:
        """Return whether a client with this concern is asked at this moment."""
        return not self.retired and concern in self.concerns and moment in self.moments


@dataclass(frozen=True)
class MeasureDraft:
    """What the owner typed about a measure. `choices` are the words of a scale, lowest first.

    Without choices the scale is the numbers from `low` to `high` by `step`, with words at both
    `ends`. `questions`, `ends` and `choices` are by language.
    """

    label: str
    questions: Mapping[str, str]
    ends: Mapping[str, tuple[str, str]]
    choices: Mapping[str, Sequence[str]]
    low: float
    high: float
    step: float
    unit: str
    higher_is: str
    threshold: float
    basis: str
    concerns: Sequence[str]
    moments: Sequence[str]
    notes: str = ""

    def definition(self) -> dict[str, str]:
        """Return the columns of measures.csv, measure_details.csv and measure_words.csv.

        Raises QuestionProblem for a measure that cannot be asked or counted.
        """
        self._check_words()
        steps = self._steps()
        low, high = (0.0, float(steps - 1)) if steps else (self.low, self.high)
        self._check_scale(low, high, steps)
        columns = {
            "concerns": "|".join(self.concerns), "item_own_words": self.questions["en"].strip(),
            "recall": "", "scale": f"{low:g}-{high:g}", "min": f"{low:g}", "max": f"{high:g}",
            "higher_is": self.higher_is, "meaningful_change": f"{self.threshold:g}",
            "change_basis": self.basis.strip(), "cadence": "|".join(self.moments),
            "notes": self.notes.strip(), "label": self.label.strip(),
            "kind": "ordinal" if steps else "number",
            "step": "1" if steps else f"{self.step:g}",
            "unit": f"of {high:g}" if steps else (self.unit.strip() or f"of {high:g}"),
            "threshold": f"{self.threshold:g}", "beyond_age": "no", "norm_metric": "", "sd": "",
            "reliability": "", "retired": "",
        }  # fmt: skip
        for language in LANGUAGES:
            first, last = ("", "") if steps else self.ends[language]
            columns |= {
                f"{language}_question": self.questions[language].strip(),
                f"{language}_low_word": first.strip(),
                f"{language}_high_word": last.strip(),
                f"{language}_choices": self._choices(language, low, high),
            }
        return columns

    def _check_words(self) -> None:
        if not 3 <= len(self.label.strip()) <= _SHORT:
            raise QuestionProblem(f"A measure has a name of 3 to {_SHORT} letters.")
        for language in LANGUAGES:
            if not 10 <= len(self.questions[language].strip()) <= _LONG:
                raise QuestionProblem(
                    f"Ask in English and in Spanish, each in 10 to {_LONG} letters."
                )
        if _NEVER.search(f"{self.label} {self.questions['en']} {self.questions['es']}"):
            raise QuestionProblem(
                "The Edinburgh scale is not asked by a link: it needs permission, and somebody "
                "who answers within the hour."
            )
        if len(self.basis.strip()) < 5:
            raise QuestionProblem("Say where the change that matters comes from.")

    def _steps(self) -> int:
        """Return how many words the scale has, 0 for numbers."""
        counts = {len(self.choices[language]) for language in LANGUAGES}
        if counts == {0}:
            return 0
        if len(counts) > 1:
            raise QuestionProblem("English and Spanish need the same number of steps.")
        steps = counts.pop()
        words = [word.strip() for language in LANGUAGES for word in self.choices[language]]
        if (
            not 3 <= steps <= _STEPS
            or not all(words)
            or any(set(word) & set("|=") for word in words)
        ):
            raise QuestionProblem(f"An order has 3 to {_STEPS} steps, each with a word.")
        return steps

    def _check_scale(self, low: float, high: float, steps: int) -> None:
        if not all(SCALE.holds(number) for number in (low, high, self.step, self.threshold)):
            raise QuestionProblem(SCALE.sentence)
        if low >= high:
            raise QuestionProblem("A scale goes from a lower number to a higher one.")
        if not steps and (self.step <= 0 or (high - low) / self.step > _CHOICES):
            raise QuestionProblem(f"A scale has at most {_CHOICES + 1} answers to tap.")
        if self.higher_is not in _DIRECTIONS:
            raise QuestionProblem(choose_from("direction", self.higher_is, _DIRECTIONS))
        if not 0 < self.threshold <= high - low:
            raise QuestionProblem("The change that matters is above nought and within the scale.")
        for concern in self.concerns:
            if concern not in concerns():
                raise QuestionProblem(choose_from("concern", concern, list(concerns())))
        if not self.concerns:
            raise QuestionProblem("Say of which concerns it is asked: at least one.")

    def _choices(self, language: str, low: float, high: float) -> str:
        if words := self.choices[language]:
            return "|".join(f"{place}={word.strip()}" for place, word in enumerate(words))
        if (low, high, self.step) == (0, 10, 1):
            return ""  # the default of `wording_of`
        count = int((high - low) / self.step + 1e-9)
        values = [low + place * self.step for place in range(count + 1)]
        return "|".join(f"{value:g}={value:g}" for value in values)


def _check_choices(text: str) -> str:
    try:
        wording_of({"question": "", "low_word": "", "high_word": "", "choices": text})
    except ValueError:
        raise ValueError("choices such as 0=never|1=often are needed") from None
    return text


_Choices = Annotated[str, AfterValidator(_check_choices)]


class _StoredDefinition(Spec):
    """The columns that `read_own` needs; a definition has others, for people."""

    model_config = ConfigDict(extra="ignore")

    label: Text
    item_own_words: Text
    concerns: Text
    cadence: Text
    kind: Annotated[str, one_of(KINDS)]
    higher_is: Annotated[str, one_of(_DIRECTIONS)]
    min: Number
    max: Number
    step: Number
    threshold: Number
    unit: str
    recall: str
    change_basis: str
    notes: str
    beyond_age: str
    norm_metric: str
    sd: str
    reliability: str
    retired: str
    en_question: Text
    en_low_word: str
    en_high_word: str
    en_choices: _Choices
    es_question: Text
    es_low_word: str
    es_high_word: str
    es_choices: _Choices


def read_own(id_: str, columns: Mapping[str, str], version: int = 1) -> OwnMeasure:
    """Return the measure of a stored definition.

    Raises ConfigProblem with the key and the value that cannot be used.
    """
    validate(_StoredDefinition, f"The measure {id_}", columns, ConfigProblem)
    words = {
        language: wording_of({
            name: columns[f"{language}_{name}"]
            for name in ("question", "low_word", "high_word", "choices")
        })
        for language in LANGUAGES
    }  # fmt: skip
    return OwnMeasure(
        measure=measure_of({"id": id_, **columns}, columns),
        words=words,
        concerns=tuple(columns["concerns"].split("|")),
        moments=tuple(columns["cadence"].split("|")),
        retired=bool(columns["retired"]),
        version=version,
    )


def own_id(label: str, taken: Sequence[str]) -> str:
    """Return an id for a measure with this label that is not one of `taken`."""
    label_words = "_".join(re.findall(r"[a-z0-9]+", label.casefold())) or "measure"
    stem = f"{PREFIX}{label_words[:30].rstrip('_')}"
    return next(
        name for name in (stem, *(f"{stem}_{number}" for number in range(2, 1_000)))
        if name not in taken
    )  # fmt: skip


def check_it_is_new(columns: Mapping[str, str], others: Sequence[OwnMeasure]) -> None:
    """Raise QuestionProblem if another measure has the same label or question."""
    existing_questions = [
        (measure.label, question)
        for measure in measures().values()
        for question in _question_texts(measure.id)
    ]
    existing_questions += [
        (own.measure.label, own.words[language].question)
        for own in others
        for language in LANGUAGES
    ]
    for label, question in existing_questions:
        if label.casefold() == columns["label"].casefold():
            raise QuestionProblem(f"There is a measure {label} already.")
        if _letters(question) in {
            _letters(columns[f"{language}_question"]) for language in LANGUAGES
        }:
            raise QuestionProblem(f"{label} asks that already.")


def _question_texts(measure: str) -> list[str]:
    return [wordings(language)[measure].question for language in LANGUAGES]


def _letters(text: str) -> str:
    return "".join(re.findall(r"\w+", text.casefold()))


def of_concern(own: Sequence[OwnMeasure], concern: Concern, moment: str) -> list[Measure]:
    """Return the own measures that a client with this concern is asked at a moment."""
    return [own_measure.measure for own_measure in own if own_measure.is_asked(concern.id, moment)]
