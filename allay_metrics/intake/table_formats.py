"""A file opened by what its bytes are: a workbook, a calendar, or text in columns."""

from pathlib import Path

from allay_metrics.intake.calendar_table import CalendarFile
from allay_metrics.intake.delimited import DelimitedFile
from allay_metrics.intake.encoding import FileBytes, inspect_bytes
from allay_metrics.intake.table import Table
from allay_metrics.intake.workbook import Workbook

_CALENDAR = "BEGIN:VCALENDAR"


def open_table(path: Path) -> tuple[Table, FileBytes]:
    """Return the file as a table, and what its bytes are. Raises FileProblem."""
    looked = inspect_bytes(path)
    if not looked.encoding:
        return Workbook(path), looked
    if _is_calendar(path, looked.encoding):
        return CalendarFile(path, looked.encoding), looked
    return DelimitedFile(path, looked.encoding, looked.note), looked


def _is_calendar(path: Path, encoding: str) -> bool:
    with path.open(encoding=encoding, errors="replace") as file:
        return file.read(200).lstrip().upper().startswith(_CALENDAR)
