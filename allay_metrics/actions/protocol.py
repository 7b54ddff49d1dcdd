"""The practice's safety protocol: check-ins are off until it is signed, and once it is withdrawn.

A form whose warning signs nobody reads would be worse than no form.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from allay_metrics import config
from allay_metrics import formatting as fmt
from allay_metrics.actions.mail_server import can_send
from allay_metrics.actions.mail_settings import find_settings_gap
from allay_metrics.actions.users import find_unable
from allay_metrics.errors import Conflict, QuestionProblem
from allay_metrics.outcomes.reader_steps import KINDS
from allay_metrics.outcomes.reading_hours import ReadingHours
from allay_metrics.records import Scope
from allay_metrics.records.column_types import now
from allay_metrics.records.tables import safety_protocol

TEMPLATE = config.REFERENCE / "safety_protocol.md"
TIMES = (15, 30, 60, 120, 240, 480, 720, 1440)  # minutes, the choices of how soon a sign is read
UNMAILED = (
    "No mail server is named: nobody will be told of a warning sign until they sign in. "
    "Set ALLAY_SMTP_URL, ALLAY_MAIL_FROM and ALLAY_PUBLIC_URL first, or tick that you know."
)
_MEND_IT = "Nobody will be told of a warning sign by mail: mend it first, or tick that you know."
_IN_PLACE = "Nobody it names can open a warning sign: every owner is told of it."
_WAYS_ON = "Name who signs in, invite or let her in under People, or tick that you know."
_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
_LONGEST = 1_000  # characters of a step
# The columns of the steps, in the order of reader_steps.KINDS.
_STEPS = tuple(
    f"step_{tier}" if about == "baby" else f"step_{about}_{tier}" for about, tier in KINDS
)


class UnableReader(QuestionProblem):
    """Raised for a protocol whose `addresses` belong to nobody who may sign in."""

    def __init__(self, addresses: tuple[str, ...]) -> None:
        """Name the addresses, and what to do."""
        super().__init__(f"{format_unable(addresses, addresses)} {_WAYS_ON}")
        self.addresses = addresses


@dataclass(frozen=True)
class Duty:
    """Who is mailed about a warning sign and reads it: when, how soon, and what she then does.

    `steps` is what she does about a sign of each of `reader_steps.KINDS`; a parent's are empty in
    protocols signed before they existed. Without a stand-in both her fields are empty. `within` is
    in minutes of reading hours.
    """

    reader: str
    reader_email: str
    stand_in: str
    stand_in_email: str
    within: int
    hours: ReadingHours
    steps: tuple[str, ...]

    @property
    def recipients(self) -> tuple[str, ...]:
        """Return the addresses that are mailed about a sign, without repeats, in lower case."""
        both = (self.reader_email, self.stand_in_email)
        return tuple(dict.fromkeys(address.lower() for address in both if address))


@dataclass(frozen=True)
class Protocol:
    """A signed protocol: who signed it and when, who reads signs and how soon, and its text.

    `duty` is None in protocols signed before recipients were part of it.
    """

    signed_by: str
    signed_at: int
    reader: str
    within: str
    text: str
    duty: Duty | None


def read_protocol_template() -> str:
    """Return the text that a practice starts from."""
    return TEMPLATE.read_text(encoding="utf-8")


def format_within(minutes: int) -> str:
    """Return `30 minutes` or `2 hours`."""
    hours, rest = divmod(minutes, 60)
    return fmt.plural(minutes, "minute") if rest else fmt.plural(hours, "hour")


def format_unable(addresses: Collection[str], named: Collection[str]) -> str:
    """Return a sentence for each such address; if all `named` are among them, who is mailed."""
    sentences = [
        f"{address} is the address of nobody who may sign in now." for address in addresses
    ]
    # Without a mail server nobody is mailed at all, which has a sentence of its own.
    if {*named} <= {*addresses} and can_send():
        sentences.append(_IN_PLACE)
    return " ".join(sentences)


def sign_protocol(  # noqa: PLR0913 - by name only: what she knows, and what was in force before
    scope: Scope,
    name: str,
    duty: Duty,
    text: str,
    *,
    unmailed: bool = False,
    unable: Collection[str] = (),
    while_off: bool = False,
    replaces: int | None = None,
) -> None:
    """Sign the protocol, which switches check-ins on and replaces the one in force.

    Signing the same twice has no further effect. `unmailed` confirms that no mail can be sent from
    here, `unable` which addresses belong to nobody who may sign in. Owner only.

    Raises QuestionProblem for what is missing or invalid, UnableReader where nobody it names may
    sign in and that is not confirmed, Conflict where another one is in force although it was to be
    signed `while_off`, or in place of the one signed at `replaces`.
    """
    duty = _check_duty(duty)
    values = {"signed_by": name.strip(), "text": text.strip(), **_build_row(duty)}
    if not values["signed_by"] or not values["text"]:
        raise QuestionProblem("A protocol says what is done, and is signed with a full name.")
    if not can_send() and not unmailed:
        wrong = find_settings_gap()
        raise QuestionProblem(f"{wrong} {_MEND_IT}" if wrong else UNMAILED)
    with scope.write("sign the safety protocol") as conn:
        there = read_protocol(conn, scope)
        if there is not None and _is_same(there, values, duty):
            return  # a double click
        addresses = find_unable(conn, scope, duty.recipients)
        is_known = {*addresses} <= {address.lower() for address in unable}
        if len(addresses) == len(duty.recipients) and not is_known:
            raise UnableReader(addresses)
        stands = there is not None and (while_off or replaces not in (None, there.signed_at))
        if there is not None and stands:
            raise Conflict(
                f"{there.signed_by} signed one meanwhile, and it is in force. Yours was not signed."
            )
        at = now()
        newest = select(safety_protocol.c.signed_at).where(
            safety_protocol.c.practice_id == scope.practice_id
        )
        # Its key is the second in which it was signed.
        at = max([at, *(signed_at + 1 for signed_at in conn.execute(newest).scalars())])
        _end_protocol(conn, scope, at)
        row = {"practice_id": scope.practice_id, "signed_at": at, **values}
        conn.execute(insert(safety_protocol), {**row, "unmailed": int(not can_send())})


def switch_off(scope: Scope) -> None:
    """Switch check-ins off: no link can be made, and existing links are closed. Owner only."""
    with scope.write("switch check-ins off") as conn:
        _end_protocol(conn, scope, now())


def read_current_protocol(scope: Scope) -> Protocol | None:
    """Return the protocol in force, None while check-ins are off."""
    with scope.read() as conn:
        return read_protocol(conn, scope)


def read_protocol(conn: Connection, scope: Scope) -> Protocol | None:
    """Return the same within a transaction."""
    row = conn.execute(select(safety_protocol).where(_is_in_force(scope))).first()
    if row is None:
        return None
    return Protocol(
        row.signed_by, row.signed_at, row.reader, row.within, row.text, _build_duty(row)
    )


def is_enabled(conn: Connection, scope: Scope) -> bool:
    """Return whether check-ins are on; the scope of a parent's link may call this."""
    statement = select(safety_protocol.c.signed_at).where(_is_in_force(scope))
    return conn.execute(statement).first() is not None


