"""Check-ins that match no client for certain, with the candidates."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, desc, func, select

from allay_metrics import formatting as fmt
from allay_metrics.derive.matching import plain_name
from allay_metrics.records import Scope
from allay_metrics.records.states import State
from allay_metrics.records.tables import (
    booking,
    check_in,
    client,
    family,
    import_,
    visit,
    visit_client,
)

MOST_CANDIDATES = 60
_AHEAD, _BEHIND = timedelta(days=14), timedelta(days=70)


@dataclass(frozen=True)
class Candidate:
    """A client who may match; `why` is the evidence, '' where only the days match."""

    client_id: str
    label: str
    why: str


@dataclass(frozen=True)
class Doubt:
    """A check-in that matches no client, or several, and what it says about the person."""

    check_in_id: str
    file_name: str
    answered: datetime
    question: str
    email: str
    name: str
    parent: str
    concern: str
    candidates: tuple[Candidate, ...]


def read_open_doubts(scope: Scope, most: int) -> tuple[int, list[Doubt]]:
    """Return how many check-ins are unmatched, and the oldest of them with candidates."""
    waiting = _waiting(scope).where(check_in.c.doubt.is_not(None))
    with scope.read() as conn:
        count = select(func.count()).select_from(waiting.subquery())
        number = int(conn.execute(count).scalar_one())
        rows = conn.execute(waiting.order_by("answered_at").limit(most)).all()
        return number, [_doubt(row, scope, _candidates(conn, scope, row)) for row in rows]


def read_dismissed_check_ins(scope: Scope, most: int) -> list[Doubt]:
    """Return the check-ins matched to nobody by the owner, the newest answer first."""
    statement = _waiting(scope).where(check_in.c.doubt.is_(None))
    with scope.read() as conn:
        rows = conn.execute(statement.order_by(desc("answered_at")).limit(most)).all()
    return [_doubt(row, scope, ()) for row in rows]


def imports_of_answers(scope: Scope) -> frozenset[str]:
    """Return the imports of parents' answers."""
    statement = select(import_.c.id).where(
        import_.c.practice_id == scope.practice_id, import_.c.holds == "answers"
    )
    with scope.read() as conn:
        return frozenset(conn.execute(statement).scalars())


def _waiting(scope: Scope) -> Select[Any]:
    of_file = and_(
        import_.c.practice_id == check_in.c.practice_id, import_.c.id == check_in.c.import_id
    )
    columns = ("id", "doubt", "respondent_email", "respondent_name", "respondent_details")
    # A form with a ticked sign counts even if it was not finished.
    at = func.coalesce(check_in.c.answered_at, check_in.c.screened_at, check_in.c.asked_at, 0)
    return (
        select(
            *(check_in.c[name] for name in columns),
            at.label("answered_at"),
            func.coalesce(import_.c.file_name, "A check-in's form").label("file_name"),
        )
        .select_from(check_in.join(import_, of_file, isouter=True))
        .where(check_in.c.practice_id == scope.practice_id, check_in.c.client_id.is_(None))
    )


def _doubt(row: Row[Any], scope: Scope, candidates: tuple[Candidate, ...]) -> Doubt:
    person = json.loads(row.respondent_details) if row.respondent_details else {}
    return Doubt(
        check_in_id=row.id,
        file_name=row.file_name,
        answered=datetime.fromtimestamp(row.answered_at, scope.zone),
        question=row.doubt or "",
        email=row.respondent_email or "",
        name=row.respondent_name or "",
        parent=person.get("parent", ""),
        concern=person.get("concern", ""),
        candidates=candidates,
    )


def _candidates(conn: Connection, scope: Scope, row: Row[Any]) -> tuple[Candidate, ...]:
    """Return the candidates, likeliest first: by e-mail, by name, or in care in those days."""
    person = json.loads(row.respondent_details) if row.respondent_details else {}
    on = datetime.fromtimestamp(row.answered_at, scope.zone).date()
    name, parent = plain_name(row.respondent_name or ""), plain_name(person.get("parent", ""))
    matches = []
    for client_row in conn.execute(_in_care(scope, on, row.respondent_email)):
        why = []
        if row.respondent_email and row.respondent_email in {
            client_row.email,
            client_row.booked_by_email,
        }:
            why.append("same e-mail")
        if name and plain_name(client_row.name) == name:
            why.append("same name")
        if parent and plain_name(client_row.client_name) == parent:
            why.append("same parent")
        spent = abs((client_row.near - on).days)
        label = f"{client_row.name} ({client_row.family}), visit {fmt.full_day(client_row.near)}"
        matches.append(
            (-len(why), spent, label, Candidate(client_row.id, label, " and ".join(why)))
        )
    best: dict[str, Candidate] = {}
    for *_, candidate in sorted(matches, key=lambda each: each[:3]):
        best.setdefault(candidate.client_id, candidate)
    return tuple(best.values())[:MOST_CANDIDATES]


def _in_care(scope: Scope, on: date, email: str | None) -> Select[Any]:
    """Return the clients with a visit in those days, or in the family with this e-mail."""
    joined = (
        client.join(family, _same(family) & (family.c.id == client.c.family_id))
        .join(visit_client, _same(visit_client) & (visit_client.c.client_id == client.c.id))
        .join(visit, _same(visit) & (visit.c.id == visit_client.c.visit_id))
        .join(booking, _same(booking) & (booking.c.id == visit.c.id))
    )
    then = visit.c.day.between(on - _BEHIND, on + _AHEAD)
    theirs = booking.c.email == email if email else then
    columns = (client.c.id, client.c.name, family.c.name.label("family"), family.c.email)
    booked = (booking.c.client_name, booking.c.email.label("booked_by_email"))
    return (
        select(*columns, *booked, func.max(visit.c.day).label("near"))
        .select_from(joined)
        .where(
            client.c.practice_id == scope.practice_id,
            visit.c.state.in_((State.COMPLETED, State.BOOKED)),
            then | theirs,
        )
        .group_by(*columns, *booked)
    )


def _same(table: Any) -> Any:
    return table.c.practice_id == client.c.practice_id
