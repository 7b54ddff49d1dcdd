"""The names of cities and what their ZIPs can mean, out of data/reference, loaded once."""

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz, process

from allay_metrics import config

_CUT_OFF = 90  # of 100: one slip in a name of ten letters; Santa Clarita is in the aliases
_MARGIN = 5  # two cities almost equally near are no answer
_SHORTEST = 5


@dataclass(frozen=True)
class CityNames:
    """Spellings to cities ('' for a name that is no city of ours), and ZIPs to their cities."""

    spellings: Mapping[str, str]
    zips: Mapping[str, tuple[str, ...]]

    def nearest(self, text: str) -> str:
        """Return the one city spelled almost like this, '' if there is none or a doubt."""
        if len(text) < _SHORTEST or text in self.spellings:
            return ""
        near = process.extract(text, self.spellings.keys(), scorer=fuzz.ratio, limit=8)
        good = [(self.spellings[name], score) for name, score, _ in near if score >= _CUT_OFF]
        if not good:
            return ""
        best, top = good[0]
        rivals = [self.spellings[name] for name, score, _ in near if score > top - _MARGIN]
        return best if set(rivals) == {best} else ""


@cache
def city_names() -> CityNames:
    """Return the names that come with the product."""
    spellings = {plain(row["name"]): row["name"] for row in _read("cities.csv")}
    spellings |= {plain(row["alias"]): row["city"] for row in _read("city_aliases.csv")}
    zips = {row["zip"]: tuple(row["cities"].split(";")) for row in _read("zips.csv")}
    return CityNames(spellings, zips)


def plain(text: str) -> str:
    """Return the text without accents, full stops, apostrophes and capitals: `S.F.` is `sf`."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    bare = re.sub(r"[.'`\u2019]", "", bare)
    return re.sub(r"[^\w,;/|&\n]+", " ", bare).strip()


def _read(name: str) -> list[dict[str, str]]:
    with (config.REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
