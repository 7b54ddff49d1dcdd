"""The outbox: mails about warning signs, queued once, claimed before sending, retried.

Writes of a practice are serialised, so of two senders one claims a row and the other finds it
claimed. A claim that ends without a result (the sender died, or the mail server broke off) may have
been sent: it is retried, because a second mail is better than none, and after MOST_UNCERTAIN such
tries no more: it is reported as possibly sent until the sign is acknowledged. Other failures are
retried as long as the sign is open.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Row, and_, case, func, insert, or_, select, update

from allay_metrics.actions.mail_server import LONGEST, Failure
from allay_metrics.records import PATIENCE, Scope
from allay_metrics.records.bulk import among
from allay_metrics.records.keys import key_of
from allay_metrics.records.tables import outbox, red_flag

Kind = Literal["raised", "overdue"]

# Seconds after which a claim has ended: the longest conversation with a mail server, the wait for
# the write lock, and a minute more.
CLAIM_LASTS = LONGEST + PATIENCE + 60
MOST_UNCERTAIN = 2
_FIRST_WAIT, _LONGEST_WAIT = 60, 3_600  # seconds between tries, doubled each time
_BROKEN_OFF: Failure = "broken off"
_RESULT = "keep what became of mails about a warning sign"


@dataclass(frozen=True)
class OpenSign:
    """A warning sign that is not acknowledged: its check-in, its number, when it was ticked."""

    check_in_id: str
    sign: int
    raised_at: int


@dataclass(frozen=True)
class Mail:
    """A mail that is due for a sign: `recipient` is one address, in lower case."""

    kind: Kind
    sign: OpenSign
    recipient: str

    def id_in(self, scope: Scope) -> str:
        """Return its key in the outbox, which depends on the mail only."""
        about = (self.sign.check_in_id, str(self.sign.sign))
        return key_of(scope.practice_id, self.kind, *about, self.recipient)


@dataclass(frozen=True)
class Claim:
    """One mail to one recipient, with the signs it is about, claimed by this sender.

    `check_in_id` is the check-in its link opens, `is_overdue` whether any of its signs is overdue.
    `key` is the same at every try.
    """

    ids: tuple[str, ...]
    recipient: str
    check_in_id: str
    is_overdue: bool
    key: str


def read_open_signs(conn: Connection, scope: Scope) -> list[OpenSign]:
    """Return the warning signs that are not acknowledged, the oldest first."""
    statement = (
        select(red_flag.c.check_in_id, red_flag.c.sign, red_flag.c.raised_at)
        .where(red_flag.c.practice_id == scope.practice_id, red_flag.c.acknowledged_at.is_(None))
        .order_by(red_flag.c.raised_at, red_flag.c.check_in_id, red_flag.c.sign)
    )
    return [OpenSign(*row) for row in conn.execute(statement)]


def queue(scope: Scope, wanted: Iterable[Mail], at: int) -> int:
    """Queue mails that are due, each once; return how many are new."""
    rows = [
        {
            "practice_id": scope.practice_id,
            "id": mail.id_in(scope),
            "kind": mail.kind,
            "check_in_id": mail.sign.check_in_id,
            "sign": mail.sign.sign,
            "recipient": mail.recipient,
            "due_at": at,
            "next_at": at,
        }
        for mail in wanted
    ]
    if not rows:
        return 0
    with scope.read() as conn:
        if not _filter_new(conn, scope, rows):
            return 0
    with scope.write("queue mails about a warning sign") as conn:
        waiting = {(sign.check_in_id, sign.sign) for sign in read_open_signs(conn, scope)}
        # It may have been acknowledged, undone or queued since.
        new = [
            row
            for row in _filter_new(conn, scope, rows)
            if (row["check_in_id"], row["sign"]) in waiting
        ]
        if new:
            conn.execute(insert(outbox), new)
    return len(new)


def claim(
    scope: Scope, wanted: Iterable[Mail], sender: str, seconds: Callable[[], int]
) -> Claim | None:
    """Claim all of these mails that wait for one recipient; None where nothing is due.

    `seconds` returns the current moment; it is called once the write lock is held, because a claim
    lasts from when it is written. As soon as one mail to a recipient is due, all are claimed.
    Recipients with an open claim or a failed try come last, so that one slow mailbox does not delay
    the others.
    """
    ids = [mail.id_in(scope) for mail in wanted]
    at = seconds()
    with scope.read() as conn:
        if not _filter_due(_read_waiting(conn, scope, ids, at), at):
            return None
    with scope.write("claim mails about a warning sign") as conn:
        at = seconds()
        waiting = _read_waiting(conn, scope, ids, at)
        due = _filter_due(waiting, at)
        if not due:
            return None
        ours = [row for row in waiting if row.recipient == due[0].recipient]
        for row in ours:
            # A claim that ended without a result counts as uncertain.
            lost = row.claimed_at is not None
            values = {
                "claimed_at": at,
                "claimed_by": sender,
                "attempts": row.attempts + 1,
                "uncertain": row.uncertain + lost,
                "error": _BROKEN_OFF if lost else row.error,
            }
            conn.execute(update(outbox).where(_is_mail(scope, [row.id])).values(values))
    return Claim(
        ids=tuple(row.id for row in ours),
        recipient=ours[0].recipient,
        check_in_id=ours[-1].check_in_id,
        is_overdue=any(row.kind == "overdue" for row in ours),
        key=ours[-1].id,
    )


def save_sent(scope: Scope, claimed: Claim, at: int) -> None:
    """Record that a claimed mail was sent; a later claim of it is closed, too."""
    values = {"sent_at": at, "claimed_at": None, "failed_at": None, "error": None}
    with scope.write(_RESULT) as conn:
        conn.execute(update(outbox).where(_is_mail(scope, claimed.ids)).values(values))


def save_failed(scope: Scope, claimed: Claim, sender: str, error: Failure, at: int) -> None:
    """Record that a claimed mail failed, or may have been sent, and when it is retried.

    The sign with the fewest tries decides when, so that a new sign does not wait like an old one.
    Nothing is recorded where another sender has claimed it since.
    """
    with scope.write(_RESULT) as conn:
        ours = and_(_is_mail(scope, claimed.ids), outbox.c.claimed_by == sender)
        tried = conn.execute(select(func.min(outbox.c.attempts)).where(ours)).scalar_one()
        values = {
            "claimed_at": None,
            "failed_at": at,
            "error": error,
            "next_at": at + compute_retry_delay(tried or 1),
            "uncertain": outbox.c.uncertain + int(error == _BROKEN_OFF),
        }
        conn.execute(update(outbox).where(ours).values(values))


def compute_retry_delay(attempts: int) -> int:
    """Return the seconds until the next try after so many failures."""
    return int(min(_FIRST_WAIT * 2 ** min(attempts - 1, 10), _LONGEST_WAIT))


def read_outbox(conn: Connection, scope: Scope, signs: Iterable[OpenSign]) -> list[Row[Any]]:
    """Return the rows of the mails about these signs. Owner only."""
    ids = among(conn, {sign.check_in_id for sign in signs})
    statement = select(outbox).where(
        outbox.c.practice_id == scope.practice_id, outbox.c.check_in_id.in_(ids)
    )
    return list(conn.execute(statement))


def _filter_new(conn: Connection, scope: Scope, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ids = among(conn, [row["id"] for row in rows])
    there = select(outbox.c.id).where(_is_mail(scope, ids))
    existing_ids = set(conn.execute(there).scalars())
    return [row for row in rows if row["id"] not in existing_ids]


def _read_waiting(conn: Connection, scope: Scope, ids: Collection[str], at: int) -> list[Row[Any]]:
    """Return the rows that may be sent, of open signs, in the order of `claim`."""
    lost = case((outbox.c.claimed_at.is_(None), 0), else_=1)
    same = outbox.alias()
    tried = (
        select(func.max(same.c.attempts))
        .where(
            same.c.practice_id == scope.practice_id,
            same.c.recipient == outbox.c.recipient,
            same.c.sent_at.is_(None),
            same.c.id.in_(among(conn, ids)),
        )
        .scalar_subquery()
    )
    statement = (
        select(outbox)
        .join(red_flag)
        .where(
            outbox.c.practice_id == scope.practice_id,
            red_flag.c.acknowledged_at.is_(None),
            outbox.c.id.in_(among(conn, ids)),
            outbox.c.sent_at.is_(None),
            outbox.c.uncertain + lost < MOST_UNCERTAIN,
            or_(outbox.c.claimed_at.is_(None), outbox.c.claimed_at <= at - CLAIM_LASTS),
        )
        .order_by(tried, outbox.c.recipient, red_flag.c.raised_at, outbox.c.id)
    )
    return list(conn.execute(statement))


def _filter_due(waiting: Iterable[Row[Any]], at: int) -> list[Row[Any]]:
    return [row for row in waiting if row.next_at <= at]


def _is_mail(scope: Scope, ids: Any) -> Any:
    return and_(outbox.c.practice_id == scope.practice_id, outbox.c.id.in_(ids))
