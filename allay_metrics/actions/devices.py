"""Remembered devices: there a PIN opens a session in place of the full sign-in.

The device holds a token of 256 random bits; the row holds its digest. Of a PIN an Argon2 hash of
PIN and token together is stored: with the records but without the device nobody can try all PINs.
Everything here runs in the scope of the sign-in. Each transaction writes its line of the audit
trail first: writers of one practice queue for it.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, select, update

from allay_metrics.actions import passwords
from allay_metrics.actions.sessions import REFUSED, Session, hash_session_token, open_session
from allay_metrics.actions.tokens import new_token
from allay_metrics.errors import NotAllowed, NotFound, QuestionProblem
from allay_metrics.records import Scope, audit_chain
from allay_metrics.records.column_types import now
from allay_metrics.records.keys import new_key
from allay_metrics.records.tables import device, login_session, person

REMEMBERED_FOR = 30 * 24 * 3600  # seconds
DIGITS = 6
TRIES = 5
GONE = "This device is not remembered any more: sign in with your password, and remember it anew."


@dataclass(frozen=True)
class RememberedDevice:
    """A device that a PIN opens: its person, and how many wrong tries are left."""

    id: str
    person_id: str
    name: str
    tries_left: int


def check_pin(pin: str, again: str) -> None:
    """Raise QuestionProblem for a PIN that is not allowed, or was not repeated exactly."""
    if pin != again:
        raise QuestionProblem("The two PINs differ: enter the same one twice.")
    _check_new(pin)


def _check_new(pin: str) -> None:
    """Raise QuestionProblem for a PIN that is not six digits, or is easily guessed."""
    if len(pin) != DIGITS or not pin.isascii() or not pin.isdecimal():
        raise QuestionProblem(f"A PIN is {DIGITS} digits.")
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    if len(set(pin)) < 3 or steps in ({1}, {-1}) or pin[:3] == pin[3:]:
        raise QuestionProblem("This PIN is easily guessed: choose another one.")


def remember_device(
    scope: Scope, session: Session, pin: str, *, label: str, before: str = ""
) -> str:
    """Remember the device of an open session and return its token for the cookie.

    The session is tied to the device. `before` is the token this one replaces; it is revoked.
    Raises QuestionProblem for a PIN that is not allowed.
    """
    _check_new(pin)
    token, id_, at = new_token(), new_key(), now()
    row = {
        "practice_id": scope.practice_id,
        "id": id_,
        "token_hash": hash_session_token(token),
        "person_id": session.person_id,
        "label": label,
        "created_at": at,
        "used_at": at,
        "pin_hash": passwords.hash_password(_bind_pin_to_device(pin, token)),
    }
    with scope.write_accounts() as conn:
        audit_chain.append(conn, scope, "remember a device", session.person_id)
        conn.execute(insert(device).values(row))
        this = _is_of_practice(login_session, scope, login_session.c.id_hash == session.ref)
        conn.execute(update(login_session).where(this).values(device_id=id_))
        old = _read_live_device(conn, scope, before, tries=TRIES + 1) if before else None
        if old is not None:
            revoke_device(conn, scope, old.id)
    return token


def find_device(scope: Scope, token: str) -> RememberedDevice | None:
    """Return the device of a token; None for one that is unknown, revoked or too old."""
    with scope.read() as conn:
        row = _read_live_device(conn, scope, token)
    if row is None:
        return None
    return RememberedDevice(row.id, row.person_id, row.name, TRIES - row.wrong_tries)


def sign_in_by_pin(scope: Scope, token: str, pin: str, *, label: str) -> str:
    """Return the id of a new session on a remembered device.

    Raises NotAllowed for a wrong PIN, with the number of tries left; NotFound once the device is
    no longer remembered, as after the fifth wrong try.
    """
    with scope.write_accounts() as conn:
        row = _count_try(conn, scope, token)
    if row is None:
        raise NotFound(GONE)
    is_right = passwords.verify_password(row.pin_hash, _bind_pin_to_device(pin, token))
    with scope.write_accounts() as conn:
        # Read again: it may have been revoked while the PIN was checked.
        if _read_live_device(conn, scope, token, tries=TRIES + 1) is None:
            raise NotFound(GONE)
        audit_chain.append(conn, scope, "sign in by PIN" if is_right else REFUSED, row.person_id)
        if is_right:
            values = {"wrong_tries": 0, "used_at": now(), "version": device.c.version + 1}
            this = _is_of_practice(device, scope, device.c.id == row.id)
            conn.execute(update(device).where(this).values(values))
            return open_session(
                conn,
                scope.practice_id,
                row.person_id,
                way="pin",
                label=label,
                device_id=row.id,
            )
        if row.wrong_tries >= TRIES:
            audit_chain.append(conn, scope, "revoke a device after wrong PINs", row.person_id)
            revoke_device(conn, scope, row.id)
    tries_left = TRIES - row.wrong_tries
    if tries_left <= 0:
        raise NotFound(GONE)
    raise NotAllowed(f"That is not the PIN of this device. {_tries_left(tries_left)}")


def revoke_device(conn: Connection, scope: Scope, device_id: str) -> None:
    """Revoke a device and end the sessions opened on it."""
    for table, this in (
        (device, device.c.id == device_id),
        (login_session, login_session.c.device_id == device_id),
    ):
        open_ = _is_of_practice(table, scope, this, table.c.revoked_at.is_(None))
        conn.execute(update(table).where(open_).values(revoked_at=now()))


def _count_try(conn: Connection, scope: Scope, token: str) -> Row[Any] | None:
    """Count a try before its PIN is checked, and return the device; None where no try is left.

    One statement checks and counts: of many tries at once, no more than those left are allowed.
    """
    row = _read_live_device(conn, scope, token)
    if row is None:
        return None
    has_tries = _is_of_practice(device, scope, device.c.id == row.id, device.c.wrong_tries < TRIES)
    values = {"wrong_tries": device.c.wrong_tries + 1, "version": device.c.version + 1}
    return conn.execute(update(device).where(has_tries).values(values).returning(device)).first()


def _read_live_device(
    conn: Connection, scope: Scope, token: str, tries: int = TRIES
) -> Row[Any] | None:
    statement = (
        select(device, person.c.name)
        .join_from(device, person)
        .where(
            device.c.practice_id == scope.practice_id,
            device.c.token_hash == hash_session_token(token),
            device.c.revoked_at.is_(None),
            device.c.pin_hash.is_not(None),
            device.c.created_at > now() - REMEMBERED_FOR,
            device.c.wrong_tries < tries,
            person.c.disabled_at.is_(None),
        )
    )
    return conn.execute(statement).first()


def _bind_pin_to_device(pin: str, token: str) -> str:
    return f"{pin[:DIGITS]}:{token}" if len(pin) <= DIGITS else ""


def _tries_left(count: int) -> str:
    return "One try is left." if count == 1 else f"{count} tries are left."


def _is_of_practice(table: Any, scope: Scope, *conditions: Any) -> Any:
    return and_(table.c.practice_id == scope.practice_id, *conditions)
