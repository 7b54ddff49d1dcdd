"""The check-in moment that an answer belongs to, by the first sessions of the episodes."""

from collections.abc import Iterable
from datetime import date, timedelta

from allay_metrics.outcomes.windows import B0_WITHIN, B1_WITHIN, WINDOWS

OTHER = "other"
_BEFORE = timedelta(seconds=B1_WITHIN)


def moment_of(answered_at: int, on: date, firsts: Iterable[tuple[date, int]]) -> tuple[str, date]:
    """Return the moment an answer counts for, and the due day of that moment.

    `answered_at` is in seconds since 1970 UTC, `on` its day in the practice's zone; `firsts` are
    day and start of the first session of each episode. Before a session it is B1 within 48 hours
    and B0 within 14 days, afterwards the window it falls into; else `other`, on its own day.
    Between two episodes it is the baseline of the later one.
    """
    for first, session in sorted(firsts, reverse=True):
        if answered_at < session:
            if answered_at >= session - B1_WITHIN:
                return "B1", first - _BEFORE
            if answered_at >= session - B0_WITHIN:
                return "B0", on
            continue
        for window in WINDOWS.values():
            due = first + timedelta(days=window.day)
            if abs((on - due).days) <= window.margin:
                return window.id, due
        return OTHER, on
    return OTHER, on
