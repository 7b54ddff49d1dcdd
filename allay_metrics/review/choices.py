"""What there is to choose from: the names filters offer."""

from dataclasses import dataclass

from sqlalchemy import select

from allay_metrics.records import UNKNOWN, Scope
from allay_metrics.records.tables import daily, therapist


@dataclass(frozen=True)
class Choices:
    """Cities with visits by name, the unknown one last; therapists with visits, id to name."""

    cities: tuple[str, ...]
    therapists: dict[str, str]


def read_choices(scope: Scope) -> Choices:
    """Return the cities and therapists of the viewer's own visits."""
    cities = select(daily.c.city).where(scope.own_daily()).distinct()
    seen = select(daily.c.therapist_id).where(scope.own_daily()).distinct()
    people = (
        select(therapist.c.id, therapist.c.name)
        .where(therapist.c.practice_id == scope.practice_id, therapist.c.id.in_(seen))
        .order_by(therapist.c.name)
    )
    with scope.read() as conn:
        names = list(conn.execute(cities).scalars())
        therapists = {row.id: row.name for row in conn.execute(people)}
    names.sort(key=lambda name: (name == UNKNOWN, name.casefold()))
    return Choices(tuple(names), therapists)
