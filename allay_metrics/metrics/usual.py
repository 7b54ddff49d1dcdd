"""The usual range: how far a number varies from week to week when nothing has changed.

Source: Donald J. Wheeler, Understanding Variation: The Key to Managing Chaos (1993): the XmR chart
(chapter 4) for numbers that stand alone; the p chart's three standard deviations for shares.

The XmR chart takes its spread from neighbours, as if one said nothing of the next. A stock that
counts the visits of two weeks shares one of them with its neighbour, so neighbours are alike
(correlation 1/2) and their moving ranges too small by the root of 1/2: limits of 2.1 instead of
3 standard deviations. Two such values two weeks apart share no visit. Of two independent normal
values the mean distance is 2 / sqrt(pi) = 1.128 standard deviations, which is the d2 of ranges of
two (Montgomery, Introduction to Statistical Quality Control, table of factors for n = 2), so the
factor stays 3 / 1.128 and only the distance of the weeks compared changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, sqrt
from typing import Literal

FEWEST_WEEKS = 12
WEEKS_BACK = 26
# 3 / 1.128: three standard deviations, estimated from moving ranges of two (Wheeler, appendix).
XMR_FACTOR = 2.66

Signal = Literal["above", "below"]


@dataclass(frozen=True)
class Usual:
    """The range of a number when nothing has changed; both ends are inside."""

    low: float
    high: float

    @property
    def whole(self) -> tuple[int, int]:
        """Return the smallest and the largest whole number inside, for counts."""
        return ceil(self.low - 1e-9), floor(self.high + 1e-9)

    def signal(self, value: float | None) -> Signal | None:
        """Return on which side of the range the value lies, or None inside it."""
        # A difference that is only a rounding error is no signal.
        slack = 1e-9 * max(1.0, abs(self.high))
        if value is None or self.low - slack <= value <= self.high + slack:
            return None
        return "above" if value > self.high else "below"


def usual_count(before: Sequence[float], spans: int = 1) -> Usual | None:
    """Return the usual range of a weekly number from the weeks before it, oldest first.

    Mean +- 2.66 x mean moving range (XmR), not below 0. None with fewer than twelve weeks. Where a
    value counts `spans` weeks, ranges are taken between values `spans` weeks apart, because closer
    ones share visits.
    """
    if len(before) < FEWEST_WEEKS:
        return None
    mean = sum(before) / len(before)
    apart = zip(before, before[spans:], strict=False)
    moves = [abs(later - earlier) for earlier, later in apart]
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
