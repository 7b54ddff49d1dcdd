"""A calendar's events as a table, read by a child process with limited resources."""

import json
from collections.abc import Iterator
from pathlib import Path

from allay_metrics.intake.child_process import read_in_child
from allay_metrics.intake.table import FIRST_RECORDS, Batch, Record

PROGRAM = ("-m", "allay_metrics.intake.calendar_file")
HEADERS = (
    "Id", "Summary", "Start", "End", "Zone", "Location", "Description", "Calendar", "Created",
    "Status", "Problem",
)  # fmt: skip


class CalendarFile:
    """The events of one calendar in memory, in the order of their starts."""

    def __init__(self, path: Path, encoding: str) -> None:
        output = read_in_child(PROGRAM, path, encoding)
        self.notes: list[str] = output.header["notes"]
        self._rows = output.rows
        self._done = 0

    @property
    def fraction_read(self) -> float:
        """Return the share of the calendar that the current pass has read, 0 to 1."""
        return self._done / max(len(self._rows), 1)

    def first(self) -> list[Record]:
        """Return the header and the first events."""
        return [list(HEADERS), *map(json.loads, self._rows[: FIRST_RECORDS - 1])]

    def batches(self, skip: int, size: int) -> Iterator[Batch]:
        """Yield the events after the first `skip` records, one of which is the header."""
        for start in range(skip - 1, len(self._rows), size):
            rows = self._rows[start : start + size]
            self._done = start + len(rows)
            yield Batch([json.loads(row) for row in rows])
