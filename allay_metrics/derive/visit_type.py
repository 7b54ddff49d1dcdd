"""From the service name of a booking to its visit type, by a table of words."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from allay_metrics import config
from allay_metrics.errors import ConfigProblem

VISIT_TYPES = ("cst", "lactation", "massage")
DECIDES = ("always", "unless_cst", "alone")


@dataclass(frozen=True)
class VisitTypeWord:
    """One word or phrase that names a visit type.

    `decides`: `always`; `unless_cst`, where CST is not named too (CST for a poor latch is CST);
    or `alone`, where no other word names a type (a prenatal lactation consult is lactation).
    """

    word: str
    visit_type: str
    decides: str = "always"


@dataclass(frozen=True, eq=False)
class VisitTypeWords:
    """A table of words; it compares by identity, which keeps cached lookups cheap.

    `names` maps whole service names (as `service_name` spells them) to their types, and wins over
    the words in them.
    """

    words: tuple[VisitTypeWord, ...]
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@cache
def shipped_words() -> VisitTypeWords:
    """Return the shipped words."""
    return read_words(config.REFERENCE / "visit_type_words.csv")


def read_words(path: Path) -> VisitTypeWords:
    """Return the words of a table, or raise ConfigProblem naming the line that is wrong."""
    with path.open(encoding="utf-8", newline="") as file:
        words = tuple(VisitTypeWord(**row) for row in csv.DictReader(file))
    for line, word in enumerate(words, 2):
        if word.visit_type not in VISIT_TYPES or word.decides not in DECIDES or not word.word:
            raise ConfigProblem(f"{path.name}, line {line}: {word} is not a usable word.")
    return VisitTypeWords(words)


@lru_cache(maxsize=10_000)
def visit_types(text: str, words: VisitTypeWords) -> tuple[str, str]:
    """Return the primary visit type and the second, '' if only one is named.

    The first type named is the primary one; `other` where no word matches.
    """
    if words.names and (settled := words.names.get(service_name(text))):
        return settled
    named = _named(text, words)
    strong = [(place, word) for place, word in named if word.decides != "alone"]
    if any(word.visit_type == "cst" for _, word in strong):
        strong = [(place, word) for place, word in strong if word.decides != "unless_cst"]
    types = list(dict.fromkeys(word.visit_type for _, word in strong or named))
    return (*types, "", "")[0] or "other", (*types, "", "")[1]


def has_word(word: str, text: str) -> bool:
    """Return whether a service name contains a word or phrase."""
    return _pattern(word).search(text) is not None


def service_name(text: str) -> str:
    """Return a service name in lower case with single spaces."""
    return " ".join(text.casefold().split())


def _named(text: str, words: VisitTypeWords) -> list[tuple[int, VisitTypeWord]]:
    """Return the position of each matching word's first occurrence, in order of position."""
    matches = ((_pattern(word.word).search(text), word) for word in words.words)
    return sorted(((match.start(), word) for match, word in matches if match), key=lambda x: x[0])


@cache
def _pattern(word: str) -> re.Pattern[str]:
    phrase = r"[\s-]*".join(map(re.escape, word.split()))
    return re.compile(rf"(?<!\w){phrase}(?:s|es|ing)?(?!\w)", re.IGNORECASE)
