"""From a wall time in a zone to the instant, and to the date in the practice's zone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from allay_metrics.errors import ConfigProblem, quote
from allay_metrics.intake.texts import one_line
from allay_metrics.intake.times import DayFormats, TimeOfDay, read_time, split_moment

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 wall times are subtracted from it
_DISTINCT_TEXTS = 50_000  # size of a cache, so that memory does not grow with the file

# Names that schedulers write and the zone database does not know.
_ZONE_NAMES = {
    "pacific time (us & canada)": "America/Los_Angeles",
    "pacific time": "America/Los_Angeles",
    "pacific standard time": "America/Los_Angeles",
    "mountain time (us & canada)": "America/Denver",
    "mountain time": "America/Denver",
    "mountain standard time": "America/Denver",
    "central time (us & canada)": "America/Chicago",
    "central time": "America/Chicago",
    "central standard time": "America/Chicago",
    "eastern time (us & canada)": "America/New_York",
    "eastern time": "America/New_York",
    "eastern standard time": "America/New_York",
}


class Moment(NamedTuple):
    """An instant in unix seconds UTC and its ISO date in the practice's zone, or a problem."""

    epoch: int
    day: str
    problem: str
    in_zone: bool = False  # the problem is the zone's name, not the time


@dataclass(frozen=True)
class Moments:
    """A column of instants and dates; `problems` by position, at which the instant is 0."""

    epochs: list[int]
    days: list[str]
    problems: dict[int, Moment]


def practice_zone(name: str) -> ZoneInfo:
    """Return the practice's time zone, or raise ConfigProblem for an unknown name."""
    zone = _find_zone(name)
    if zone is None:
        raise ConfigProblem(f"The time zone {quote(name)} is not known.")
    return zone


class _ZonedDay(NamedTuple):
    """A date in a zone; `steady` if the clocks do not change on it."""

    date: date
    iso: str
    midnight: int  # unix seconds UTC
    zone: ZoneInfo
    steady: bool


class Clock:
    """Reads the times of one file. Dates and times of day repeat, so each is parsed once."""

    def __init__(self, practice: ZoneInfo, formats: DayFormats) -> None:
        self._practice = practice
        self._formats = formats
        self._cached_days: dict[str, dict[str, tuple[int, str]]] = {}
        self._cached_seconds: dict[str, int] = {}
        self._day = lru_cache(maxsize=_DISTINCT_TEXTS)(self._day_in_zone)
        self._time = lru_cache(maxsize=_DISTINCT_TEXTS)(read_time)

    def moments(self, texts: Iterable[str], zones: Iterable[str]) -> Moments:
        """Return the instants of a column. Most consist of a date and a time parsed before."""
        moments = Moments([], [], {})
        no_days: dict[str, tuple[int, str]] = {}
        for text, zone in zip(texts, zones, strict=True):
            space = text.rfind(" ", 0, text.find(":"))
            day = self._cached_days.get(zone, no_days).get(text[:space])
            seconds = self._cached_seconds.get(text[space + 1 :])
            if day is not None and seconds is not None:
                moments.epochs.append(day[0] + seconds)
                moments.days.append(day[1])
                continue
            moment = self.moment(text, zone)
            if moment.problem:
                moments.problems[len(moments.epochs)] = moment
            moments.epochs.append(moment.epoch)
            moments.days.append(moment.day)
        return moments

    def moment(self, text: str, zone_text: str) -> Moment:
        """Return the instant of a wall time; `zone_text` '' means the practice's zone."""
        day_text, time_text = split_moment(one_line(text))
        day = self._day(day_text, zone_text)
        if isinstance(day, Moment):
            return day
        time = self._time(time_text)
        if isinstance(time, str):
            return Moment(0, "", time)
        if time.offset is None and day.steady:
            epoch = day.midnight + time.seconds
            if day.zone is not self._practice:
                return Moment(epoch, self._date(epoch), "")
            self._cache_day(zone_text, day_text, day, time_text, time.seconds)
            return Moment(epoch, day.iso, "")
        return self._resolve_on_change_day(day, time)

    def _cache_day(
        self, zone_text: str, day_text: str, day: _ZonedDay, time_text: str, seconds: int
    ) -> None:
        days = self._cached_days.setdefault(zone_text, {})
        if len(days) > _DISTINCT_TEXTS or len(self._cached_days) > 100:
            self._cached_days.clear()
        days[day_text] = (day.midnight, day.iso)
        if len(self._cached_seconds) > _DISTINCT_TEXTS:
            self._cached_seconds.clear()
        self._cached_seconds[time_text] = seconds

    def _day_in_zone(self, text: str, zone_text: str) -> "_ZonedDay | Moment":
        zone = _find_zone(zone_text) if zone_text.strip() else self._practice
        day = self._formats.read(text) if text else "it is empty"
        if isinstance(day, str):
            return Moment(0, "", day)
        if zone is None:
            return Moment(0, "", "this time zone is not known", in_zone=True)
        at = datetime(day.year, day.month, day.day)  # noqa: DTZ001 a wall time
        offset = _offset(at, zone, 0)
        steady = offset == _offset(at + timedelta(days=1), zone, 1) == _offset(at, zone, 1)
        return _ZonedDay(day, day.isoformat(), _seconds(at) - offset, zone, steady)

    def _resolve_on_change_day(self, day: _ZonedDay, time: TimeOfDay) -> Moment:
        """Return the instant on a day when the clocks change, or by the offset in the text."""
        at = datetime(day.date.year, day.date.month, day.date.day)  # noqa: DTZ001 a wall time
        at += timedelta(seconds=time.seconds)
        offset = time.offset
        if offset is None:
            offset, later = _offset(at, day.zone, 0), _offset(at, day.zone, 1)
            if offset != later:
                return Moment(0, "", _describe_clock_change(day.zone, twice=offset > later))
        epoch = _seconds(at) - offset
        return Moment(epoch, self._date(epoch), "")

    def _date(self, epoch: int) -> str:
        return datetime.fromtimestamp(epoch, self._practice).date().isoformat()


def _seconds(at: datetime) -> int:
    return int((at - _EPOCH).total_seconds())


def _offset(at: datetime, zone: ZoneInfo, fold: int) -> int:
    offset = at.replace(tzinfo=zone, fold=fold).utcoffset()
    return int((offset or timedelta()).total_seconds())


def _describe_clock_change(zone: ZoneInfo, *, twice: bool) -> str:
    if twice:
        return (
            f"this hour happens twice in {zone.key} (clocks go back), and the file does not say "
            "which is meant"
        )
    return f"this hour does not exist in {zone.key} (clocks go forward)"


@lru_cache(maxsize=512)
def _find_zone(name: str) -> ZoneInfo | None:
    zone_name = one_line(name)
    try:
        return ZoneInfo(_ZONE_NAMES.get(zone_name.casefold(), zone_name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
