"""Parses wall times and dates, by the date formats of a profile.

ISO dates and the usual times of day are always read: `9:00 am`, `13:00`, `9 PM`. Month names are
English on any machine; those of `strptime` depend on its locale.
"""

import re
from dataclasses import dataclass
from datetime import date

from allay_metrics.plausibility import ANY_DAY

_MONTHS = {
    name: number
    for number, names in enumerate(
        "january jan,february feb,march mar,april apr,may,june jun,july jul,august aug,"
        "september sep sept,october oct,november nov,december dec".split(","),
        start=1,
    )
    for name in names.split()
}
_PARTS = {
    "%Y": r"(?P<year>\d{4})",
    "%y": r"(?P<short_year>\d{2})",
    "%m": r"(?P<month>\d{1,2})",
    "%B": r"(?P<month_name>[a-z]{3,9})\.?",
    "%b": r"(?P<month_name>[a-z]{3,9})\.?",
    "%d": r"(?P<day>\d{1,2})(?:st|nd|rd|th)?",
    "%A": r"(?:[a-z]{6,9})",
    "%a": r"(?:[a-z]{3})",
}
_ISO_DAY = re.compile(r"(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})")
_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?(?::(?P<second>\d{2})(?:\.\d+)?)?"
    r"(?: ?(?P<half>[ap])\.?m\.?)?(?: ?(?P<offset>z|utc|[+-]\d{2}:?\d{2}))?",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"(?:,? at|,)?(?: |(?<=\d)T(?=\d))(?=\d{1,2}(?::| ?[ap]\.?m))", re.IGNORECASE)


def compile_format(text: str) -> re.Pattern[str]:
    """Return the pattern of a date format, such as `%B %d, %Y`; ValueError says what is wrong."""
    pattern = ""
    for part in re.findall(r"%.|\s+|[^%\s]+", text):
        if part.startswith("%") and part not in _PARTS:
            raise ValueError(f"{part} is not one of {', '.join(_PARTS)}")
        pattern += _PARTS.get(part, " ?" if part.isspace() else re.escape(part))
    try:
        compiled = re.compile(pattern, re.IGNORECASE)
    except re.error:
        raise ValueError("a part stands in it twice") from None
    if "day" not in compiled.groupindex:
        raise ValueError("it has no day (%d)")
    return compiled


@dataclass(frozen=True)
class TimeOfDay:
    """Seconds since midnight of wall time; `offset` from UTC in seconds if the text has one."""

    seconds: int
    offset: int | None


@dataclass(frozen=True)
class DayFormats:
    """Formats of a date; a time of day after the date is ignored."""

    patterns: tuple[re.Pattern[str], ...]

    def read(self, text: str) -> date | str:
        """Return the date, or the reason why there is none."""
        day_text, _ = split_moment(text)
        for pattern in (_ISO_DAY, *self.patterns):
            match = pattern.fullmatch(day_text)
            if match:
                return _day(match.groupdict())
        return "it is not a date in a known form"


def split_moment(text: str) -> tuple[str, str]:
    """Return (date, time of day) of a text on one line, '' for a missing part."""
    colon = text.find(":")
    space = text.rfind(" ", 0, colon) if colon > 0 else -1
    if space > 0 and text[space - 1].isdigit():
        return text[:space], text[space + 1 :]
    parts = _BETWEEN.split(text, maxsplit=1)
    return (parts[0], parts[1]) if len(parts) == 2 else (text, "")


def read_time(text: str) -> TimeOfDay | str:
    """Return the time of day, or the reason why there is none."""
    match = _TIME.fullmatch(text)
    if not match or not (match["minute"] or match["half"]):
        return "it has no time of day" if not text else "it is not a date and time in a known form"
    hour, half = int(match["hour"]), match["half"]
    minute, second = int(match["minute"] or 0), int(match["second"] or 0)
    if (half and not 1 <= hour <= 12) or hour > 23 or minute > 59 or second > 59:
        return "this time of day does not exist"
    if half:
        hour = hour % 12 + (12 if half.casefold() == "p" else 0)
    return TimeOfDay(hour * 3600 + minute * 60 + second, _offset(match["offset"]))


def _day(parts: dict[str, str | None]) -> date | str:
    year = int(parts.get("year") or 0)
    if not year:
        short = int(parts.get("short_year") or 0)
        year = short + (2000 if short < 70 else 1900)
    name = parts.get("month_name")
    month = _MONTHS.get(name.casefold(), 0) if name else int(parts.get("month") or 0)
    try:
        day = date(year, month, int(parts["day"] or 0))
    except ValueError:
        return "this date does not exist"
    if not ANY_DAY.holds(day):
        return f"the year {day.year} cannot be right"
    return day


def _offset(text: str | None) -> int | None:
    if text is None:
        return None
    if text[0] not in "+-":
        return 0
    digits = text[1:].replace(":", "")
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return -seconds if text[0] == "-" else seconds
