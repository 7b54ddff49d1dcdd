"""Warning signs: asked first in every check-in, each with an action for the parent."""

import csv
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from allay_metrics import config

# Phone numbers, displayed as tap-to-call links beside the action.
EMERGENCY, CRISIS, SUPPORT = "911", "988", "1-833-852-6262"


@dataclass(frozen=True)
class RedFlag:
    """One sign: tier 1 (emergency), 2 (doctor now) or 3 (today or this week), and what to do.

    `id` is the number of its row in red_flags.csv, from 1; answers refer to it. `who` has the sign,
    the baby or a parent; `about` is the baby, a parent's body or her mood.
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
                id=number,
                tier=int(row["tier"]),
                who=row["who"],
                about=row["about"],
                question=row["question_trigger"],
                action=row["action_text"],
                source=row["source"],
                evidence=row["evidence"],
            )
            for number, row in enumerate(csv.DictReader(file), 1)
        )


def by_urgency(ids: Collection[int]) -> list[RedFlag]:
    """Return the signs of these ids, the most urgent first."""
    ticked = [flag for flag in red_flags() if flag.id in ids]
    return sorted(ticked, key=lambda flag: (flag.tier, flag.id))
