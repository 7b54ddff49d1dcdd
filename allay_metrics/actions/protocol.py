"""The practice's safety protocol: check-ins are off until it is signed, and when it is taken back.

A form whose warning signs nobody reads would be worse than none.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from allay_metrics import config
from allay_metrics.errors import Conflict, QuestionProblem
from allay_metrics.records import Scope
from allay_metrics.records.tables import safety_protocol
from allay_metrics.records.types import now

TEMPLATE = config.REFERENCE / "safety_protocol.md"


@dataclass(frozen=True)
class Protocol:
    """A protocol in force: who signed it and when, who reads, within what time, and its text."""

    signed_by: str
    signed_at: int
    reader: str
    within: str
    text: str


def protocol_template() -> str:
    """Return the text a practice starts from."""
    return TEMPLATE.read_text(encoding="utf-8")


def sign_protocol(
    scope: Scope, name: str, reader: str, within: str, text: str, *, while_off: bool = False
) -> None:
    """Sign the protocol and so switch check-ins on, in place of the one in force before.

    Signing the same twice is signing once. Owner only. Raises QuestionProblem where one of the four
    is empty, Conflict where another one is in force and it was to be signed `while_off`.
    """
    told = {"signed_by": name, "reader": reader, "within": within, "text": text}
    told = {key: value.strip() for key, value in told.items()}
    if not all(told.values()):
        raise QuestionProblem(
            "A protocol says who reads, within what time and what, and is signed."
        )
    with scope.write("sign the safety protocol") as conn:
        there = read_protocol(conn, scope)
        if there is not None and told == {name: getattr(there, name) for name in told}:
            return  # pressed twice
        if while_off and there is not None:
            raise Conflict(
                f"{there.signed_by} signed one meanwhile, and it is in force. Yours was not signed."
            )
        at = now()
        newest = select(safety_protocol.c.signed_at).where(
            safety_protocol.c.practice_id == scope.practice_id
        )
        # Its key is the second it was signed in.
        at = max([at, *(one + 1 for one in conn.execute(newest).scalars())])
        _end(conn, scope, at)
        row = {"practice_id": scope.practice_id, "signed_at": at, **told}
        conn.execute(insert(safety_protocol), row)


def switch_off(scope: Scope) -> None:
    """Switch check-ins off: no link is made, and those out there are closed. Owner only."""
    with scope.write("switch check-ins off") as conn:
        _end(conn, scope, now())


def protocol_in_force(scope: Scope) -> Protocol | None:
    """Return the protocol check-ins run under, None while they are off."""
    with scope.read() as conn:
        return read_protocol(conn, scope)


def read_protocol(conn: Connection, scope: Scope) -> Protocol | None:
    """Return the same within a transaction."""
    names = ("signed_by", "signed_at", "reader", "within", "text")
    asked = select(*(safety_protocol.c[name] for name in names)).where(_in_force(scope))
    found = conn.execute(asked).first()
    return None if found is None else Protocol(*found)


def must_be_on(conn: Connection, scope: Scope) -> None:
    """Raise Conflict while check-ins are off."""
    if read_protocol(conn, scope) is None:
        raise Conflict("Check-ins are off until the owner has signed the safety protocol.")


def _end(conn: Connection, scope: Scope, at: int) -> None:
    ended = {"ended_at": at, "version": safety_protocol.c.version + 1}
    conn.execute(update(safety_protocol).where(_in_force(scope)).values(ended))


def _in_force(scope: Scope) -> ColumnElement[bool]:
    mine = safety_protocol.c.practice_id == scope.practice_id
    return and_(mine, safety_protocol.c.ended_at.is_(None))
