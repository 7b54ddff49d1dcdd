"""Sign-in by an OpenID Connect provider, in the scope of the sign-in routes.

The provider says who somebody is, the owner's list whether she may sign in. The first time, a
verified address must match an open invitation; from then on only the subject id at the provider
counts.
"""

from typing import Any

from sqlalchemy import Connection, Row, and_, select, update

from allay_metrics.actions import sessions
from allay_metrics.actions.sessions import open_session
from allay_metrics.errors import NotAllowed
from allay_metrics.records import Scope, audit_chain
from allay_metrics.records.column_types import now
from allay_metrics.records.tables import person

REFUSED = (
    "Signing in that way did not work: only people the owner has invited may come in. "
    "Try again, or ask the owner."
)


def sign_in_by_oidc(scope: Scope, issuer: str, subject: str, email: str, *, label: str) -> str:
    """Return the id of a new session of the user whom `issuer` identifies as `subject`.

    `email` is verified by the issuer. Raises NotAllowed, always with the same sentence, for anybody
    who was not invited, is disabled, or is bound to another subject.
    """
    with scope.write_accounts() as conn:
        row = _find_bound(conn, scope, issuer, subject) or _bind(
            conn, scope, issuer, subject, email
        )
        if row is not None:
            audit_chain.append(conn, scope, "sign in by an account elsewhere", row.id)
            return open_session(conn, scope.practice_id, row.id, way="oidc", label=label)
        audit_chain.append(conn, scope, sessions.REFUSED)
    raise NotAllowed(REFUSED)


def _find_bound(conn: Connection, scope: Scope, issuer: str, subject: str) -> Row[Any] | None:
    statement = select(person).where(
        person.c.practice_id == scope.practice_id,
        person.c.oidc_issuer == issuer,
        person.c.oidc_subject == subject,
        person.c.disabled_at.is_(None),
    )
    return conn.execute(statement).first()


def _bind(conn: Connection, scope: Scope, issuer: str, subject: str, email: str) -> Row[Any] | None:
    """Use the open invitation of this address and return its user; None without one."""
    at = now()
    invited = and_(
        person.c.practice_id == scope.practice_id,
        person.c.email == email.strip().lower(),
        person.c.oidc_subject.is_(None),
        person.c.invite_hash.is_not(None),
        person.c.invite_expires_at > at,
        person.c.disabled_at.is_(None),
    )
    there = conn.execute(select(person.c.id).where(invited)).first()
    if there is None:
        return None
    # The audit line first: it takes the lock that writers of a practice queue for.
    audit_chain.append(conn, scope, "join by an account elsewhere", there.id)
    values = {
        "oidc_issuer": issuer,
        "oidc_subject": subject,
        "joined_at": at,
        "invite_hash": None,
        "invite_expires_at": None,
        "version": person.c.version + 1,
    }
    return conn.execute(update(person).where(invited).values(values).returning(person)).first()
