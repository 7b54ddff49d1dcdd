"""Flags of a visit that depend on the family's other visits: first, last, continued, rebooked."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from allay_metrics.derive.facts import Visit
from allay_metrics.records.states import State

# A later visit in one of these states counts as booked: it was not called off.
LIVE = frozenset({State.BOOKED, State.COMPLETED, State.NO_SHOW, State.UNMARKED})
CALLED_OFF = frozenset(
    {
        State.CANCELLED,
        State.LATE_CANCELLED,
        State.PRACTICE_CANCELLED,
        State.RESCHEDULED,
        State.MISSING,
    }
)
CONTINUED_DAYS = 21
_DAY = timedelta(days=1)


def set_flags(
    visits: Sequence[Visit], closed_on: date | None, died_on: Collection[date] = ()
) -> None:
    """Set the flags of one family's visits, given in order of their start.

    `closed_on` is the last day of its care where all care was closed, `died_on` the days on which
    babies of the family died. A family whose baby died within the 21 days in which it could have
    continued counts neither as continued nor as one that left.
    """
    completed = [visit for visit in visits if visit.state == State.COMPLETED]
    if completed:
        _set_firsts(completed, died_on)
        before = [v for v in completed if closed_on is not None and v.day <= closed_on]
        if before:
            before[-1].before_close = 1
    _set_rebooked(visits)
    for visit in visits:
        if visit.booked_on is not None and visit.state not in CALLED_OFF:
            ahead, since_sunday = (visit.day - visit.booked_on).days, visit.day.weekday() + 1
            visit.booked_ahead_1w = int(ahead >= since_sunday)
            visit.booked_ahead_2w = int(ahead >= since_sunday + 7)


def _set_firsts(completed: list[Visit], died_on: Collection[date]) -> None:
    first = completed[0]
    first.is_first = 1
    completed[-1].is_last = 1
    first.bereaved = int(any(0 <= (day - first.day).days <= CONTINUED_DAYS for day in died_on))
    if len(completed) > 1 and not first.bereaved:
        first.continued = int((completed[1].day - first.day).days <= CONTINUED_DAYS)
    earlier_types: set[str] = set()
    for visit in completed:
        if visit.visit_type not in earlier_types:
            earlier_types.add(visit.visit_type)
            visit.is_first_of_type = 1


def _set_rebooked(visits: Sequence[Visit]) -> None:
    """Flag completed visits with a later visit booked at the latest on the following day."""
    earliest: date | None = None  # booking day among all later visits, going backwards
    at_this_start: date | None = None
    start: int | None = None
    for visit in reversed(visits):
        if visit.starts_at != start:
            earliest = _earlier(earliest, at_this_start)
            at_this_start, start = None, visit.starts_at
        if visit.state == State.COMPLETED and earliest is not None:
            visit.rebooked = int(earliest <= visit.day + _DAY)
        if visit.state in LIVE:
            at_this_start = _earlier(at_this_start, visit.booked_on)


def _earlier(day: date | None, other: date | None) -> date | None:
    if day is None or other is None:
        return day or other
    return min(day, other)
