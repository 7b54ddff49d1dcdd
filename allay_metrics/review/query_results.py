"""Results of `query` as plain values: one cell per metric and group."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

Filters = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class MetricCell:
    """One value of `query`; None is no value, and `reason` says why.

    With a value, `reason` may hold a remark. Rates are 0 to 1, money is in dollars.
    """

    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    reason: str = ""

    @property
    def count(self) -> int:
        """Return the value as an integer; no value counts as 0."""
        return round(self.value or 0)


NOTHING = MetricCell(None)


def iterate_cells(answer: pd.DataFrame, *places: str) -> Iterator[tuple[Any, ...]]:
    """Yield (place, ..., metric, cell) for each row; `places` are columns such as city, period."""
    columns = [answer[name].tolist() for name in (*places, "metric")]
    values = ("value", "numerator", "denominator", "reason")
    cell_values = zip(*(answer[name].tolist() for name in values), strict=True)
    for *place, cell in zip(*columns, cell_values, strict=True):
        yield (*place, MetricCell(*cell))


def index_cells(answer: pd.DataFrame, *places: str) -> dict[tuple[Any, ...], MetricCell]:
    """Return the cells by (place, ..., metric)."""
    return {tuple(place): cell for *place, cell in iterate_cells(answer, *places)}
