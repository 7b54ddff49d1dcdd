"""Lists and ends a user's sessions and remembered devices.

Everybody sees and ends her own; the owner everybody's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select, update

from allay_metrics.actions.devices import REMEMBERED_FOR, revoke_device
from allay_metrics.actions.sessions import ABSOLUTE, IDLE, SignInMethod
from allay_metrics.errors import NotAllowed, NotFound
from allay_metrics.records import DOOR, Scope, audit_chain
from allay_metrics.records.column_types import now
from allay_metrics.records.tables import device, login_session, person


@dataclass(frozen=True)
class SessionInfo:
    """An open session; `ref` is used to end it and never shown. Times are epoch seconds."""

    ref: str
    label: str
    way: SignInMethod
    created_at: int
    seen_at: int


@dataclass(frozen=True)
class Device:
    """A remembered device; `id` is used to revoke it and never shown."""

    id: str
    label: str
    created_at: int
    used_at: int | None
    ends_at: int


def list_open_sessions(scope: Scope, person_id: str) -> Sequence[SessionInfo]:
    """Return a user's open sessions, most recently used first. Raises NotAllowed."""
    door, session, at = _build_door_scope(scope, person_id), login_session.c, now()
    statement = (
        select(session.id_hash, session.label, session.way, session.created_at, session.seen_at)
        .where(
            session.practice_id == scope.practice_id,
            session.person_id == person_id,
            session.revoked_at.is_(None),
            session.created_at > at - ABSOLUTE,
            session.seen_at > at - IDLE,
        )
        .order_by(session.seen_at.desc(), session.created_at.desc())
    )
    with door.read() as conn:
        return [SessionInfo(*row) for row in conn.execute(statement)]


def list_devices(scope: Scope, person_id: str) -> Sequence[Device]:
    """Return a user's remembered devices, most recently used first. Raises NotAllowed."""
    door = _build_door_scope(scope, person_id)
    statement = (
        select(device.c.id, device.c.label, device.c.created_at, device.c.used_at)
        .where(
            device.c.practice_id == scope.practice_id,
            device.c.person_id == person_id,
            device.c.revoked_at.is_(None),
            device.c.created_at > now() - REMEMBERED_FOR,
        )
        .order_by(device.c.used_at.desc(), device.c.created_at.desc())
    )
    with door.read() as conn:
        return [Device(*row, row.created_at + REMEMBERED_FOR) for row in conn.execute(statement)]


def has_password(scope: Scope, person_id: str) -> bool:
    """Return whether a user has a password, not only an account at a provider."""
    door = _build_door_scope(scope, person_id)
    statement = select(person.c.id).where(
        person.c.practice_id == scope.practice_id,
        person.c.id == person_id,
        person.c.password_hash.is_not(None),
    )
    with door.read() as conn:
        return conn.execute(statement).first() is not None


def end_session(scope: Scope, person_id: str, ref: str) -> None:
    """End one of a user's sessions, if it has not ended. Raises NotAllowed, NotFound."""
    door = _build_door_scope(scope, person_id)
    this = (
        login_session.c.practice_id == scope.practice_id,
        login_session.c.person_id == person_id,
        login_session.c.id_hash == ref,
    )
    with door.write_accounts() as conn:
        if conn.execute(select(login_session.c.id_hash).where(*this)).first() is None:
            raise NotFound("There is no such session.")
        audit_chain.append(conn, door, "end a session", person_id)
        still = login_session.c.revoked_at.is_(None)
        conn.execute(update(login_session).where(*this, still).values(revoked_at=now()))


def forget_device(scope: Scope, person_id: str, device_id: str) -> None:
    """Revoke a user's device and end its sessions.

    A revoked device stays revoked. Raises NotAllowed, NotFound.
    """
    door = _build_door_scope(scope, person_id)
    this = select(device.c.id).where(
        device.c.practice_id == scope.practice_id,
        device.c.person_id == person_id,
        device.c.id == device_id,
    )
    with door.write_accounts() as conn:
        if conn.execute(this).first() is None:
            raise NotFound("There is no such device.")
        audit_chain.append(conn, door, "revoke a device", person_id)
        revoke_device(conn, scope, device_id)


def _build_door_scope(scope: Scope, person_id: str) -> Scope:
    """Return a scope that may read and write sessions; the audit trail still names the viewer.

    Raises NotAllowed where the viewer is neither this user nor the owner.
    """
    viewer = scope.viewer
    if viewer.role != "owner" and (not viewer.person_id or viewer.person_id != person_id):
        raise NotAllowed("Everybody sees and ends her own sign-ins only.")
    return replace(scope, viewer=replace(DOOR, person_id=viewer.person_id))
