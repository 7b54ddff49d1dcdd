"""Long drives for one visit, and the mileage log of a therapist: lists behind the estimates."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise

import pandas as pd
from sqlalchemy import and_, or_, select

from allay_metrics import travel
from allay_metrics.derive.driving_legs import read_pairs
from allay_metrics.errors import NotAllowed
from allay_metrics.metrics.fact_table import IS_LONE
from allay_metrics.metrics.metric import DROVE
from allay_metrics.metrics.weeks import sunday_of
from allay_metrics.records import VIRTUAL, Scope
from allay_metrics.records.tables import therapist, visit

LONG = 30  # minutes: a drive for one visit that is listed
AHEAD = timedelta(days=13)


@dataclass(frozen=True)
class LoneDrive:
    """A visit that is the only one in its city that day, with its extra driving."""

    starts: datetime
    city: str
    therapist: str
    minutes: int

    @property
    def day(self) -> date:
        """Return its day, in the practice's zone."""
        return self.starts.date()


def read_lone_drives(scope: Scope, monday: date, as_of: date | None) -> tuple[LoneDrive, ...]:
    """Return the long lone drives of a week and of the 14 days ahead, longest first."""
    spans = [(monday, sunday_of(monday))]
    if as_of is not None:
        spans.append((as_of, as_of + AHEAD))
    days = or_(*(visit.c.day.between(*span) for span in spans))
    columns = (visit.c.starts_at, visit.c.city, therapist.c.name, visit.c.drive_minutes)
    statement = (
        select(*columns)
        .select_from(visit.join(therapist))
        .where(scope.own(visit), days, IS_LONE, visit.c.drive_minutes >= LONG)
        .order_by(visit.c.drive_minutes.desc(), visit.c.starts_at, visit.c.id)
    )
    with scope.read() as conn:
        return tuple(
            LoneDrive(datetime.fromtimestamp(at, scope.zone), *values)
            for at, *values in conn.execute(statement)
        )


@dataclass(frozen=True)
class Mileage:
    """A month of one therapist's driving: its legs, and the number of days without an estimate.

    `legs` has the columns date, from, to, miles (one decimal), minutes and note.
    """

    legs: pd.DataFrame
    days_left_out: int

    @property
    def miles(self) -> float:
        """Return the miles of all legs."""
        return float(self.legs["miles"].sum())


def compute_mileage(scope: Scope, therapist_id: str, month: date) -> Mileage:
    """Return the estimated legs that a therapist drove in the month of this day.

    From her base to completed visits and no-shows, and back. Raises NotAllowed for anyone but the
    owner and herself.
    """
    if scope.viewer.therapist_id not in (None, therapist_id):
        raise NotAllowed("The mileage of another therapist is for the owner to see.")
    first = month.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    statement = (
        select(visit.c.day, visit.c.city)
        .where(
            scope.own(visit),
            visit.c.therapist_id == therapist_id,
            visit.c.day >= first,
            visit.c.day < after,
            visit.c.state.in_(DROVE),
            visit.c.city != VIRTUAL,
        )
        .order_by(visit.c.day, visit.c.starts_at, visit.c.id)
    )
    is_therapist = and_(
        therapist.c.practice_id == scope.practice_id, therapist.c.id == therapist_id
    )
    with scope.read() as conn:
        base = (
            conn.execute(select(therapist.c.base_city).where(is_therapist)).scalar_one_or_none()
            or ""
        )
        pairs = read_pairs(conn, scope.practice_id)
        stops = [(row.day, row.city) for row in conn.execute(statement)]
    legs: list[tuple[object, ...]] = []
    left_out = 0
    for day, theirs in groupby(stops, key=lambda stop: stop[0]):
        day_legs = list(_legs(day, [base, *(city for _, city in theirs), base], pairs))
        usable_legs = [leg for leg in day_legs if leg is not None]
        left_out += len(usable_legs) < len(day_legs)
        legs += usable_legs if len(usable_legs) == len(day_legs) else []
    columns = ["date", "from", "to", "miles", "minutes", "note"]
    return Mileage(pd.DataFrame(legs, columns=columns), left_out)


def _legs(
    day: date, stops: list[str], pairs: dict[tuple[str, str], int]
) -> Iterator[tuple[object, ...] | None]:
    for a, b in pairwise(stops):
        miles, minutes = travel.miles(a, b), travel.minutes(a, b, pairs)
        ruled = travel.pair(a, b) in pairs
        if miles is None or minutes is None:
            yield None
        else:
            note = "miles estimated, minutes as the owner knows them" if ruled else "estimated"
            yield day, a, b, round(miles, 1), minutes, note
