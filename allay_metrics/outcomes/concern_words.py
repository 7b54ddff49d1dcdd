"""From what a family wrote at booking to the concern it came for: words decide."""

import csv
import re
from functools import cache

from allay_metrics import config
from allay_metrics.outcomes.measures import concerns

OTHER = "other"


def concern_of(text: str | None, client: str) -> str | None:
    """Return the id of the concern a text names first, `other` where it names none we know.

    `client` is infant or parent: concerns of the other kind are not looked for. None where
    nothing was written: a concern is declared, never guessed.
    """
    if not text or not text.strip():
        return None
    plain = " ".join(re.findall(r"[a-z0-9]+", text.casefold()))
    found = [
        (match.start(), -len(word), concern)
        for word, concern, kind in _words()
        if kind in (client, "either") and (match := _pattern(word).search(plain))
    ]
    return min(found)[2] if found else OTHER


@cache
def _words() -> tuple[tuple[str, str, str], ...]:
    known = concerns()
    with (config.REFERENCE / "concern_words.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            (row["word"], row["concern"], known[row["concern"]].client)
            for row in csv.DictReader(file)
        )


@cache
def _pattern(word: str) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(word)}\b")
