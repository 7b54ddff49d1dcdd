"""The steps for the reader of a warning sign, by its subject and urgency."""

import csv
from collections.abc import Sequence
from functools import cache

from allay_metrics import config
from allay_metrics.outcomes.safety import RedFlag

# (about, tier): steps are stored and displayed in this order.
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
    """Return the default step of each of KINDS."""
    with (config.REFERENCE / "reader_steps.csv").open(encoding="utf-8", newline="") as file:
        step_by_kind = {
            (row["about"], int(row["tier"])): row["step"] for row in csv.DictReader(file)
        }
    return tuple(step_by_kind[kind] for kind in KINDS)


def reader_step(flag: RedFlag, steps: Sequence[str]) -> str:
    """Return the step for a sign, the default where `steps` has none."""
    index = KINDS.index((flag.about, flag.tier))
    return steps[index] or reader_steps()[index]
