"""Details of therapists that exports do not contain."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import insert, select, update

from allay_metrics.actions.drive_times import read_days_of_therapist, recompute_driving
from allay_metrics.records import Scope
from allay_metrics.records.keys import key_of
from allay_metrics.records.tables import therapist


@dataclass(frozen=True)
class TherapistDetails:
    """Contact, base, skills and usual hours of the therapist of this name.

    Without `week_minutes` the stored hours stay.
    """

    name: str
    email: str
    base_city: str
    skills: tuple[str, ...]
    week_minutes: int | None = None


def save_therapists(scope: Scope, details: Iterable[TherapistDetails]) -> None:
    """Save details of these therapists; new names are inserted.

    A new base recomputes the driving of all her days.
    """
    with scope.write("keep therapists") as conn:
        for detail in details:
            id_ = key_of(scope.practice_id, "therapist", detail.name)
            is_therapist = (therapist.c.practice_id == scope.practice_id) & (therapist.c.id == id_)
            values: dict[str, str | int] = {
                "email": detail.email.lower(),
                "base_city": detail.base_city,
                "skills": ",".join(detail.skills),
            }
            if detail.week_minutes is not None:
                values["week_minutes"] = detail.week_minutes
            base = conn.execute(
                select(therapist.c.base_city).where(is_therapist)
            ).scalar_one_or_none()
            changed = update(therapist).where(is_therapist)
            changed = changed.values(**values, version=therapist.c.version + 1)
            if conn.execute(changed).rowcount == 0:
                row = {"practice_id": scope.practice_id, "id": id_, "name": detail.name, **values}
                conn.execute(insert(therapist).values(row))
            elif base != detail.base_city:
                days = read_days_of_therapist(conn, scope.practice_id, id_)
                recompute_driving(conn, scope.practice_id, days)
