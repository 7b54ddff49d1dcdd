"""A therapist's weeks compared with her own past, never with a colleague's."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from allay_metrics.caseload.reading_day import Today
from allay_metrics.metrics.usual import WEEKS_BACK, Usual, usual_count
from allay_metrics.metrics.weeks import SERIES, last_full_week, weeks_up_to
from allay_metrics.records import Scope
from allay_metrics.records.states import State
from allay_metrics.records.tables import weekly


@dataclass(frozen=True)
class OwnWeeks:
    """Completed visits per week, the newest last; `usual` is None with too few weeks before."""

    mondays: tuple[date, ...]
    completed: tuple[int, ...]
    usual: Usual | None


def read_weeks(scope: Scope, today: Today) -> OwnWeeks:
    """Return the newest 13 full weeks, and the usual range of the 26 weeks before the last.

    Weeks before her first visit are left out of the range.
    """
    as_of = today.as_of.date() if today.as_of else today.day
    last = last_full_week(min(as_of, today.day))
    mondays = weeks_up_to(last, WEEKS_BACK + 1)
    statement = (
        select(weekly.c.week, func.sum(weekly.c.visits).label("visits"))
        .where(
            scope.own(weekly),
            weekly.c.state == State.COMPLETED,
            weekly.c.week.between(mondays[0], last),
        )
        .group_by(weekly.c.week)
    )
    with scope.read() as conn:
        visits_by_week = {row.week: int(row.visits) for row in conn.execute(statement)}
    counts = [visits_by_week.get(monday, 0) for monday in mondays]
    first = next((index for index, count in enumerate(counts) if count), len(counts))
    usual = usual_count(counts[first:-1])
    return OwnWeeks(tuple(mondays[-SERIES:]), tuple(counts[-SERIES:]), usual)
