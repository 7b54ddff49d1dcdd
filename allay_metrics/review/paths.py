"""The path families take from type to type: which comes first, which next, how long between."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import median
from typing import Any

from sqlalchemy import and_, select

from allay_metrics.metrics import Question
from allay_metrics.metrics.facts import VISITS
from allay_metrics.records import Scope
from allay_metrics.records.tables import visit


@dataclass(frozen=True)
class Step:
    """Families that went on from one type to another they had not had before.

    `families` had their first visit of `to` in the period; `median_days` since the first visit of
    `from_`, None for 1 to 4 families: too few to say what is typical.
    """

    from_: str
    to: str
    families: int
    median_days: float | None


@dataclass(frozen=True)
class Paths:
    """How families come and go on: `starts` maps a type to families whose first visit it was.

    `steps` are most families first.
    """

    starts: dict[str, int]
    steps: tuple[Step, ...]


FEWEST = 5


def read_paths(scope: Scope, asked: Question) -> Paths:
    """Return starts and steps that fall in the question's period and pass its filters.

    Where a family went before is looked up whatever the period: the filters choose the arrivals.
    """
    arrived = visit.alias("arrived")
    arrivals = (
        select(visit.c.family_id)
        .where(VISITS.own(scope), VISITS.on((asked.first, asked.last)), *VISITS.only(asked))
        .where(visit.c.state == "completed", visit.c.is_first_of_type == 1)
    )
    firsts = (
        select(arrived.c.id, arrived.c.family_id, arrived.c.day, arrived.c.visit_type)
        .where(
            arrived.c.practice_id == scope.practice_id,
            arrived.c.family_id.in_(arrivals.distinct()),
            and_(arrived.c.is_first_of_type == 1, arrived.c.state == "completed"),
        )
        .order_by(arrived.c.family_id, arrived.c.starts_at, arrived.c.id)
    )
    with scope.read() as conn:
        here = set(conn.execute(arrivals.with_only_columns(visit.c.id)).scalars())
        rows = conn.execute(firsts).all()
    return _paths(rows, here)


def _paths(rows: Any, here: set[str]) -> Paths:
    families: dict[str, list[tuple[str, date, str]]] = defaultdict(list)
    for id_, family, day, kind in rows:
        families[family].append((id_, day, kind))
    starts: Counter[str] = Counter()
    between: dict[tuple[str, str], list[int]] = defaultdict(list)
    for course in families.values():
        if course[0][0] in here:
            starts[course[0][2]] += 1
        for (_, before, came_from), (id_, day, went_to) in pairwise(course):
            if id_ in here:
                between[came_from, went_to].append((day - before).days)
    steps = [
        Step(a, b, len(days), median(days) if len(days) >= FEWEST else None)
        for (a, b), days in between.items()
    ]
    steps.sort(key=lambda step: (-step.families, step.from_, step.to))
    return Paths(dict(starts.most_common()), tuple(steps))
