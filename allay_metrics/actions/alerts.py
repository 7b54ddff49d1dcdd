"""Mails about warning signs to those who read them: at once, and again once a sign is overdue.

A mail names no family, no sign and no tier: it says that a check-in needs her, and has one link
with an opaque id. The mails due are computed from the open signs, whether a parent's form or a file
raised them: after a crash the next look sends what is left.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Row

from allay_metrics import config
from allay_metrics.actions.mail_server import (
    SENTENCES,
    Failure,
    MailFailed,
    send_mail,
)
from allay_metrics.actions.mail_settings import find_mail_gap, find_settings_gap
from allay_metrics.actions.outbox import (
    CLAIM_LASTS,
    Claim,
    Mail,
    OpenSign,
    claim,
    queue,
    read_open_signs,
    read_outbox,
    save_failed,
    save_sent,
)
from allay_metrics.actions.protocol import Protocol, read_protocol
from allay_metrics.actions.recipients import Recipients, read_recipients
from allay_metrics.errors import ConfigProblem
from allay_metrics.log import format_error
from allay_metrics.outcomes.reading_hours import DAY, EVERY_DAY, ReadingHours
from allay_metrics.records import Scope
from allay_metrics.records.keys import new_key
from allay_metrics.records.practice import read_practice_name

log = logging.getLogger("allay_metrics.alerts")

PATH = "/check-ins"
SIGN = "sign"  # in the address: the opaque id of the check-in whose sign a page opens
SUBJECT = "A check-in needs you now"
_TEXT = """\
A check-in needs you now.{late}

Open it here, after signing in:
{link}

