"""A measure of the practice's own, as data: one more question, checked like those that ship."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from allay_metrics.errors import QuestionProblem, choose_from
from allay_metrics.outcomes.measures import Concern, Measure, concerns, measure_of, measures
from allay_metrics.outcomes.wording import LANGUAGES, Wording, wording_of, wordings
from allay_metrics.plausibility import SCALE

PREFIX = "own_"
_SHORT, _LONG = 40, 300
_CHOICES, _STEPS = 25, 8
_NEVER = re.compile(r"\bepds\b|edinburgh", re.IGNORECASE)


@dataclass(frozen=True)
class OwnMeasure:
    """A measure the practice added, how it is asked in each language, and of which concerns.

    `moments` are those it is asked at; a `retired` one is asked no more, its answers stay.
    """

    measure: Measure
    words: Mapping[str, Wording]
    concerns: tuple[str, ...]
    moments: tuple[str, ...]
    retired: bool
    version: int

    @property
    def id(self) -> str:
        """Return the id its answers are kept under."""
        return self.measure.id

    def is_asked(self, concern: str, moment: str) -> bool:
        """Return whether it is asked at this moment of a client with this concern."""
        return not self.retired and concern in self.concerns and moment in self.moments


@dataclass(frozen=True)
class MeasureDraft:
    """What the owner says of a measure. `choices` are words in rising order for an order of steps.

    Without choices the scale is numbers from `low` to `high` by `step`, with words at both ends.
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

    def told(self) -> dict[str, str]:
        """Return the columns of measures.csv, measure_details.csv and measure_words.csv.

        Raises QuestionProblem with one sentence for what cannot be asked or counted.
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
        """Return how many words the order has, 0 for numbers."""
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
        if self.higher_is not in ("better", "worse"):
            raise QuestionProblem(choose_from("direction", self.higher_is, ("better", "worse")))
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
            return ""  # what nothing said means
        count = int((high - low) / self.step + 1e-9)
        values = [low + place * self.step for place in range(count + 1)]
        return "|".join(f"{value:g}={value:g}" for value in values)


def read_own(id_: str, columns: Mapping[str, str], version: int = 1) -> OwnMeasure:
    """Return the measure that is kept under an id."""
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
    """Return an id for a measure of this name that no other has."""
    plain = "_".join(re.findall(r"[a-z0-9]+", label.casefold())) or "measure"
    stem = f"{PREFIX}{plain[:30].rstrip('_')}"
    return next(
        name for name in (stem, *(f"{stem}_{number}" for number in range(2, 1_000)))
        if name not in taken
    )  # fmt: skip


def check_it_is_new(columns: Mapping[str, str], others: Sequence[OwnMeasure]) -> None:
    """Raise QuestionProblem where a question or a name stands for another measure already."""
    existing_questions = [
        (other.label, words) for other in measures().values() for words in _question_texts(other.id)
    ]
    existing_questions += [
        (other.measure.label, other.words[language].question)
        for other in others
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
    """Return the own measures that are asked of a client with this concern at a moment."""
    return [own_measure.measure for own_measure in own if own_measure.is_asked(concern.id, moment)]
