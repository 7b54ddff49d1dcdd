"""Numbers, dates and times as people read them: the one place that spells them.

Pages, figures, the weekly digest and the command line all speak through these functions, so that
the same value never looks different in two places.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

DASH = "–"  # noqa: RUF001  the sign for no value
MINUS = "−"  # noqa: RUF001  a true minus sign aligns with the plus and the digits
SMALL = 4  # denominators up to this are shown as counts only
SMALL_REASON = "small, counts only"


@dataclass(frozen=True)
class Shown:
    """A value in words: what stands large, what stands beside it, and why there is no value."""

    text: str
    of: str = ""
    reason: str = ""


def day(value: date) -> str:
    """Return `Mon 9 Nov`."""
    return f"{value:%a} {short_day(value)}"


def long_day(value: date) -> str:
    """Return `Tuesday 17 November`."""
    return f"{value:%A} {value.day} {value:%B}"


def short_day(value: date) -> str:
    """Return `9 Nov`."""
    return f"{value.day} {value:%b}"


def dated(value: date) -> str:
    """Return `Mon 9 Nov 2026`."""
    return f"{day(value)} {value.year}"


def died(name: str, day: date) -> str:
    """Return `Elio died on 12 Nov`."""
    return f"{name} died on {short_day(day)}"


def span(first: date, last: date) -> str:
    """Return `17 Aug to 15 Nov 2026`; the first year stands only where it differs."""
    start = short_day(first) if first.year == last.year else f"{short_day(first)} {first.year}"
    return f"{start} to {short_day(last)} {last.year}"


def age(born: date, on: date) -> str:
    """Return `5 days`, `7 weeks`, `8 months` or `2 years`; `due 3 Dec` before the birth."""
    days = (on - born).days
    if days < 0:
        return f"due {short_day(born)}"
    if days < 7:
        return plural(days, "day")
    if days < 26 * 7:
        return plural(days // 7, "week")
    months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
    return plural(months, "month") if months < 24 else plural(months // 12, "year")


def clock(value: datetime) -> str:
    """Return `9:00 am`, of a time already in the practice's zone."""
    return f"{value.hour % 12 or 12}:{value.minute:02d} {'am' if value.hour < 12 else 'pm'}"


def moment(value: datetime) -> str:
    """Return `Mon 16 Nov, 8:02 am`, of a time already in the practice's zone."""
    return f"{day(value)}, {clock(value)}"


def number(value: float | None, digits: int = 0) -> str:
    """Return `1,234`, or a dash for no value; halves are rounded away from zero."""
    if value is None or not math.isfinite(value):
        return DASH
    scale = 10**digits
    rounded = math.floor(abs(value) * scale + 0.5 + 1e-9) / scale
    return f"{MINUS if value < 0 and rounded else ''}{rounded:,.{digits}f}"


def plain(value: float | None) -> str:
    """Return `3` for 3.0 and `2.5` for 2.5: a median has a half where it has one."""
    whole = value is not None and math.isfinite(value) and float(value).is_integer()
    return number(value, 0 if whole else 1)


def dollars(value: float | None) -> str:
    """Return `$1,234` for an amount in dollars."""
    text = number(value)
    if text == DASH:
        return text
    return f"{MINUS}${text[1:]}" if text.startswith(MINUS) else f"${text}"


def percent(value: float | None) -> str:
    """Return `71%` for 0.71; a share that is not all never reads 100%, nor one that is some 0%."""
    if value is None or not math.isfinite(value):
        return DASH
    if 0 < value < 0.005:
        return "<1%"
    if 0.995 <= value < 1:
        return ">99%"
    return f"{number(value * 100)}%"


def compact(value: float, sign: str = "") -> str:
    """Return `840`, `5.8k` or `58k`, led by `sign`: for the narrow room under a bar."""
    if abs(value) < 1000:
        return f"{sign}{number(value)}"
    thousands = value / 1000
    return f"{sign}{number(thousands, 1 if abs(thousands) < 10 else 0)}k"


def signed(value: float) -> str:
    """Return `+4`, `−2` or `0`."""  # noqa: RUF002
    return f"+{number(value)}" if value > 0 else number(value)


def plural(count: int, singular: str, many: str = "") -> str:
    """Return `1 visit` or `1,234 visits`."""
    return f"{number(count)} {singular if count == 1 else many or singular + 's'}"


def listed(items: Iterable[str]) -> str:
    """Return `a, b and c`."""
    *head, last = list(items) or [""]
    return f"{', '.join(head)} and {last}" if head else last


def between(low: float, high: float, show: str = "number") -> str:
    """Return `27–45` or, with `show="percent"`, `86–100%`."""  # noqa: RUF002
    if show == "percent":
        return f"{number(low * 100)}–{percent(high)}"  # noqa: RUF001
    return f"{plain(low)}–{plain(high)}"  # noqa: RUF001


def share(numerator: float | None, denominator: float | None, reason: str = "") -> Shown:
    """Return a rate with its counts.

    Nothing over nothing is a dash with the reason; one to four are counts only, because a
    percentage of so few would say more than it knows.
    """
    if numerator is None or not denominator:
        return Shown(DASH, "", reason or "nothing to count")
    counts = f"{number(numerator)} of {number(denominator)}"
    if denominator <= SMALL:
        return Shown(counts, "", reason or SMALL_REASON)
    return Shown(percent(numerator / denominator), counts, reason)


def count(value: float | None, reason: str = "") -> Shown:
    """Return a count, or a dash with the reason why there is none."""
    return Shown(number(value), "", reason)
