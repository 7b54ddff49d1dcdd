"""What is usual: how far a number wanders from week to week when nothing has changed.

Source: Donald J. Wheeler, Understanding Variation: The Key to Managing Chaos (1993): the XmR chart
(chapter 4) for numbers that stand alone; the p chart's three standard deviations for shares.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, sqrt
from typing import Literal

FEWEST_WEEKS = 12
WEEKS_BACK = 26
# 3 / 1.128: three standard deviations, estimated from moving ranges of two (Wheeler, appendix).
XMR_FACTOR = 2.66

Signal = Literal["above", "below"]


@dataclass(frozen=True)
class Usual:
    """The range a number stays in when nothing has changed; both ends belong to it."""

    low: float
    high: float

    @property
    def whole(self) -> tuple[int, int]:
        """Return the smallest and the largest whole number inside, as counts are shown."""
        return ceil(self.low - 1e-9), floor(self.high + 1e-9)

    def signal(self, value: float | None) -> Signal | None:
        """Return on which side of the range the value lies, or None inside it."""
        # Limits are computed, values are counted: what only rounding sets apart is no signal.
        slack = 1e-9 * max(1.0, abs(self.high))
        if value is None or self.low - slack <= value <= self.high + slack:
            return None
        return "above" if value > self.high else "below"


def usual_count(before: Sequence[float]) -> Usual | None:
    """Return the usual range of a weekly number from the weeks before it, oldest first.

    Mean +- 2.66 x mean moving range (XmR), not below 0. None with fewer than twelve weeks.
    """
    if len(before) < FEWEST_WEEKS:
        return None
    mean = sum(before) / len(before)
    moves = [abs(later - earlier) for earlier, later in pairwise(before)]
    reach = XMR_FACTOR * sum(moves) / len(moves)
    return Usual(max(0.0, mean - reach), mean + reach)


def usual_share(before: Sequence[tuple[float, float]], of: float | None) -> Usual | None:
    """Return the usual range of this week's share, 0 to 1, when it is a share of `of`.

    `before` holds (numerator, denominator) of the weeks before. The pooled share
    p +- 3 sqrt(p(1 - p) / n), kept within 0 and 1. None with fewer than twelve weeks that have a
    denominator, or when this week has none.
    """
    counted = [(numerator, among) for numerator, among in before if among]
    if len(counted) < FEWEST_WEEKS or not of:
        return None
    share = sum(numerator for numerator, _ in counted) / sum(among for _, among in counted)
    reach = 3 * sqrt(share * (1 - share) / of)
    return Usual(max(0.0, share - reach), min(1.0, share + reach))
