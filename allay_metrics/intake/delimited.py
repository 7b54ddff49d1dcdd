"""Delimited text, read as a stream: comma, semicolon or tab, with quoted line breaks."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import cast

from allay_metrics.errors import FileProblem
from allay_metrics.intake.table import (
    FIRST_RECORDS,
    MAX_COLUMNS,
    Batch,
    Record,
    too_many_columns,
)

_DELIMITERS = (",", ";", "\t")
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs"}
# Added after the last line. Inside an unclosed quotation mark it becomes part of the last value,
# otherwise a record of its own. No text file that is read here contains a NUL.
_END = "\0end of file\0"
_CUT = "the file ends inside this row's last value: a quotation mark never closes"
_LONGEST_LINE = 1_000_000  # characters, so that an endless line does not fill the memory


class DelimitedFile:
    """A text file of records, opened again for each pass."""

    def __init__(self, path: Path, encoding: str, note: str = "") -> None:
        self._path = path
        self._encoding = encoding
        self._size = max(path.stat().st_size, 1)
        self._position = 0
        self._delimiter = self._find_delimiter()
        self.notes = [note] if note else []
        if self._delimiter != ",":
            self.notes.append(f"values are parted by {_NAMES[self._delimiter]}")

    @property
    def fraction_read(self) -> float:
        """Return the share of the file that the current pass has read, 0 to 1."""
        return min(self._position / self._size, 1.0)

    def first(self) -> list[Record]:
        """Return the first records, the header among them."""
        with self._open() as stream:
            return self._read_first(_Lines(self._path, stream), self._delimiter)

    def batches(self, skip: int, size: int) -> Iterator[Batch]:
        """Read the file again and yield its records after the first `skip`."""
        with self._open() as stream:
            bytes_read = cast("io.BufferedReader", stream.buffer).tell
            lines = _Lines(self._path, stream)
            reader = csv.reader(lines, delimiter=self._delimiter)
            row = 0
            try:
                for _ in range(skip):
                    _next_record(reader)
                while batch := _read_batch(reader, size):
                    self._position = bytes_read()
                    row += len(batch.records)
                    if batch.records:
                        yield batch
            except csv.Error as error:
                raise FileProblem(
                    f"{self._path.name} cannot be read after row {row:,}, near line "
                    f"{lines.count:,}: {error}; a quotation mark may be missing."
                ) from None
        self._position = self._size

    def _open(self) -> io.TextIOWrapper:
        # encoding.py has decoded all of it, except a character cut off at the very end.
        try:
            return self._path.open(encoding=self._encoding, errors="replace", newline="")
        except OSError as error:
            problem = f"{self._path.name} cannot be opened: {error.strerror or error}."
            raise FileProblem(problem) from None

    def _find_delimiter(self) -> str:
        """Return the delimiter that gives the widest table over most of the first records."""
        widths = {}
        for delimiter in _DELIMITERS:
            with self._open() as stream:
                widths[delimiter] = _usual_width(
                    self._read_first(_Lines(self._path, stream), delimiter)
                )
        return max(_DELIMITERS, key=lambda delimiter: widths[delimiter])

    def _read_first(self, lines: "_Lines", delimiter: str) -> list[Record]:
        reader = csv.reader(lines, delimiter=delimiter)
        records: list[Record] = []
        try:
            while len(records) < FIRST_RECORDS:
                records.append(_next_record(reader))
        except (StopIteration, csv.Error):
            pass  # these records are enough to find the header; `batches` reports an error
        if records:
            _remove_end_mark(records)
        return records


class _Lines:
    """Yields the lines for the reader, then the mark for the end."""

    def __init__(self, path: Path, stream: io.TextIOWrapper) -> None:
        self._path = path
        self._stream = stream
        self.count = 0

    def __iter__(self) -> Iterator[str]:
        readline = self._stream.readline
        while line := readline(_LONGEST_LINE):
            self.count += 1
            if self.count <= FIRST_RECORDS or len(line) == _LONGEST_LINE:
                self._refuse_width(line)
            yield line
        yield _END

    def _refuse_width(self, line: str) -> None:
        columns = 1 + max(line.count(delimiter) for delimiter in _DELIMITERS)
        if columns > MAX_COLUMNS * 2:
            raise too_many_columns(self._path, columns, self.count)
        if len(line) == _LONGEST_LINE:
            raise FileProblem(
                f"{self._path.name}, line {self.count:,}: it is longer than "
                f"{_LONGEST_LINE:,} characters, which no export of visits has."
            )


def _next_record(reader: Iterator[Record]) -> Record:
    while not (record := next(reader)):
        pass  # skip blank lines
    return record


def _read_batch(reader: Iterator[Record], size: int) -> Batch | None:
    """Return the next records without blank lines, None at the end."""
    records = list(islice(reader, size))
    if not records:
        return None
    cut = _remove_end_mark(records)
    return Batch([record for record in records if record], _CUT if cut else "")


def _remove_end_mark(records: list[Record]) -> bool:
    """Remove the mark for the end; return whether it was part of the last record's value."""
    last = records[-1]
    if not last or not last[-1].endswith(_END):
        return False
    if last == [_END]:
        records.pop()
        return False
    last[-1] = last[-1].removesuffix(_END)
    return True


def _usual_width(records: list[Record]) -> int:
    if not records:
        return 0
    counts = Counter(len(record) for record in records)
    most = max(counts.values())
    return max(width for width, count in counts.items() if count >= most / 2)
