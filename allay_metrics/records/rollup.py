"""The daily roll-up: additive counts per day and group, recounted for the days touched."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    case,
    cast,
    delete,
    func,
    insert,
    select,
)

from allay_metrics.records.tables import daily, visit

GROUPS = (
    "practice_id",
    "day",
    "source",
    "city",
    "visit_type",
    "second_type",
    "therapist_id",
    "state",
    "week",
    "month",
    "weekday",
)


def _sums() -> dict[str, ColumnElement[Any]]:
    """Return each summed column of the roll-up and how it is counted from visits."""
    completed = visit.c.state == "completed"

    def count(condition: ColumnElement[bool] | Column[Any]) -> ColumnElement[int]:
        return cast(func.coalesce(func.sum(case((condition, 1), else_=0)), 0), Integer)

    return {
        "visits": cast(func.count(), Integer),
        "assumed": cast(func.sum(visit.c.assumed), Integer),
        "minutes": cast(func.sum(visit.c.minutes), Integer),
        "price_cents": cast(func.coalesce(func.sum(visit.c.price_cents), 0), BigInteger),
        "priced": cast(func.count(visit.c.price_cents), Integer),
        "first": cast(func.sum(visit.c.is_first), Integer),
        "first_of_type": cast(func.sum(visit.c.is_first_of_type), Integer),
        "continued": cast(func.sum(visit.c.continued), Integer),
        # A visit that closes care is in no part of the rebooked rate, though a later one came.
        "rebooked": count(and_(completed, visit.c.rebooked == 1, visit.c.before_close == 0)),
        "before_close": cast(func.sum(visit.c.before_close), Integer),
        "dated": cast(func.count(visit.c.booked_on), Integer),
        "told_1": cast(func.sum(visit.c.told_1), Integer),
        "told_2": cast(func.sum(visit.c.told_2), Integer),
    }


def refresh(conn: Connection, practice_id: str, days: Iterable[date]) -> None:
    """Count these days anew from their visits."""
    touched = sorted(set(days))
    for start in range(0, len(touched), 400):
        batch = touched[start : start + 400]
        conn.execute(
            delete(daily).where(daily.c.practice_id == practice_id, daily.c.day.in_(batch))
        )
        counted = _counted(practice_id).where(visit.c.day.in_(batch))
        conn.execute(insert(daily).from_select([*GROUPS, *_sums()], counted))


def recount(conn: Connection, practice_id: str) -> list[tuple[Any, ...]]:
    """Return what the whole roll-up should hold, counted from every visit, in key order."""
    asked = _counted(practice_id)
    return sorted(tuple(row) for row in conn.execute(asked))


def held(conn: Connection, practice_id: str) -> list[tuple[Any, ...]]:
    """Return what the roll-up holds, in the shape and order of `recount`."""
    asked = select(*(daily.c[name] for name in (*GROUPS, *_sums())))
    return sorted(
        tuple(row) for row in conn.execute(asked.where(daily.c.practice_id == practice_id))
    )


def _counted(practice_id: str) -> Select[Any]:
    groups = [visit.c[name] for name in GROUPS]
    return (
        select(*groups, *(how.label(name) for name, how in _sums().items()))
        .where(visit.c.practice_id == practice_id)
        .group_by(*groups)
    )
