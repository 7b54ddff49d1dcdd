"""Calendar files (.ics): each event, and each occurrence of a repeating one, becomes a record.

Runs in a process with limited resources, which child_process.py starts.

A wall time and its zone stay apart, so that clock.py decides about hours that happen twice, as
for every other source.
"""

import sys
import warnings
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from math import prod
from pathlib import Path
from typing import Any

import recurring_ical_events
from icalendar import Calendar, Component
from icalendar.error import BrokenCalendarProperty

from allay_metrics import formatting as fmt
from allay_metrics.errors import FileProblem
from allay_metrics.intake.child_process import limit_resources, write_line
from allay_metrics.intake.table import Record

# How far beyond the day of the export repeating events are read.
AHEAD = timedelta(weeks=26)
_MOST_BYTES = 100_000_000
_LONGEST_LINE = 100_000  # characters; calendars fold theirs at 75
_MOST_TIMES = 5_000  # occurrences of one series: daily visits for over thirteen years
_TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
_MOST_A_DAY = 24
ALL_DAY = "it lasts all day: a visit has a start and an end"
NO_START = "its start cannot be read"
_OFTEN = "it repeats more often than daily"
_UNREADABLE = "how it repeats cannot be read"


class Events:
    """The events of one calendar as records, in the order of their starts."""

    def __init__(self, path: Path, encoding: str) -> None:
        self.notes: list[str] = []
        calendar = _read_calendar(path, encoding)
        self._name = str(calendar.get("X-WR-CALNAME", "")).strip()
        self._until = _read_export_time(calendar, path) + AHEAD
        self.records = self._all_records(calendar)

    def _all_records(self, calendar: Calendar) -> list[Record]:
        series: dict[str, list[Component]] = defaultdict(list)
        for event in calendar.walk("VEVENT"):
            series[str(event.get("UID", ""))].append(event)
        records: list[Record] = []
        repeats = False
        for events in series.values():
            if not any(name in event for event in events for name in _REPEATS):
                records += [self._record(event) for event in events]
                continue
            repeats = True
            records += self._occurrence_records(calendar, events)
        if repeats:
            until = fmt.full_day(self._until.date())
            self.notes.append(f"events that repeat are read up to {until}")
        return sorted(records, key=lambda record: (record[2], record[0]))

    def _occurrence_records(self, calendar: Calendar, events: list[Component]) -> list[Record]:
        """Return a record for each occurrence of a series; a moved one has its new time."""
        try:
            if any(_is_too_often(event) for event in events):
                return [self._record(event, problem=_OFTEN) for event in events]
            occurrences = list(self._find_occurrences(calendar, events))
        except Exception:  # noqa: BLE001 - whatever a rule raises in the library, the row stays
            return [self._record(event, problem=_UNREADABLE) for event in events]
        if len(occurrences) > _MOST_TIMES:
            problem = f"it happens over {_MOST_TIMES:,} times"
            return [self._record(event, problem=problem) for event in events]
        return [self._record(event, in_series=True) for event in occurrences]

    def _find_occurrences(self, calendar: Calendar, events: list[Component]) -> Iterator[Component]:
        single_series = Calendar()
        for part in (*calendar.walk("VTIMEZONE"), *events):
            single_series.add_component(part)
        starts = [_read_start(event) for event in events]
        begin = min(_to_date(start) for start in starts if start is not None) - timedelta(days=2)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            query = recurring_ical_events.of(single_series)
            yield from query.between(begin, self._until.date() + timedelta(days=1))

    def _record(self, event: Component, *, in_series: bool = False, problem: str = "") -> Record:
        start, end = _read_start(event), _read_end(event)
        problem = problem or _find_problem(start, end)
        key = f"{event.get('UID', '')}|{self._name}"
        if in_series and (original_start := _read_moment(event, "RECURRENCE-ID")) is not None:
            key += f"|{_to_utc(original_start)}"
        zone = _find_zone(event, start)
        return [
            key,
            _read_text(event, "SUMMARY"),
            _format_time(start, zone),
            _format_time(end, zone),
            "" if zone == _BY_OFFSET else zone,
            _read_text(event, "LOCATION"),
            _read_text(event, "DESCRIPTION"),
            self._name,
            _format_time(_read_moment(event, "CREATED"), _BY_OFFSET),
            _read_text(event, "STATUS"),
            problem,
        ]


_REPEATS = ("RRULE", "RDATE", "RECURRENCE-ID")
_BY_OFFSET = "by its offset"


