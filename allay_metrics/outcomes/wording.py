"""The texts of the check-in form in English and Spanish, read from data/reference/."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from allay_metrics import config
from allay_metrics.errors import ConfigProblem
from allay_metrics.outcomes.measures import measures
from allay_metrics.outcomes.safety import red_flags

LANGUAGES = ("en", "es")
_ZERO_TO_TEN = range(11)


@dataclass(frozen=True)
class Wording:
    """The wording of one measure: question, labels of both ends, and (value, label) choices.

    Only the value of a choice is a valid answer.
    """

    question: str
    low_word: str
    high_word: str
    choices: tuple[tuple[float, str], ...]

    @property
    def values(self) -> frozenset[float]:
        """Return the valid answers."""
        return frozenset(value for value, _ in self.choices)


@dataclass(frozen=True)
class Sign:
    """A warning sign in plain words: the question, what to do, and whom to call, in order.

    `id` is that of `safety.red_flags`.
    """

    id: int
    who: str
    question: str
    action: str
    calls: tuple[str, ...]


@cache
def wordings(language: str) -> Mapping[str, Wording]:
    """Return the wording of every measure by id.

    Raises ConfigProblem where a measure has none, or a choice beyond its scale.
    """
    rows = [row for row in _rows("measure_words.csv") if row["language"] == language]
    wording_by_measure = {row["measure"]: wording_of(row) for row in rows}
    for measure in measures().values():
        words = wording_by_measure.get(measure.id)
        if words is None:
            raise ConfigProblem(f"measure_words.csv does not ask {measure.id} in {language}.")
        if not all(measure.low <= value <= measure.high for value in words.values):
            raise ConfigProblem(f"measure_words.csv leaves the scale of {measure.id}.")
    return wording_by_measure


@cache
def signs(language: str) -> tuple[Sign, ...]:
    """Return the warning signs in the order of the table. Raises ConfigProblem for missing text."""
    rows_by_sign = {row["id"]: row for row in _rows("sign_words.csv")}
    missing = [str(flag.id) for flag in red_flags() if str(flag.id) not in rows_by_sign]
    if missing:
        raise ConfigProblem(f"sign_words.csv has no words for sign {missing[0]}.")
    return tuple(
        Sign(
            flag.id,
            flag.who,
            rows_by_sign[str(flag.id)][f"{language}_question"],
            rows_by_sign[str(flag.id)][f"{language}_action"],
            tuple(rows_by_sign[str(flag.id)]["calls"].split("|")),
        )
        for flag in red_flags()
    )


@cache
def phrases(language: str) -> Mapping[str, str]:
    """Return all other texts of the form by key."""
    return {row["key"]: row[language] for row in _rows("form_words.csv")}


def wording_of(row: Mapping[str, str]) -> Wording:
    """Return the wording of one row; without choices they are the numbers 0 to 10."""
    choice_parts = [choice.partition("=") for choice in row["choices"].split("|") if choice]
    choices = tuple((float(value), label) for value, _, label in choice_parts)
    if not choices:
        choices = tuple((float(number), str(number)) for number in _ZERO_TO_TEN)
    return Wording(row["question"], row["low_word"], row["high_word"], choices)


def _rows(name: str) -> list[dict[str, str]]:
    with (config.REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
