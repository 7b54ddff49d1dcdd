"""Settings of the practice: therapists, goals, its own drive times."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, select

from allay_metrics import travel
from allay_metrics.records import UNKNOWN, Scope
from allay_metrics.records.tables import drive_pair, goal, therapist, visit


@dataclass(frozen=True)
class Therapist:
    """One therapist's details; `week_minutes` are those she offers in a usual week."""

    id: str
    name: str
    email: str | None
    base_city: str | None
    skills: tuple[str, ...]
    active_from: date | None
    active_to: date | None
    week_minutes: int | None
    visits: int
    version: int


@dataclass(frozen=True)
class Goal:
    """An aim in its metric's unit; shares as 0 to 1."""

    value: float
    version: int


@dataclass(frozen=True)
class Drive:
    """Two cities, the owner's minutes between them, and the estimated ones."""

    city_a: str
    city_b: str
    minutes: int
    estimate: int | None


def therapists(scope: Scope) -> list[Therapist]:
    """Return all therapists by name, without the one for blank calendars."""
    visits = (
        select(func.count())
        .where(
            and_(
                visit.c.practice_id == therapist.c.practice_id,
                visit.c.therapist_id == therapist.c.id,
            )
        )
        .scalar_subquery()
    )
    statement = (
        select(therapist, visits.label("visits"))
        .where(therapist.c.practice_id == scope.practice_id, therapist.c.name != UNKNOWN)
        .order_by(therapist.c.name)
    )
    with scope.read() as conn:
        return [
            Therapist(
                id=row.id,
                name=row.name,
                email=row.email,
                base_city=row.base_city,
                skills=tuple(skill for skill in (row.skills or "").split(",") if skill),
                active_from=row.active_from,
                active_to=row.active_to,
                week_minutes=row.week_minutes,
                visits=row.visits,
                version=row.version,
            )
            for row in conn.execute(statement)
        ]


def goals(scope: Scope) -> dict[str, Goal]:
    """Return the owner's aims by metric."""
    with scope.read() as conn:
        rows = conn.execute(select(goal).where(goal.c.practice_id == scope.practice_id)).all()
    return {row.metric: Goal(row.value, row.version) for row in rows}


def drives(scope: Scope) -> list[Drive]:
    """Return the owner's own drive times, in alphabetical order."""
    statement = (
        select(drive_pair)
        .where(drive_pair.c.practice_id == scope.practice_id)
        .order_by(drive_pair.c.city_a, drive_pair.c.city_b)
    )
    with scope.read() as conn:
        return [
            Drive(row.city_a, row.city_b, row.minutes, travel.minutes(row.city_a, row.city_b))
            for row in conn.execute(statement)
        ]
