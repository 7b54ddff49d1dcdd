"""Saves therapists' details and the practice's goals; both can be undone."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import Connection, func, select

from allay_metrics.actions.overrides import (
    OverrideChange,
    OverrideRow,
    save_overrides,
    save_overrides_in,
)
from allay_metrics.derive.visit_type import VISIT_TYPES
from allay_metrics.errors import ConfigProblem, Conflict, NotFound, choose_from
from allay_metrics.plausibility import AIM, ANY_DAY, WEEK_MINUTES
from allay_metrics.records import Scope
from allay_metrics.records.tables import city, goal, therapist


@dataclass(frozen=True)
class Details:
    """One therapist: sign-in e-mail, base, visit types, first and last day of work here.

    `week_minutes` are the minutes offered in a usual week. Unknown values are None.
    """

    email: str | None = None
    base_city: str | None = None
    skills: tuple[str, ...] = ()
    active_from: date | None = None
    active_to: date | None = None
    week_minutes: int | None = None


def save_details(
    scope: Scope, therapist_id: str, details: Details, *, version: int
) -> OverrideChange:
    """Save the details of a therapist; a new base recomputes the driving of all her days.

    `version` is the one that was read. Raises NotFound for an unknown therapist, ConfigProblem for
    invalid values, Conflict when they were changed since.
    """
    with scope.write("keep therapists") as conn:
        name = _check(conn, scope.practice_id, therapist_id, details)
        values = {**asdict(details), "skills": ",".join(details.skills) or None}
        values["email"] = details.email.strip().lower() if details.email else None
        row = OverrideRow(therapist, {"id": therapist_id}, values, name, version)
        return save_overrides_in(conn, scope.practice_id, [row])


def save_goals(
    scope: Scope, goals: Mapping[str, float | None], versions: Mapping[str, int]
) -> OverrideChange:
    """Save the owner's goals, by metric and in its unit; None deletes a goal.

    `versions` are those that were read, 0 where there was none. Raises ConfigProblem for an invalid
    goal, Conflict when one was changed since.
    """
    for key, value in goals.items():
        if value is not None and not AIM.holds(value):
            raise ConfigProblem(f"{AIM.sentence} The goal for {key} is out of range.")
    rows = [
        OverrideRow(
            goal,
            {"metric": key},
            None if value is None else {"value": float(value)},
            f"The goal of {key}",
            versions.get(key, 0),
        )
        for key, value in goals.items()
    ]
    return save_overrides(scope, "set goals", rows)


def _check(conn: Connection, practice_id: str, therapist_id: str, details: Details) -> str:
    in_practice = therapist.c.practice_id == practice_id
    statement = select(therapist.c.name).where(in_practice, therapist.c.id == therapist_id)
    name = conn.execute(statement).scalar_one_or_none()
    if name is None:
        raise NotFound("Nobody with this id works in this practice.")
    for skill in details.skills:
        if skill not in VISIT_TYPES:
            raise ConfigProblem(choose_from("visit type", skill, VISIT_TYPES))
    if details.active_from and details.active_to and details.active_to < details.active_from:
        raise ConfigProblem("Her last day here lies before her first.")
    if details.week_minutes is not None and not WEEK_MINUTES.holds(details.week_minutes):
        raise ConfigProblem(WEEK_MINUTES.sentence)
    if not all(ANY_DAY.holds(day) for day in (details.active_from, details.active_to) if day):
        raise ConfigProblem(ANY_DAY.sentence)
    _check_base(conn, practice_id, details.base_city)
    _check_email(conn, practice_id, therapist_id, details.email)
    return str(name)


def _check_base(conn: Connection, practice_id: str, base: str | None) -> None:
    statement = select(city.c.name).where(city.c.practice_id == practice_id, city.c.kind == "city")
    city_names = set(conn.execute(statement).scalars())
    if base is not None and base not in city_names:
        raise ConfigProblem(choose_from("city", base, city_names))


def _check_email(conn: Connection, practice_id: str, therapist_id: str, email: str | None) -> None:
    if not email:
        return
    if "@" not in email.strip("@ "):
        raise ConfigProblem(f"'{email}' is no e-mail address.")
    same = (
        select(therapist.c.name)
        .where(therapist.c.practice_id == practice_id, therapist.c.id != therapist_id)
        .where(func.lower(therapist.c.email) == email.strip().lower())
    )
    other = conn.execute(same).scalar()
    if other is not None:
        raise Conflict(f"{other} signs in with this address already.")
