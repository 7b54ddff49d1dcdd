"""What a row's words say of the visit: marked arrived, cancelled, no-show, moved, and by whom."""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from allay_metrics.intake.columns import DISTINCT_TEXTS, Columns
from allay_metrics.intake.mapping import ColumnMap
from allay_metrics.intake.rules import Profile
from allay_metrics.intake.texts import one_line

# Stronger marks win: a moved visit is counted where it landed, a no-show is more than cancelled.
_STRENGTH = (
    "none", "arrived", "cancelled", "late_cancelled", "practice_cancelled", "no_show",
    "rescheduled",
)  # fmt: skip
# Words that tell more of a cancellation than that it is one.
_CLOSER = frozenset({"late_cancelled", "practice_cancelled"})
_encode = json.JSONEncoder(ensure_ascii=False).encode


class Marks:
    """Reads the marks of one file; a file of cancelled visits marks every row."""

    def __init__(self, where: ColumnMap, profile: Profile, holds: str) -> None:
        self._rules = where.marks
        self._indexes = sorted({rule.column for rule in where.marks})
        self._base = "cancelled" if holds == "cancelled" else "none"
        self._tells_closer = any(rule.mark in _CLOSER for rule in where.marks)
        self._practice_words = profile.practice_words
        self._mark = lru_cache(DISTINCT_TEXTS)(self._mark_of)
        self._canceller = lru_cache(DISTINCT_TEXTS)(self._canceller_of)

    def marked(self, columns: Columns) -> list[str]:
        """Return the strongest mark of each row, 'none' without one."""
        cells = zip(*(columns.at(index) for index in self._indexes), strict=True)
        return [self._mark(row) for row in cells] or [self._base] * columns.size

    def cancelled_by(self, columns: Columns) -> list[str | None]:
        """Return 'family' or 'practice' per row, None where it is not told."""
        texts = columns.raw("cancelled_by")
        return [self._canceller(text) for text in texts] or [None] * columns.size

    def settle(self, column_values: dict[str, list[Any]]) -> None:
        """Put closer words about a cancellation into the columns that keep them.

        One that is called late, without its time, is kept as cancelled at the start.
        """
        if not self._tells_closer:
            return
        for position, mark in enumerate(column_values["marked"]):
            if mark not in _CLOSER:
                continue
            column_values["marked"][position] = "cancelled"
            if mark == "practice_cancelled":
                column_values["cancelled_by"][position] = "practice"
            elif column_values["cancelled_at"][position] is None:
                column_values["cancelled_at"][position] = column_values["starts_at"][position]

    def _mark_of(self, cells: tuple[str, ...]) -> str:
        texts = dict(zip(self._indexes, map(one_line, cells), strict=True))
        met = [rule.mark for rule in self._rules if rule.matches.search(texts[rule.column])]
        return max([self._base, *met], key=_STRENGTH.index)

    def _canceller_of(self, text: str) -> str | None:
        line = one_line(text)
        if not line:
            return None
        return "practice" if self._practice_words.search(line) else "family"


def build_extra_reader(where: ColumnMap) -> Callable[[Columns], list[str | None]]:
    """Return a reader of the unmapped columns: JSON by header of what is not blank, or None."""

    def encode(cells: tuple[str, ...]) -> str | None:
        extras = {
            where.headers[index]: cell
            for index, cell in zip(where.extra, cells, strict=True)
            if cell.strip()
        }
        return _encode(extras) if extras else None

    remembered = lru_cache(DISTINCT_TEXTS)(encode)

    def read(columns: Columns) -> list[str | None]:
        cells = zip(*(columns.at(index) for index in where.extra), strict=True)
        return [remembered(row) for row in cells] or [None] * columns.size

    return read
