"""An episode: one client, one concern, from the first visit until care closes or 60 days pass."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

PAUSE = timedelta(days=60)


@dataclass(frozen=True)
class Stay:
    """The days of one client's completed visits that belong together, in order.

    `closed_on` is the day care was closed or the day 60 days had passed without a visit; None
    while it is open on the day asked about.
    """

    days: tuple[date, ...]
    closed_on: date | None


def stays(days: Iterable[date], closed: date | None, as_of: date) -> list[Stay]:
    """Return the episodes that one client's completed visits fall into, in order.

    `closed` is the day a person closed the care, None where nobody did: visits up to that day end
    with it, a later visit opens a new episode. `as_of` is the day the records were exported.
    """
    groups: list[list[date]] = []
    for day in sorted(set(days)):
        begins = not groups or day - groups[-1][-1] > PAUSE or _between(groups[-1][-1], closed, day)
        if begins:
            groups.append([day])
        else:
            groups[-1].append(day)
    return [Stay(tuple(group), _ended(group, closed, as_of)) for group in groups]


def _between(last: date, closed: date | None, day: date) -> bool:
    return closed is not None and last <= closed < day


def _ended(days: Sequence[date], closed: date | None, as_of: date) -> date | None:
    last = days[-1]
    paused = last + PAUSE
    if closed is not None and last <= closed <= paused:
        return closed
    return paused if paused < as_of else None
