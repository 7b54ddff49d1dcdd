"""The choices of filters."""

from dataclasses import dataclass

from sqlalchemy import exists, select

from allay_metrics.records import UNKNOWN, Scope
from allay_metrics.records.tables import city, daily, daily_city, therapist


@dataclass(frozen=True)
class FilterChoices:
    """Cities with visits, sorted, the unknown one last; therapists by id."""

    cities: tuple[str, ...]
    therapists: dict[str, str]


def read_choices(scope: Scope) -> FilterChoices:
    """Return the cities of the visits the viewer counts, and the therapists she may choose."""
    rolled = daily_city if scope.viewer.role == "owner" else daily
    # One index lookup for each known name instead of a scan of the roll-up.
    visited = exists(rolled.c.city).where(scope.own(rolled), rolled.c.city == city.c.name)
    cities = select(city.c.name).where(city.c.practice_id == scope.practice_id, visited)
    people = (
        select(therapist.c.id, therapist.c.name)
        .where(therapist.c.practice_id == scope.practice_id)
        .order_by(therapist.c.name)
    )
    if scope.viewer.role != "owner":
        people = people.where(therapist.c.id == scope.viewer.therapist_id)
    with scope.read() as conn:
        names = list(conn.execute(cities).scalars())
        therapists = {row.id: row.name for row in conn.execute(people)}
    names.sort(key=lambda name: (name == UNKNOWN, name.casefold()))
    return FilterChoices(tuple(names), therapists)
