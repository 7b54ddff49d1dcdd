"""Opens a file by its bytes: a workbook, a calendar, or delimited text."""

from pathlib import Path

from allay_metrics.intake.calendar_table import CalendarFile
from allay_metrics.intake.delimited import DelimitedFile
from allay_metrics.intake.encoding import FileBytes, inspect_bytes
from allay_metrics.intake.table import Table
from allay_metrics.intake.workbook import Workbook

_CALENDAR = "BEGIN:VCALENDAR"


def open_table(path: Path) -> tuple[Table, FileBytes]:
    """Return the file as a table, with its hash and encoding. Raises FileProblem."""
    file_bytes = inspect_bytes(path)
    if not file_bytes.encoding:
        return Workbook(path), file_bytes
    if _is_calendar(path, file_bytes.encoding):
        return CalendarFile(path, file_bytes.encoding), file_bytes
    return DelimitedFile(path, file_bytes.encoding, file_bytes.note), file_bytes


def _is_calendar(path: Path, encoding: str) -> bool:
    with path.open(encoding=encoding, errors="replace") as file:
        return file.read(200).lstrip().upper().startswith(_CALENDAR)
