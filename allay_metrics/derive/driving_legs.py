"""Drive legs: the driving minutes of each visit, computed by therapist and whole day.

A day's route starts at the therapist's base, goes from home to home in the order of the starts,
and returns. A leg belongs to the visit it leads to; the return leg is added to the last visit.
Completed visits, no-shows and booked visits are driven to; virtual visits are not on the route.
Where a city of the day has no drive time, or the therapist has no base, the whole day is unknown:
a partial day would look like a short one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Text, select, type_coerce

from allay_metrics import travel
from allay_metrics.records import VIRTUAL
from allay_metrics.records.bulk import among, update_rows
from allay_metrics.records.states import State
from allay_metrics.records.tables import drive_pair, therapist, visit

DRIVEN_TO = (State.COMPLETED, State.NO_SHOW, State.BOOKED)
_AT_A_TIME = 400  # days

Between = Callable[[str, str], int | None]


class Leg(NamedTuple):
    """The driving of one visit; the field names are columns of `visit`."""

    drive_minutes: int | None
    undriven: int
    lone: int


_AT_HOME = Leg(0, 0, 0)
_UNKNOWN = Leg(None, 1, 0)
_NOBODY_DRIVES = Leg(None, 0, 0)


class ChangedLegs(NamedTuple):
    """The number of visits whose leg changed, and their days."""

    visits: int
    days: set[date]


class Stop(NamedTuple):
    """One visit of a therapist's day with its stored leg."""

    therapist_id: str
    day: Any
    id: str
    city: str
    leg: Leg


def leg_before(state: str, city: str) -> Leg:
    """Return the leg a visit is first written with: unknown until its whole day is computed.

    Days that stay unknown, which are all days of a practice without bases, are written only once.
    """
    if state not in DRIVEN_TO:
        return _NOBODY_DRIVES
    return _AT_HOME if city == VIRTUAL else _UNKNOWN


def legs_of_day(cities: Sequence[str], base: str | None, between: Between) -> list[Leg]:
    """Return the leg of each visit of one therapist's day, given its cities in order.

    `between` returns the minutes between two cities, None where they are unknown.
    """
    homes = [city for city in cities if city != VIRTUAL]
    minutes = _route_minutes(homes, base, between)
    if minutes is None:
        return [_AT_HOME if city == VIRTUAL else _UNKNOWN for city in cities]
    legs = iter(_legs(homes, minutes, between))
    return [_AT_HOME if city == VIRTUAL else next(legs) for city in cities]


def _route_minutes(homes: Sequence[str], base: str | None, between: Between) -> list[int] | None:
    """Return the minutes to each home and, last, back to the base; None where one is unknown."""
    if base is None:
        return None
    drives = [between(a, b) for a, b in pairwise([base, *homes, base])]
    minutes = [drive for drive in drives if drive is not None]
    return minutes if len(minutes) == len(drives) else None


def _legs(homes: Sequence[str], minutes: Sequence[int], between: Between) -> Iterator[Leg]:
    last = len(homes) - 1
    for index, home in enumerate(homes):
        leg_minutes = minutes[index] + (minutes[-1] if index == last else 0)
        others = (*homes[:index], *homes[index + 1 :])
        yield Leg(leg_minutes, 0, int(not any(_near(home, other, between) for other in others)))


def _near(city: str, other: str, between: Between) -> bool:
    minutes = between(city, other)
    return city == other or minutes is None or minutes <= travel.NEARBY_MINUTES


def refresh_legs(
    conn: Connection, practice_id: str, days: Iterable[date], *, as_written: bool = False
) -> ChangedLegs:
    """Recompute the legs of these days and return what changed.

    `as_written`: visits of therapists without a base still hold what `leg_before` wrote, and are
    skipped. The caller refreshes the roll-up of the changed days.
    """
    bases = _bases(conn, practice_id)
    if as_written and not bases:
        return ChangedLegs(0, set())
    between = _between(conn, practice_id)
    touched = sorted(set(days))
    visits, moved = 0, set[Any]()
    for start in range(0, len(touched), _AT_A_TIME):
        changed: list[tuple[Any, ...]] = []
        batch = touched[start : start + _AT_A_TIME]
        stops = _stops(conn, practice_id, batch, bases if as_written else None)
        for (therapist_id, day), group in groupby(stops, key=_THERAPIST_AND_DAY):
            day_stops = list(group)
            legs = legs_of_day([stop.city for stop in day_stops], bases.get(therapist_id), between)
            for stop, leg in zip(day_stops, legs, strict=True):
                if stop.leg != leg:
                    changed.append((*leg, stop.id))
                    moved.add(day)
        update_rows(conn, visit, practice_id, Leg._fields, changed)
        visits += len(changed)
    return ChangedLegs(visits, {_as_day(day) for day in moved})


_THERAPIST_AND_DAY = itemgetter(0, 1)


def _as_day(day: date | str) -> date:
    return date.fromisoformat(day) if isinstance(day, str) else day


def _stops(
    conn: Connection, practice_id: str, days: Sequence[date], therapist_ids: Iterable[str] | None
) -> Iterator[Stop]:
    """Yield the visits driven to on these days, ordered by therapist, day and start.

    `therapist_ids` limits them to these therapists; None means all.
    """
    columns = visit.c
    of_therapists = (
        () if therapist_ids is None else (columns.therapist_id.in_(among(conn, therapist_ids)),)
    )
    statement = (
        select(
            columns.therapist_id,
            # As stored: parsing a hundred thousand dates only to compare them is slow.
            type_coerce(columns.day, Text),
            columns.id,
            columns.city,
            columns.drive_minutes,
            columns.undriven,
            columns.lone,
        )
        .where(
            columns.practice_id == practice_id,
            columns.day.in_(days),
            columns.state.in_(DRIVEN_TO),
            *of_therapists,
        )
        .order_by(columns.therapist_id, columns.day, columns.starts_at, columns.id)
    )
    for therapist_id, day, id_, city, *leg_values in conn.execute(statement):
        yield Stop(therapist_id, day, id_, city, Leg(*leg_values))


def _bases(conn: Connection, practice_id: str) -> Mapping[str, str]:
    statement = select(therapist.c.id, therapist.c.base_city).where(
        therapist.c.practice_id == practice_id, therapist.c.base_city.is_not(None)
    )
    return {row.id: row.base_city for row in conn.execute(statement) if row.base_city}


def read_pairs(conn: Connection, practice_id: str) -> dict[tuple[str, str], int]:
    """Return the owner's drive times in minutes by pair of cities."""
    statement = select(drive_pair.c.city_a, drive_pair.c.city_b, drive_pair.c.minutes).where(
        drive_pair.c.practice_id == practice_id
    )
    return {(row.city_a, row.city_b): row.minutes for row in conn.execute(statement)}


def _between(conn: Connection, practice_id: str) -> Between:
    """Return a function of the minutes between two cities, with the owner's values, cached."""
    pairs = read_pairs(conn, practice_id)

    @cache
    def between(city_a: str, city_b: str) -> int | None:
        return travel.minutes(city_a, city_b, pairs)

    return between
