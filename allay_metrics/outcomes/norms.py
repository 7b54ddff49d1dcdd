"""Published means of babies by age, interpolated linearly between the middles of age bands."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np

from allay_metrics import config

FULL_TERM_WEEKS = 40
PRETERM_BEFORE_WEEKS = 37


@dataclass(frozen=True)
class Norm:
    """One primary row of norms.csv: the mean of babies between two ages in weeks.

    `sd` is between babies; `low` and `high` are the source's range, None where it has none.
    `source` and `evidence` are displayed wherever the band is.
    """

    metric: str
    unit: str
    from_week: float
    to_week: float
    value: float
    sd: float | None
    low: float | None
    high: float | None
    source: str
    link: str
    evidence: str

    @property
    def middle(self) -> float:
        """Return the middle of the age band, in weeks."""
        return (self.from_week + self.to_week) / 2


@cache
def norms(metric: str) -> tuple[Norm, ...]:
    """Return the primary rows of a metric by age; empty where there are none."""
    with (config.REFERENCE / "norms.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["metric"] == metric]
    primary_norms = [
        Norm(
            metric=metric,
            unit=row["unit"],
            from_week=float(row["age_from_wk"]),
            to_week=float(row["age_to_wk"]),
            value=float(row["value"]),
            sd=_number(row["sd"]),
            low=_number(row["lo"]),
            high=_number(row["hi"]),
            source=row["source"],
            link=row["link"],
            evidence=row["evidence"],
        )
        for row in rows
        if row["primary"] == "yes"
    ]
    return tuple(sorted(primary_norms, key=lambda norm: norm.middle))


def _number(text: str) -> float | None:
    return float(text) if text else None


def expected(metric: str, weeks: float) -> float | None:
    """Return the mean of babies of this age, None outside the ages of the table.

    Linear between the middles of the age bands, flat in the outer halves of the first and last
    band, never extrapolated.
    """
    rows = norms(metric)
    if not rows or not rows[0].from_week <= weeks <= rows[-1].to_week:
        return None
    return float(np.interp(weeks, [row.middle for row in rows], [row.value for row in rows]))


def expected_change(metric: str, weeks_before: float, weeks_after: float) -> float | None:
    """Return the change of the mean between two ages, in the direction of the scale."""
    before, after = expected(metric, weeks_before), expected(metric, weeks_after)
    return None if before is None or after is None else after - before


def band(metric: str, ages: Sequence[float]) -> list[tuple[float, float, float, float]]:
    """Return (age, low, mean, high) for the ages that the table covers, for drawing.

    The band is the mean -+ one standard deviation, or the mean alone where none is known. It is
    never below 0.
    """
    rows = norms(metric)
    drawn = []
    for age in ages:
        mean = expected(metric, age)
        if mean is None:
            continue
        middles = [row.middle for row in rows]
        spread = float(np.interp(age, middles, [row.sd or 0.0 for row in rows]))
        drawn.append((age, max(0.0, mean - spread), mean, mean + spread))
    return drawn


def age_weeks(born: date, on: date, gestation_weeks: int | None = None) -> float:
    """Return the age in weeks on a day, corrected for babies born before 37 weeks."""
    age = (on - born).days / 7
    if gestation_weeks is not None and gestation_weeks < PRETERM_BEFORE_WEEKS:
        age -= FULL_TERM_WEEKS - gestation_weeks
    return age
