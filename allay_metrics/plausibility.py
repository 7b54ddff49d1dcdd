"""Plausible ranges of dates and numbers about people, and the sentence about each.

It also parses untrusted input of unknown size: the functions never raise, however long the text.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

_INFANT_YEARS, _DUE_DAYS = 3, 305  # up to ten months ahead: a due date
_WHOLE = re.compile(r"[0-9]{1,9}")
_DECIMAL = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Range:
    """The allowed values of a number, both ends included; `sentence` says so to a user."""

    low: float
    high: float
    sentence: str

    def holds(self, value: float) -> bool:
        """Return whether the number is in the range; False for what is no number."""
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Days:
    """The allowed days of a date, both ends included; `sentence` says so to a user."""

    first: date
    last: date
    sentence: str

    def holds(self, day: date) -> bool:
        """Return whether the day is in the range."""
        return self.first <= day <= self.last


ANY_DAY = Days(date(1990, 1, 1), date(2100, 12, 31), "A date lies between 1990 and 2100.")
WEEKS_AT_BIRTH = Range(22, 44, "Weeks of pregnancy are a number from 22 to 44.")
WEEK_MINUTES = Range(0, 80 * 60, "A week has 0 to 80 hours to offer.")
DRIVE_MINUTES = Range(1, 480, "A drive takes 1 to 480 minutes.")
PRICE_CENTS = Range(0, 1_000_000, "A price is from $0 to $10,000.")
AIM = Range(0, 1_000_000, "A goal is from 0 to 1,000,000.")
SCALE = Range(-1_000_000, 1_000_000, "Numbers of a scale are from -1,000,000 to 1,000,000.")


def birth_days(today: date) -> Days:
    """Return the plausible birth dates, or due dates, of an infant in care on this day."""
    last = today + timedelta(days=_DUE_DAYS)
    sentence = "A birth date lies between three years ago and ten months ahead."
    return Days(_earliest_infant_birth(today), last, sentence)


def death_days(today: date) -> Days:
    """Return the plausible days of an infant's death, recorded on this day."""
    sentence = "The day a baby died lies between three years ago and today: choose it anew."
    return Days(_earliest_infant_birth(today), today, sentence)


def _earliest_infant_birth(today: date) -> date:
    try:
        return today.replace(year=today.year - _INFANT_YEARS)
    except ValueError:  # 29 February
        return today.replace(year=today.year - _INFANT_YEARS, day=28)


@lru_cache(maxsize=4096)
def earliest_birth(day: str) -> str:
    """Return the earliest plausible birth date of an infant on this day, both as YYYY-MM-DD."""
    return birth_days(date.fromisoformat(day)).first.isoformat()


def read_whole(text: str) -> int | None:
    """Return a number of at most nine plain digits, None for anything else."""
    return int(text) if _WHOLE.fullmatch(text.strip()) else None


def read_decimal(text: str) -> float | None:
    """Return a plain decimal number, None for anything else: no powers, no infinity."""
    number_text = text.strip()
    return float(number_text) if _DECIMAL.fullmatch(number_text) else None


def read_day(text: str) -> date | None:
    """Return a day as YYYY-MM-DD, between 1990 and 2100; None for anything else."""
    day_text = text.strip()
    try:
        day = date.fromisoformat(day_text) if _DAY.fullmatch(day_text) else None
    except ValueError:
        return None
    return day if day is not None and ANY_DAY.holds(day) else None
