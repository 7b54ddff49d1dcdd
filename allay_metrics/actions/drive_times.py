"""The owner's own drive times between two cities, which replace the estimate."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from allay_metrics import travel
from allay_metrics.derive.driving_legs import refresh_legs
from allay_metrics.errors import ConfigProblem, NotFound
from allay_metrics.plausibility import DRIVE_MINUTES
from allay_metrics.records import Scope, rollup
from allay_metrics.records.tables import city, drive_pair, visit


def set_drive_pair(scope: Scope, city_a: str, city_b: str, minutes: int) -> int:
    """Set the minutes of driving between two cities, or within one; return the visits changed.

    They apply in both directions; every day with a visit in one of the two is recomputed at once.
    Raises NotFound for an unknown city, ConfigProblem for minutes below 1 or over 480.
    """
    if not DRIVE_MINUTES.holds(minutes):
        raise ConfigProblem(DRIVE_MINUTES.sentence)
    both = travel.pair(city_a, city_b)
    with scope.write("say how long a drive takes") as conn:
        _check_cities(conn, scope.practice_id, both)
        is_pair = _is_pair(scope.practice_id, both)
        values = {"minutes": minutes, "version": drive_pair.c.version + 1}
        if conn.execute(update(drive_pair).where(is_pair).values(values)).rowcount == 0:
            first, second = both
            row = {"city_a": first, "city_b": second, "minutes": minutes}
            conn.execute(insert(drive_pair).values(practice_id=scope.practice_id, **row))
        return recompute_driving(
            conn, scope.practice_id, _read_days_in(conn, scope.practice_id, both)
        )


def drop_drive_pair(scope: Scope, city_a: str, city_b: str) -> int:
    """Go back to the estimate between two cities; return the visits changed.

    Raises NotFound when no own drive time is set.
    """
    both = travel.pair(city_a, city_b)
    with scope.write("go back to an estimated drive") as conn:
        if conn.execute(delete(drive_pair).where(_is_pair(scope.practice_id, both))).rowcount == 0:
            first, second = both
            raise NotFound(
                f"No own drive time is set between {first} and {second}: "
                "the estimate is in use already."
            )
        return recompute_driving(
            conn, scope.practice_id, _read_days_in(conn, scope.practice_id, both)
        )


def recompute_driving(conn: Connection, practice_id: str, days: Collection[date]) -> int:
    """Recompute the driving of these days and the roll-ups of it; return the visits changed.

    Runs in the caller's transaction.
    """
    changed = refresh_legs(conn, practice_id, days)
    rollup.refresh(conn, practice_id, changed.days)
    return changed.visits


def read_days_of_therapist(conn: Connection, practice_id: str, therapist_id: str) -> set[date]:
    """Return every day on which a therapist has a visit, whatever its state."""
    statement = select(visit.c.day).where(
        visit.c.practice_id == practice_id, visit.c.therapist_id == therapist_id
    )
    return set(conn.execute(statement.distinct()).scalars())


def _is_pair(practice_id: str, both: tuple[str, str]) -> ColumnElement[bool]:
    first, second = both
    return (
        (drive_pair.c.practice_id == practice_id)
        & (drive_pair.c.city_a == first)
        & (drive_pair.c.city_b == second)
    )


def _check_cities(conn: Connection, practice_id: str, names: tuple[str, str]) -> None:
    statement = select(city.c.name).where(city.c.practice_id == practice_id, city.c.kind == "city")
    city_names = set(conn.execute(statement).scalars())
    for name in names:
        if name not in city_names:
            raise NotFound(f"'{name}' is no city the practice knows.")


def _read_days_in(conn: Connection, practice_id: str, cities: tuple[str, str]) -> set[date]:
    statement = select(visit.c.day).where(
        visit.c.practice_id == practice_id, visit.c.city.in_(cities)
    )
    return set(conn.execute(statement.distinct()).scalars())
