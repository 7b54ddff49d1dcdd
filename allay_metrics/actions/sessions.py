"""Sessions: opened by a sign-in, read on every click, ended by their row.

The browser has 256 random bits; the row has their HMAC under the server's secret. All of it runs in
the scope of the sign-in routes.
"""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

from sqlalchemy import Connection, and_, insert, select, update

from allay_metrics import config
from allay_metrics.actions.tokens import new_token
from allay_metrics.records import Scope
from allay_metrics.records.audit_chain import append
from allay_metrics.records.column_types import now
from allay_metrics.records.tables import device, login_session, person

Role = Literal["owner", "therapist"]
SignInMethod = Literal["password", "oidc", "pin"]
IDLE = 15 * 60  # seconds without a click
ABSOLUTE = 12 * 3600  # seconds since the sign-in
_MINUTE = 60
REFUSED = "refuse a sign-in"  # the action in the audit trail


@dataclass(frozen=True)
class Session:
    """One open session and its user."""

    ref: str
    person_id: str
    name: str
    email: str
    role: Role
    therapist_id: str | None
    way: SignInMethod
    created_at: int
    seen_at: int
    device_id: str | None = None


def hash_session_token(token: str) -> str:
    """Return the stored digest of a session id or a device token. Raises ConfigProblem."""
    return hmac.new(config.session_secret(), token.encode(), sha256).hexdigest()


def open_session(
    conn: Connection,
    practice_id: str,
    person_id: str,
    *,
    way: SignInMethod,
    label: str,
    device_id: str | None = None,
) -> str:
    """Open a session for an authenticated user and return its id for the cookie."""
    token, at = new_token(), now()
    row = {
        "practice_id": practice_id,
        "id_hash": hash_session_token(token),
        "person_id": person_id,
        "device_id": device_id,
        "way": way,
        "label": label,
        "created_at": at,
        "seen_at": at,
    }
    conn.execute(insert(login_session).values(row))
    return token


def read_session(scope: Scope, token: str, at: int | None = None) -> Session | None:
    """Return the open session of an id; None for one that is unknown, ended, idle or too old.

    `at` defaults to now. A user who may not sign in has no session.
    """
    moment = now() if at is None else at
    session, who = login_session.c, person.c
    statement = (
        select(
            session.id_hash, session.way, session.created_at, session.seen_at, session.device_id,
            who.id, who.name, who.email, who.role, who.therapist_id,
        )
        .join_from(
            login_session,
            person,
            and_(who.practice_id == session.practice_id, who.id == session.person_id),
        )
        .where(
            session.practice_id == scope.practice_id,
            session.id_hash == hash_session_token(token),
            session.revoked_at.is_(None),
            session.created_at > moment - ABSOLUTE,
            session.seen_at > moment - IDLE,
            who.disabled_at.is_(None),
        )
    )  # fmt: skip
    with scope.read() as conn:
        row = conn.execute(statement).first()
    if row is None:
        return None
    return Session(
        ref=row.id_hash,
        person_id=row.id,
        name=row.name,
        email=row.email,
        role=row.role,
        therapist_id=row.therapist_id,
        way=row.way,
        created_at=row.created_at,
        seen_at=row.seen_at,
        device_id=row.device_id,
    )


def has_people(scope: Scope) -> bool:
    """Return whether there are users: from then on everybody must sign in."""
    statement = select(person.c.id).where(person.c.practice_id == scope.practice_id).limit(1)
    with scope.read() as conn:
        return conn.execute(statement).first() is not None


def touch_session(scope: Scope, session: Session, at: int | None = None) -> None:
    """Record that a session was used, at most once a minute, so that most clicks write nothing."""
    moment = now() if at is None else at
    if moment < session.seen_at + _MINUTE:
        return
    this = and_(
        login_session.c.practice_id == scope.practice_id, login_session.c.id_hash == session.ref
    )
    with scope.write_accounts() as conn:
        conn.execute(update(login_session).where(this).values(seen_at=moment))


def close_session(scope: Scope, token: str) -> None:
    """End the session of an id; an unknown id is no error."""
    this = and_(
        login_session.c.practice_id == scope.practice_id,
        login_session.c.id_hash == hash_session_token(token),
        login_session.c.revoked_at.is_(None),
    )
    with scope.write_accounts() as conn:
        ended = update(login_session).where(this).values(revoked_at=now())
        for (person_id,) in conn.execute(ended.returning(login_session.c.person_id)):
            append(conn, scope, "sign out", person_id)


def end_all_sessions(conn: Connection, practice_id: str, person_id: str, *, devices: bool) -> None:
    """End all sessions of a user; with `devices`, revoke her remembered devices, too."""
    for table in (login_session, device) if devices else (login_session,):
        of_person: Any = and_(
            table.c.practice_id == practice_id,
            table.c.person_id == person_id,
            table.c.revoked_at.is_(None),
        )
        conn.execute(update(table).where(of_person).values(revoked_at=now()))
