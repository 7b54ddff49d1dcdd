"""Invented Acuity exports for tests: each row a dict merged over defaults, read by the importer."""

import csv
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from allay_metrics.actions.file_import import import_file

ZONE = ZoneInfo("America/Los_Angeles")
_HEADERS = {
    "start": "Start Time",
    "end": "End Time",
    "first": "First Name",
    "last": "Last Name",
    "phone": "Phone",
    "email": "Email",
    "type": "Type",
    "therapist": "Calendar",
    "price": "Appointment Price",
    "notes": "Notes",
    "booked": "Date Scheduled",
    "label": "Label",
    "canceled": "Canceled",
    "city": "City",
    "zip": "ZIP code",
    "address": "Home address",
    "infants": "Baby's name",
    "born": "Baby's date of birth",
    "heard": "How did you hear about us?",
    "key": "Appointment ID",
}


def appointment(key, start, who="Ana Lee", minutes=60, **cells):
    """Return a row: a CST of an hour in Oakland with Maya, booked a week before.

    `start` is a wall time such as `2026-03-02 10:00`; the e-mail is made of the name.
    """
    begins = datetime.fromisoformat(start)
    first, _, last = who.rpartition(" ")
    defaults = {
        "key": key,
        "start": _wall(begins),
        "end": _wall(begins + timedelta(minutes=minutes)),
        "first": first,
        "last": last,
        "email": f"{who.replace(' ', '.').lower()}@example.org",
        "type": "Infant CST",
        "therapist": "Maya Lopez",
        "price": "150.00",
        "booked": (begins.date() - timedelta(days=7)).isoformat(),
        "city": "Oakland",
    }
    return defaults | cells


def write_export(path: Path, rows, without=("canceled",)) -> Path:
    """Write the rows as an Acuity export, all columns but some, and return its path."""
    columns = {name: header for name, header in _HEADERS.items() if name not in without}
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        out.writerow(columns.values())
        out.writerows([row.get(name, "") for name in columns] for row in rows)
    return path


class Desk:
    """Where exports come in: writes rows as a file and imports it, as of a wall time."""

    def __init__(self, scope, folder: Path):
        self.scope = scope
        self.folder = folder
        self._files = 0

    def write(self, rows, name=None, **options) -> Path:
        """Write the rows as one more export and return its path."""
        self._files += 1
        return write_export(self.folder / (name or f"export-{self._files}.csv"), rows, **options)

    def take_in(self, rows, as_of, name=None, **options):
        """Import the rows as one more export and return its report; `all` tells cancelled apart."""
        without = () if options.get("holds") == "all" else ("canceled",)
        path = self.write(rows, name, without=without)
        return import_file(self.scope, path, as_of=instant(as_of), **options)


def instant(wall: str) -> int:
    """Return a wall time of the practice's zone in seconds since 1970 UTC."""
    return int(datetime.fromisoformat(wall).replace(tzinfo=ZONE).timestamp())


def day(text: str) -> date:
    """Return an ISO date."""
    return date.fromisoformat(text)


def _wall(moment: datetime) -> str:
    return (
        f"{moment:%B} {moment.day}, {moment.year} {moment.hour % 12 or 12}:{moment:%M %p}".replace(
            "AM", "am"
        ).replace("PM", "pm")
    )
