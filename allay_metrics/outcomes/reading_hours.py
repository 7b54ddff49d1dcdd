"""The hours in which warning signs are read, and how long a sign has waited within them."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

DAY = 24  # hours
EVERY_DAY = tuple(range(1, 8))
_LONGEST_GAP = 8  # days: the same weekday, later in the day, a week on


@dataclass(frozen=True)
class ReadingHours:
    """On these days of the week (1 is Monday, 7 Sunday), from one full hour to another.

    `opens` and `closes` are hours of the practice's clock, 0 to 24; every day from 0 to 24 is
    always.
    """

    days: tuple[int, ...] = EVERY_DAY
    opens: int = 8
    closes: int = 20

    @property
    def is_valid(self) -> bool:
        """Return whether there is an hour in the week in which signs are read."""
        has_days = set(self.days) <= set(EVERY_DAY) and len(self.days) > 0
        return has_days and 0 <= self.opens < self.closes <= DAY

    def is_open(self, moment: datetime) -> bool:
        """Return whether signs are read at a moment of the practice's clock."""
        begins, ends = self._bounds(moment)
        return moment.isoweekday() in self.days and begins <= moment < ends

    def next_opening(self, moment: datetime) -> datetime:
        """Return when signs are read next: the moment itself, or the start of the next hours."""
        if self.is_open(moment):
            return moment
        for days in range(_LONGEST_GAP):
            day = moment + timedelta(days=days)
            begins, _ = self._bounds(day)
            if day.isoweekday() in self.days and begins > moment:
                return begins
        raise AssertionError("hours without an hour are never saved")

    def after(self, moment: datetime, minutes: int) -> datetime:
        """Return when so many minutes of reading hours have passed since a moment."""
        left = timedelta(minutes=minutes)
        while True:
            moment = self.next_opening(moment)
            _, ends = self._bounds(moment)
            # Between wall times of two offsets the true length is that of the instants.
            room = ends.astimezone(UTC) - moment.astimezone(UTC)
            if left <= room:
                return (moment.astimezone(UTC) + left).astimezone(moment.tzinfo)
            left -= room
            moment = ends

    def _bounds(self, moment: datetime) -> tuple[datetime, datetime]:
        """Return when reading begins and ends on the day of a moment."""
        begins = datetime.combine(moment.date(), time(self.opens), moment.tzinfo)
        last = time(self.closes % DAY)
        day = moment.date() + timedelta(days=self.closes // DAY)
        return begins, datetime.combine(day, last, moment.tzinfo)
