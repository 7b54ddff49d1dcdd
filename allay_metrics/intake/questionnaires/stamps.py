"""Reads the time stamps of responses, as a service writes them or as a sheet saves them again."""

import re
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from allay_metrics import formatting as fmt
from allay_metrics.intake.clock import Clock, Moment
from allay_metrics.intake.questionnaires.questionnaire import Questionnaire
from allay_metrics.intake.texts import one_line
from allay_metrics.intake.times import DayFormats, split_moment

NOON = "12:00"
_ZONE_LETTERS = re.compile(r"\s*\b(?:[A-Z]{3,5}|GMT ?[+-]\d{1,2}(?::?\d{2})?)$")
_SLASHED = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{2,4})\b")
_DAY_FIRST = (
    re.compile(r"(?P<day>\d{1,2})[/.](?P<month>\d{1,2})[/.](?P<year>\d{4})"),
    re.compile(r"(?P<day>\d{1,2})[/.](?P<month>\d{1,2})[/.](?P<short_year>\d{2})"),
)


class Stamps:
    """Reads the time stamps of one file: all with the day first, or all with the month first."""

    def __init__(self, profile: Questionnaire, zone: ZoneInfo, texts: Iterable[str]) -> None:
        self._has_zone_letters = profile.zone_letters
        self._zone = profile.zone
        self._day_first = _is_day_first(texts)
        formats = (*_DAY_FIRST, *profile.day_formats) if self._day_first else profile.day_formats
        self._clock = Clock(zone, DayFormats(formats))
        self._days = DayFormats(formats)
        self._untimed = 0

    def read(self, text: str) -> Moment:
        """Return the moment; a stamp without a time of day is noon."""
        stamp = one_line(text)
        if self._has_zone_letters:
            stamp = _ZONE_LETTERS.sub("", stamp)
        if stamp and not split_moment(stamp)[1]:
            noon = self._clock.moment(f"{stamp} {NOON}", self._zone)
            self._untimed += not noon.problem
            return noon
        return self._clock.moment(stamp, self._zone)

    def day(self, text: str) -> str | None:
        """Return a date in an answer, such as a birth date, as ISO text; None if it is none."""
        result = self._days.read(one_line(text))
        return None if isinstance(result, str) else result.isoformat()

    def notes(self) -> list[str]:
        """Return notes for a person on how the stamps were read."""
        notes = []
        if self._day_first:
            notes.append("its dates are written day before month")
        if self._untimed:
            rows = fmt.plural(self._untimed, "row")
            notes.append(f"{rows} without a time of day: noon is assumed")
        return notes


def _is_day_first(texts: Iterable[str]) -> bool:
    """Return whether the day comes first: in some dates it must, and in all it can."""
    matches = [match for match in map(_SLASHED.match, map(one_line, texts)) if match]
    firsts = [int(match[1]) for match in matches]
    seconds = [int(match[2]) for match in matches]
    return any(first > 12 for first in firsts) and all(second <= 12 for second in seconds)
