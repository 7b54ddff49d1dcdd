"""The outbox: mails about warning signs, queued once, claimed before they are sent, tried again.

Every write of a practice waits for the one before, so of two senders one claims a row and the
other finds it claimed. A claim that ends without a result (the sender died, or the mail server
broke off) may have gone out: it is tried once more, for a mail that comes twice is better than
none, and after MOST_UNCERTAIN such tries never again by itself: it stands as one that may have been
sent until the sign is acknowledged. Other failures are tried again as long as the sign waits.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Row, and_, case, insert, or_, select, update

from allay_metrics.actions.mail_server import Failure
from allay_metrics.records import Scope
from allay_metrics.records.bulk import among
from allay_metrics.records.keys import key_of
from allay_metrics.records.tables import outbox, red_flag

Kind = Literal["raised", "overdue"]

CLAIM_LASTS = 300  # seconds; the longest conversation with a mail server is shorter
MOST_UNCERTAIN = 2
_FIRST_WAIT, _LONGEST_WAIT = 60, 3_600  # seconds between tries: doubled each time
_BROKEN_OFF: Failure = "broken off"


@dataclass(frozen=True)
class OpenSign:
    """A warning sign nobody has acknowledged: its check-in, its number, when it was ticked."""

    check_in_id: str
    sign: int
    raised_at: int


@dataclass(frozen=True)
class Claim:
    """What one mail to one recipient tells of, claimed by this sender.

    `check_in_id` is the check-in its link opens, `is_overdue` whether the time of any has passed.
    `key` is the same however often the mail is tried.
    """

    ids: tuple[str, ...]
    recipient: str
    check_in_id: str
    is_overdue: bool
    key: str


def read_open_signs(conn: Connection, scope: Scope) -> list[OpenSign]:
    """Return the warning signs nobody has acknowledged, the oldest first."""
    asked = (
        select(red_flag.c.check_in_id, red_flag.c.sign, red_flag.c.raised_at)
        .where(red_flag.c.practice_id == scope.practice_id, red_flag.c.acknowledged_at.is_(None))
        .order_by(red_flag.c.raised_at, red_flag.c.check_in_id, red_flag.c.sign)
    )
    return [OpenSign(*row) for row in conn.execute(asked)]


def queue(
    scope: Scope, wanted: Iterable[tuple[Kind, OpenSign]], recipients: Collection[str], at: int
) -> int:
    """Queue mails that are due at a moment, each once; return how many are new."""
    rows = [
        {
            "practice_id": scope.practice_id,
            "id": key_of(scope.practice_id, kind, sign.check_in_id, str(sign.sign), recipient),
            "kind": kind,
            "check_in_id": sign.check_in_id,
            "sign": sign.sign,
            "recipient": recipient,
            "due_at": at,
            "next_at": at,
        }
        for kind, sign in wanted
        for recipient in recipients
    ]
    if not rows:
        return 0
    with scope.read() as conn:
        if not _new(conn, scope, rows):
            return 0
    with scope.write("queue mails about a warning sign") as conn:
        waiting = {(one.check_in_id, one.sign) for one in read_open_signs(conn, scope)}
        # Somebody may have acknowledged, undone or queued it since.
        new = [
            row for row in _new(conn, scope, rows) if (row["check_in_id"], row["sign"]) in waiting
        ]
        if new:
            conn.execute(insert(outbox), new)
    return len(new)


def claim(scope: Scope, recipients: Collection[str], sender: str, at: int) -> Claim | None:
    """Claim all that is due to one recipient: one mail tells of it. None where nothing is due."""
    with scope.read() as conn:
        if not _due(conn, scope, recipients, at):
            return None
    with scope.write("claim mails about a warning sign") as conn:
        rows = _due(conn, scope, recipients, at)
        if not rows:
            return None
        ours = [row for row in rows if row.recipient == rows[0].recipient]
        for row in ours:
            # A claim that ended without a result counts as one nobody knows of.
            lost = row.claimed_at is not None
            values = {
                "claimed_at": at,
                "claimed_by": sender,
                "attempts": row.attempts + 1,
                "uncertain": row.uncertain + lost,
                "error": _BROKEN_OFF if lost else row.error,
            }
            conn.execute(update(outbox).where(_this(scope, [row.id])).values(values))
    return Claim(
        ids=tuple(row.id for row in ours),
        recipient=ours[0].recipient,
        check_in_id=ours[-1].check_in_id,
        is_overdue=any(row.kind == "overdue" for row in ours),
        key=ours[-1].id,
    )


def keep_sent(scope: Scope, claimed: Claim, sender: str, at: int) -> None:
    """Keep that a claimed mail went out."""
    values = {"sent_at": at, "claimed_at": None, "failed_at": None, "error": None}
    _end_claim(scope, claimed, sender, values)


def keep_failed(scope: Scope, claimed: Claim, sender: str, error: Failure, at: int) -> None:
    """Keep that a claimed mail did not go out, or may have, and when it is tried again."""
    with scope.read() as conn:
        attempts = conn.execute(select(outbox.c.attempts).where(_this(scope, claimed.ids[:1])))
        tried = attempts.scalar_one_or_none() or 1
    values = {
        "claimed_at": None,
        "failed_at": at,
        "error": error,
        "next_at": at + wait(tried),
        "uncertain": outbox.c.uncertain + int(error == _BROKEN_OFF),
    }
    _end_claim(scope, claimed, sender, values)


def wait(attempts: int) -> int:
    """Return the seconds until a mail is tried again that failed so often."""
    return int(min(_FIRST_WAIT * 2 ** min(attempts - 1, 10), _LONGEST_WAIT))


def read_outbox(conn: Connection, scope: Scope, signs: Iterable[OpenSign]) -> list[Row[Any]]:
    """Return what became of the mails about these signs; a therapist may ask, too."""
    names = ("kind", "check_in_id", "sign", "attempts", "claimed_at", "sent_at", "failed_at",
             "error", "uncertain", "due_at")  # fmt: skip
    ids = among(conn, {one.check_in_id for one in signs})
    asked = select(*(outbox.c[name] for name in names)).where(
        outbox.c.practice_id == scope.practice_id, outbox.c.check_in_id.in_(ids)
    )
    return list(conn.execute(asked))


def _new(conn: Connection, scope: Scope, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ids = among(conn, [row["id"] for row in rows])
    there = select(outbox.c.id).where(_this(scope, ids))
    known = set(conn.execute(there).scalars())
    return [row for row in rows if row["id"] not in known]


def _due(conn: Connection, scope: Scope, recipients: Collection[str], at: int) -> list[Row[Any]]:
    """Return the rows that may be sent now, of signs that still wait, the oldest sign first."""
    of_sign = and_(
        red_flag.c.practice_id == outbox.c.practice_id,
        red_flag.c.check_in_id == outbox.c.check_in_id,
        red_flag.c.sign == outbox.c.sign,
    )
    lost = case((outbox.c.claimed_at.is_(None), 0), else_=1)
    asked = (
        select(outbox)
        .join(red_flag, of_sign)
        .where(
            outbox.c.practice_id == scope.practice_id,
            red_flag.c.acknowledged_at.is_(None),
            outbox.c.sent_at.is_(None),
            outbox.c.next_at <= at,
            outbox.c.uncertain + lost < MOST_UNCERTAIN,
            or_(outbox.c.claimed_at.is_(None), outbox.c.claimed_at <= at - CLAIM_LASTS),
            outbox.c.recipient.in_(recipients),
        )
        .order_by(red_flag.c.raised_at, outbox.c.recipient, outbox.c.id)
    )
    return list(conn.execute(asked))


def _end_claim(scope: Scope, claimed: Claim, sender: str, values: dict[str, Any]) -> None:
    """Write the result of a claim that is still this sender's."""
    with scope.write("keep what became of mails about a warning sign") as conn:
        ours = and_(_this(scope, claimed.ids), outbox.c.claimed_by == sender)
        conn.execute(update(outbox).where(ours).values(values))


def _this(scope: Scope, ids: Any) -> Any:
    return and_(outbox.c.practice_id == scope.practice_id, outbox.c.id.in_(ids))
