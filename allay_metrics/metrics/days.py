"""Day ranges with both ends included, and the buckets of a period."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

Range = tuple[date, date]
DAY = timedelta(days=1)
GRAINS = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True)
class Bucket:
    """One period of an answer: its calendar start, and the days of it that were asked for."""

    start: date | None
    first: date
    last: date


def merge(ranges: Iterable[Range], gap: int = 0) -> tuple[Range, ...]:
    """Return the same days as sorted ranges that neither overlap nor touch.

    Gaps of up to `gap` days between them are closed.
    """
    joined: list[Range] = []
    for first, last in sorted(ranges):
        if joined and first <= joined[-1][1] + (gap + 1) * DAY:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return tuple(joined)


def intersect(some: Sequence[Range], others: Sequence[Range]) -> tuple[Range, ...]:
    """Return the days that are in both."""
    pairs = ((max(a, c), min(b, d)) for a, b in some for c, d in others)
    return tuple((first, last) for first, last in pairs if first <= last)


def subtract(some: Sequence[Range], others: Sequence[Range]) -> tuple[Range, ...]:
    """Return the days of `some` that are not in `others`; `others` as `merge` returns them."""
    left: list[Range] = []
    for first, last in some:
        start = first
        for a, b in others:
            if b < start or a > last:
                continue
            if a > start:
                left.append((start, a - DAY))
            start = b + DAY
        if start <= last:
            left.append((start, last))
    return tuple(left)


def start_of(grain: str, day: date) -> date:
    """Return the first day of the day's week (its Monday), month, quarter or year."""
    if grain == "day":
        return day
    if grain == "week":
        return day - timedelta(days=day.weekday())
    if grain == "month":
        return day.replace(day=1)
    if grain == "quarter":
        return date(day.year, day.month - (day.month - 1) % 3, 1)
    return date(day.year, 1, 1)


def next_start(grain: str, start: date) -> date:
    """Return the start of the period after the one that starts here."""
    if grain == "day":
        return start + DAY
    if grain == "week":
        return start + 7 * DAY
    months = {"month": 1, "quarter": 3, "year": 12}[grain]
    years, month = divmod(start.month - 1 + months, 12)
    return date(start.year + years, month + 1, 1)


def buckets(grain: str | None, first: date, last: date) -> list[Bucket]:
    """Return the periods between two days, clipped to them; without a grain, one."""
    if grain is None:
        return [Bucket(None, first, last)]
    periods = []
    start = start_of(grain, first)
    while start <= last:
        after = next_start(grain, start)
        periods.append(Bucket(start, max(start, first), min(after - DAY, last)))
        start = after
    return periods


def format_day(day: date) -> str:
    """Return `1 Jan 2026`."""
    return f"{day.day} {day:%b} {day.year}"
