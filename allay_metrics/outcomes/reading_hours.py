"""The hours in which warning signs are read, and how long a sign has waited within them."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

DAY = 24  # hours
EVERY_DAY = tuple(range(1, 8))
_LONGEST_GAP = 8  # days: the same weekday, later in the day, a week on


@dataclass(frozen=True)
class ReadingHours:
    """On these days of the week (1 is Monday, 7 Sunday), from one full hour to another.

    `opens` and `closes` are full hours in the practice's zone, 0 to 24.
    """

    days: tuple[int, ...] = EVERY_DAY
    opens: int = 8
    closes: int = 20

    @property
    def is_valid(self) -> bool:
        """Return whether the week has at least one reading hour."""
        has_days = set(self.days) <= set(EVERY_DAY) and len(self.days) > 0
        return has_days and 0 <= self.opens < self.closes <= DAY

    def is_open(self, moment: datetime) -> bool:
        """Return whether signs are read at a moment (in the practice's zone)."""
        begins, ends = self._bounds(moment)
        return moment.isoweekday() in self.days and begins <= moment < ends

    def next_opening(self, moment: datetime) -> datetime:
        """Return the next moment at which signs are read: this one, or the next opening."""
        if self.is_open(moment):
            return moment
        for days in range(_LONGEST_GAP):
            day = moment + timedelta(days=days)
            begins, _ = self._bounds(day)
            if day.isoweekday() in self.days and begins > moment:
                return begins
        raise AssertionError("hours without an hour are never saved")

    def after(self, moment: datetime, minutes: int) -> datetime:
        """Return the moment at which so many minutes of reading hours have passed."""
        left = timedelta(minutes=minutes)
        while True:
            moment = self.next_opening(moment)
            _, ends = self._bounds(moment)
            # In UTC: the length between local times across a change of offset would be wrong.
            room = ends.astimezone(UTC) - moment.astimezone(UTC)
            if left <= room:
                return (moment.astimezone(UTC) + left).astimezone(moment.tzinfo)
            left -= room
            moment = ends

    def _bounds(self, moment: datetime) -> tuple[datetime, datetime]:
        """Return the begin and end of the reading hours on the day of a moment."""
        begins = datetime.combine(moment.date(), time(self.opens), moment.tzinfo)
        last = time(self.closes % DAY)
        day = moment.date() + timedelta(days=self.closes // DAY)
        return begins, datetime.combine(day, last, moment.tzinfo)
