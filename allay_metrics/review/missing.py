"""Visits that a newer export no longer holds, and nobody has decided on."""

from typing import Any

import pandas as pd
from sqlalchemy import CTE, ScalarSelect, Select, and_, exists, select

from allay_metrics.actions.aside import OF_IMPORT
from allay_metrics.records import Scope
from allay_metrics.records.tables import (
    booking,
    correction,
    family,
    import_,
    set_aside,
    therapist,
    visit,
)
from allay_metrics.review.lists import Practice, frame, local, of_family, visited_by


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
    asked = undecided(scope.practice_id)
    found = local(frame(scope, asked, columns), scope)
    found["became"] = found["became"].fillna("")
    found["proposed"] = found["became"].replace("", "cancelled")
    return found


def undecided(practice: Practice) -> Select[Any]:
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
            .join(family, of_family())
            .join(therapist, visited_by())
            .join(import_, newer)
        )
        .where(visit.c.state == "missing", ~decided)
        .order_by(absent.c.starts_at, absent.c.id)
    )


def _became(absent: CTE) -> ScalarSelect[str]:
    """Return what the newest file that names an absent booking says became of it."""
    return (
        select(set_aside.c.became)
        .join(import_, OF_IMPORT)
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
