"""Families for the owner to act on: with nothing booked, or with a doubtful match."""

from datetime import date, timedelta

import pandas as pd
from sqlalchemy import BindParameter, ColumnElement, Select, and_, select

from allay_metrics.contact import levels_for
from allay_metrics.records import Scope
from allay_metrics.records.states import State
from allay_metrics.records.tables import check_in, client, family, red_flag, therapist, visit
from allay_metrics.review.owner_lists import Practice, read_frame

Since = date | BindParameter[date]

LAPSED_AFTER = timedelta(days=30)
SHOWN_FOR = timedelta(days=180)


def families_without_next(scope: Scope, as_of: date, limit: int = 500) -> pd.DataFrame:
    """Return families seen in the last 180 days with nothing booked, longest ago first.

    Columns: family, family_id, last_visit (date), days_since, city, visit_type, therapist, lapsed
    (True over 30 days). Families nobody may call are left out: see `without_next`.
    """
    columns = ("family", "family_id", "last_visit", "city", "visit_type", "therapist")
    last = and_(
        visit.c.practice_id == family.c.practice_id,
        visit.c.family_id == family.c.id,
        visit.c.is_last == 1,
    )
    statement = (
        select(
            family.c.name,
            family.c.id,
            family.c.last_on,
            visit.c.city,
            visit.c.visit_type,
            therapist.c.name,
        )
        .select_from(family.join(visit, last).join(therapist))
        .where(without_next(scope.practice_id, as_of - SHOWN_FOR, as_of))
        .order_by(family.c.last_on, family.c.name, family.c.id)
        .limit(limit)
    )
    families = read_frame(scope, statement, columns)
    days = [(as_of - day).days for day in families["last_visit"]]
    families.insert(3, "days_since", days)
    families["lapsed"] = [since > LAPSED_AFTER.days for since in days]
    return families


def doubtful_families(scope: Scope) -> pd.DataFrame:
    """Return the families with a doubtful match. Columns: family, family_id, question."""
    statement = (
        select(family.c.name, family.c.id, family.c.doubt)
        .where(family.c.practice_id == scope.practice_id, family.c.doubt.is_not(None))
        .order_by(family.c.name, family.c.id)
    )
    return read_frame(scope, statement, ("family", "family_id", "question"))


def without_next(practice: Practice, since: Since, today: Since) -> ColumnElement[bool]:
    """Return the condition for families to call for a next visit: seen since, nothing booked.

    It excludes families with closed care, restricted contact, an open warning sign, or an upcoming
    visit that a newer export lacks. Upcoming visits are after `today`.
    """
    to_come = select(visit.c.family_id).where(
        visit.c.practice_id == practice, visit.c.day >= today, visit.c.state == State.MISSING
    )
    return and_(
        family.c.practice_id == practice,
        family.c.last_on >= since,
        family.c.next_on.is_(None),
        family.c.closed_on.is_(None),
        family.c.contact.in_(levels_for("list")),
        family.c.id.not_in(to_come),
        family.c.id.not_in(_with_open_sign(practice)),
    )


def _with_open_sign(practice: Practice) -> Select[tuple[str]]:
    of_client = and_(
        client.c.practice_id == check_in.c.practice_id, client.c.id == check_in.c.client_id
    )
    return (
        select(client.c.family_id)
        .select_from(red_flag.join(check_in).join(client, of_client))
        .where(red_flag.c.practice_id == practice, red_flag.c.acknowledged_at.is_(None))
    )
