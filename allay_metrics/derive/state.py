"""The state of a visit, derived from what its source states and when it was exported."""

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
