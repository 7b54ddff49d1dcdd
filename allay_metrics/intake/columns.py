"""The columns of one batch, as tidy texts by field."""

from collections.abc import Sequence
from functools import lru_cache

from allay_metrics.intake.mapping import ColumnMap
from allay_metrics.intake.table import Record
from allay_metrics.intake.texts import one_line, several_lines

DISTINCT_TEXTS = 50_000  # size of a cache, so that memory does not grow with the file

Column = Sequence[str]


class TextTidier:
    """Tidies the texts of one file, each distinct text once."""

    def __init__(self) -> None:
        self.line = lru_cache(DISTINCT_TEXTS)(one_line)
        self.lines = lru_cache(DISTINCT_TEXTS)(several_lines)


class Columns:
    """Columns of equal length; a field without a column in the file is blank in every row."""

    def __init__(self, records: list[Record], column_map: ColumnMap, tidy: TextTidier) -> None:
        self.size = len(records)
        self._column_map = column_map
        self._tidy = tidy
        self._table: list[Column] = list(zip(*records, strict=True))
        if not records:
            self._table = [()] * len(column_map.headers)

    def at(self, index: int) -> Column:
        """Return the column at this position, unchanged."""
        return self._table[index]

    def raw(self, field: str) -> Column:
        """Return a field's column, unchanged; () if the file has none."""
        indexes = self._column_map.fields.get(field)
        return self._table[indexes[0]] if indexes else ()

    def line(self, field: str) -> list[str]:
        """Return a field's texts, each tidied to one line."""
        return list(map(self._tidy.line, self.raw(field))) or [""] * self.size

    def or_none(self, field: str) -> list[str | None]:
        """Return a field's texts on one line, None where blank."""
        return [text or None for text in self.line(field)]

    def joined(self, field: str, separator: str) -> list[str | None]:
        """Return the texts of all columns of a field, joined; None where all are blank."""
        indexes = self._column_map.fields.get(field, ())
        columns = [[self._tidy.lines(cell) for cell in self._table[index]] for index in indexes]
        if not columns:
            return [None] * self.size
        if len(columns) == 1:
            return [text or None for text in columns[0]]
        return [separator.join(filter(None, cells)) or None for cells in zip(*columns, strict=True)]
