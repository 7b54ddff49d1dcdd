"""From the text a family wrote at booking to its concern, by a table of words."""

import csv
import re
from functools import cache, lru_cache

from allay_metrics import config
from allay_metrics.outcomes.measures import concerns

OTHER = "other"


def concern_of(text: str | None, client: str) -> str | None:
    """Return the id of the concern a text names first, `other` where it names no known one.

    `client` is infant or parent: concerns of the other kind do not match. None where nothing was
    written: a concern is declared, never guessed.
    """
    if not text or not text.strip():
        return None
    return _named(text, client)


def clear_concern_cache() -> None:
    """Clear the cache of texts, as erasing a family requires."""
    _named.cache_clear()


@lru_cache(maxsize=4_096)
def _named(text: str, client: str) -> str:
    plain = " ".join(re.findall(r"[a-z0-9]+", text.casefold()))
    by_word, pattern = _words(client)
    match = pattern.search(plain)
    return by_word[match[0]] if match else OTHER


@cache
def _words(client: str) -> tuple[dict[str, str], re.Pattern[str]]:
    """Return the concern by word, and a pattern that finds the first word, the longer of two."""
    concerns_by_id = concerns()
    with (config.REFERENCE / "concern_words.csv").open(encoding="utf-8", newline="") as file:
        by_word = {
            row["word"]: row["concern"]
            for row in csv.DictReader(file)
            if concerns_by_id[row["concern"]].client in (client, "either")
        }
    longest_first = sorted(by_word, key=len, reverse=True)
    # An empty alternation would match everywhere.
    either = "|".join(map(re.escape, longest_first)) or r"(?!)"
    return by_word, re.compile(rf"\b(?:{either})\b")
