"""Fact tables: what can be summed, grouped and filtered, in a roll-up or in visits."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Table,
    and_,
    case,
    func,
    literal_column,
    or_,
    select,
)

from allay_metrics.metrics.days import Range
from allay_metrics.metrics.question import WEEKDAYS, Question
from allay_metrics.records import Scope
from allay_metrics.records.tables import city, daily, daily_city, therapist, visit, weekly

# Constants are literals in the statement, so that partial indexes are used; no user value is.
_ONE: ColumnElement[int] = literal_column("1")
_ZERO: ColumnElement[int] = literal_column("0")
_NONE: ColumnElement[str] = literal_column("''")
_COMPLETED: ColumnElement[str] = literal_column("'completed'")
FIRST_LACTATION_DAYS = 2

_GROUP_COLUMNS = {
    "city": "city",
    "visit_type": "visit_type",
    "therapist": "therapist_id",
    "weekday": "weekday",
    "state": "state",
    "referral_source": "referral_source",
}


@dataclass(frozen=True, eq=False)
class FactTable:
    """A table to count visits from, and the sums it has."""

    table: Table
    summed: dict[str, ColumnElement[Any]]

    def column(self, name: str) -> Column[Any]:
        """Return a column of the table."""
        return self.table.c[name]

    def on(self, days: Range) -> ColumnElement[bool]:
        """Return the condition that a visit starts on these days."""
        return self.table.c.day.between(*days)

    def own(self, scope: Scope) -> ColumnElement[bool]:
        """Return the condition for rows that the viewer's numbers count."""
        return scope.own(self.table)

    def in_states(self, states: tuple[str, ...]) -> ColumnElement[bool]:
        """Return the condition that a visit is in one of these states."""
        return _in_states(self.table, states)

    def group(self, name: str) -> ColumnElement[Any]:
        """Return the column of a group; the statement selects from `rows`."""
        return city.c.county if name == "county" else self.table.c[_GROUP_COLUMNS[name]]

    def rows(self, by: Iterable[str]) -> FromClause:
        """Return the table, joined with cities where counties are asked for."""
        if "county" not in by:
            return self.table
        same_practice = self.table.c.practice_id == city.c.practice_id
        return self.table.join(city, and_(same_practice, self.table.c.city == city.c.name))

    def only(self, question: Question) -> list[ColumnElement[bool]]:
        """Return the conditions of the question's filters."""
        columns = self.table.c
        conditions: list[ColumnElement[bool]] = []
        for key in dict.fromkeys(key for key, _ in question.where):
            values = question.values(key)
            if key == "includes":
                conditions.append(
                    or_(columns.visit_type.in_(values), columns.second_type.in_(values))
                )
            elif key == "weekday":
                conditions.append(columns.weekday.in_([WEEKDAYS.index(name) for name in values]))
            elif key == "county":
                there = _names_of(self.table, city, "name", "county", values)
                conditions.append(columns.city.in_(there))
            elif key == "therapist":
                who = _names_of(self.table, therapist, "id", "name", values)
                conditions.append(columns.therapist_id.in_(who))
            else:
                conditions.append(columns[key].in_(values))
        return conditions


def _names_of(
    table: Table, named: Table, answer: str, filter_column: str, values: list[str]
) -> Any:
    """Return the cities of these counties, or the ids of therapists with these names."""
    alias = named.alias()  # an alias: counties may be grouped by cities, too
    same_practice = alias.c.practice_id == table.c.practice_id
    return select(alias.c[answer]).where(same_practice, alias.c[filter_column].in_(values))


@cache
def _in_states(table: Table, states: tuple[str, ...]) -> ColumnElement[bool]:
    # Literals from our own registry: the statement is the same for every question and is cached.
    named: list[ColumnElement[str]] = [literal_column(f"'{state}'") for state in states]
    return table.c.state == named[0] if len(named) == 1 else table.c.state.in_(named)


def _flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, _ONE), else_=_ZERO)


_v = visit.c
_driven = _v.drive_minutes.is_not(None)
_lactation = and_(
    _v.is_first_of_type == _ONE,
    _v.visit_type == literal_column("'lactation'"),
    _v.wait_days.is_not(None),
)


def _rolled_up(table: Table) -> FactTable:
    """Return the facts of a roll-up."""
    columns = table.c
    summed: dict[str, ColumnElement[Any]] = {
        name: columns[name]
        for name in (
            "visits",
            "assumed",
            "combined",
            "minutes",
            "price_cents",
            "first",
            "first_of_type",
            "continued",
            "bereaved",
            "rebooked",
            "booked_ahead_1w",
            "booked_ahead_2w",
            "drive_minutes",
            "driven",
            "undriven",
            "driven_cents",
            "lone",
        )
    }
    summed["unpriced"] = columns.visits - columns.priced
    summed["first_unbereaved"] = columns.first - columns.bereaved
    summed["care_goes_on"] = columns.visits - columns.before_close
    care = case((columns.state == _COMPLETED, columns.driven_minutes), else_=_ZERO)
    summed["field_minutes"] = columns.drive_minutes + care
    return FactTable(table, summed)


DAILY = _rolled_up(daily)
DAILY_CITY = _rolled_up(daily_city)

_w = weekly.c
WEEKLY = FactTable(
    weekly,
    {
        "visits": _w.visits,
        "worked_minutes": case((_w.state == _COMPLETED, _w.minutes), else_=_ZERO)
        + _w.drive_minutes,
        "undriven": _w.undriven,
    },
)

VISITS = FactTable(
    visit,
    {
        "visits": _ONE,
        "assumed": _v.assumed,
        "combined": _flag(_v.second_type != _NONE),
        "minutes": _v.minutes,
        "price_cents": _v.price_cents,
        "unpriced": _flag(_v.price_cents.is_(None)),
        "first": _v.is_first,
        "first_of_type": _v.is_first_of_type,
        "continued": _v.continued,
        "bereaved": _v.bereaved,
        "first_unbereaved": _v.is_first - _v.bereaved,
        "rebooked": _v.rebooked * (_ONE - _v.before_close),
        "care_goes_on": _ONE - _v.before_close,
        "booked_ahead_1w": _v.booked_ahead_1w,
        "booked_ahead_2w": _v.booked_ahead_2w,
        "drive_minutes": func.coalesce(_v.drive_minutes, _ZERO),
        "driven": _flag(_driven),
        "undriven": _v.undriven,
        "driven_cents": case((_driven, _v.price_cents), else_=_ZERO),
        "field_minutes": func.coalesce(_v.drive_minutes, _ZERO)
        + case((and_(_driven, _v.state == _COMPLETED), _v.minutes), else_=_ZERO),
        "lone": _v.lone,
        "first_lactation": _flag(_lactation),
        "first_lactation_soon": _flag(
            and_(_lactation, _v.wait_days <= literal_column(str(FIRST_LACTATION_DAYS)))
        ),
    },
)

# Sums over families' first visits only, read from the partial index of those.
OF_FIRST_VISITS = frozenset({"first", "continued", "bereaved", "first_unbereaved"})
IS_FIRST: ColumnElement[bool] = _v.is_first == _ONE
IS_LAST: ColumnElement[bool] = _v.is_last == _ONE
IS_LONE: ColumnElement[bool] = _v.lone == _ONE


def choose_fact_table(question: Question, scope: Scope) -> FactTable:
    """Return the smallest table with every column the question groups and filters by."""
    if question.names("referral_source"):
        return VISITS
    finer = question.names("therapist") or question.names("includes")
    return DAILY if finer or scope.viewer.role != "owner" else DAILY_CITY
