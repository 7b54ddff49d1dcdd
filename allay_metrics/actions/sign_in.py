"""Sign-in by password and code: set-up, sign-in, changes. In the scope of the sign-in routes."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, select, update

from allay_metrics.actions import passwords, sessions
from allay_metrics.actions.second_factor import find_step, new_recovery_codes, use_code
from allay_metrics.actions.sessions import end_all_sessions, open_session
from allay_metrics.actions.tokens import hash_token
from allay_metrics.errors import NotAllowed, NotFound, QuestionProblem
from allay_metrics.records import Scope
from allay_metrics.records.audit_chain import append
from allay_metrics.records.column_types import now
from allay_metrics.records.tables import person

# One sentence for every reason, so that nobody learns which part was wrong.
REFUSED = "That did not match: check the address, the password and the code, and try again."
_GONE = "This invitation is used, too old or not known: ask the owner for a new one."


@dataclass(frozen=True)
class InvitedPerson:
    """What the page of an invitation shows: the user, and the secret for her authenticator."""

    person_id: str
    name: str
    email: str
    totp_secret: str


@dataclass(frozen=True)
class NewSignIn:
    """A new sign-in: the session's id for the cookie, and recovery codes, shown only now."""

    token: str
    recovery_codes: tuple[str, ...]


def sign_in(scope: Scope, email: str, password: str, code: str, *, label: str) -> str:
    """Return the id of a new session for the user with this address, password and code.

    Raises NotAllowed, always with the same sentence, for anything that does not match; an unknown
    address takes the same time.
    """
    with scope.read() as conn:
        row = _find_by_email(conn, scope, email)
    is_enabled = row is not None and row.disabled_at is None
    right = passwords.verify_password(
        row.password_hash if row is not None and is_enabled else None, password
    )
    if row is None or not right:
        raise _build_refusal(scope, row)
    with scope.write_accounts() as conn:
        # Read again: it may have changed while the password was verified.
        same = _find_by_email(conn, scope, email)
        unchanged = same is not None and same.version == row.version
        if unchanged and use_code(conn, row, code):
            append(conn, scope, "sign in", row.id)
            return open_session(conn, scope.practice_id, row.id, way="password", label=label)
    raise _build_refusal(scope, row)


def read_invitation(scope: Scope, code: str) -> InvitedPerson:
    """Return the invitation of a code. Raises NotFound."""
    with scope.read() as conn:
        row = _read_invited(conn, scope, code)
    return InvitedPerson(row.id, row.name, row.email, row.totp_secret)


def join(scope: Scope, code: str, password: str, totp: str, *, label: str) -> NewSignIn:
    """Set up the sign-in of an invited user and sign her in; the invitation is used then.

    Raises NotFound for an invalid invitation, QuestionProblem for a bad password or a code of the
    authenticator that does not match; the invitation stays valid then.
    """
    invitee = read_invitation(scope, code)
    passwords.check_new_password(password, invitee.name, invitee.email)
    step = find_step(invitee.totp_secret, totp)
    if step is None:
        raise QuestionProblem("That code does not match: enter the one your app shows now.")
    hash_ = passwords.hash_password(password)
    with scope.write_accounts() as conn:
        row = _read_invited(conn, scope, code)
        values = {
            "password_hash": hash_,
            "totp_step": step,
            "invite_hash": None,
            "invite_expires_at": None,
            "joined_at": row.joined_at or now(),
        }
        _update(conn, row, values)
        append(conn, scope, "set up a sign-in", row.id)
        end_all_sessions(conn, scope.practice_id, row.id, devices=True)
        codes = new_recovery_codes(conn, scope.practice_id, row.id)
        token = open_session(conn, scope.practice_id, row.id, way="password", label=label)
    return NewSignIn(token, tuple(codes))


