"""Where a visit stands, decided from what its source says and the moment of that telling."""

import numpy as np
import pandas as pd

LATE_SECONDS = 24 * 60 * 60


def state(  # noqa: PLR0913, PLR0917 each is one of the facts the rules name
    marked: str,
    cancelled_by: str | None,
    cancelled_at: int | None,
    starts_at: int,
    ends_at: int,
    as_of: int,
    absent: bool,
    marks_attendance: bool,
) -> tuple[str, int]:
    """Return the visit's state, and 1 where that it took place is assumed.

    All moments are unix seconds UTC. `absent`: a newer file of the source that should hold the
    visit does not. `marks_attendance`: the source says of every past visit who came.
    """
    if marked == "rescheduled":
        return "rescheduled", 0
    if absent:
        return "missing", 0
    if marked == "no_show":
        return "no_show", 0
    if marked == "cancelled":
        return _cancelled(cancelled_by, cancelled_at, starts_at), 0
    if marked == "arrived":
        return "completed", 0
    if ends_at > as_of:
        return "booked", 0
    return ("unmarked", 0) if marks_attendance else ("completed", 1)


def _cancelled(cancelled_by: str | None, cancelled_at: int | None, starts_at: int) -> str:
    if cancelled_by == "practice":
        return "practice_cancelled"
    late = cancelled_at is not None and starts_at - cancelled_at < LATE_SECONDS
    return "late_cancelled" if late else "cancelled"


def states(visits: pd.DataFrame) -> pd.DataFrame:
    """Return `state` and `assumed` for a frame with one column per argument of `state`.

    The same rules over whole columns; a test holds both equal.
    """
    marked = visits["marked"]
    cancelled = (marked == "cancelled").to_numpy(dtype=bool)
    cancelled_at = pd.to_numeric(visits["cancelled_at"]).to_numpy(dtype=float)
    late = visits["starts_at"].to_numpy(dtype=float) - cancelled_at < LATE_SECONDS
    rules = {
        "rescheduled": marked == "rescheduled",
        "missing": visits["absent"],
        "no_show": marked == "no_show",
        "practice_cancelled": cancelled & (visits["cancelled_by"] == "practice"),
        "late_cancelled": cancelled & late,  # an unknown time is never late
        "cancelled": cancelled,
        "arrived": marked == "arrived",
        "booked": visits["ends_at"] > visits["as_of"],
        "unmarked": visits["marks_attendance"],
    }
    met = [np.asarray(rule, dtype=bool) for rule in rules.values()]
    names = pd.Series(np.select(met, list(rules), "assumed"), index=visits.index, dtype=object)
    assumed = (names == "assumed").astype("int64")
    shown = names.replace({"arrived": "completed", "assumed": "completed"})
    return pd.DataFrame({"state": shown, "assumed": assumed})
