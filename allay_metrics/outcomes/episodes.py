"""An episode: one client, one concern, from the first visit until care closes or 60 days pass."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

PAUSE = timedelta(days=60)


@dataclass(frozen=True)
class Stay:
    """The days of one client's completed visits in one episode, in order.

    `closed_on` is the day care was closed, or the day 60 days after the last visit; None while the
    episode is open.
    """

    days: tuple[date, ...]
    closed_on: date | None


def build_stays(days: Iterable[date], closed: date | None, as_of: date) -> list[Stay]:
    """Return the episodes formed by one client's completed visits, in order.

    `closed` is the day a person closed the care, None where nobody did: it ends the visits up to
    that day, and a later visit opens a new episode. `as_of` is the day of the export.
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
