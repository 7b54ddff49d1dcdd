"""The roll-ups: additive counts per day or week and group, recounted where visits changed."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Table,
    and_,
    case,
    cast,
    delete,
    func,
    insert,
    select,
)

from allay_metrics.records.column_types import Cents
from allay_metrics.records.states import State
from allay_metrics.records.tables import daily, daily_city, visit, weekly
from allay_metrics.records.tables.visits import CALENDAR

ROLL_UPS = (daily, daily_city, weekly)
_DAYS_AT_A_TIME = 400
_WEEKS_AT_A_TIME = _DAYS_AT_A_TIME // 7


def refresh(conn: Connection, practice_id: str, days: Iterable[date]) -> None:
    """Recount these days from their visits; city counts and weeks are summed from the days."""
    touched = set(days)
    for batch in _batches(touched, _DAYS_AT_A_TIME):
        for rolled, source in ((daily, visit), (daily_city, daily)):
            which = rolled.c.day.in_(batch), source.c.day.in_(batch)
            _replace_stale(conn, practice_id, (rolled, source), *which)
    mondays = {day - timedelta(days=day.weekday()) for day in touched}
    for batch in _batches(mondays, _WEEKS_AT_A_TIME):
        theirs = [monday + timedelta(days=after) for monday in batch for after in range(7)]
        which = weekly.c.week.in_(batch), daily.c.day.in_(theirs)
        _replace_stale(conn, practice_id, (weekly, daily), *which)


def _batches(days: Iterable[date], size: int) -> Iterator[list[date]]:
    in_order = sorted(days)
    for start in range(0, len(in_order), size):
        yield in_order[start : start + size]


def _replace_stale(
    conn: Connection,
    practice_id: str,
    tables: tuple[Table, Table],
    stale: ColumnElement[bool],
    counted: ColumnElement[bool],
) -> None:
    """Replace the stale rows of a roll-up by a new count of its source."""
    rolled, source = tables
    conn.execute(delete(rolled).where(rolled.c.practice_id == practice_id, stale))
    rows = _query_rollup(rolled, source, practice_id).where(counted)
    conn.execute(insert(rolled).from_select([column.name for column in rolled.columns], rows))


def recount(conn: Connection, practice_id: str) -> list[tuple[Any, ...]]:
    """Return the expected content of all roll-ups, counted from every visit, in key order."""
    return [
        row for rolled in ROLL_UPS for row in _rows(conn, _query_rollup(rolled, visit, practice_id))
    ]


def read_rollup(conn: Connection, practice_id: str) -> list[tuple[Any, ...]]:
    """Return the content of the roll-ups, in the shape and order of `recount`."""
    return [
        row
        for rolled in ROLL_UPS
        for row in _rows(conn, select(rolled).where(rolled.c.practice_id == practice_id))
    ]


def _rows(conn: Connection, statement: Select[Any]) -> list[tuple[Any, ...]]:
    return sorted(tuple(row) for row in conn.execute(statement))


def _query_rollup(rolled: Table, source: Table, practice_id: str) -> Select[Any]:
    """Return the rows of a roll-up, counted from visits or summed from a finer roll-up."""
    named = [*rolled.primary_key.columns.keys(), *CALENDAR]
    of_visits = _visit_sums() if source is visit else {}
    groups: list[ColumnElement[Any]] = []
    columns: list[ColumnElement[Any]] = []
    for column in rolled.columns:
        if column.name in named:
            columns.append(source.c[column.name])
            groups.append(source.c[column.name])
        else:
            summed = of_visits.get(column.name)
            counted = func.sum(source.c[column.name]) if summed is None else summed
            columns.append(cast(counted, _integer_type(column)).label(column.name))
    return select(*columns).where(source.c.practice_id == practice_id).group_by(*groups)


def _integer_type(column: Column[Any]) -> BigInteger | Integer:
    # PostgreSQL sums integers to wider types; hashes and comparisons need the column's own.
    return BigInteger() if isinstance(column.type, Cents) else Integer()


def _visit_sums() -> dict[str, ColumnElement[Any]]:
    """Return the SQL expression of each summed column of a roll-up over visits."""
    completed = visit.c.state == State.COMPLETED
    # A visit that closes care is excluded from the rebooked rate, even if a later one follows.
    rebooked = and_(completed, visit.c.rebooked == 1, visit.c.before_close == 0)
    driven = visit.c.drive_minutes.is_not(None)
    return {
        "visits": func.count(),
        "combined": func.sum(case((visit.c.second_type != "", 1), else_=0)),
        "price_cents": func.coalesce(func.sum(visit.c.price_cents), 0),
        "priced": func.count(visit.c.price_cents),
        "first": func.sum(visit.c.is_first),
        "first_of_type": func.sum(visit.c.is_first_of_type),
        "rebooked": func.sum(case((rebooked, 1), else_=0)),
        "drive_minutes": func.coalesce(func.sum(visit.c.drive_minutes), 0),
        "driven": func.count(visit.c.drive_minutes),
        "driven_minutes": func.sum(case((driven, visit.c.minutes), else_=0)),
        "driven_cents": func.coalesce(func.sum(case((driven, visit.c.price_cents))), 0),
    }
