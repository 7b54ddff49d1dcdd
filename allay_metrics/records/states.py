"""The states of a visit, as stored in `visit.state`."""

from enum import StrEnum


class State(StrEnum):
    """The state of a visit; derive/state.py decides it."""

    BOOKED = "booked"
    COMPLETED = "completed"
    UNMARKED = "unmarked"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    LATE_CANCELLED = "late_cancelled"
    PRACTICE_CANCELLED = "practice_cancelled"
    RESCHEDULED = "rescheduled"
    MISSING = "missing"
