"""From a wall time in some zone to the instant, and to the practice's own date."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from allay_metrics.errors import ConfigProblem
from allay_metrics.intake.texts import one_line, quoted
from allay_metrics.intake.times import MomentFormats, Wall

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 wall times are subtracted from it
_DISTINCT_TEXTS = 50_000  # as many as a cache keeps: memory stays the same for any file

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
    """An instant in unix seconds UTC and its date in the practice's zone, or what is wrong."""

    epoch: int
    day: str
    problem: str
    in_zone: bool = False  # the problem is the zone's name, not the time


def practice_zone(name: str) -> ZoneInfo:
    """Return the practice's time zone, or raise ConfigProblem for an unknown name."""
    zone = _zone(name)
    if zone is None:
        raise ConfigProblem(f"The time zone {quoted(name)} is not known.")
    return zone


class Clock:
    """Reads the times of one file; the same text is worked out once."""

    def __init__(self, practice: ZoneInfo, formats: MomentFormats) -> None:
        self._practice = practice
        self._formats = formats
        self.moment = lru_cache(maxsize=_DISTINCT_TEXTS)(self._moment)

    def _moment(self, text: str, zone_text: str) -> Moment:
        """Return the instant of a wall time; without a zone's name it is the practice's."""
        text = one_line(text)
        if not text:
            return Moment(0, "", "it is empty")
        wall = self._formats.read(text)
        if isinstance(wall, str):
            return Moment(0, "", wall)
        zone = _zone(zone_text) if zone_text.strip() else self._practice
        if wall.offset is None and zone is None:
            return Moment(0, "", "this time zone is not known", in_zone=True)
        return self._instant(wall, zone)

    def _instant(self, wall: Wall, zone: ZoneInfo | None) -> Moment:
        offset = wall.offset
        if offset is None and zone is not None:
            first, second = _offset(wall.at, zone, 0), _offset(wall.at, zone, 1)
            if first != second:
                return Moment(0, "", _change_of_clocks(zone, twice=first > second))
            offset = first
        epoch = int((wall.at - _EPOCH).total_seconds()) - (offset or 0)
        if zone is self._practice and wall.offset is None:
            return Moment(epoch, wall.at.date().isoformat(), "")
        return Moment(epoch, datetime.fromtimestamp(epoch, self._practice).date().isoformat(), "")


def _offset(at: datetime, zone: ZoneInfo, fold: int) -> int:
    offset = at.replace(tzinfo=zone, fold=fold).utcoffset()
    return int((offset or timedelta()).total_seconds())


def _change_of_clocks(zone: ZoneInfo, *, twice: bool) -> str:
    if twice:
        return f"this hour happens twice in {zone.key} (clocks go back): which one is not told"
    return f"this hour does not exist in {zone.key} (clocks go forward)"


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo | None:
    told = one_line(name)
    try:
        return ZoneInfo(_ZONE_NAMES.get(told.casefold(), told))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
