"""The state of a visit, derived from what its source states and when it was exported."""

from allay_metrics.records.states import State

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
    """Return the visit's state, and 1 where the source does not mark it as attended.

    All moments are Unix seconds UTC. `absent`: a newer file of the source should hold the visit
    and does not. `marks_attendance`: the source marks every past visit that took place.
    """
    if marked == "rescheduled":
        return State.RESCHEDULED, 0
    if absent:
        return State.MISSING, 0
    if marked == "no_show":
        return State.NO_SHOW, 0
    if marked == "cancelled":
        return _cancelled(cancelled_by, cancelled_at, starts_at), 0
    if marked == "arrived":
        return State.COMPLETED, 0
    if ends_at > as_of:
        return State.BOOKED, 0
    return (State.UNMARKED, 0) if marks_attendance else (State.COMPLETED, 1)


def _cancelled(cancelled_by: str | None, cancelled_at: int | None, starts_at: int) -> str:
    if cancelled_by == "practice":
        return State.PRACTICE_CANCELLED
    late = cancelled_at is not None and starts_at - cancelled_at < LATE_SECONDS
    return State.LATE_CANCELLED if late else State.CANCELLED
