"""States of care: in care, graduated, moved on, ended or lapsed."""

from datetime import date, timedelta
from typing import Literal

from allay_metrics.actions.care_closing import GRADUATED

CareState = Literal["in care", "lapsed", "graduated", "moved on"]
CARE_STATES: tuple[CareState, ...] = ("in care", "lapsed", "graduated", "moved on")
LAPSED_AFTER = timedelta(days=30)


def care_state(
    closed: str | None, last_on: date | None, next_on: date | None, as_of: date
) -> CareState:
    """Return the state of care on `as_of`.

    `closed` is the reason it was closed for, None while it is open; `last_on` and `next_on` are
    the family's last completed and next booked visit. Of open care, only a family with nothing
    booked whose last visit is over 30 days past has lapsed.
    """
    if closed is not None:
        return "graduated" if closed in GRADUATED else "moved on"
    if next_on is None and last_on is not None and last_on < as_of - LAPSED_AFTER:
        return "lapsed"
    return "in care"
