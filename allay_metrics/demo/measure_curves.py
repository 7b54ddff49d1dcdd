"""How the demo's babies change with age: the norms plus noise, without an effect of visits.

Crying follows Wolke, Bilgin and Samara 2017 (J Pediatr 185:55), the longest sleep Figueiredo 2016
(Infant Behav Dev 44:169); both are in data/reference/norms.csv. The other curves are invented.
Families book at a bad moment: the first answer is drawn from the worse half of a baby's days, so
that later answers are better by regression to the mean alone, as in real data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
STEADY = 0.65  # correlation of two answers of the same baby beyond her age


@dataclass(frozen=True)
class Curve:
    """A measure's usual course: value at each age in weeks, spread, range and step."""

    weeks: tuple[float, ...]
    values: tuple[float, ...]
    spread: float
    low: float
    high: float
    step: float
    worse_is: int = 1


CURVES: dict[str, Curve] = {
    "cry_min": Curve((1.5, 3.5, 5.5, 8.5, 11), (117, 125, 133, 105, 68), 66, 0, 720, 15),
    "settle": Curve((1, 6, 12, 26), (5.0, 5.6, 4.2, 3.0), 2, 0, 10, 1),
    "sleep_long": Curve((2, 13, 26), (3.2, 5.2, 5.6), 1.3, 0, 12, 0.5, -1),
    "wakings": Curve((2, 13, 26), (3.1, 2.24, 2.11), 1.0, 0, 15, 1),
    "confidence": Curve((0, 12, 26), (5.4, 7.2, 7.8), 1.6, 0, 10, 1, -1),
    "top_concern": Curve((0, 6, 12, 26), (6.2, 5.8, 4.4, 3.2), 2.0, 0, 10, 1),
    "feed_pain": Curve((0.3, 2, 8, 16), (5.6, 4.0, 1.4, 0.8), 2.0, 0, 10, 1),
    "feed_ease": Curve((0.3, 2, 8, 16), (5.4, 4.6, 2.6, 1.8), 2.0, 0, 10, 1),
    "tummy": Curve((1, 6, 17, 30), (4.2, 5.2, 3.8, 2.2), 2.0, 0, 10, 1),
    "head_turn": Curve((2, 8, 17, 30), (2.2, 2.1, 1.5, 0.9), 0.9, 0, 4, 1),
    "head_shape": Curve((2, 7, 17, 35), (1.3, 1.7, 1.4, 0.8), 0.7, 0, 3, 1),
    "parent_pain": Curve((-16, -2, 1, 6, 16), (4.6, 5.8, 5.2, 4.0, 3.0), 1.8, 0, 10, 1),
}


def draw_answers(
    measure: str, age_weeks: Numbers, is_baseline: Numbers, of: Numbers, rng: np.random.Generator
) -> Numbers:
    """Return one answer per age in weeks; `of` is the baby's own deviation (mean 0, SD 1)."""
    curve = CURVES[measure]
    moment = rng.normal(size=len(age_weeks))
    moment = np.where(is_baseline > 0, np.abs(moment) * 0.9 + 0.1 * moment, moment)
    deviation = np.sqrt(STEADY) * of + np.sqrt(1 - STEADY) * moment
    usual = np.interp(age_weeks, curve.weeks, curve.values)
    value = usual + curve.worse_is * curve.spread * deviation
    rounded = np.round(value / curve.step) * curve.step
    return np.asarray(np.clip(rounded, curve.low, curve.high), dtype=np.float64)
