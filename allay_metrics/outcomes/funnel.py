"""Response rates, bounds for missing answers, and the small-number rules of what is shown."""

from dataclasses import dataclass
from typing import Literal

AMBER_UNDER = 0.60  # ours
NO_HEADLINE_UNDER = 0.40  # ours
LINES_ONLY_UNDER = 5
SUMMARY_FROM = 11
AT_AN_EXTREME = 0.15

Standing = Literal["good", "amber", "no headline", "nobody"]
Detail = Literal["nothing", "lines", "dots", "summary"]


@dataclass(frozen=True)
class Funnel:
    """Episodes from eligible (treated, window closed) down to those with both answers."""

    eligible: int
    asked: int
    baseline: int
    followed_up: int
    paired: int

    @property
    def rate(self) -> float | None:
        """Return pairs over eligible, 0 to 1; None where nobody is eligible."""
        return self.paired / self.eligible if self.eligible else None

    @property
    def standing(self) -> Standing:
        """Return how well the answers represent the families in care."""
        if self.rate is None:
            return "nobody"
        if self.rate < NO_HEADLINE_UNDER:
            return "no headline"
        return "amber" if self.rate < AMBER_UNDER else "good"


def bounds(improved: int, paired: int, eligible: int) -> tuple[float, float] | None:
    """Return the share improved if nobody without answers had improved, and if everybody had.

    15 improved of 22 pairs of 40 eligible: 38 to 82 % (Horowitz and Manski 2000, J Am Stat Assoc
    95:77, worst and best case). None where nobody is eligible.
    """
    if not eligible:
        return None
    return improved / eligible, (improved + eligible - paired) / eligible


def detail(n: int) -> Detail:
    """Return what may be shown for n pairs: lines, dots with a median, or a summary."""
    if n == 0:
        return "nothing"
    if n < LINES_ONLY_UNDER:
        return "lines"
    return "dots" if n < SUMMARY_FROM else "summary"


def withheld(sizes: dict[str, int]) -> frozenset[str]:
    """Return the groups whose summaries are withheld beside a total of all groups.

    Those under 11, and, if that is only one, the smallest of the others, too: otherwise the total
    minus the groups shown would reveal the one withheld.
    """
    small = {name for name, n in sizes.items() if 0 < n < SUMMARY_FROM}
    others = sorted((n, name) for name, n in sizes.items() if n >= SUMMARY_FROM)
    if len(small) == 1 and others:
        small.add(others[0][1])
    return frozenset(small)


def tells_on_one(sizes: dict[str, int]) -> bool:
    """Return whether a total beside the groups that may be shown would reveal a withheld one."""
    return any(sizes[name] >= SUMMARY_FROM for name in withheld(sizes))


def at_an_extreme(values: list[float], low: float, high: float) -> str:
    """Return `floor` or `ceiling` where 15 % or more of the answers are at that end, else ''."""
    if not values:
        return ""
    for end, name in ((low, "floor"), (high, "ceiling")):
        if sum(value == end for value in values) / len(values) >= AT_AN_EXTREME:
            return name
    return ""
