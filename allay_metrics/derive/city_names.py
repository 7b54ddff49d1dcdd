"""The names of cities and what their ZIPs can mean, out of data/reference, loaded once."""

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA

from allay_metrics import config

_LONGEST_NAME = 4  # words, of those that come with the product
_SHORTEST = 6  # letters; of shorter words too many are one slip apart
_LONG = 10  # letters; a name this long may hold two slips
_DROPPED = re.compile(r"[.'`\u2019]")
_SPACES = re.compile(r"[^\w,;/|&\n]+")


@dataclass(frozen=True, eq=False)
class CityNames:
    """Spellings to cities ('' for a name that is no city of ours), and ZIPs to their cities.

    `own` are the practice's spellings: they are among the others, and stand for a whole text as
    well. The table is known by itself, not by its contents: that makes looking up cheap.
    """

    spellings: Mapping[str, str]
    zips: Mapping[str, tuple[str, ...]]
    own: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def longest(self) -> int:
        """Return how many words the longest name has."""
        return max([_LONGEST_NAME, *(len(spelling.split()) for spelling in self.own)])

    @cached_property
    def last_words(self) -> frozenset[str]:
        """Return the words that names end with: by far the most streets end with none of them."""
        return frozenset(spelling.rpartition(" ")[2] for spelling in self.spellings)

    def nearest(self, text: str) -> str:
        """Return the one city spelled almost like this, '' if there is none or a doubt.

        A slip is a letter too many, too few, wrong, or two that changed places. Towns elsewhere
        that are no further from one of ours (Santa Clarita) stand in the aliases without a city.
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
    """Return the names that come with the product."""
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
