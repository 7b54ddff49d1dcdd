"""CSV and its relatives, read as a stream: comma, semicolon or tab, quoted line breaks."""

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
_CUT = "the file ends inside this row's last value: a quotation mark never closes"
_LONGEST_LINE = 1_000_000  # characters; keeps one endless line from filling the memory


class DelimitedFile:
    """A text file of records. Every reading opens it anew."""

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
        """Return how much of the file the latest reading has passed, 0 to 1."""
        return min(self._position / self._size, 1.0)

    def first(self) -> list[Record]:
        """Return the first records, the header among them."""
        with self._open() as stream:
            return self._some(_Lines(self._path, stream), self._delimiter)

    def batches(self, skip: int, size: int) -> Iterator[Batch]:
        """Read the file anew and yield its records behind the first `skip`."""
        with self._open() as stream:
            bytes_read = cast("io.BufferedReader", stream.buffer).tell
            lines = _Lines(self._path, stream)
            reader = csv.reader(lines, delimiter=self._delimiter)
            row = 0
            try:
                for _ in range(skip):
                    _next_record(reader)
                while not lines.ends:
                    batch = _read_batch(lines, reader, size)
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
        # Only a character cut off at the very end can still be undecodable: see encoding.py.
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
                widths[delimiter] = _usual_width(self._some(_Lines(self._path, stream), delimiter))
        return max(_DELIMITERS, key=lambda delimiter: widths[delimiter])

    def _some(self, lines: "_Lines", delimiter: str) -> list[Record]:
        reader = csv.reader(lines, delimiter=delimiter)
        records: list[Record] = []
        try:
            while len(records) < FIRST_RECORDS:
                records.append(_next_record(reader))
        except (StopIteration, csv.Error):
            pass  # what was read is enough to find the header; reading on tells what is wrong
        return records


class _Lines:
    """Hands lines to the reader and counts how often it asked behind the end."""

    def __init__(self, path: Path, stream: io.TextIOWrapper) -> None:
        self._path = path
        self._readline = stream.readline
        self.count = 0
        self.ends = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._readline(_LONGEST_LINE)
        if not line:
            self.ends += 1
            raise StopIteration
        self.count += 1
        if self.count == 1 or len(line) == _LONGEST_LINE:
            self._refuse_width(line)
        return line

    def _refuse_width(self, line: str) -> None:
        columns = 1 + max(line.count(delimiter) for delimiter in _DELIMITERS)
        if self.count == 1 and columns > MAX_COLUMNS * 2:
            raise too_many_columns(self._path, columns)
        if len(line) == _LONGEST_LINE:
            raise FileProblem(
                f"{self._path.name}, line {self.count:,}: it is longer than "
                f"{_LONGEST_LINE:,} characters, which no export of visits has."
            )


def _next_record(reader: Iterator[Record]) -> Record:
    while not (record := next(reader)):
        pass  # a blank line is no record
    return record


def _read_batch(lines: _Lines, reader: Iterator[Record], size: int) -> Batch:
    records = list(islice(reader, size))
    # The reader asks for one more line behind the end. If it got a record out of that, the
    # record's last value was still inside quotation marks: the file was cut there.
    cut = bool(records) and lines.ends == (2 if len(records) < size else 1)
    return Batch([record for record in records if record], _CUT if cut else "")


def _usual_width(records: list[Record]) -> int:
    if not records:
        return 0
    counts = Counter(len(record) for record in records)
    most = max(counts.values())
    return max(width for width, count in counts.items() if count >= most / 2)
