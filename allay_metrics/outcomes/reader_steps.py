"""What the reader of a warning sign does: by what the sign is about, and how urgent it is."""

import csv
from collections.abc import Sequence
from functools import cache

from allay_metrics import config
from allay_metrics.outcomes.safety import RedFlag

# (about, tier): steps are kept and shown in this order.
KINDS = (
    ("baby", 1),
    ("baby", 2),
    ("baby", 3),
    ("body", 1),
    ("body", 2),
    ("mood", 1),
    ("mood", 2),
)


@cache
def reader_steps() -> tuple[str, ...]:
    """Return the step of each of KINDS, as a practice starts from it."""
    with (config.REFERENCE / "reader_steps.csv").open(encoding="utf-8", newline="") as file:
        step_by_kind = {
            (row["about"], int(row["tier"])): row["step"] for row in csv.DictReader(file)
        }
    return tuple(step_by_kind[kind] for kind in KINDS)


def reader_step(flag: RedFlag, steps: Sequence[str]) -> str:
    """Return the step for a sign; the one a practice starts from where `steps` says nothing."""
    place = KINDS.index((flag.about, flag.tier))
    return steps[place] or reader_steps()[place]
