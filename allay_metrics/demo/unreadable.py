"""A few unusable rows, so that the demo shows where such rows end up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from allay_metrics.demo.acuity_export import HEADER, Rows
from allay_metrics.demo.demo_practice import S_CST, S_LACTATION_FIRST, SERVICES, TEAM, TIMEZONE
from allay_metrics.demo.invention import InventedPractice


def unreadable_lines(invented: InventedPractice, rows: Rows) -> Iterator[str]:
    """Yield a row with a day that does not exist and, if the clocks went back recently, one with
    an ambiguous hour.
    """
    number = int(rows.appointment[-1]) if len(rows.appointment) else 0
    until = invented.until
    yield _format_line(
        "Dana Whitfield", _missing_day(until), ("9:00 am", "10:00 am"), S_CST, number + 31
    )
    change = clocks_back(until.year if clocks_back(until.year) < until else until.year - 1)
    earliest = date.fromordinal(int(invented.visits.day.min()))
    if earliest < change and until - change < timedelta(days=250):
        day = f"{change:%B} {change.day}, {change.year}"
        hours = ("1:30 am", "3:00 am")
        yield _format_line("Mariko Feldman", day, hours, S_LACTATION_FIRST, number + 57)


def clocks_back(year: int) -> date:
    """Return the first Sunday of November, when the hour from 1 to 2 am occurs twice."""
    first = date(year, 11, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7)


def _missing_day(until: date) -> str:
    """Return the 31st of the latest month of 30 days up to `until`."""
    month = next(month for month in (*range(until.month, 0, -1), 11) if month in (4, 6, 9, 11))
    year = until.year if month <= until.month else until.year - 1
    return f"{date(year, month, 1):%B} 31, {year}"


def _format_line(name: str, day: str, hours: tuple[str, str], service: int, number: int) -> str:
    """Return one otherwise complete row."""
    first, last = name.split()
    values = dict.fromkeys(HEADER, "") | {
        "Start Time": f"{day} {hours[0]}",
        "End Time": f"{day} {hours[1]}",
        "Timezone": TIMEZONE,
        "First Name": first,
        "Last Name": last,
        "Email": f"{first}.{last}@example.com".lower(),
        "Type": SERVICES[service].name,
        "Calendar": TEAM[0].name,
        "Appointment Price": f"{SERVICES[service].price}.00",
        "Paid?": "no",
        "Amount Paid Online": "0.00",
        "Scheduled By": "a client ",
        "Appointment ID": str(number),
    }
    return ",".join(f'"{value}"' for value in values.values()) + "\r\n"
