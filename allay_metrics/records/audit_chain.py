"""The audit trail: a hash chain of lines, in which a changed, missing or inserted line is detected.

Each line's hash covers the line before it. The practice's row and every backup store number and
hash of the last line, so that a truncated trail is detected, too. Triggers refuse changes.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select, update

from allay_metrics.records.column_types import now
from allay_metrics.records.tables import audit, practice

if TYPE_CHECKING:  # scope.py imports this module
    from allay_metrics.records.scope import Scope

_HASHED = ("practice_id", "number", "at", "who", "role", "action", "about", "previous")


@dataclass(frozen=True)
class Head:
    """The last line of a trail: its number, 0 for an empty trail, and its hash."""

    number: int
    hash: str


def append(conn: Connection, scope: "Scope", action: str, about: str = "") -> None:
    """Write one line in the caller's transaction. `about` holds ids, never names.

    The trail belongs to the practice: the viewer who acts need not be allowed to read it.
    """
    with scope.elevate(conn, "trail"):
        _append(conn, scope, action, about)


def _append(conn: Connection, scope: "Scope", action: str, about: str) -> None:
    in_practice = practice.c.practice_id == scope.practice_id
    counted = update(practice).where(in_practice).values(audit_number=practice.c.audit_number + 1)
    # On PostgreSQL this also serialises writers of the trail.
    number, previous = conn.execute(
        counted.returning(practice.c.audit_number, practice.c.audit_hash)
    ).one()
    viewer = scope.viewer
    line = {
        "practice_id": scope.practice_id,
        "number": number,
        "at": now(),
        "who": viewer.person_id or viewer.therapist_id or "",
        "role": viewer.role,
        "action": action,
        "about": about,
        "previous": previous,
    }
    hash_ = _hash(line)
    conn.execute(insert(audit).values(line | {"hash": hash_}))
    conn.execute(update(practice).where(in_practice).values(audit_hash=hash_))


def read_head(conn: Connection, practice_id: str) -> Head:
    """Return the last line, as stored in the practice's row."""
    statement = select(practice.c.audit_number, practice.c.audit_hash)
    return Head(*conn.execute(statement.where(practice.c.practice_id == practice_id)).one())


def find_breaks(
    conn: Connection, practice_id: str, backup_head: Head | None = None
) -> Iterator[str]:
    """Yield a sentence for every place where the trail was altered.

    `backup_head` is the last line as stored elsewhere, such as in a backup.
    """
    statement = select(audit).where(audit.c.practice_id == practice_id).order_by(audit.c.number)
    number, hash_, known_hash = 0, "", None
    for row in conn.execution_options(yield_per=5_000).execute(statement).mappings():
        if row["number"] != number + 1:
            yield f"The audit trail lacks {_format_lines(number + 1, row['number'] - 1)}."
        elif row["previous"] != hash_:
            yield f"Line {number} of the audit trail was replaced."
        if row["hash"] != _hash(row):
            yield f"Line {row['number']} of the audit trail was changed."
        number, hash_ = row["number"], row["hash"]
        known_hash = (
            hash_ if backup_head is not None and backup_head.number == number else known_hash
        )
    last = read_head(conn, practice_id)
    if number < last.number:
        yield f"The audit trail was cut: it lacks {_format_lines(number + 1, last.number)}."
    elif (number, hash_) != (last.number, last.hash):
        yield f"Line {number} of the audit trail was replaced."
    if backup_head is not None and backup_head.number and known_hash != backup_head.hash:
        known_to = f"the last backup knew up to line {backup_head.number}"
        yield f"The audit trail is not the one {known_to}."


def _format_lines(first: int, last: int) -> str:
    return f"line {first}" if first == last else f"lines {first} to {last}"


def _hash(line: Any) -> str:
    line_json = json.dumps([line[name] for name in _HASHED], ensure_ascii=False)
    return sha256(line_json.encode()).hexdigest()
