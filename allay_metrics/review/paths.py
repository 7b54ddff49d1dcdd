"""Paths of families from visit type to visit type: the first, the next, the days between."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from statistics import median
from typing import Any

from sqlalchemy import and_, select

from allay_metrics.metrics import Question
from allay_metrics.metrics.answerability import NEWCOMERS
from allay_metrics.metrics.fact_table import VISITS
from allay_metrics.records import Scope
from allay_metrics.records.states import State
from allay_metrics.records.tables import visit


@dataclass(frozen=True)
class PathStep:
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
    """Paths of families: `starts` maps a type to families with a first visit of it.

    `steps` come with most families first. `reason` says on which days it is unknown who is new.
    """

    starts: dict[str, int]
    steps: tuple[PathStep, ...]
    reason: str = ""


FEWEST = 5


def read_paths(scope: Scope, question: Question, settled_from: date | None = None) -> Paths:
    """Return starts and steps that fall in the question's period and pass its filters.

    Earlier types are read regardless of the period: filters select the arrivals. As with new
    families, days before `settled_from` are left out.
    """
    early = settled_from is not None and question.first < settled_from
    rows, here = _read(scope, question, settled_from)
    return replace(_paths(rows, here), reason=NEWCOMERS if early else "")


def visits_of_step(
    scope: Scope, question: Question, step: tuple[str, str], settled_from: date | None = None
) -> list[str]:
    """Return the ids of the visits by which families arrived at a step (from, to)."""
    rows, here = _read(scope, question, settled_from)
    return [
        id_
        for came_from, (id_, _, went_to), _ in _arrivals(rows, here)
        if (came_from, went_to) == step
    ]


def _read(scope: Scope, question: Question, settled_from: date | None) -> tuple[Any, set[str]]:
    """Return every first visit of a type of the families that arrived, and the arrivals' ids."""
    first = max(question.first, settled_from or question.first)
    arrived = visit.alias("arrived")
    arrivals = (
        select(visit.c.family_id)
        .where(VISITS.own(scope), VISITS.on((first, question.last)), *VISITS.only(question))
        .where(visit.c.state == State.COMPLETED, visit.c.is_first_of_type == 1)
    )
    firsts = (
        select(arrived.c.id, arrived.c.family_id, arrived.c.day, arrived.c.visit_type)
        .where(
            arrived.c.practice_id == scope.practice_id,
            arrived.c.family_id.in_(arrivals.distinct()),
            and_(arrived.c.is_first_of_type == 1, arrived.c.state == State.COMPLETED),
        )
        .order_by(arrived.c.family_id, arrived.c.starts_at, arrived.c.id)
    )
    with scope.read() as conn:
        here = set(conn.execute(arrivals.with_only_columns(visit.c.id)).scalars())
        return conn.execute(firsts).all(), here


Arrival = tuple[str | None, tuple[str, date, str], int]


def _arrivals(rows: Any, here: set[str]) -> Iterator[Arrival]:
    """Yield (type before, (visit, day, type), days between); without a type before, a start."""
    families: dict[str, list[tuple[str, date, str]]] = defaultdict(list)
    for id_, family, day, kind in rows:
        families[family].append((id_, day, kind))
    for course in families.values():
        if course[0][0] in here:
            yield None, course[0], 0
        for before, after in pairwise(course):
            if after[0] in here:
                yield before[2], after, (after[1] - before[1]).days


def _paths(rows: Any, here: set[str]) -> Paths:
    starts: Counter[str] = Counter()
    between: dict[tuple[str, str], list[int]] = defaultdict(list)
    for came_from, (_, _, went_to), days in _arrivals(rows, here):
        if came_from is None:
            starts[went_to] += 1
        else:
            between[came_from, went_to].append(days)
    steps = [
        PathStep(a, b, len(days), median(days) if len(days) >= FEWEST else None)
        for (a, b), days in between.items()
    ]
    steps.sort(key=lambda step: (-step.families, step.from_, step.to))
    return Paths(dict(starts.most_common()), tuple(steps))
