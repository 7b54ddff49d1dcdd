"""Users, whom the owner invites, changes and disables.

The first owner is invited on the command line of the computer with the records. An invitation is a
code that opens a page once, where the user sets up her own sign-in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, case, func, insert, select, update

from allay_metrics.actions.second_factor import new_secret
from allay_metrics.actions.sessions import IDLE, Role, end_all_sessions
from allay_metrics.actions.tokens import hash_token, new_token
from allay_metrics.errors import ConfigProblem, Conflict, NotFound, choose_from
from allay_metrics.records import Scope
from allay_metrics.records.column_types import now
from allay_metrics.records.keys import new_key
from allay_metrics.records.tables import login_session, person, therapist

PATH = "/join/"
OPEN_FOR = 7 * 24 * 3600  # seconds an invitation is valid
_ROLES = ("owner", "therapist")
_LAST = "The practice would have no owner left who may sign in."


@dataclass(frozen=True)
class UserAccount:
    """A user as the owner's list shows her. Times are epoch seconds."""

    id: str
    email: str
    name: str
    role: Role
    therapist_id: str | None
    joined_at: int | None
    disabled_at: int | None
    invite_expires_at: int | None
    last_seen_at: int | None
    open_sessions: int
    version: int


@dataclass(frozen=True)
class Invitation:
    """A new invitation: its path, shown only now, and when it expires."""

    person_id: str
    url_path: str
    expires_at: int


def read_people(scope: Scope) -> list[UserAccount]:
    """Return all users, also disabled ones, sorted by name. Owner only."""
    session = login_session.c
    activity = (
        select(
            session.person_id,
            func.max(session.seen_at).label("last_seen_at"),
            func.sum(_is_open()).label("open_sessions"),
        )
        .where(session.practice_id == scope.practice_id)
        .group_by(session.person_id)
        .subquery()
    )
    statement = (
        select(person, activity.c.last_seen_at, activity.c.open_sessions)
        .join_from(person, activity, activity.c.person_id == person.c.id, isouter=True)
        .where(person.c.practice_id == scope.practice_id)
        .order_by(person.c.name, person.c.email)
    )
    with scope.read() as conn:
        return [_build_account(row) for row in conn.execute(statement)]


def read_listed(conn: Connection, scope: Scope) -> list[Row[Any]]:
    """Return the rows of all users, also disabled ones. Owner only."""
    return list(conn.execute(select(person).where(person.c.practice_id == scope.practice_id)))


def may_sign_in(row: Row[Any]) -> bool:
    """Return whether a user may sign in now: not disabled, and her sign-in is set up."""
    return row.disabled_at is None and bool(row.password_hash or row.oidc_subject)


def find_unable(conn: Connection, scope: Scope, addresses: Iterable[str]) -> tuple[str, ...]:
    """Return which addresses belong to nobody who may sign in; none where sign-in is off.

    Owner only.
    """
    listed = read_listed(conn, scope)
    able = {row.email for row in listed if may_sign_in(row)}
    return tuple(address for address in addresses if listed and address.lower() not in able)


def invite(
    scope: Scope,
    email: str,
    name: str,
    role: Role,
    therapist_id: str | None = None,
    *,
    code: str | None = None,
) -> Invitation:
    """Add a user and return her invitation.

    `code` is the one to hand out, by default a new one; called twice with the same code, by a
    double click, it returns the same invitation.

    Raises ConfigProblem for an invalid address, name or role, Conflict for an address that exists
    already.
    """
    with scope.write("list a person") as conn:
        _check_role(conn, scope, role, therapist_id)
        listed = {"email": email, "name": name, "role": role, "therapist_id": therapist_id}
        return _insert_person(conn, scope, listed, code or new_token())


def invite_first_owner(scope: Scope, email: str, name: str) -> Invitation:
    """Add the first owner and return her invitation; a new one if called before she joined.

    Raises Conflict once an owner has joined.
    """
    with scope.write("list the first owner") as conn:
        in_practice = person.c.practice_id == scope.practice_id
        there = list(conn.execute(select(person).where(in_practice)))
        if any(row.joined_at for row in there):
            raise Conflict("There is an owner already: she lists everybody else.")
        for row in there:
            if row.email == email.strip().lower():
                return _invite_again(conn, row, new_token())
        if there:
            raise Conflict(f"{there[0].email} was listed first: ask with that address.")
        listed = {"email": email, "name": name, "role": "owner"}
        return _insert_person(conn, scope, listed, new_token())


def reset_sign_in(scope: Scope, person_id: str, *, code: str | None = None) -> Invitation:
    """Reset everything a user signs in with and return a new invitation.

    For a lost phone or a forgotten password. `code` is as in `invite`. Raises NotFound.
    """
    with scope.write("reset a sign-in") as conn:
        row, code = _read_row(conn, scope, person_id), code or new_token()
        if row.invite_hash == hash_token(code):
            return Invitation(row.id, f"{PATH}{code}", row.invite_expires_at)
        end_all_sessions(conn, scope.practice_id, person_id, devices=True)
        return _invite_again(conn, row, code)


def set_role(
    scope: Scope, person_id: str, role: Role, therapist_id: str | None, *, version: int
) -> None:
    """Change a user's role; her open sessions end.

    `version` is the one that was read. Raises NotFound, ConfigProblem for an invalid role, Conflict
    when she was changed meanwhile, or where no owner would be left. Her current role changes
    nothing.
    """
    with scope.write("change a role") as conn:
        row = _read_row(conn, scope, person_id)
        if (row.role, row.therapist_id) == (role, therapist_id):
            return
        _check_version(row, version)
        _check_role(conn, scope, role, therapist_id)
        _update(conn, row, {"role": role, "therapist_id": therapist_id})
        _check_owner_left(conn, scope)
        end_all_sessions(conn, scope.practice_id, person_id, devices=False)