You get this mail because you read check-ins at {practice}.
"""
_LATE = " The time limit for reading it has passed."
# For a protocol signed before it had hours and a time limit (minutes).
_ALWAYS, _WITHIN = ReadingHours(EVERY_DAY, 0, DAY), 240

Clock = Callable[[], datetime]
Reason = Failure | Literal["nobody", "not sent"]
_REASONS: dict[str, str] = {
    "nobody": (
        "Nobody who can open it has an e-mail address on file: sign the safety protocol anew with "
        "somebody who signs in, or let an owner set up her sign-in."
    ),
    "not sent": (
        "The mail has not gone out yet: start the dashboard by 'serve', or run "
        "'python -m allay_metrics alerts'."
    ),
}


@dataclass(frozen=True)
class AlertResult:
    """How many mails one look sent, and why the last one that failed did; None where none did."""

    mails: int = 0
    failure: Reason | None = None


@dataclass(frozen=True)
class UndeliveredMails:
    """How many open warning signs reached nobody by mail, and why."""

    signs: int
    reason: Reason


def format_reason(reason: Reason) -> str:
    """Return why no mail went out, and what to do; for settings, which one is wrong now."""
    if reason == "settings" and (gap := find_settings_gap()):
        return gap
    return SENTENCES[reason] if reason in SENTENCES else _REASONS[reason]


def _utc_now() -> datetime:
    return datetime.now(UTC)


def send_alerts(scope: Scope, clock: Clock = _utc_now) -> AlertResult:
    """Send every mail about a warning sign that is due, once; `clock` returns the current moment.

    Before each mail signs, protocol and clock are read again: the mail before may have taken
    minutes. A recipient whose mail failed is not tried again in the same look.

    Nothing is sent from the demo practice, nor without a mail server. For the owner, the server and
    the command line.
    """
    if scope.is_demo:
        return AlertResult()
    sender, practice, mails = new_key(), read_practice_name(scope), 0
    failure: Failure | None = None
    failed: set[str] = set()
    while True:
        wanted, has_no_reader = _queue_due(scope, clock)
        gap = find_mail_gap()
        if gap is not None:
            return AlertResult(mails, "nobody" if has_no_reader else gap if wanted else failure)
        wanted = [mail for mail in wanted if mail.recipient not in failed]
        claimed = claim(scope, wanted, sender, lambda: _now_seconds(clock))
        if claimed is None:
            return AlertResult(mails, failure or ("nobody" if has_no_reader else None))
        error = _try_send(claimed, practice)
        if error is None:
            save_sent(scope, claimed, _now_seconds(clock))
            mails += 1
            continue
        failure = error
        failed.add(claimed.recipient)
        log.warning("A mail about a check-in did not go out: %s", failure)
        save_failed(scope, claimed, sender, failure, _now_seconds(clock))


def read_undelivered(scope: Scope, clock: datetime | None = None) -> UndeliveredMails | None:
    """Return how many of the viewer's open warning signs no mail delivered; None where it is none.

    A mail to somebody who cannot open the sign does not count. A therapist: of her own families.
    """
    if scope.is_demo:
        return None
    at = int((clock or _utc_now()).timestamp())
    with scope.read() as conn:
        signs = read_open_signs(conn, scope)
    if not signs:
        return None
    # Recipients are not for every viewer: only the count and the reason are returned.
    practice = scope.of_practice("who is told")
    with practice.read() as conn:
        rows = read_outbox(conn, practice, signs)
        ids = {sign.check_in_id for sign in signs}
        recipients = read_recipients(conn, practice, read_protocol(conn, practice), ids)
    waiting = [sign for sign in signs if _is_undelivered(sign, rows, recipients)]
    if not waiting:
        return None
    reason = _find_reason(waiting, rows, recipients, at)
    return None if reason is None else UndeliveredMails(len(waiting), reason)


def _queue_due(scope: Scope, clock: Clock) -> tuple[list[Mail], bool]:
    """Queue and return the mails due by now, and whether there is a sign that nobody can open."""
    with scope.read() as conn:
        signs = read_open_signs(conn, scope)
        if not signs:
            return [], False
        protocol = read_protocol(conn, scope)
        ids = {sign.check_in_id for sign in signs}
        recipients = read_recipients(conn, scope, protocol, ids)
    at = _now_seconds(clock)
    wanted = [
        mail
        for sign in signs
        for recipient in recipients.of(sign.check_in_id)
        for mail in _build_mails(scope, sign, recipient, protocol, at)
    ]
    queue(scope, wanted, at)
    return wanted, any(not recipients.readers_of(sign.check_in_id) for sign in signs)


def _build_mails(
    scope: Scope, sign: OpenSign, recipient: str, protocol: Protocol | None, at: int
) -> list[Mail]:
    """Return the mails due for a sign: the first, and one more once it is overdue."""
    duty = protocol.duty if protocol is not None else None
    hours, within = (duty.hours, duty.within) if duty else (_ALWAYS, _WITHIN)
    raised_at = datetime.fromtimestamp(sign.raised_at, scope.zone)
    mails = [Mail("raised", sign, recipient)]
    if hours.after(raised_at, within).timestamp() <= at:
        mails.append(Mail("overdue", sign, recipient))
    return mails


def _try_send(claimed: Claim, practice: str) -> Failure | None:
    """Send a claimed mail; return why it did not go out, None when it did."""
    try:
        _send(claimed, practice)
    except ConfigProblem:
        return "settings"
    except MailFailed as error:
        return error.kind
    except Exception as error:  # noqa: BLE001  the next recipient still gets hers
        # Log the type and place alone: a message may hold an address.
        # Not "broken off": once the text is being sent, an error is raised as MailFailed.
        log.error("A mail about a check-in was not sent: %s", format_error(error))  # noqa: TRY400
        return "unreachable"
    return None


def _now_seconds(clock: Clock) -> int:
    return int(clock().timestamp())


def _send(claimed: Claim, practice: str) -> None:
    text = _TEXT.format(
        late=_LATE if claimed.is_overdue else "",
        link=f"{config.public_url()}{PATH}?{SIGN}={claimed.check_in_id}",
        practice=practice,
    )
    send_mail(claimed.recipient, SUBJECT, text, message_id=claimed.key)


def _is_undelivered(sign: OpenSign, rows: Sequence[Row[Any]], recipients: Recipients) -> bool:
    """Return whether the last mail due for a sign was sent to nobody who can open it."""
    readers = recipients.readers_of(sign.check_in_id)
    own = [
        row
        for row in rows
        if (row.check_in_id, row.sign) == (sign.check_in_id, sign.sign)
        if row.recipient.lower() in readers
    ]
    last = [row for row in own if row.kind == "overdue"] or own
    return not any(row.sent_at is not None for row in last)


def _find_reason(
    waiting: Sequence[OpenSign], rows: Sequence[Row[Any]], recipients: Recipients, at: int
) -> Reason | None:
    """Return why no mail was delivered; None while it may still be under way."""
    gap = find_mail_gap()
    if gap is not None:
        return gap
    if any(not recipients.readers_of(sign.check_in_id) for sign in waiting):
        return "nobody"
    readers_by_sign = {
        (sign.check_in_id, sign.sign): recipients.readers_of(sign.check_in_id) for sign in waiting
    }
    unsent = [
        row
        for row in rows
        if row.sent_at is None
        if row.recipient.lower() in readers_by_sign.get((row.check_in_id, row.sign), ())
    ]
    failed = [row for row in unsent if row.failed_at is not None]
    if failed:
        last = max(failed, key=lambda row: row.failed_at)
        kind: Failure = last.error
        return kind
    if any(row.claimed_at is not None and row.claimed_at <= at - CLAIM_LASTS for row in unsent):
        return "broken off"
    queued = {(row.check_in_id, row.sign) for row in unsent}
    due_since = [row.due_at for row in unsent]
    due_since += [sign.raised_at for sign in waiting if (sign.check_in_id, sign.sign) not in queued]
    return "not sent" if min(due_since) <= at - CLAIM_LASTS else None
