"""Where somebody is signed in, and which devices she has remembered: looked at, and ended.

Everybody sees and ends her own; the owner those of everybody.
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
    """An open session: `ref` is for ending it, never for showing. Times are seconds since 1970."""

    ref: str
    label: str
    way: SignInMethod
    created_at: int
    seen_at: int


@dataclass(frozen=True)
class Device:
    """A remembered device: `id` is for revoking it, never for showing."""

    id: str
    label: str
    created_at: int
    used_at: int | None
    ends_at: int


def list_open_sessions(scope: Scope, person_id: str) -> Sequence[SessionInfo]:
    """Return a person's open sessions, the one used last first. Raises NotAllowed."""
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
    """Return the devices a person has remembered, the one used last first. Raises NotAllowed."""
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
    """Return whether a person signs in by password, not by an account elsewhere alone."""
    door = _build_door_scope(scope, person_id)
    statement = select(person.c.id).where(
        person.c.practice_id == scope.practice_id,
        person.c.id == person_id,
        person.c.password_hash.is_not(None),
    )
    with door.read() as conn:
        return conn.execute(statement).first() is not None


def end_session(scope: Scope, person_id: str, ref: str) -> None:
    """End one of a person's sessions; one that has ended stays so. Raises NotAllowed, NotFound."""
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
    """Let a person's device open nothing any more, and end what is open on it.

    One that was revoked stays so. Raises NotAllowed, NotFound.
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
    """Return the door's scope, which alone reads and keeps sessions; the trail still says who.

    Raises NotAllowed where the viewer is neither this person nor the owner.
    """
    viewer = scope.viewer
    if viewer.role != "owner" and (not viewer.person_id or viewer.person_id != person_id):
        raise NotAllowed("Everybody sees and ends her own sign-ins only.")
    return replace(scope, viewer=replace(DOOR, person_id=viewer.person_id))