def read_hours(conn: Connection, scope: Scope) -> ReadingHours | None:
    """Return the reading hours, None where none are set; a parent's link may call this."""
    columns = (safety_protocol.c[name] for name in ("read_days", "read_from", "read_until"))
    row = conn.execute(select(*columns).where(_is_in_force(scope))).first()
    return None if row is None or row.read_days is None else _build_hours(row)


def check_enabled(conn: Connection, scope: Scope) -> None:
    """Raise Conflict while check-ins are off."""
    if not is_enabled(conn, scope):
        raise Conflict("Check-ins are off until the owner has signed the safety protocol.")


def _check_duty(duty: Duty) -> Duty:
    """Return it with blanks stripped. Raises QuestionProblem for what is missing or invalid."""
    people = {
        name: " ".join(getattr(duty, name).split())
        for name in ("reader", "reader_email", "stand_in", "stand_in_email")
    }
    steps = tuple(step.strip()[:_LONGEST] for step in duty.steps)
    if not people["reader"]:
        raise QuestionProblem("A protocol says who reads warning signs, and is signed.")
    if bool(people["stand_in"]) != bool(people["stand_in_email"]):
        raise QuestionProblem("Name the stand-in with her e-mail address, or leave both empty.")
    if not people["reader_email"]:
        raise QuestionProblem("Name the reader's e-mail address: there she is told of a sign.")
    for address in filter(None, (people["reader_email"], people["stand_in_email"])):
        if not _ADDRESS.fullmatch(address):
            raise QuestionProblem(f"'{address}' is no e-mail address.")
    if not duty.hours.is_valid:
        raise QuestionProblem("Name at least one day and one hour in which signs are read.")
    if duty.within not in TIMES:
        raise QuestionProblem("Choose within what time a sign is read.")
    if len(steps) != len(KINDS) or not all(steps):
        raise QuestionProblem("Say what the reader does about a sign of each kind.")
    return replace(
        duty,
        reader=people["reader"],
        reader_email=people["reader_email"],
        stand_in=people["stand_in"],
        stand_in_email=people["stand_in_email"],
        steps=steps,
    )


def _build_row(duty: Duty) -> dict[str, Any]:
    return {
        "reader": duty.reader,
        "reader_email": duty.reader_email,
        "stand_in": duty.stand_in,
        "stand_in_email": duty.stand_in_email,
        "within": format_within(duty.within),
        "within_minutes": duty.within,
        "read_days": "".join(map(str, sorted(set(duty.hours.days)))),
        "read_from": duty.hours.opens,
        "read_until": duty.hours.closes,
        **dict(zip(_STEPS, duty.steps, strict=True)),
    }


def _build_duty(row: Any) -> Duty | None:
    if row.within_minutes is None:
        return None
    return Duty(
        reader=row.reader,
        reader_email=row.reader_email,
        stand_in=row.stand_in,
        stand_in_email=row.stand_in_email,
        within=row.within_minutes,
        hours=_build_hours(row),
        steps=tuple(getattr(row, name) or "" for name in _STEPS),
    )


def _build_hours(row: Any) -> ReadingHours:
    return ReadingHours(tuple(map(int, row.read_days)), row.read_from, row.read_until)


def _is_same(there: Protocol, values: dict[str, Any], duty: Duty) -> bool:
    """Return whether the protocol in force equals the one to be signed."""
    if there.duty is None:
        return False
    terms = (there.signed_by, there.text, _build_row(there.duty))
    return terms == (values["signed_by"], values["text"], _build_row(duty))


def _end_protocol(conn: Connection, scope: Scope, at: int) -> None:
    ended = {"ended_at": at, "version": safety_protocol.c.version + 1}
    conn.execute(update(safety_protocol).where(_is_in_force(scope)).values(ended))


def _is_in_force(scope: Scope) -> ColumnElement[bool]:
    in_practice = safety_protocol.c.practice_id == scope.practice_id
    return and_(in_practice, safety_protocol.c.ended_at.is_(None))
