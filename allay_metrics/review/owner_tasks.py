"""The counts of open tasks of the owner, in one statement."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Select, Text, and_, bindparam, func, select

from allay_metrics.metrics.metric import NOT_COUNTED
from allay_metrics.records import UNKNOWN, Scope
from allay_metrics.records.column_types import LocalDate
from allay_metrics.records.tables import booking, daily_city, family, visit
from allay_metrics.review.families_to_call import LAPSED_AFTER, SHOWN_FOR, without_next
from allay_metrics.review.missing import select_undecided
from allay_metrics.review.set_aside_rows import rows_set_aside
from allay_metrics.review.unclassified import RECENT, read_declared_other


@dataclass(frozen=True)
class Needs:
    """How many tasks of each kind are open.

    missing: visits a newer export no longer holds, not decided yet.
    unanswered: visits a newer export lacks that asks first whether it held everything.
    no_next: families to call for a next visit, of those seen in the last 180 days; `lapsed` of them
        over 30 days.
    set_aside: rows of the files that cannot be used.
    unassigned: visits of the last 91 days and later whose type's name means none of the three.
    unknown_city: visits of the last 91 days and later without a city.
    doubts: families whose match is a question.
    """

    missing: int
    unanswered: int
    no_next: int
    lapsed: int
    set_aside: int
    unassigned: int
    unknown_city: int
    doubts: int


def count_needs(scope: Scope, as_of: date) -> Needs:
    """Return the open tasks as of the date of the newest export."""
    parameters = {
        "practice": scope.practice_id,
        "shown_from": as_of - SHOWN_FOR,
        "lapsed_before": as_of - LAPSED_AFTER,
        "recent_from": as_of - RECENT,
        "today": as_of,
    }
    with scope.read() as conn:
        counts = {
            n: int(c) for n, c in conn.execute(_all_counts(), parameters).mappings().one().items()
        }
        if counts["unassigned"]:
            declared_rows = read_declared_other(
                conn, scope.practice_id, visit.c.day >= as_of - RECENT
            )
            counts["unassigned"] -= sum(count for _, count, _ in declared_rows)
    return Needs(**counts)


@cache
def _all_counts() -> Select[Any]:
    """Return the statement, built once because the page runs it at every rerun."""
    practice: BindParameter[str] = bindparam("practice", type_=Text)
    shown_from = bindparam("shown_from", type_=LocalDate)
    waits = without_next(practice, shown_from, bindparam("today", type_=LocalDate))
    no_next = select(func.count()).select_from(family).where(waits)
    lapsed = family.c.last_on < bindparam("lapsed_before", type_=LocalDate)
    recent = and_(
        daily_city.c.practice_id == practice,
        daily_city.c.day >= bindparam("recent_from", type_=LocalDate),
        daily_city.c.state.not_in(NOT_COUNTED),
    )
    visits = select(func.coalesce(func.sum(daily_city.c.visits), 0)).where(recent)
    doubts = and_(family.c.practice_id == practice, family.c.doubt.is_not(None))
    counts = {
        "missing": _count(select_undecided(practice)),
        "unanswered": _count(
            select(booking.c.id).where(
                booking.c.practice_id == practice, booking.c.unanswered_import_id.is_not(None)
            )
        ),
        "no_next": no_next,
        "lapsed": no_next.where(lapsed),
        "set_aside": _count(rows_set_aside(practice)),
        "unassigned": visits.where(daily_city.c.visit_type == "other"),
        "unknown_city": visits.where(daily_city.c.city == UNKNOWN),
        "doubts": select(func.count()).select_from(family).where(doubts),
    }
    return select(*(statement.scalar_subquery().label(name) for name, statement in counts.items()))


def _count(rows: Select[Any]) -> Select[Any]:
    return select(func.count()).select_from(rows.order_by(None).subquery())
