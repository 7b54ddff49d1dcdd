"""Published research, and the sentences displayed beside every outcome."""

import csv
from dataclasses import dataclass
from functools import cache

from allay_metrics import config

CONTEXT = (
    "These are parents' own ratings. Most babies cry less, sleep longer and feed more comfortably "
    "as weeks pass, and families tend to book at the hardest moment, so part of every change here "
    "would have happened anyway. There is no comparison group. These figures describe families in "
    "our care; they do not show that a treatment caused the change."
)
UNVALIDATED = "The questions are in our own words and have not been validated."
RESEARCH = (
    "One trial of 58 babies (Castejon-Castejon 2019) reported about 3 hours less crying a day with "
    "CST than with no treatment; parents knew who was treated. Where parents did not know "
    "(Cochrane 2012, 126 babies, manipulation: -0.57 h, -2.24 to 1.09; CUTIES 2024, 66 babies, "
    "light-touch osteopathy: +2 min, -20 to 25) crying did not differ reliably; no such trial of "
    "CST itself was found. A 2024 review (Ceballos-Laita) found no benefit of CST for colic."
)


@dataclass(frozen=True)
class Trial:
    """One row of trials.csv."""

    study: str
    design: str
    n: str
    blinded_parents: str
    comparator: str
    outcome: str
    timepoint: str
    effect: str
    ci: str
    unit: str
    evidence: str
    comment: str


@cache
def trials() -> tuple[Trial, ...]:
    """Return the trials in the order of the table."""
    with (config.REFERENCE / "trials.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Trial(**row) for row in csv.DictReader(file))
