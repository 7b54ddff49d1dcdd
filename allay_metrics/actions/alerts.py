"""Who reads warning signs is told of one by mail, at once and again when its time has passed.

A mail names no family, no sign and no tier: it says that a check-in needs her, and has one link,
in which an opaque id stands. The signs themselves are what is sent from: whatever raised one, be it
a parent's form or a file, it has its mails as soon as somebody looks, also after a crash.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, select

from allay_metrics import config
from allay_metrics.actions.mail_server import (
    SENTENCES,
    Failure,
    MailFailed,
    can_send,
    send_mail,
)
from allay_metrics.actions.outbox import (
    CLAIM_LASTS,
    Claim,
    Kind,
    OpenSign,
    claim,
    keep_failed,
    keep_sent,
    queue,
    read_open_signs,
    read_outbox,
)
from allay_metrics.actions.protocol import Protocol, read_protocol
from allay_metrics.errors import ConfigProblem
from allay_metrics.outcomes.reading_hours import DAY, EVERY_DAY, ReadingHours
from allay_metrics.records import Scope
from allay_metrics.records.keys import new_key
from allay_metrics.records.practice import practice_name
from allay_metrics.records.tables import person

log = logging.getLogger("allay_metrics.alerts")

PATH = "/check-ins"
SIGN = "sign"  # in the address: the opaque id of the check-in whose sign a page opens
SUBJECT = "A check-in needs you now"
_TEXT = """\
A check-in needs you now.{late}

Open it here, after signing in:
{link}