def change_password(
    scope: Scope, person_id: str, old: str, code: str, new: str, *, label: str
) -> str:
    """Change a user's password, end all her sessions and devices, and return a new session's id.

    Raises NotAllowed when the old one or the code does not match, QuestionProblem for a bad new
    one.
    """
    row = _read_active_person(scope, person_id)
    if not passwords.verify_password(row.password_hash, old):
        raise NotAllowed(REFUSED)
    passwords.check_new_password(new, row.name, row.email)
    hash_ = passwords.hash_password(new)
    with scope.write_accounts() as conn:
        if not use_code(conn, row, code):
            raise NotAllowed(REFUSED)
        _update(conn, row, {"password_hash": hash_})
        append(conn, scope, "change a password", row.id)
        end_all_sessions(conn, scope.practice_id, row.id, devices=True)
        return open_session(conn, scope.practice_id, row.id, way="password", label=label)


def change_phone(
    scope: Scope, person_id: str, password: str, code: str, phone: tuple[str, str], *, label: str
) -> str:
    """Replace the authenticator, end all other sessions, and return a new session's id.

    `phone` is the secret given to the new phone and the code it shows; `code` is of the old phone,
    or a recovery code. Raises QuestionProblem when the new phone's code does not match, NotAllowed
    when anything else does not.
    """
    secret, fresh = phone
    row = _read_active_person(scope, person_id)
    if not passwords.verify_password(row.password_hash, password):
        raise NotAllowed(REFUSED)
    step = find_step(secret, fresh)
    if step is None:
        raise QuestionProblem("That is not the code the new phone shows now: try the next one.")
    with scope.write_accounts() as conn:
        append(conn, scope, "connect another phone", row.id)
        if not use_code(conn, row, code):
            raise NotAllowed(REFUSED)
        _update(conn, row, {"totp_secret": secret, "totp_step": step})
        end_all_sessions(conn, scope.practice_id, row.id, devices=True)
        return open_session(conn, scope.practice_id, row.id, way="password", label=label)


def check_repeated_password(password: str, again: str) -> None:
    """Raise QuestionProblem where a new password was not entered twice the same."""
    if password != again:
        raise QuestionProblem("The two passwords differ: enter the same one twice.")


def renew_codes(scope: Scope, person_id: str, password: str, code: str) -> tuple[str, ...]:
    """Return new recovery codes in place of the old ones. Raises NotAllowed as `sign_in` does."""
    row = _read_active_person(scope, person_id)
    if not passwords.verify_password(row.password_hash, password):
        raise NotAllowed(REFUSED)
    with scope.write_accounts() as conn:
        if not use_code(conn, row, code):
            raise NotAllowed(REFUSED)
        append(conn, scope, "renew recovery codes", row.id)
        return tuple(new_recovery_codes(conn, scope.practice_id, row.id))


def _build_refusal(scope: Scope, row: Row[Any] | None) -> NotAllowed:
    """Record a refused sign-in, also of an unknown address, and return the error to raise."""
    with scope.write_accounts() as conn:
        append(conn, scope, sessions.REFUSED, "" if row is None else row.id)
    return NotAllowed(REFUSED)


def _find_by_email(conn: Connection, scope: Scope, email: str) -> Row[Any] | None:
    in_practice = person.c.practice_id == scope.practice_id
    return conn.execute(
        select(person).where(in_practice, person.c.email == email.strip().lower())
    ).first()


def _read_active_person(scope: Scope, person_id: str) -> Row[Any]:
    is_person = and_(person.c.practice_id == scope.practice_id, person.c.id == person_id)
    with scope.read() as conn:
        row = conn.execute(select(person).where(is_person, person.c.disabled_at.is_(None))).first()
    if row is None:
        raise NotFound("There is no such person, or her sign-in is switched off.")
    return row


def _read_invited(conn: Connection, scope: Scope, code: str) -> Row[Any]:
    statement = select(person).where(
        person.c.practice_id == scope.practice_id,
        person.c.invite_hash == hash_token(code),
        person.c.invite_expires_at > now(),
        person.c.disabled_at.is_(None),
    )
    row = conn.execute(statement).first()
    if row is None:
        raise NotFound(_GONE)
    return row


def _update(conn: Connection, row: Row[Any], values: dict[str, Any]) -> None:
    this = and_(person.c.practice_id == row.practice_id, person.c.id == row.id)
    conn.execute(update(person).where(this).values(**values, version=person.c.version + 1))
