"""Hours a therapist offers for visits and driving: a usual week, and single weeks that differ."""

from datetime import date

from sqlalchemy import ColumnElement, delete, insert, update

from allay_metrics.errors import ConfigProblem, NotFound
from allay_metrics.plausibility import WEEK_MINUTES
from allay_metrics.records import Scope
from allay_metrics.records.tables import offered_hours, therapist


def set_usual_minutes(scope: Scope, therapist_id: str, minutes: int | None) -> None:
    """Save the minutes a therapist offers in a usual week; None: unknown.

    Raises NotFound for somebody who does not work here, ConfigProblem for minutes below 0 or
    over 80 hours.
    """
    _check(minutes)
    with scope.write("say which hours a therapist offers") as conn:
        is_therapist = (therapist.c.practice_id == scope.practice_id) & (
            therapist.c.id == therapist_id
        )
        kept = {"week_minutes": minutes, "version": therapist.c.version + 1}
        if conn.execute(update(therapist).where(is_therapist).values(kept)).rowcount == 0:
            raise NotFound("Nobody with this id works in this practice.")


def set_week_minutes(scope: Scope, therapist_id: str, monday: date, minutes: int | None) -> None:
    """Save the minutes a therapist offers in one week; None: her usual ones.

    0 is a week she does not work. Raises ConfigProblem for a day that is no Monday, and as
    `set_usual_minutes` does.
    """
    _check(minutes)
    if monday.weekday() != 0:
        raise ConfigProblem(f"{monday} is not a Monday: a week is identified by its Monday.")
    with scope.write("say which hours a therapist offers") as conn:
        is_week = _is_week(scope.practice_id, therapist_id, monday)
        if minutes is None:
            conn.execute(delete(offered_hours).where(is_week))
            return
        kept = {"minutes": minutes, "version": offered_hours.c.version + 1}
        if conn.execute(update(offered_hours).where(is_week).values(kept)).rowcount == 0:
            row = {"therapist_id": therapist_id, "week": monday, "minutes": minutes}
            conn.execute(insert(offered_hours).values(practice_id=scope.practice_id, **row))


def _check(minutes: int | None) -> None:
    if minutes is not None and not WEEK_MINUTES.holds(minutes):
        raise ConfigProblem(WEEK_MINUTES.sentence)


def _is_week(practice_id: str, therapist_id: str, monday: date) -> ColumnElement[bool]:
    return (
        (offered_hours.c.practice_id == practice_id)
        & (offered_hours.c.therapist_id == therapist_id)
        & (offered_hours.c.week == monday)
    )
