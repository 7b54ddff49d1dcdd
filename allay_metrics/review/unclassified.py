"""Visits that could not be classified: service names of no type, and no city."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from allay_metrics.derive.visit_type import service_name
from allay_metrics.metrics.metric import NOT_COUNTED
from allay_metrics.records import UNKNOWN, Scope
from allay_metrics.records.tables import booking, family, therapist, type_name, visit
from allay_metrics.review.owner_lists import localise_starts

RECENT = timedelta(days=91)


def unassigned_types(scope: Scope) -> pd.DataFrame:
    """Return the service names of none of the three types, most visits first.

    Columns: type (the name as typed, '' where blank), visits, newest (date).
    """
    columns = ["type", "visits", "newest"]
    with scope.read() as conn:
        declared_rows = set(read_declared_other(conn, scope.practice_id))
        rows = conn.execute(_other_names(scope.practice_id))
        return pd.DataFrame(
            [row for row in map(tuple, rows) if row not in declared_rows], columns=columns
        )


def _other_names(practice: str) -> Select[Any]:
    """Return the SELECT of names as typed, visits and newest day, of visits of no type."""
    # Twins' rows of one slot are one visit, which has the id of one of its rows.
    of_visit = and_(booking.c.practice_id == visit.c.practice_id, booking.c.id == visit.c.id)
    return (
        select(booking.c.type_text, func.count(), func.max(visit.c.day))
        .select_from(visit.join(booking, of_visit))
        .where(
            visit.c.practice_id == practice,
            visit.c.state.not_in(NOT_COUNTED),
            visit.c.visit_type == "other",
        )
        .group_by(booking.c.type_text)
        .order_by(func.count().desc(), booking.c.type_text)
    )


def read_declared_other(
    conn: Connection, practice: str, *when: ColumnElement[bool]
) -> list[tuple[str, int, date]]:
    """Return those whose name the owner assigned to `other`, which is no open question."""
    in_practice = type_name.c.practice_id == practice
    statement = select(type_name.c.name).where(in_practice, type_name.c.visit_type == "other")
    names = set(conn.execute(statement).scalars())
    if not names:
        return []
    rows = [(row[0], row[1], row[2]) for row in conn.execute(_other_names(practice).where(*when))]
    return [row for row in rows if service_name(row[0]) in names]


def unknown_cities(scope: Scope, as_of: date, limit: int = 500) -> pd.DataFrame:
    """Return visits of the last 91 days and later that have no city, newest first.

    Columns: visit_id, starts (datetime, practice zone), day, family, family_id, therapist, typed
    (what was typed as city, ZIP and address, '' where nothing was).
    """
    columns = ("visit_id", "starts", "day", "family", "family_id", "therapist", "typed")
    statement = (
        select(
            visit.c.id,
            visit.c.starts_at,
            visit.c.day,
            family.c.name,
            family.c.id,
            therapist.c.name,
            booking.c.city_text,
            booking.c.zip,
            booking.c.address,
        )
        .select_from(
            visit.join(family)
            .join(therapist)
            .join(booking, and_(_same_practice(), booking.c.id == visit.c.id))
        )
        .where(_counted(scope), visit.c.city == UNKNOWN, visit.c.day >= as_of - RECENT)
        .order_by(visit.c.starts_at.desc(), visit.c.id)
        .limit(limit)
    )
    with scope.read() as conn:
        rows = [_typed(row) for row in conn.execute(statement)]
    return localise_starts(pd.DataFrame(rows, columns=list(columns)), scope)


def _counted(scope: Scope) -> ColumnElement[bool]:
    return and_(
        visit.c.practice_id == scope.practice_id,
        visit.c.state.not_in(NOT_COUNTED),
    )


def _same_practice() -> ColumnElement[bool]:
    return booking.c.practice_id == visit.c.practice_id


def _typed(row: Any) -> tuple[Any, ...]:
    *values, city_text, zip_code, address = row
    return (*values, ", ".join(part for part in (address, city_text, zip_code) if part))
