"""The Therapists page: two weeks ahead, hours offered and used, weeks beside her own past.

Sorted by name: therapists are neither ranked nor compared with each other.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from allay_metrics.errors import NotAllowed
from allay_metrics.metrics import Question, query
from allay_metrics.metrics.drive_metrics import offered_minutes
from allay_metrics.metrics.metric import MetricKey
from allay_metrics.metrics.usual import WEEKS_BACK, Usual, usual_count
from allay_metrics.metrics.weeks import (
    SERIES,
    WEEK,
    last_full_week,
    monday_of,
    sunday_of,
    weeks_up_to,
)
from allay_metrics.records import UNKNOWN, Scope
from allay_metrics.records.states import State
from allay_metrics.records.tables import daily, therapist
from allay_metrics.review.query_results import MetricCell, index_cells
from allay_metrics.review.record_status import RecordStatus, read_record_status

IN_THE_FIELD = (State.COMPLETED, State.NO_SHOW, State.BOOKED)
_NONE = MetricCell(0)


@dataclass(frozen=True)
class DayPlan:
    """One day of a therapist: visits by city, and driving minutes where they can be estimated."""

    day: date
    cities: tuple[tuple[str, int], ...]
    drive_minutes: int
    undriven: int


@dataclass(frozen=True)
class WeekPlan:
    """One week of a therapist in minutes: offered (None: not on file), and used."""

    monday: date
    offered: int | None
    used: int
    days: tuple[DayPlan, ...]

    @property
    def room(self) -> int | None:
        """Return the minutes left, negative where more is planned than offered."""
        return None if self.offered is None else self.offered - self.used


@dataclass(frozen=True)
class TherapistLine:
    """One therapist: this week and the next, and 13 full weeks of completed visits.

    `usual` is the range of her own 26 weeks before; `usual_minutes` what she offers in a week.
    """

    id: str
    name: str
    base_city: str
    usual_minutes: int | None
    weeks: tuple[WeekPlan, ...]
    mondays: tuple[date, ...]
    completed: tuple[int, ...]
    usual: Usual | None


@dataclass(frozen=True)
class TherapistsReview:
    """Everybody who works here, by name."""

    record_status: RecordStatus
    therapists: tuple[TherapistLine, ...]


def review_therapists(scope: Scope) -> TherapistsReview:
    """Return the Therapists page as of the newest export. Raises NotAllowed.

    Therapists who left, or have neither visits in these weeks nor hours or a base, are left out.
    """
    if scope.viewer.role != "owner":
        raise NotAllowed("The therapists' weeks are for the owner to see.")
    record_status = read_record_status(scope)
    if record_status.as_of_day is None:
        return TherapistsReview(record_status, ())
    this_week = monday_of(record_status.as_of_day)
    ahead = (this_week, this_week + WEEK)
    past = weeks_up_to(last_full_week(record_status.as_of_day), SERIES + WEEKS_BACK)
    counted = index_cells(query(_weekly(past), scope), "therapist", "period")
    in_practice = therapist.c.practice_id == scope.practice_id
    with scope.read() as conn:
        staff = conn.execute(select(therapist).where(in_practice)).all()
        offered = offered_minutes(conn, scope, [member.id for member in staff], ahead)
        plans = _plans(conn.execute(_planned(scope, ahead)).all())
    lines = []
    for member in sorted(staff, key=lambda member: (member.name.casefold(), member.name)):
        counts = [
            counted.get((member.name, week, MetricKey.COMPLETED), _NONE).count for week in past
        ]
        weeks = tuple(_week(member.id, monday, offered, plans) for monday in ahead)
        here = member.active_to is None or member.active_to >= this_week
        known_here = member.week_minutes is not None or bool(member.base_city)
        busy = any(counts[-SERIES:]) or any(week.days for week in weeks)
        if here and (busy or known_here) and member.name != UNKNOWN:
            usual = usual_count(_since_her_first(counts[-WEEKS_BACK - 1 : -1]))
            shown = (tuple(past[-SERIES:]), tuple(counts[-SERIES:]), usual)
            named = (member.id, member.name, member.base_city or "", member.week_minutes)
            lines.append(TherapistLine(*named, weeks, *shown))
    return TherapistsReview(record_status, tuple(lines))


def _since_her_first(counts: Sequence[int]) -> Sequence[int]:
    """Return the weeks from her first with a visit; before it she did not work here."""
    first = next((i for i, count in enumerate(counts) if count), len(counts))
    return counts[first:]


def _weekly(past: Sequence[date]) -> Question:
    first, last = past[0], sunday_of(past[-1])
    return Question(
        metrics=(MetricKey.COMPLETED,), by=("therapist",), grain="week", first=first, last=last
    )


def _planned(scope: Scope, weeks: Sequence[date]) -> Any:
    columns = daily.c
    summed = (columns.visits, columns.minutes, columns.drive_minutes, columns.undriven)
    grouped = (columns.therapist_id, columns.week, columns.day, columns.city, columns.state)
    return (
        select(*grouped, *(func.sum(column) for column in summed))
        .where(
            scope.own(daily),
            columns.day.between(weeks[0], sunday_of(weeks[-1])),
            columns.state.in_(IN_THE_FIELD),
        )
        .group_by(*grouped)
        .order_by(columns.day, columns.city)
    )


class _DaySum:
    """The running sums of a day."""

    def __init__(self) -> None:
        self.cities: dict[str, int] = defaultdict(int)
        self.minutes = self.drive = self.undriven = 0


_Plans = Mapping[tuple[str, date], Mapping[date, _DaySum]]


def _plans(rows: Sequence[Any]) -> _Plans:
    plans: dict[tuple[str, date], dict[date, _DaySum]] = defaultdict(lambda: defaultdict(_DaySum))
    for who, week, day, city, state, visits, minutes, drive, undriven in rows:
        plan = plans[who, week][day]
        plan.cities[city] += int(visits)
        # A no-show uses no care time, only the drive.
        plan.minutes += 0 if state == State.NO_SHOW else int(minutes)
        plan.drive += int(drive)
        plan.undriven += int(undriven)
    return plans


def _week(
    id_: str, monday: date, offered: Mapping[tuple[str, date], int], plans: _Plans
) -> WeekPlan:
    days = plans.get((id_, monday), {})
    return WeekPlan(
        monday,
        offered.get((id_, monday)),
        sum(plan.minutes + plan.drive for plan in days.values()),
        tuple(
            DayPlan(day, tuple(plan.cities.items()), plan.drive, plan.undriven)
            for day, plan in sorted(days.items())
        ),
    )
