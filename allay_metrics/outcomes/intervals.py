"""Confidence intervals and reliable change for small numbers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median, stdev

LEVEL = 0.95
RELIABLE = 1.96  # standard errors; Jacobson and Truax 1991


@dataclass(frozen=True)
class Share:
    """`count` of `n` with its Wilson interval; share, low and high are 0 to 1, None for n = 0."""

    count: int
    n: int
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Mean:
    """Mean and median of n changes, and the t interval of the mean; None for n below 2."""

    n: int
    mean: float
    median: float
    low: float | None
    high: float | None


def wilson(count: int, n: int) -> Share:
    """Return a share with its 95 % Wilson score interval, without continuity correction.

    Wilson 1927, J Am Stat Assoc 22:209: the centre is drawn towards a half, and the interval
    never leaves 0 to 1. 7 of 11 is 64 % (35 to 85), 5 of 5 is 100 % (57 to 100).
    """
    if not 0 <= count <= n:
        raise ValueError(f"{count} of {n} is no share")
    if n == 0:
        return Share(0, 0, None, None, None)
    z = _normal_quantile()
    share = count / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # Rounding would leave a tiny difference from 0 and 1 at the ends.
    low = 0.0 if count == 0 else centre - half
    high = 1.0 if count == n else centre + half
    return Share(count, n, share, low, high)


def mean_change(changes: Sequence[float]) -> Mean:
    """Return mean and median of paired changes with the 95 % t interval of the mean.

    d -+ t(.975, n - 1) s / sqrt(n), Student 1908. Raises ValueError for an empty sequence.
    """
    n = len(changes)
    if n == 0:
        raise ValueError("no change to average")
    middle = fmean(changes)
    if n == 1:
        return Mean(n, middle, float(median(changes)), None, None)
    half = _t_quantile(n - 1) * stdev(changes) / math.sqrt(n)
    return Mean(n, middle, float(median(changes)), middle - half, middle + half)


def reliable_change(change: float, sd: float, reliability: float) -> float:
    """Return a change in standard errors of the difference between two answers.

    RC = (x2 - x1) / (SD sqrt(2 (1 - r))), Jacobson and Truax 1991, J Consult Clin Psychol 59:12.
    Beyond -+1.96 it exceeds noise.
    """
    return change / (sd * math.sqrt(2 * (1 - reliability)))


def least_reliable(sd: float, reliability: float) -> float:
    """Return the smallest change that exceeds noise: 2.5 for an SD of 2 and r of .8."""
    return RELIABLE * sd * math.sqrt(2 * (1 - reliability))


def regression_to_the_mean(mean: float, sd: float, cut_off: float, reliability: float) -> float:
    """Return how far people selected beyond a cut-off move back by chance alone.

    SD (1 - r) phi(c) / (1 - Phi(c)) with c = (cut-off - mean) / SD, Barnett 2005, Int J Epidemiol
    34:215. Mean 133, SD 70, cut-off 180 and r .5 give 44 minutes a day.
    """
    c = (cut_off - mean) / sd
    density = math.exp(-c * c / 2) / math.sqrt(2 * math.pi)
    beyond = math.erfc(c / math.sqrt(2)) / 2
    return sd * (1 - reliability) * density / beyond


def _normal_quantile() -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(1 - (1 - LEVEL) / 2)


def _t_quantile(freedom: int) -> float:
    # Imported late: only outcome pages need it, and it is slow to import.
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 1 - (1 - LEVEL) / 2))