def _read_calendar(path: Path, encoding: str) -> Calendar:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise FileProblem("is larger than any calendar that is read here")
        text = path.read_text(encoding=encoding, errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            if len(line) > _LONGEST_LINE:
                raise FileProblem(
                    f"has more than {_LONGEST_LINE:,} characters in line {number:,}, which no "
                    "calendar has"
                )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            calendar = Calendar.from_ical(text)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise FileProblem(f"cannot be read as a calendar ({type(error).__name__})") from None
    if not calendar.walk("VEVENT"):
        raise FileProblem("is a calendar without events")
    # A time without a zone is the practice's wall time, whatever zone the calendar is shown in.
    calendar.pop("X-WR-TIMEZONE", None)
    return calendar


def _read_export_time(calendar: Calendar, path: Path) -> datetime:
    """Return when the calendar was exported, which its events carry as DTSTAMP."""
    stamps = [_read_moment(event, "DTSTAMP") for event in calendar.walk("VEVENT")]
    aware_stamps = [stamp for stamp in stamps if isinstance(stamp, datetime) and stamp.tzinfo]
    return max(aware_stamps, default=datetime.fromtimestamp(path.stat().st_mtime, UTC))


def _read_moment(event: Component, name: str) -> datetime | date | None:
    """Return the date or time of a property, None if it is missing or cannot be read."""
    try:
        value = getattr(event.get(name), "dt", None)
    except BrokenCalendarProperty:
        return None
    return value if isinstance(value, date) else None


def _read_start(event: Component) -> datetime | date | None:
    return _read_moment(event, "DTSTART")


def _read_end(event: Component) -> datetime | date | None:
    end, start = _read_moment(event, "DTEND"), _read_start(event)
    length: Any = getattr(event.get("DURATION"), "dt", None)
    if end is None and isinstance(start, datetime) and isinstance(length, timedelta):
        return (start.astimezone(UTC) if start.tzinfo else start) + length
    return end


def _find_problem(start: datetime | date | None, end: datetime | date | None) -> str:
    if start is None:
        return NO_START
    if not isinstance(start, datetime):
        return ALL_DAY
    return "it has no end" if end is None else ""


def _find_zone(event: Component, start: datetime | date | None) -> str:
    """Return the name of the time zone, or `_BY_OFFSET` for times with an offset from UTC."""
    if not isinstance(start, datetime):
        return ""
    if start.tzinfo is None:
        zone_id = event["DTSTART"].params.get("TZID", "")
        return str(zone_id)
    return str(getattr(start.tzinfo, "key", "")) or _BY_OFFSET


def _format_time(at: datetime | date | None, zone: str) -> str:
    """Return an ISO time, without offset if the zone has a name, else with it."""
    if not isinstance(at, datetime):
        return at.isoformat() if at else ""
    zone_name = str(getattr(at.tzinfo, "key", ""))
    if at.tzinfo is not None and (zone == _BY_OFFSET or zone_name != zone or zone_name == "UTC"):
        return at.isoformat(" ", "seconds")
    return at.replace(tzinfo=None).isoformat(" ", "seconds")


def _to_utc(at: datetime | date) -> str:
    if isinstance(at, datetime) and at.tzinfo:
        return at.astimezone(UTC).isoformat()
    return at.isoformat()


def _to_date(at: datetime | date) -> date:
    return at.date() if isinstance(at, datetime) else at


def _is_too_often(event: Component) -> bool:
    rules: Any = event.get("RRULE") or []
    rule_list = rules if isinstance(rules, list) else [rules]
    return any(_count_times_a_day(rule) > _MOST_A_DAY for rule in rule_list)


def _count_times_a_day(rule: Any) -> int:
    """Return how often a rule fires in a day: hours x minutes x seconds."""
    if any(str(freq).upper() in _TOO_OFTEN for freq in rule.get("FREQ", [])):
        return _MOST_A_DAY + 1
    return prod(len(rule[part]) for part in ("BYHOUR", "BYMINUTE", "BYSECOND") if part in rule)


def _read_text(event: Component, name: str) -> str:
    value = event.get(name, "")
    return str(value[0] if isinstance(value, list) else value).strip()


def main(path: Path, encoding: str) -> int:
    """Write the notes and the events to stdout and return 0; else write a sentence, return 1."""
    limit_resources(path)
    try:
        events = Events(path, encoding)
    except FileProblem as error:
        write_line({"problem": str(error)})
        return 1
    except Exception as error:  # noqa: BLE001 whatever a file raises in the parser
        write_line({"problem": f"cannot be read as a calendar ({type(error).__name__})"})
        return 1
    write_line({"notes": events.notes})
    for record in events.records:
        write_line(record)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
