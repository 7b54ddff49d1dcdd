"""The marks of a visit by a row's words: arrived, cancelled, no-show, moved; who cancelled it."""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from allay_metrics.intake.columns import DISTINCT_TEXTS, Columns
from allay_metrics.intake.mapping import ColumnMap
from allay_metrics.intake.rules import Profile
from allay_metrics.intake.texts import one_line

# The strongest mark of a row counts, in this order: a moved visit counts on its new day only, a
# no-show before a cancellation.
_STRENGTH = (
    "none", "arrived", "cancelled", "late_cancelled", "practice_cancelled", "no_show",
    "rescheduled",
)  # fmt: skip
# Marks with details of a cancellation.
_DETAILED_MARKS = frozenset({"late_cancelled", "practice_cancelled"})
_encode = json.JSONEncoder(ensure_ascii=False).encode


class Marks:
    """Reads the marks of one file; in a file of cancelled visits every row is cancelled."""

    def __init__(self, column_map: ColumnMap, profile: Profile, holds: str) -> None:
        self._rules = column_map.marks
        self._indexes = sorted({rule.column for rule in column_map.marks})
        self._base = "cancelled" if holds == "cancelled" else "none"
        self._has_detailed_marks = any(rule.mark in _DETAILED_MARKS for rule in column_map.marks)
        self._practice_words = profile.practice_words
        self._mark = lru_cache(DISTINCT_TEXTS)(self._mark_of)
        self._canceller = lru_cache(DISTINCT_TEXTS)(self._canceller_of)

    def read_marks(self, columns: Columns) -> list[str]:
        """Return the strongest mark of each row, 'none' if it has none."""
        cells = zip(*(columns.at(index) for index in self._indexes), strict=True)
        return [self._mark(row) for row in cells] or [self._base] * columns.size

    def read_cancelled_by(self, columns: Columns) -> list[str | None]:
        """Return 'family' or 'practice' per row, None if unknown."""
        texts = columns.raw("cancelled_by")
        return [self._canceller(text) for text in texts] or [None] * columns.size

    def apply_details(self, column_values: dict[str, list[Any]]) -> None:
        """Replace detailed marks by `cancelled`, with their details in other columns.

        A late cancellation without a time counts as cancelled at the start of the visit.
        """
        if not self._has_detailed_marks:
            return
        for position, mark in enumerate(column_values["marked"]):
            if mark not in _DETAILED_MARKS:
                continue
            column_values["marked"][position] = "cancelled"
            if mark == "practice_cancelled":
                column_values["cancelled_by"][position] = "practice"
            elif column_values["cancelled_at"][position] is None:
                column_values["cancelled_at"][position] = column_values["starts_at"][position]

    def _mark_of(self, cells: tuple[str, ...]) -> str:
        texts = dict(zip(self._indexes, map(one_line, cells), strict=True))
        matching_marks = [
            rule.mark for rule in self._rules if rule.matches.search(texts[rule.column])
        ]
        return max([self._base, *matching_marks], key=_STRENGTH.index)

    def _canceller_of(self, text: str) -> str | None:
        line = one_line(text)
        if not line:
            return None
        return "practice" if self._practice_words.search(line) else "family"


def build_extra_reader(column_map: ColumnMap) -> Callable[[Columns], list[str | None]]:
    """Return a function that reads the unmapped columns.

    It returns per row a JSON object of the texts that are not blank by header, or None.
    """

    def encode(cells: tuple[str, ...]) -> str | None:
        extras = {
            column_map.headers[index]: cell
            for index, cell in zip(column_map.extra, cells, strict=True)
            if cell.strip()
        }
        return _encode(extras) if extras else None

    cached_encode = lru_cache(DISTINCT_TEXTS)(encode)

    def read(columns: Columns) -> list[str | None]:
        cells = zip(*(columns.at(index) for index in column_map.extra), strict=True)
        return [cached_encode(row) for row in cells] or [None] * columns.size

    return read
