"""Builds small invented Acuity exports: a row is defaults and what a test says of it."""

import csv
import io
from pathlib import Path

from allay_metrics.intake.rows import Chunk
from allay_metrics.intake.source_file import open_source

ZONE = "America/Los_Angeles"
DEFAULTS = {
    "Start Time": "November 16, 2026 9:00 am",
    "End Time": "November 16, 2026 10:00 am",
    "Timezone": ZONE,
    "First Name": "Ada",
    "Last Name": "Moss",
    "Phone": "'+14155550100",
    "Email": "ada@example.com",
    "Type": "Infant CST",
    "Calendar": "Maya Lopez",
    "Appointment Price": "165.00",
    "Paid?": "no",
    "Amount Paid Online": "0.00",
    "Certificate Code": "",
    "Notes": "",
    "Date Scheduled": "2026-11-02",
    "Label": "",
    "Scheduled By": "a client ",
    "Date Rescheduled": "",
    "Appointment ID": "",
}


def export_text(
    *rows: dict[str, str], without: tuple[str, ...] = (), delimiter: str = ",", bold: bool = True
) -> str:
    """Return an export of these rows; columns a row names beyond the defaults are added."""
    columns = [name for name in DEFAULTS if name not in without]
    columns += [name for name in dict.fromkeys(n for row in rows for n in row)
                if name not in columns and name not in without]  # fmt: skip
    out = io.StringIO()
    writer = csv.writer(
        out,
        delimiter=delimiter,
        quoting=csv.QUOTE_ALL if bold else csv.QUOTE_MINIMAL,
        lineterminator="\r\n",
    )
    writer.writerow(columns)
    for number, row in enumerate(rows, 1):
        values = DEFAULTS | {"Appointment ID": f"{number:09}"} | row
        writer.writerow([values.get(name, "") for name in columns])
    return out.getvalue()


def write_export(folder: Path, *rows: dict[str, str], **kwargs: object) -> Path:
    """Write an export of these rows and return its path."""
    path = folder / "export.csv"
    path.write_bytes(export_text(*rows, **kwargs).encode())  # type: ignore[arg-type]
    return path


def read_all(path: Path, **kwargs: object) -> Chunk:
    """Return the whole file as one chunk, with the practice in California."""
    return open_source(path, timezone=ZONE, **kwargs).preview(100_000)  # type: ignore[arg-type]
