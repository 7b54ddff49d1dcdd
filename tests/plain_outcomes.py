"""What parents reported a second time: episodes and their numbers, in loops over plain rows.

Nothing here reads the table of episodes or a line of the formulas under test; norms and measures
are data, and read as such.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

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


# What was answered, and what it comes to

WINDOW = {"day14": (14, 3), "day28": (28, 7), "week8": (56, 14)}


@dataclass(frozen=True)
class Answered:
    """One check-in of a client: when it was meant for and given, and values by measure."""

    client: str
    moment: str
    due: date
    asked: bool
    at: int | None
    on: date | None
    in_totals: bool
    values: dict[str, float]


def closing_day(stay, window):
    day, margin = WINDOW[window]
    return stay.first + timedelta(days=day + margin)


def belongs(stay, day):
    end = stay.closed or stay.last + PAUSE
    return stay.first - timedelta(days=14) <= day <= end + timedelta(weeks=8)


def closed_before(stay, window, died):
    """Whether the stay's window closed before its client died; a death is no outcome.

    `died` is the day by client, `window` None where no concern was declared.
    """
    day = died.get(stay.client)
    return day is None or (window is not None and closing_day(stay, window) < day)


def pair(stay, answered, measure, window):
    """Return (baseline, follow-up) as check-ins, or None for what is missing."""
    given = [
        a
        for a in answered
        if a.client == stay.client
        and a.at is not None
        and a.in_totals
        and belongs(stay, a.on)
        and measure in a.values
    ]
    before = [a for a in given if stay.session - 14 * 86_400 <= a.at < stay.session]
    day, margin = WINDOW[window]
    target = stay.first + timedelta(days=day)
    after = [a for a in given if a.at >= stay.session and abs((a.on - target).days) <= margin]
    return (
        max(before, key=lambda a: a.at) if before else None,
        min(after, key=lambda a: (abs((a.on - target).days), a.at)) if after else None,
    )


def norm(rows, weeks):
    """Return the norm of an age: rows of (from, to, value), by age; None beyond the table."""
    if not rows or not rows[0][0] <= weeks <= rows[-1][1]:
        return None
    points = [((a + b) / 2, value) for a, b, value in rows]
    if weeks <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in pairwise(points):
        if weeks <= x1:
            return y0 + (y1 - y0) * (weeks - x0) / (x1 - x0)
    return points[-1][1]


def better(days, values, rule, born, rows):
    """Return whether a pair is past its threshold: `rule` is (best, better, threshold, by age)."""
    best, sign, threshold, by_age = rule
    before, after = values
    change = (after - before) * sign
    if by_age:
        ages = [(day - born).days / 7 for day in days] if born else []
        expected = [norm(rows, age) for age in ages]
        if not expected or None in expected:
            return False
        change -= (expected[1] - expected[0]) * sign
    return change >= threshold and abs(best - before) >= threshold


def improved(counted, answered, rules, first, last):
    """Return (better, pairs, eligible) of the windows that closed in between.

    `counted` are (stay, born, measure, window), `rules` by measure (rule, rows of norms).
    """
    found = [0, 0, 0]
    for stay, born, measure, window in counted:
        if not first <= closing_day(stay, window) <= last:
            continue
        found[2] += 1
        before, after = pair(stay, answered, measure, window)
        if before and after:
            found[1] += 1
            rule, rows = rules[measure]
            days = before.on, after.on
            values = before.values[measure], after.values[measure]
            found[0] += better(days, values, rule, born, rows)
    return tuple(found)


def responses(answered, first, last, as_of, died):
    """Return (answered, asked, not due yet); a second link is the same question.

    Nobody is asked on the day of a death or later.
    """
    asked = {}
    for one in answered:
        if one.client in died and died[one.client] <= one.due:
            continue
        if first <= one.due <= last and (one.asked or one.at is not None):
            key = (one.client, one.moment, one.due)
            asked[key] = asked.get(key, False) or one.at is not None
    ripe = {key: found for key, found in asked.items() if key[2] < as_of}
    return sum(ripe.values()), len(ripe), len(asked) - len(ripe)
