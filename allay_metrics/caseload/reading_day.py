"""The day a therapist's pages show, and how old the records are."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import func, select

from allay_metrics.contact import records_age
from allay_metrics.records import Scope
from allay_metrics.records.states import State
from allay_metrics.records.tables import import_, visit

# The states of visits shown on a day; a missing one until somebody decides about it.
ON = (State.BOOKED, State.COMPLETED, State.NO_SHOW, State.UNMARKED, State.MISSING)


@dataclass(frozen=True)
class Today:
    """The day as the records stand.

    `now` is the moment taken as now and `as_of` the newest export, both in the practice's zone;
    `as_of` is None without records. `why` says why `now` is not the real day, empty where it is.
    `shown` is the day whose visits the page shows: today, or her next day with a visit. `age` is a
    warning above lists of families to call that the records are old, empty where they are not.
    """

    now: datetime
    as_of: datetime | None
    shown: date
    why: str = ""
    age: str = ""

    @property
    def day(self) -> date:
        """Return the date."""
        return self.now.date()


def compute_today(scope: Scope, clock: datetime | None = None) -> Today:
    """Return today for this viewer; tests give the current moment as `clock`.

    In the demo practice it is always the moment of the newest export. So it is in old records
    without a visit ahead, whose pages would be empty otherwise.
    """
    now = (clock or datetime.now(UTC)).astimezone(scope.zone)
    conditions = (scope.own(visit), visit.c.state.in_(ON))
    newest = select(func.max(import_.c.as_of)).where(
        import_.c.practice_id == scope.practice_id,
        import_.c.undone_at.is_(None),
        import_.c.holds != "answers",
    )
    with scope.read() as conn:
        as_of_seconds = conn.execute(newest).scalar_one()
        as_of = (
            datetime.fromtimestamp(as_of_seconds, scope.zone) if as_of_seconds is not None else None
        )
        last = conn.execute(select(func.max(visit.c.day)).where(*conditions)).scalar_one()
        why, age = "", ""
        if as_of is not None and not scope.is_demo:
            age = records_age(as_of.date(), now.date())
        if as_of is not None and scope.is_demo:
            now, why = as_of, "In the demo it is always the day its records were exported."
        elif as_of is not None and as_of.date() < now.date() and (not last or last < now.date()):
            now, why = as_of, "These records end before today: the day they were exported is shown."
        ahead = select(func.min(visit.c.day)).where(*conditions, visit.c.day >= now.date())
        next_day = conn.execute(ahead).scalar_one()
    return Today(now, as_of, next_day or now.date(), why, age)
