"""The audit trail for display: newest lines first, with names instead of ids."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from allay_metrics.actions.backups import read_last_backup
from allay_metrics.records import Scope, audit_chain
from allay_metrics.records.bulk import among
from allay_metrics.records.tables import audit as lines_of
from allay_metrics.records.tables import client, family, person, therapist

PAGE = 25
GONE = "no longer on file"
# The kind of an action: the first pattern that matches it.
_KINDS = (
    ("Looked at and exported", re.compile(r"^(open|look|take an? |export)")),
    ("Sign-in and people", re.compile(r"sign in|signed in|session|invit|password|person|device")),
    ("Check-ins", re.compile(r"check-in|answer|warning sign|protocol|parent|ask a family")),
    ("Families and care", re.compile(r"famil|care|note|client|history")),
    ("Records", re.compile(r"import|row|missing|decision|day|file|backup|record|older")),
)
OTHERS = "Practice"
KINDS = (*(name for name, _ in _KINDS), OTHERS)
_NOBODY = {
    "owner": "Owner, on this computer",
    "form": "A parent, by a link",
    "door": "The sign-in page",
    "therapist": "A therapist",
}


@dataclass(frozen=True)
class TrailLine:
    """One audit line: its number, when, by whom, what, and about which family or person."""

    number: int
    at: datetime
    who: str
    action: str
    about: str


@dataclass(frozen=True)
class Actor:
    """An actor of audit lines: role, id and display name."""

    role: str
    id: str
    name: str


def kind_of(action: str) -> str:
    """Return the kind of an action, one of KINDS."""
    return next((name for name, pattern in _KINDS if pattern.search(action)), OTHERS)


def read_actors(scope: Scope) -> list[Actor]:
    """Return all actors of the trail, sorted by name. Owner only."""
    in_practice = lines_of.c.practice_id == scope.practice_id
    statement = select(lines_of.c.role, lines_of.c.who).where(in_practice).distinct()
    with scope.read() as conn:
        rows = [(row.role, row.who) for row in conn.execute(statement)]
        names = _names(conn, scope, [who for _, who in rows if who])
    people = [Actor(role, who, _actor_name(role, who, names)) for role, who in rows]
    return sorted(people, key=lambda doer: doer.name)


def read_trail(
    scope: Scope, *, doer: Actor | None = None, kind: str = "", before: int | None = None
) -> list[TrailLine]:
    """Return one page of the trail, newest first, and one line more where there are older ones.

    The page starts after the line with number `before`. Owner only.
    """
    with scope.read() as conn:
        wanted = _filter_lines(conn, scope, doer, kind, before)
        statement = (
            select(lines_of).where(wanted).order_by(lines_of.c.number.desc()).limit(PAGE + 1)
        )
        rows = conn.execute(statement).all()
        ids = [id_ for row in rows for id_ in (row.who, *row.about.split()) if id_]
        names = _names(conn, scope, ids)
    return [
        TrailLine(
            row.number,
            datetime.fromtimestamp(row.at, scope.zone),
            _actor_name(row.role, row.who, names),
            row.action[:1].upper() + row.action[1:],
            ", ".join(names[id_] for id_ in row.about.split() if id_ in names)
            or (GONE if _is_family(row.action, row.about) else ""),
        )
        for row in rows
    ]


def check_trail(scope: Scope) -> tuple[int, list[str]]:
    """Return how many lines the trail has, and a sentence for each break in it."""
    kept = read_last_backup(scope)
    with scope.read() as conn:
        sentences = list(
            audit_chain.find_breaks(conn, scope.practice_id, kept.audit if kept else None)
        )
        return audit_chain.read_head(conn, scope.practice_id).number, sentences


def _filter_lines(
    conn: Connection, scope: Scope, doer: Actor | None, kind: str, before: int | None
) -> ColumnElement[bool]:
    in_practice = lines_of.c.practice_id == scope.practice_id
    parts: list[ColumnElement[bool]] = [in_practice]
    if doer is not None:
        parts += [lines_of.c.role == doer.role, lines_of.c.who == doer.id]
    if kind:
        actions = conn.execute(select(lines_of.c.action).where(in_practice).distinct()).scalars()
        parts.append(
            lines_of.c.action.in_([action for action in actions if kind_of(action) == kind])
        )
    if before is not None:
        parts.append(lines_of.c.number < before)
    return and_(*parts)


def _names(conn: Connection, scope: Scope, ids: Sequence[str]) -> dict[str, str]:
    """Return the names of these ids: users, therapists, families and clients on file."""
    names: dict[str, str] = {}
    for table in (client, family, therapist, person):
        statement = select(table.c.id, table.c.name).where(
            table.c.practice_id == scope.practice_id, table.c.id.in_(among(conn, ids))
        )
        names |= {row.id: row.name for row in conn.execute(statement)}
    return names


def _actor_name(role: str, who: str, names: dict[str, str]) -> str:
    return names.get(who, _NOBODY.get(role, role)) if who else _NOBODY.get(role, role)


def _is_family(action: str, about: str) -> bool:
    return bool(about) and kind_of(action) == "Families and care"


@dataclass(frozen=True)
class ErasureCandidate:
    """A family as shown to the owner who looks for one to erase."""

    id: str
    name: str
    email: str
    phone: str


def find_families(scope: Scope, text: str, most: int = 8) -> list[ErasureCandidate]:
    """Return families whose name, e-mail, phone or client's name contains the text."""
    wanted = f"%{text.strip().lower()}%"
    if not text.strip():
        return []
    in_practice = family.c.practice_id == scope.practice_id
    named = select(client.c.family_id).where(
        client.c.practice_id == scope.practice_id, client.c.name.ilike(wanted)
    )
    conditions = [family.c[name].ilike(wanted) for name in ("name", "email", "phone")]
    statement = select(family).where(in_practice, or_(*conditions, family.c.id.in_(named)))
    with scope.read() as conn:
        rows = conn.execute(statement.order_by(family.c.name, family.c.id).limit(most)).all()
    return [ErasureCandidate(row.id, row.name, row.email or "", row.phone or "") for row in rows]
