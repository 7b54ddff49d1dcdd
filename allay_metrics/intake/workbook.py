"""XLSX workbooks: the archive is checked here, the sheet is read in a child process."""

import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from allay_metrics.errors import FileProblem
from allay_metrics.intake.child_process import read_in_child
from allay_metrics.intake.table import (
    FIRST_RECORDS,
    MAX_COLUMNS,
    Batch,
    Record,
    too_many_columns,
)

PROGRAM = ("-m", "allay_metrics.intake.sheet")
_MOST_FILES = 2_000
_MOST_BYTES = 300_000_000  # unpacked
# A sheet of visits compresses ten to twenty times. One that compresses far better is an attack.
_MOST_SWELLING, _SWELLING_FROM = 100, 20_000_000
_MOST_CELLS = 4_000_000  # a sheet is a full rectangle in memory
_BLOCK = 1 << 20
_CELL = re.compile(rb'<(?:\w+:)?(?:c|row)\b[^>]*?\br="([A-Z]{0,4})(\d{1,9})"')
_LONGEST_TAG = 400  # bytes kept from one block to the next, so that no tag is split


class Workbook:
    """The first sheet of a workbook that is not empty."""

    def __init__(self, path: Path) -> None:
        _check_archive(path)
        output = read_in_child(PROGRAM, path)
        self._rows = output.rows
        sheets = output.header["sheets"]
        self.notes = [f"read the sheet '{output.header['sheet']}' of {sheets} sheets"] * (
            sheets > 1
        )
        self._done = 0

    @property
    def fraction_read(self) -> float:
        """Return the share of the sheet that the current pass has read, 0 to 1."""
        return self._done / max(len(self._rows), 1)

    def first(self) -> list[Record]:
        """Return the first records, the header among them."""
        return [json.loads(row) for row in self._rows[:FIRST_RECORDS]]

    def batches(self, skip: int, size: int) -> Iterator[Batch]:
        """Yield the sheet's records after the first `skip`."""
        for start in range(skip, len(self._rows), size):
            rows = self._rows[start : start + size]
            self._done = start + len(rows)
            yield Batch([json.loads(row) for row in rows])


def _check_archive(path: Path) -> None:
    """Raise FileProblem if it is no workbook, or would fill the memory when unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if not any(member.filename.startswith("xl/") for member in members):
                raise FileProblem(f"{path.name} is an archive but not an Excel workbook (.xlsx).")
            unpacked_size = sum(member.file_size for member in members)
            is_bomb = unpacked_size > max(_MOST_SWELLING * path.stat().st_size, _SWELLING_FROM)
            if len(members) > _MOST_FILES or unpacked_size > _MOST_BYTES or is_bomb:
                raise _too_large(path)
            _unpack(path, archive, members)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError):
        raise FileProblem(f"{path.name} is a damaged or cut Excel workbook.") from None


def _unpack(path: Path, archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> None:
    """Unpack every member once, block by block, to check its true size and cells."""
    bytes_left = _MOST_BYTES
    for member in members:
        # Any XML file may be a sheet: the workbook itself says where its sheets are.
        is_sheet = member.filename.lower().endswith(".xml")
        rows = columns = 0
        rest = b""
        with archive.open(member) as file:
            while block := file.read(_BLOCK):
                bytes_left -= len(block)
                if bytes_left < 0:
                    raise _too_large(path)
                if is_sheet:
                    rows, columns = _find_extent(rest + block, rows, columns)
                    rest = block[-_LONGEST_TAG:]
        _check_area(path, rows, columns)


def _find_extent(xml: bytes, rows: int, columns: int) -> tuple[int, int]:
    for letters, digits in _CELL.findall(xml):
        rows = max(rows, int(digits))
        if letters:
            columns = max(columns, _column_number(letters))
    return rows, columns


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _check_area(path: Path, rows: int, columns: int) -> None:
    if columns > MAX_COLUMNS:
        raise too_many_columns(path, columns)
    if rows * columns > _MOST_CELLS:
        raise FileProblem(
            f"{path.name}: a sheet reaches to row {rows:,} and column {columns:,}, too far to be "
            "read safely; delete the cells far away from the table, or save it as CSV."
        )


def _too_large(path: Path) -> FileProblem:
    return FileProblem(
        f"{path.name} unpacks to far more than a table of visits is; save it as CSV instead."
    )
