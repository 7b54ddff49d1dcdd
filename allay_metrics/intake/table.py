"""The protocol of a table in any file format: records of texts, in batches."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from allay_metrics.errors import FileProblem

MAX_COLUMNS = 1_000
FIRST_RECORDS = 30  # enough to find the header below title lines

Record = list[str]


@dataclass(frozen=True)
class Batch:
    """Some records in the file's order; `cut` says why the last one is incomplete, else ''."""

    records: list[Record]
    cut: str = ""


class Table(Protocol):
    """A file opened for reading. Blank lines are no records."""

    @property
    def notes(self) -> list[str]:
        """Return notes for a person on how the file was read."""
        ...

    @property
    def fraction_read(self) -> float:
        """Return the share of the file that the current pass has read, 0 to 1."""
        ...

    def first(self) -> list[Record]:
        """Return the first records, the header among them."""
        ...

    def batches(self, skip: int, size: int) -> Iterator[Batch]:
        """Read the file again and yield its records after the first `skip`."""
        ...


def too_many_columns(path: Path, columns: int, line: int = 1) -> FileProblem:
    """Return the error for a file that is wider than any export of visits."""
    return FileProblem(
        f"{path.name}, line {line}: {columns:,} columns are more than a table of visits has; "
        f"at most {MAX_COLUMNS:,} are read."
    )
