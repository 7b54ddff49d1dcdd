"""Who reads warning signs is told of one by mail, at once and again when its time has passed.

A mail names no family, no sign and no tier: it says that a check-in needs her, and has one link,
in which an opaque id stands. The signs themselves are what is sent from: whatever raised one, be it
a parent's form or a file, it has its mails as soon as somebody looks, also after a crash.
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
from allay_metrics.actions.mail_settings import mail_gap, settings_gap
from allay_metrics.actions.outbox import (
    CLAIM_LASTS,
    Claim,
    Mail,
    OpenSign,
    claim,
    keep_failed,
    keep_sent,
    queue,
    read_open_signs,
    read_outbox,
)
from allay_metrics.actions.protocol import Protocol, read_protocol
from allay_metrics.actions.recipients import Recipients, read_recipients
from allay_metrics.errors import ConfigProblem
from allay_metrics.log import where
from allay_metrics.outcomes.reading_hours import DAY, EVERY_DAY, ReadingHours
from allay_metrics.records import Scope
from allay_metrics.records.keys import new_key
from allay_metrics.records.practice import practice_name

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
    """Return why nobody was told, and the way on; of settings, which one is wrong now."""
    if reason == "settings" and (wrong := settings_gap()):
        return wrong
    return SENTENCES[reason] if reason in SENTENCES else _REASONS[reason]


def _utc() -> datetime:
    return datetime.now(UTC)


def send_alerts(scope: Scope, clock: Clock = _utc) -> Sent:
    """Send every mail about a warning sign that is due, once; `clock` returns the moment it is.

    Before each mail signs, protocol and clock are read anew: the mail before may have taken
    minutes. Nobody is tried twice in one look.

    Nothing is sent from an invented practice, nor where no mail server is named. Owner only, and
    whoever runs the server or the command line.
    """
    if scope.is_demo:
        return Sent()
    sender, practice, mails = new_key(), practice_name(scope), 0
    failure: Failure | None = None
    failed: set[str] = set()
    while True:
        wanted, is_nobodys = _wanted(scope, clock)
        gap = mail_gap()
        if gap is not None:
            return Sent(mails, "nobody" if is_nobodys else gap if wanted else failure)
        wanted = [mail for mail in wanted if mail.recipient not in failed]
        claimed = claim(scope, wanted, sender, lambda: _seconds(clock))
        if claimed is None:
            return Sent(mails, failure or ("nobody" if is_nobodys else None))
        error = _try(claimed, practice)
        if error is None:
            keep_sent(scope, claimed, _seconds(clock))
            mails += 1
            continue
        failure = error
        failed.add(claimed.recipient)
        log.warning("A mail about a check-in did not go out: %s", failure)
        keep_failed(scope, claimed, sender, failure, _seconds(clock))


def read_untold(scope: Scope, clock: datetime | None = None) -> Untold | None:
    """Return the viewer's warning signs of which no mail went out; None where all were told of.

    Until somebody acknowledges them. A mail to an address that cannot open the sign tells nobody.
    A therapist: of families of her own.
    """
    if scope.is_demo:
        return None
    at = int((clock or _utc()).timestamp())
    with scope.read() as conn:
        signs = read_open_signs(conn, scope)
    if not signs:
        return None
    # To whom mails went is not for every viewer to know: only what follows from it leaves here.
    practice = scope.of_practice("who is told")
    with practice.read() as conn:
        rows = read_outbox(conn, practice, signs)
        ids = {one.check_in_id for one in signs}
        recipients = read_recipients(conn, practice, read_protocol(conn, practice), ids)
    waiting = [one for one in signs if _is_untold(one, rows, recipients)]
    if not waiting:
        return None
    reason = _reason(waiting, rows, recipients, at)
    return None if reason is None else Untold(len(waiting), reason)


def _wanted(scope: Scope, clock: Clock) -> tuple[list[Mail], bool]:
    """Queue and return the mails there are to be by now, and whether nobody can open a sign."""
    with scope.read() as conn:
        signs = read_open_signs(conn, scope)
        if not signs:
            return [], False
        protocol = read_protocol(conn, scope)
        ids = {one.check_in_id for one in signs}
        recipients = read_recipients(conn, scope, protocol, ids)
    at = _seconds(clock)
    wanted = [
        mail
        for one in signs
        for recipient in recipients.of(one.check_in_id)
        for mail in _mails(scope, one, recipient, protocol, at)
    ]
    queue(scope, wanted, at)
    return wanted, any(not recipients.able(one.check_in_id) for one in signs)


def _mails(
    scope: Scope, sign: OpenSign, recipient: str, protocol: Protocol | None, at: int
) -> list[Mail]:
    """Return the mails of a sign by now: the first, and one more when its time has passed."""
    duty = protocol.duty if protocol is not None else None
    hours, within = (duty.hours, duty.within) if duty else (_ALWAYS, _WITHIN)
    ticked = datetime.fromtimestamp(sign.raised_at, scope.zone)
    mails = [Mail("raised", sign, recipient)]
    if hours.after(ticked, within).timestamp() <= at:
        mails.append(Mail("overdue", sign, recipient))
    return mails


def _try(claimed: Claim, practice: str) -> Failure | None:
    """Send a claimed mail; return why it did not go out, None when it did."""
    try:
        _mail(claimed, practice)
    except ConfigProblem:
        return "settings"
    except MailFailed as error:
        return error.kind
    except Exception as error:  # noqa: BLE001  the next recipient's mail does not wait for it
        # The kind and the place alone: a message may hold an address.
        # Not "broken off": what happens once its text goes out is a MailFailed that says so.
        log.error("A mail about a check-in was not sent: %s", where(error))  # noqa: TRY400
        return "unreachable"
    return None


def _seconds(clock: Clock) -> int:
    return int(clock().timestamp())


def _mail(claimed: Claim, practice: str) -> None:
    text = _TEXT.format(
        late=_LATE if claimed.is_overdue else "",
        link=f"{config.public_url()}{PATH}?{SIGN}={claimed.check_in_id}",
        practice=practice,
    )
    send_mail(claimed.recipient, SUBJECT, text, message_id=claimed.key)


def _is_untold(one: OpenSign, rows: Sequence[Row[Any]], recipients: Recipients) -> bool:
    """Return whether the last mail a sign is to have by now went to nobody who can open it."""
    able = recipients.able(one.check_in_id)
    own = [
        row
        for row in rows
        if (row.check_in_id, row.sign) == (one.check_in_id, one.sign)
        if row.recipient.lower() in able
    ]
    last = [row for row in own if row.kind == "overdue"] or own
    return not any(row.sent_at is not None for row in last)


def _reason(
    waiting: Sequence[OpenSign], rows: Sequence[Row[Any]], recipients: Recipients, at: int
) -> Reason | None:
    """Return why nobody was told; None while the mail is just on its way."""
    gap = mail_gap()
    if gap is not None:
        return gap
    if any(not recipients.able(one.check_in_id) for one in waiting):
        return "nobody"
    ours = {(one.check_in_id, one.sign): recipients.able(one.check_in_id) for one in waiting}
    about = [
        row
        for row in rows
        if row.sent_at is None
        if row.recipient.lower() in ours.get((row.check_in_id, row.sign), ())
    ]
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
