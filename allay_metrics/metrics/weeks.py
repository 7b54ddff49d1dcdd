"""Weeks: Monday to Sunday, identified by their Monday."""

from datetime import date, timedelta

WEEK = timedelta(days=7)
SERIES = 13


def monday_of(day: date) -> date:
    """Return the Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def sunday_of(monday: date) -> date:
    """Return the last day of a week."""
    return monday + timedelta(days=6)


def last_full_week(as_of: date) -> date:
    """Return the Monday of the last week that had ended when the records were exported."""
    return monday_of(as_of) - WEEK


def weeks_up_to(monday: date, count: int) -> list[date]:
    """Return `count` Mondays, oldest first, the last of them `monday`."""
    return [monday - WEEK * back for back in reversed(range(count))]


def full_weeks(as_of: date, count: int = SERIES) -> tuple[date, date]:
    """Return the first and last day of the `count` newest full weeks."""
    last = last_full_week(as_of)
    return last - WEEK * (count - 1), sunday_of(last)
