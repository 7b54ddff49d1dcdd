"""When a response was given: the time stamp as its service writes it, or as it was saved again."""

import re
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from allay_metrics import formatting as fmt
from allay_metrics.intake.clock import Clock, Moment
from allay_metrics.intake.questionnaires.profile import Questionnaire
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
    """Reads the stamps of one file. A whole file writes days first, or months first."""

    def __init__(self, profile: Questionnaire, zone: ZoneInfo, texts: Iterable[str]) -> None:
        self._letters = profile.zone_letters
        self._zone = profile.zone
        self._day_first = _is_day_first(texts)
        formats = (*_DAY_FIRST, *profile.day_formats) if self._day_first else profile.day_formats
        self._clock = Clock(zone, DayFormats(formats))
        self._days = DayFormats(formats)
        self._untimed = 0

    def read(self, text: str) -> Moment:
        """Return the moment; a stamp that is only a day is taken for its noon."""
        stamp = one_line(text)
        if self._letters:
            stamp = _ZONE_LETTERS.sub("", stamp)
        if stamp and not split_moment(stamp)[1]:
            noon = self._clock.moment(f"{stamp} {NOON}", self._zone)
            self._untimed += not noon.problem
            return noon
        return self._clock.moment(stamp, self._zone)

    def day(self, text: str) -> str | None:
        """Return a date of a question, such as a birth date, as ISO text."""
        result = self._days.read(one_line(text))
        return None if isinstance(result, str) else result.isoformat()

    def notes(self) -> list[str]:
        """Return what a person should know of how the stamps were read."""
        notes = []
        if self._day_first:
            notes.append("its dates are written day before month")
        if self._untimed:
            rows = fmt.plural(self._untimed, "row")
            notes.append(f"{rows} without a time of day: noon is taken for it")
        return notes


def _is_day_first(texts: Iterable[str]) -> bool:
    """Return whether the dates only make sense day before month: some do, and all can."""
    matches = [match for match in map(_SLASHED.match, map(one_line, texts)) if match]
    firsts = [int(match[1]) for match in matches]
    seconds = [int(match[2]) for match in matches]
    return any(one > 12 for one in firsts) and all(one <= 12 for one in seconds)
