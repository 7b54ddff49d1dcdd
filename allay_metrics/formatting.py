"""Formats numbers, dates and times for people.

Pages, figures and the command line use these functions, so that a value looks the same everywhere.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

DASH = "–"  # noqa: RUF001  the sign for no value
MINUS = "−"  # noqa: RUF001  a true minus sign aligns with the plus and the digits
SMALL = 4  # a rate with a denominator up to this is shown as counts only
SMALL_REASON = "small, counts only"


@dataclass(frozen=True)
class DisplayValue:
    """A formatted value, its counts (`71 of 100`), and the reason where there is no value."""

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


def full_day(value: date) -> str:
    """Return `Mon 9 Nov 2026`."""
    return f"{day(value)} {value.year}"


def death_sentence(name: str, day: date) -> str:
    """Return `Elio died on 12 Nov`."""
    return f"{name} died on {short_day(day)}"


def span(first: date, last: date) -> str:
    """Return `17 Aug to 15 Nov 2026`; the first year is shown only where it differs."""
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


def plain_number(value: float | None) -> str:
    """Return `3` for 3.0 and `2.5` for 2.5: for medians, which may end in .5."""
    whole = value is not None and math.isfinite(value) and float(value).is_integer()
    return number(value, 0 if whole else 1)


def dollars(value: float | None) -> str:
    """Return `$1,234` for an amount in dollars."""
    text = number(value)
    if text == DASH:
        return text
    return f"{MINUS}${text[1:]}" if text.startswith(MINUS) else f"${text}"


def percent(value: float | None) -> str:
    """Return `71%` for 0.71; a share below 1 never reads 100%, one above 0 never 0%."""
    if value is None or not math.isfinite(value):
        return DASH
    if 0 < value < 0.005:
        return "<1%"
    if 0.995 <= value < 1:
        return ">99%"
    return f"{number(value * 100)}%"


def compact_number(value: float, sign: str = "") -> str:
    """Return `840`, `5.8k` or `58k`, led by `sign`: for narrow labels."""
    if abs(value) < 1000:
        return f"{sign}{number(value)}"
    thousands = value / 1000
    return f"{sign}{number(thousands, 1 if abs(thousands) < 10 else 0)}k"


def delta(value: float) -> str:
    """Return `+4`, `−2` or `0`."""  # noqa: RUF002
    return f"+{number(value)}" if value > 0 else number(value)


def plural(count: int, singular: str, many: str = "") -> str:
    """Return `1 visit` or `1,234 visits`."""
    return f"{number(count)} {singular if count == 1 else many or singular + 's'}"


def join_list(items: Iterable[str]) -> str:
    """Return `a, b and c`."""
    *head, last = list(items) or [""]
    return f"{', '.join(head)} and {last}" if head else last


def value_range(low: float, high: float, show: str = "number") -> str:
    """Return `27–45` or, with `show="percent"`, `86–100%`."""  # noqa: RUF002
    if show == "percent":
        return f"{number(low * 100)}–{percent(high)}"  # noqa: RUF001
    return f"{plain_number(low)}–{plain_number(high)}"  # noqa: RUF001


def share(numerator: float | None, denominator: float | None, reason: str = "") -> DisplayValue:
    """Return a rate with its counts.

    Without a denominator it is a dash with the reason; with one up to 4, counts only, because a
    percentage of so few visits would look more certain than it is.
    """
    if numerator is None or not denominator:
        return DisplayValue(DASH, "", reason or "nothing to count")
    counts = f"{number(numerator)} of {number(denominator)}"
    if denominator <= SMALL:
        return DisplayValue(counts, "", reason or SMALL_REASON)
    return DisplayValue(percent(numerator / denominator), counts, reason)


def count(value: float | None, reason: str = "") -> DisplayValue:
    """Return a count, or a dash with the reason why there is none."""
    return DisplayValue(number(value), "", reason)