def disable(scope: Scope, person_id: str, *, version: int | None = None) -> None:
    """Disable a user: her sessions end at the next click, her devices are revoked.

    Raises NotFound, and Conflict where no owner would be left, or where she was changed since
    `version` was read. A disabled user stays disabled.
    """
    with scope.write("shut a person out") as conn:
        row = _read_row(conn, scope, person_id)
        if row.disabled_at is not None:
            return
        _check_version(row, version)
        _update(conn, row, {"disabled_at": now()})
        _check_owner_left(conn, scope)
        end_all_sessions(conn, scope.practice_id, person_id, devices=True)


def enable(scope: Scope, person_id: str, *, version: int | None = None) -> None:
    """Enable a disabled user, with the sign-in she had.

    Raises NotFound, and Conflict where she was changed since `version` was read.
    """
    with scope.write("let a person in again") as conn:
        row = _read_row(conn, scope, person_id)
        if row.disabled_at is None:
            return
        _check_version(row, version)
        _update(conn, row, {"disabled_at": None})


def end_sessions(scope: Scope, person_id: str, *, devices: bool = True) -> None:
    """End a user's open sessions and revoke her remembered devices. Raises NotFound."""
    with scope.write("end sessions") as conn:
        end_all_sessions(
            conn, scope.practice_id, _read_row(conn, scope, person_id).id, devices=devices
        )


def _check_version(row: Row[Any], version: int | None) -> None:
    if version is not None and row.version != version:
        raise Conflict(f"{row.name} was changed meanwhile: look again.")


def _insert_person(conn: Connection, scope: Scope, listed: dict[str, Any], code: str) -> Invitation:
    address, called = listed["email"].strip().lower(), " ".join(listed["name"].split())
    if "@" not in address.strip("@ ") or " " in address:
        raise ConfigProblem(f"'{address}' is no e-mail address.")
    if not called:
        raise ConfigProblem("Say the name of who may sign in.")
    in_practice = person.c.practice_id == scope.practice_id
    there = conn.execute(select(person).where(in_practice, person.c.email == address)).first()
    if there is not None:
        if there.invite_hash != hash_token(code):
            raise Conflict(f"{address} is listed already.")
        return Invitation(there.id, f"{PATH}{code}", there.invite_expires_at)
    id_ = new_key()
    row = {
        "practice_id": scope.practice_id,
        **listed,
        "id": id_,
        "email": address,
        "name": called,
        "invited_at": now(),
        **_build_invitation_values(code),
    }
    conn.execute(insert(person).values(row))
    return Invitation(id_, f"{PATH}{code}", row["invite_expires_at"])


def _invite_again(conn: Connection, row: Row[Any], code: str) -> Invitation:
    values = _build_invitation_values(code)
    nothing = dict.fromkeys(("password_hash", "totp_step", "oidc_issuer", "oidc_subject"))
    _update(conn, row, {**nothing, **values})
    return Invitation(row.id, f"{PATH}{code}", values["invite_expires_at"])


def _build_invitation_values(code: str) -> dict[str, Any]:
    return {
        "invite_hash": hash_token(code),
        "invite_expires_at": now() + OPEN_FOR,
        "totp_secret": new_secret(),
    }


def _check_role(conn: Connection, scope: Scope, role: str, therapist_id: str | None) -> None:
    if role not in _ROLES:
        raise ConfigProblem(choose_from("role", role, _ROLES))
    if role == "owner":
        if therapist_id is not None:
            raise ConfigProblem("An owner sees everything: no caseload belongs to her sign-in.")
        return
    this = and_(therapist.c.practice_id == scope.practice_id, therapist.c.id == therapist_id)
    if conn.execute(select(therapist.c.id).where(this)).first() is None:
        raise ConfigProblem("Say whose caseload she sees: one of the therapists on file.")


def _check_owner_left(conn: Connection, scope: Scope) -> None:
    statement = select(person.c.id).where(
        person.c.practice_id == scope.practice_id,
        person.c.role == "owner",
        person.c.joined_at.is_not(None),
        person.c.disabled_at.is_(None),
    )
    if conn.execute(statement.limit(1)).first() is None:
        raise Conflict(_LAST)


def _read_row(conn: Connection, scope: Scope, person_id: str) -> Row[Any]:
    this = and_(person.c.practice_id == scope.practice_id, person.c.id == person_id)
    row = conn.execute(select(person).where(this)).first()
    if row is None:
        raise NotFound("Nobody with this id is listed.")
    return row


def _update(conn: Connection, row: Row[Any], values: dict[str, Any]) -> None:
    this = and_(person.c.practice_id == row.practice_id, person.c.id == row.id)
    conn.execute(update(person).where(this).values(**values, version=person.c.version + 1))


def _is_open() -> Any:
    session, moment = login_session.c, now()
    is_open = and_(session.revoked_at.is_(None), session.seen_at > moment - IDLE)
    return case((is_open, 1), else_=0)


def _build_account(row: Row[Any]) -> UserAccount:
    return UserAccount(
        id=row.id,
        email=row.email,
        name=row.name,
        role=row.role,
        therapist_id=row.therapist_id,
        joined_at=row.joined_at,
        disabled_at=row.disabled_at,
        invite_expires_at=row.invite_expires_at,
        last_seen_at=row.last_seen_at,
        open_sessions=int(row.open_sessions or 0),
        version=row.version,
    )
