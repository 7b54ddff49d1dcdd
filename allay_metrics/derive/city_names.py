"""City names and the cities of each ZIP, from data/reference, loaded once."""

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA

from allay_metrics import config

_LONGEST_NAME = 4  # words, of the shipped names
_SHORTEST = 6  # letters; too many shorter words are one typing error apart
_LONG = 10  # letters; a name of this length may hold two typing errors
_DROPPED = re.compile(r"[.'`\u2019]")
_SPACES = re.compile(r"[^\w,;/|&\n]+")


@dataclass(frozen=True, eq=False)
class CityNames:
    """Spellings to cities ('' for a name outside the area), and ZIPs to their cities.

    `own` are the practice's spellings: they are part of `spellings`, and also match a whole text.
    Tables compare by identity, not by contents, which keeps cached lookups cheap.
    """

    spellings: Mapping[str, str]
    zips: Mapping[str, tuple[str, ...]]
    own: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def longest(self) -> int:
        """Return the number of words of the longest name."""
        return max([_LONGEST_NAME, *(len(spelling.split()) for spelling in self.own)])

    @cached_property
    def last_words(self) -> frozenset[str]:
        """Return the last words of all names: most streets end with none of them."""
        return frozenset(spelling.rpartition(" ")[2] for spelling in self.spellings)

    def nearest(self, text: str) -> str:
        """Return the one city spelled almost like this, '' if there is none or more than one.

        A typing error is one letter added, missing or wrong, or two swapped. Towns elsewhere whose
        names are as close (Santa Clarita) are listed as aliases without a city.
        """
        if len(text) < _SHORTEST or text in self.spellings:
            return ""
        slips = 2 if len(text) >= _LONG else 1
        near = process.extract(
            text, self.spellings.keys(), scorer=OSA.distance, score_cutoff=slips, limit=None
        )
        fewest = min((distance for _, distance, _ in near), default=0)
        cities = {self.spellings[name] for name, distance, _ in near if distance == fewest}
        return cities.pop() if len(cities) == 1 else ""


@cache
def city_names() -> CityNames:
    """Return the shipped names."""
    spellings = {plain(row["name"]): row["name"] for row in _read("cities.csv")}
    spellings |= {plain(row["alias"]): row["city"] for row in _read("city_aliases.csv")}
    zips = {row["zip"]: tuple(row["cities"].split(";")) for row in _read("zips.csv")}
    return CityNames(spellings, zips)


def plain(text: str) -> str:
    """Return the text without accents, full stops, apostrophes and capitals: `S.F.` is `sf`."""
    bare = text.casefold()
    if not bare.isascii():
        letters = unicodedata.normalize("NFKD", bare)
        bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _SPACES.sub(" ", _DROPPED.sub("", bare)).strip()


def _read(name: str) -> list[dict[str, str]]:
    with (config.REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
