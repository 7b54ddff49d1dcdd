"""What parents reported a second time: episodes and their numbers, in loops over plain rows.

Nothing here reads the table of episodes or a line of the formulas under test; norms and measures
are data, and read as such.
"""

from dataclasses import dataclass
from datetime import date, timedelta

PAUSE = timedelta(days=60)


@dataclass(frozen=True)
class Booked:
    """A completed visit of one client: when it was, and what its booking said of the concern."""

    client: str
    day: date
    starts_at: int
    concern: str | None


@dataclass(frozen=True)
class Stay:
    client: str
    first: date
    last: date
    session: int
    visits: int
    text: str | None
    closed: date | None


def stays(visits, closed):
    """Return every client's episodes; `closed` is the day care was closed, by client."""
    found = []
    for client in sorted({v.client for v in visits}):
        theirs = sorted((v for v in visits if v.client == client), key=lambda v: v.starts_at)
        shut = closed.get(client)
        run = [theirs[0]]
        for visit in theirs[1:]:
            late = visit.day > run[-1].day + PAUSE
            after_closing = shut is not None and run[-1].day <= shut < visit.day
            if late or after_closing:
                found.append(_stay(run, shut, another=True))
                run = []
            run.append(visit)
        found.append(_stay(run, shut, another=False))
    return found


def _stay(run, shut, *, another):
    first, last = run[0], run[-1]
    ended = last.day + PAUSE if another else None
    if shut is not None and last.day <= shut <= last.day + PAUSE:
        ended = shut
    said = [v.concern for v in run if v.concern]
    return Stay(
        client=first.client,
        first=first.day,
        last=last.day,
        session=first.starts_at,
        visits=len(run),
        text=said[0] if said else None,
        closed=ended,
    )
