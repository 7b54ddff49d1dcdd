"""What a family's other visits say of one visit: first, last, continued, rebooked."""

from datetime import date

import numpy as np
import pandas as pd

# A next visit in one of these states counts as booked: it was not called off.
LIVE = ("booked", "completed", "no_show", "unmarked")
NOT_ON_THE_BOOKS = (
    "cancelled",
    "late_cancelled",
    "practice_cancelled",
    "rescheduled",
    "missing",
)
CONTINUED_DAYS = 21


def follow_ups(visits: pd.DataFrame) -> pd.DataFrame:
    """Return the visits, sorted by family and start, with their flags (0 or 1) filled in.

    Needs family_id, starts_at, id, day_number and booked_number (days since 1970, booked -1 where
    unknown), week_number (its Monday), state, visit_type, closed_number (day care was closed, or
    a large number).
    """
    visits = visits.sort_values(["family_id", "starts_at", "id"], ignore_index=True)
    done = visits["state"].eq("completed")
    completed = visits[done]
    by_family = completed.groupby("family_id", sort=False)
    flags = pd.DataFrame(0, index=visits.index, columns=["is_first", "is_first_of_type"])
    flags.loc[completed.index, "is_first"] = (by_family.cumcount() == 0).astype(int)
    of_type = completed.groupby(["family_id", "visit_type"], sort=False)
    flags.loc[completed.index, "is_first_of_type"] = (of_type.cumcount() == 0).astype(int)
    is_last = by_family.cumcount(ascending=False) == 0
    flags["is_last"] = is_last.reindex(visits.index, fill_value=False).astype(int)
    closed = done & visits["day_number"].le(visits["closed_number"])
    before_close = closed & visits["closed_number"].lt(FAR)
    last_before = visits[before_close].groupby("family_id", sort=False).cumcount(ascending=False)
    flags["before_close"] = (last_before == 0).reindex(visits.index, fill_value=False).astype(int)
    second_after = by_family["day_number"].shift(-1) - completed["day_number"]
    soon = second_after.le(CONTINUED_DAYS).reindex(visits.index, fill_value=False)
    flags["continued"] = (soon & flags["is_first"].eq(1)).astype(int)
    flags["rebooked"] = _rebooked(visits, done)
    told = visits["booked_number"].ge(0) & ~visits["state"].isin(NOT_ON_THE_BOOKS)
    flags["told_1"] = (told & visits["booked_number"].lt(visits["week_number"])).astype(int)
    flags["told_2"] = (told & visits["booked_number"].lt(visits["week_number"] - 7)).astype(int)
    return pd.concat([visits, flags], axis=1)


FAR = 10**9


def _rebooked(visits: pd.DataFrame, done: pd.Series) -> pd.Series:
    """Return 1 for completed visits with a later one booked no later than the day after."""
    booked = visits["booked_number"]
    live = visits["state"].isin(LIVE) & booked.ge(0)
    candidate = booked.where(live, FAR)
    slots = candidate.groupby([visits["family_id"], visits["starts_at"]], sort=False).min()
    # From the last slot back: the earliest booking date among all later slots of the family.
    backwards = slots.iloc[::-1]
    running = backwards.groupby(level=0, sort=False).cummin()
    later = running.groupby(level=0, sort=False).shift(1, fill_value=FAR).iloc[::-1]
    sizes = visits.groupby(["family_id", "starts_at"], sort=False).size().to_numpy()
    earliest = pd.Series(np.repeat(later.to_numpy(), sizes), index=visits.index)
    return (done & earliest.le(visits["day_number"] + 1)).astype(int)


def day_numbers(days: list[date | None]) -> np.ndarray:
    """Return days since 1970-01-01; -1 where there is no day."""
    numbers = np.array(days, dtype="datetime64[D]").astype("int64")
    return np.where(numbers < 0, -1, numbers)