You get this as one who reads check-ins at {practice}.
"""
_LATE = " The time within which it is to be read has passed."
# Of a protocol signed before it named hours and a time in numbers.
_ALWAYS, _WITHIN = ReadingHours(EVERY_DAY, 0, DAY), 240

Reason = Failure | Literal["nobody", "not sent"]
_REASONS: dict[str, str] = {
    "nobody": "Nobody's e-mail address is on file for it: sign the safety protocol anew.",
    "not sent": (
        "The mail has not gone out yet: start the dashboard by 'serve', or run "
        "'python -m allay_metrics alerts'."
    ),
}


@dataclass(frozen=True)
class Sent:
    """How many mails went out in one look, and why the last one did not that should have."""

    mails: int = 0
    failure: Reason | None = None


@dataclass(frozen=True)
class Untold:
    """How many warning signs wait of which nobody was told by mail, and why."""

    signs: int
    reason: Reason


def sentence(reason: Reason) -> str:
    """Return why nobody was told, and the way on."""
    return SENTENCES[reason] if reason in SENTENCES else _REASONS[reason]


def send_alerts(scope: Scope, clock: datetime | None = None) -> Sent:
    """Send every mail about a warning sign that is due, once; `clock` stands for now in tests.

    Nothing is sent from an invented practice, nor where no mail server is named. Owner only, and
    whoever runs the server or the command line.
    """
    if scope.is_demo:
        return Sent()
    moment = clock or datetime.now(UTC)
    at = int(moment.timestamp())
    with scope.read() as conn:
        signs = read_open_signs(conn, scope)
        protocol = read_protocol(conn, scope) if signs else None
        recipients = read_recipients(conn, scope, protocol) if signs else ()
    if not signs:
        return Sent()
    if not recipients:
        return Sent(failure="nobody")
    queue(scope, _wanted(scope, signs, protocol, at), recipients, at)
    return _send(scope, recipients, at) if can_send() else Sent(failure="unnamed")


def read_recipients(conn: Connection, scope: Scope, protocol: Protocol | None) -> tuple[str, ...]:
    """Return who is told of a sign: reader and stand-in, else every owner on file. Owner only."""
    if protocol is not None and protocol.duty is not None:
        return protocol.duty.recipients
    owners = select(person.c.email).where(
        person.c.practice_id == scope.practice_id,
        person.c.role == "owner",
        person.c.disabled_at.is_(None),
    )
    return tuple(conn.execute(owners.order_by(person.c.email)).scalars())


def read_untold(scope: Scope, clock: datetime | None = None) -> Untold | None:
    """Return the viewer's warning signs of which no mail went out; None where all were told of.

    Until somebody acknowledges them. A therapist: of families of her own.
    """
    if scope.is_demo:
        return None
    at = int((clock or datetime.now(UTC)).timestamp())
    with scope.read() as conn:
        signs = read_open_signs(conn, scope)
        if not signs:
            return None
        rows = read_outbox(conn, scope, signs)
        is_owner = scope.viewer.role == "owner"
        names_nobody = is_owner and not read_recipients(conn, scope, read_protocol(conn, scope))
    waiting = [one for one in signs if _is_untold(one, rows)]
    if not waiting:
        return None
    reason = _reason(waiting, rows, at, names_nobody=names_nobody)
    return None if reason is None else Untold(len(waiting), reason)


def _wanted(
    scope: Scope, signs: Sequence[OpenSign], protocol: Protocol | None, at: int
) -> list[tuple[Kind, OpenSign]]:
    """Return the mails each sign is to have by now: the first, and one when its time has passed."""
    duty = protocol.duty if protocol is not None else None
    hours, within = (duty.hours, duty.within) if duty else (_ALWAYS, _WITHIN)
    wanted: list[tuple[Kind, OpenSign]] = [("raised", one) for one in signs]
    for one in signs:
        ticked = datetime.fromtimestamp(one.raised_at, scope.zone)
        if hours.after(ticked, within).timestamp() <= at:
            wanted.append(("overdue", one))
    return wanted


def _send(scope: Scope, recipients: Sequence[str], at: int) -> Sent:
    sender, mails = new_key(), 0
    failure: Failure | None = None
    practice = practice_name(scope)
    while (claimed := claim(scope, recipients, sender, at)) is not None:
        try:
            _mail(claimed, practice)
        except ConfigProblem:
            failure = "settings"
        except MailFailed as error:
            failure = error.kind
        else:
            keep_sent(scope, claimed, sender, at)
            mails += 1
            continue
        log.warning("A mail about a check-in did not go out: %s", failure)
        keep_failed(scope, claimed, sender, failure, at)
    return Sent(mails, failure)


def _mail(claimed: Claim, practice: str) -> None:
    text = _TEXT.format(
        late=_LATE if claimed.is_overdue else "",
        link=f"{config.public_url()}{PATH}?{SIGN}={claimed.check_in_id}",
        practice=practice,
    )
    send_mail(claimed.recipient, SUBJECT, text, message_id=claimed.key)


def _is_untold(one: OpenSign, rows: Sequence[Row[Any]]) -> bool:
    """Return whether the last mail a sign is to have by now, first or second, went to nobody."""
    own = [row for row in rows if (row.check_in_id, row.sign) == (one.check_in_id, one.sign)]
    last = [row for row in own if row.kind == "overdue"] or own
    return not any(row.sent_at is not None for row in last)


def _reason(
    waiting: Sequence[OpenSign], rows: Sequence[Row[Any]], at: int, *, names_nobody: bool
) -> Reason | None:
    """Return why nobody was told; None while the mail is just on its way."""
    if not can_send():
        return "unnamed"
    if names_nobody:
        return "nobody"
    ours = {(one.check_in_id, one.sign) for one in waiting}
    about = [row for row in rows if (row.check_in_id, row.sign) in ours and row.sent_at is None]
    failed = [row for row in about if row.failed_at is not None]
    if failed:
        last = max(failed, key=lambda row: row.failed_at)
        kind: Failure = last.error
        return kind
    if any(row.claimed_at is not None and row.claimed_at <= at - CLAIM_LASTS for row in about):
        return "broken off"
    queued = {(row.check_in_id, row.sign) for row in about}
    since = [row.due_at for row in about]
    since += [one.raised_at for one in waiting if (one.check_in_id, one.sign) not in queued]
    return "not sent" if min(since) <= at - CLAIM_LASTS else None
