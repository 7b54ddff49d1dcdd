"""The county a city lies in."""

import csv
import re
from functools import cache

from allay_metrics import config

_AMBIGUOUS = re.compile(r"(?P<names>.+ or .+) \(\d{5}\)")


def county_of(city: str) -> str:
    """Return the county of a city as shown; `virtual` and `unknown` stay themselves.

    An ambiguous ZIP (`Burlingame or Hillsborough (94010)`) has a county when its cities share one.
    """
    if city in _counties():
        return _counties()[city]
    ambiguous = _AMBIGUOUS.fullmatch(city)
    if ambiguous:
        names = re.split(r", | or ", ambiguous["names"])
        counties = {_counties().get(name, "unknown") for name in names}
        return counties.pop() if len(counties) == 1 else "unknown"
    return "virtual" if city == "virtual" else "unknown"


@cache
def _counties() -> dict[str, str]:
    with (config.REFERENCE / "cities.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: row["county"] for row in csv.DictReader(file)}
