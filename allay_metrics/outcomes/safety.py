"""Signs that come before any score: the screen of every check-in, and what it tells a parent."""

import csv
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from allay_metrics import config

# Where a sign can be called about; shown as tap-to-call beside the action.
EMERGENCY, CRISIS, SUPPORT = "911", "988", "1-833-852-6262"


@dataclass(frozen=True)
class RedFlag:
    """One sign: tier 1 (emergency), 2 (doctor now) or 3 (today or this week), and what to do.

    `id` is the place of its row in red_flags.csv, from 1: answers are kept by it. `who` has it, the
    baby or a parent; `about` is the baby, a parent's body or her mood.
    """

    id: int
    tier: int
    who: str
    about: str
    question: str
    action: str
    source: str
    evidence: str


@cache
def red_flags() -> tuple[RedFlag, ...]:
    """Return the signs in the order of the table."""
    with (config.REFERENCE / "red_flags.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            RedFlag(
                id=place,
                tier=int(row["tier"]),
                who=row["who"],
                about=row["about"],
                question=row["question_trigger"],
                action=row["action_text"],
                source=row["source"],
                evidence=row["evidence"],
            )
            for place, row in enumerate(csv.DictReader(file), 1)
        )


def by_urgency(ids: Collection[int]) -> list[RedFlag]:
    """Return the signs of these ids, the one to act on first in front."""
    ticked = [flag for flag in red_flags() if flag.id in ids]
    return sorted(ticked, key=lambda flag: (flag.tier, flag.id))
