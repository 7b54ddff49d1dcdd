"""What waits for the owner: lists of families, visits, rows and names, and how long each is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import pandas as pd
from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    Text,
    and_,
    bindparam,
    exists,
    func,
    select,
)

from allay_metrics.derive.visit_type import service_name
from allay_metrics.metrics.metric import NOT_COUNTED
from allay_metrics.records import UNKNOWN, Scope
from allay_metrics.records.tables import (
    booking,
    correction,
    daily_city,
    family,
    import_,
    set_aside,
    therapist,
    type_name,
    visit,
)
from allay_metrics.records.types import Day

# Given now, or by name when the statement runs.
Practice = str | BindParameter[str]
Since = date | BindParameter[date]

LAPSED_AFTER = timedelta(days=30)
SHOWN_FOR = timedelta(days=180)
RECENT = timedelta(days=91)


@dataclass(frozen=True)
class Needs:
    """How many things of each kind wait for the owner.

    missing: visits a newer export no longer holds, not decided yet.
    no_next: families seen in the last 180 days with nothing booked; `lapsed` of them over 30 days.
    set_aside: rows of the files that cannot be used.
    unassigned: visits of the last 91 days and later whose type's name means none of the three.
    unknown_city: visits of the last 91 days and later without a city.
    doubts: families whose match is a question.
    """

    missing: int
    no_next: int
    lapsed: int
    set_aside: int
    unassigned: int
    unknown_city: int
    doubts: int


def count_needs(scope: Scope, as_of: date) -> Needs:
    """Return how much waits, as of the date of the newest export."""
    given = {
        "practice": scope.practice_id,
        "shown_from": as_of - SHOWN_FOR,
        "lapsed_before": as_of - LAPSED_AFTER,
        "recent_from": as_of - RECENT,
    }
    with scope.read() as conn:
        found = {n: int(c) for n, c in conn.execute(_all_counts(), given).mappings().one().items()}
        if found["unassigned"]:
            said = _said_other(conn, scope.practice_id, visit.c.day >= as_of - RECENT)
            found["unassigned"] -= sum(count for _, count, _ in said)
    return Needs(**found)


@cache
def _all_counts() -> Select[Any]:
    """Return one statement, built once: the page asks for it at every turn."""
    practice: BindParameter[str] = bindparam("practice", type_=Text)
    shown_from = bindparam("shown_from", type_=Day)
    no_next = select(func.count()).select_from(family).where(_without_next(practice, shown_from))
    lapsed = family.c.last_on < bindparam("lapsed_before", type_=Day)
    recent = and_(
        daily_city.c.practice_id == practice,
        daily_city.c.day >= bindparam("recent_from", type_=Day),
        daily_city.c.state.not_in(NOT_COUNTED),
    )
    visits = select(func.coalesce(func.sum(daily_city.c.visits), 0)).where(recent)
    doubts = and_(family.c.practice_id == practice, family.c.doubt.is_not(None))
    counts = {
        "missing": _count(_undecided(practice)),
        "no_next": no_next,
        "lapsed": no_next.where(lapsed),
        "set_aside": _count(_open_rows(practice)),
        "unassigned": visits.where(daily_city.c.visit_type == "other"),
        "unknown_city": visits.where(daily_city.c.city == UNKNOWN),
        "doubts": select(func.count()).select_from(family).where(doubts),
    }
    return select(*(one.scalar_subquery().label(name) for name, one in counts.items()))


def missing_visits(scope: Scope) -> pd.DataFrame:
    """Return the bookings to decide on, next first.

    Columns: booking_id, starts (datetime, practice zone), day, family, family_id, therapist, type
    (the name as typed), city, file (name of the newer export that does not hold it), became
    (cancelled or deleted where a newer file says so, else empty) and proposed (what the owner would
    say then: cancelled, where no file says more, as exports just drop cancelled visits).
    """
    columns = (
        "booking_id",
        "starts",
        "day",
        "family",
        "family_id",
        "therapist",
        "type",
        "city",
        "file",
        "became",
    )
    asked = _undecided(scope.practice_id)
    found = _local(_frame(scope, asked, columns), scope)
    found["became"] = found["became"].fillna("")
    found["proposed"] = found["became"].replace("", "cancelled")
    return found


def families_without_next(scope: Scope, as_of: date, limit: int = 500) -> pd.DataFrame:
    """Return families seen in the last 180 days with nothing booked, longest ago first.

    Columns: family, family_id, last_visit (date), days_since, city, visit_type, therapist, lapsed
    (True over 30 days). Families whose care was closed are not among them.
    """
    columns = ("family", "family_id", "last_visit", "city", "visit_type", "therapist")
    last = and_(
        visit.c.practice_id == family.c.practice_id,
        visit.c.family_id == family.c.id,
        visit.c.is_last == 1,
    )
    asked = (
        select(
            family.c.name,
            family.c.id,
            family.c.last_on,
            visit.c.city,
            visit.c.visit_type,
            therapist.c.name,
        )
        .select_from(family.join(visit, last).join(therapist, _visited_by()))
        .where(_without_next(scope.practice_id, as_of - SHOWN_FOR))
        .order_by(family.c.last_on, family.c.name, family.c.id)
        .limit(limit)
    )
    found = _frame(scope, asked, columns)
    days = [(as_of - day).days for day in found["last_visit"]]
    found.insert(3, "days_since", days)
    found["lapsed"] = [since > LAPSED_AFTER.days for since in days]
    return found


def open_rows(scope: Scope) -> pd.DataFrame:
    """Return the rows set aside that wait, each bad row once, newest file first.

    One that came in, was mended, or dismissed as no visit does not wait.

    Columns: import_id, file, row, column, value, reason, raw (JSON object of the row as text).
    """
    columns = ("import_id", "file", "row", "column", "value", "reason", "raw")
    return _frame(scope, _open_rows(scope.practice_id), columns)


def dismissed_rows(scope: Scope) -> pd.DataFrame:
    """Return the rows that the owner said are no visits, in the form of `open_rows`."""
    columns = ("import_id", "file", "row", "column", "value", "reason", "raw")
    return _frame(scope, _open_rows(scope.practice_id, dismissed=True), columns)


def unassigned_types(scope: Scope) -> pd.DataFrame:
    """Return the type names that mean none of the three types, most visits first.

    Columns: type (the name as typed, '' where blank), visits, newest (date).
    """
    columns = ["type", "visits", "newest"]
    with scope.read() as conn:
        said = set(_said_other(conn, scope.practice_id))
        rows = conn.execute(_other_names(scope.practice_id))
        return pd.DataFrame([row for row in map(tuple, rows) if row not in said], columns=columns)


def _other_names(practice: str) -> Select[Any]:
    """Return names as typed, visits and newest day of the visits of no type, most first."""
    # Twins' rows of one slot are one visit, and told by the row it has its id of.
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


def _said_other(
    conn: Connection, practice: str, *when: ColumnElement[bool]
) -> list[tuple[str, int, date]]:
    """Return those of them whose name the owner said is of none of the three: no question."""
    mine = type_name.c.practice_id == practice
    said = select(type_name.c.name).where(mine, type_name.c.visit_type == "other")
    names = set(conn.execute(said).scalars())
    if not names:
        return []
    told = [(row[0], row[1], row[2]) for row in conn.execute(_other_names(practice).where(*when))]
    return [row for row in told if service_name(row[0]) in names]


def unknown_cities(scope: Scope, as_of: date, limit: int = 500) -> pd.DataFrame:
    """Return visits of the last 91 days and later that have no city, newest first.

    Columns: visit_id, starts (datetime, practice zone), day, family, family_id, therapist, typed
    (what was typed as city, ZIP and address, '' where nothing was).
    """
    columns = ("visit_id", "starts", "day", "family", "family_id", "therapist", "typed")
    asked = (
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
            visit.join(booking, and_(_same_practice(), booking.c.id == visit.c.id))
            .join(family, _of_family())
            .join(therapist, _visited_by())
        )
        .where(_counted(scope), visit.c.city == UNKNOWN, visit.c.day >= as_of - RECENT)
        .order_by(visit.c.starts_at.desc(), visit.c.id)
        .limit(limit)
    )
    with scope.read() as conn:
        rows = [_typed(row) for row in conn.execute(asked)]
    return _local(pd.DataFrame(rows, columns=list(columns)), scope)


def doubtful_families(scope: Scope) -> pd.DataFrame:
    """Return the families whose match is a question. Columns: family, family_id, question."""
    asked = (
        select(family.c.name, family.c.id, family.c.doubt)
        .where(family.c.practice_id == scope.practice_id, family.c.doubt.is_not(None))
        .order_by(family.c.name, family.c.id)
    )
    return _frame(scope, asked, ("family", "family_id", "question"))


def _without_next(practice: Practice, since: Since) -> ColumnElement[bool]:
    return and_(
        family.c.practice_id == practice,
        family.c.last_on >= since,
        family.c.next_on.is_(None),
        family.c.closed_on.is_(None),
    )


def _undecided(practice: Practice) -> Select[Any]:
    """Start from the absent bookings, few among many; left alone, SQLite would try each visit."""
    absent = (
        select(booking)
        .where(booking.c.practice_id == practice, booking.c.absent_by.is_not(None))
        .cte("absent")
        .prefix_with("MATERIALIZED")
    )
    decided = exists().where(
        correction.c.practice_id == absent.c.practice_id,
        correction.c.booking_id == absent.c.id,
        correction.c.field == "state",
    )
    visit_of = and_(
        visit.c.practice_id == absent.c.practice_id,
        visit.c.family_id == absent.c.family_id,
        visit.c.starts_at == absent.c.starts_at,
    )
    newer = and_(import_.c.practice_id == absent.c.practice_id, import_.c.id == absent.c.absent_by)
    return (
        select(
            absent.c.id,
            absent.c.starts_at,
            absent.c.day,
            family.c.name,
            family.c.id.label("family_id"),
            therapist.c.name.label("therapist"),
            absent.c.type_text,
            visit.c.city,
            import_.c.file_name,
            _became(absent),
        )
        .select_from(
            absent.join(visit, visit_of)
            .join(family, _of_family())
            .join(therapist, _visited_by())
            .join(import_, newer)
        )
        .where(visit.c.state == "missing", ~decided)
        .order_by(absent.c.starts_at, absent.c.id)
    )


def _became(absent: CTE) -> ScalarSelect[str]:
    """Return what the newest file that names an absent booking says became of it."""
    return (
        select(set_aside.c.became)
        .join(
            import_,
            and_(
                import_.c.practice_id == set_aside.c.practice_id,
                import_.c.id == set_aside.c.import_id,
            ),
        )
        .where(
            set_aside.c.practice_id == absent.c.practice_id,
            set_aside.c.booking_id == absent.c.id,
            set_aside.c.became.is_not(None),
            import_.c.undone_at.is_(None),
            import_.c.as_of > absent.c.as_of,
        )
        .order_by(import_.c.as_of.desc(), import_.c.sequence.desc())
        .limit(1)
        .correlate(absent)
        .scalar_subquery()
    )


def _open_rows(practice: Practice, *, dismissed: bool = False) -> Select[Any]:
    """Return each bad row where the newest file shows it: it was retried and failed again."""
    at = set_aside.c.dismissed_at
    nth = func.row_number().over(
        partition_by=set_aside.c.raw_hash,
        order_by=(import_.c.as_of.desc(), import_.c.imported_at.desc(), set_aside.c.row_number),
    )
    of_import = and_(
        import_.c.practice_id == set_aside.c.practice_id, import_.c.id == set_aside.c.import_id
    )
    rows = (
        select(
            set_aside.c.import_id,
            import_.c.file_name,
            set_aside.c.row_number,
            set_aside.c.column_name,
            set_aside.c.value,
            set_aside.c.reason,
            set_aside.c.raw,
            import_.c.as_of,
            nth.label("nth"),
        )
        .select_from(set_aside.join(import_, of_import))
        .where(
            set_aside.c.practice_id == practice,
            import_.c.undone_at.is_(None),
            set_aside.c.settled_by.is_(None),
            at.is_not(None) if dismissed else at.is_(None),
        )
        .subquery()
    )
    shown = [rows.c[name] for name in ("import_id", "file_name", "row_number", "column_name")]
    return (
        select(*shown, rows.c.value, rows.c.reason, rows.c.raw)
        .where(rows.c.nth == 1)
        .order_by(rows.c.as_of.desc(), rows.c.import_id, rows.c.row_number)
    )


def _counted(scope: Scope) -> ColumnElement[bool]:
    return and_(
        visit.c.practice_id == scope.practice_id,
        visit.c.state.not_in(NOT_COUNTED),
    )


def _same_practice() -> ColumnElement[bool]:
    return booking.c.practice_id == visit.c.practice_id


def _of_family() -> ColumnElement[bool]:
    return and_(family.c.practice_id == visit.c.practice_id, family.c.id == visit.c.family_id)


def _visited_by() -> ColumnElement[bool]:
    return and_(
        therapist.c.practice_id == visit.c.practice_id, therapist.c.id == visit.c.therapist_id
    )


def _count(rows: Select[Any]) -> Select[Any]:
    return select(func.count()).select_from(rows.order_by(None).subquery())


def _frame(scope: Scope, asked: Select[Any], columns: Sequence[str]) -> pd.DataFrame:
    with scope.read() as conn:
        rows = [tuple(row) for row in conn.execute(asked)]
    return pd.DataFrame(rows, columns=list(columns))


def _typed(row: Any) -> tuple[Any, ...]:
    *known, city_text, zip_code, address = row
    return (*known, ", ".join(part for part in (address, city_text, zip_code) if part))


def _local(found: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    found["starts"] = [datetime.fromtimestamp(at, scope.zone) for at in found["starts"]]
    return found
