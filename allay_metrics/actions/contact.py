"""Contact with a family: as usual, practical only, or none, with a reason; and the way back.

It is kept by booking (tables/care.py): what was said of a family goes along wherever its bookings
go, and of a family made of two the stricter counts (derive/contact_floor.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from allay_metrics.actions.care import derive_written, writer
from allay_metrics.contact import Contact, checked
from allay_metrics.errors import Conflict, NotFound
from allay_metrics.records import Scope
from allay_metrics.records.bulk import among
from allay_metrics.records.tables import booking, family_contact
from allay_metrics.records.types import now

_Rows = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class ContactUndo:
    """What was said of a family's contact before somebody changed it, and what is said since."""

    family_id: str
    before: _Rows
    after: _Rows


def set_contact(scope: Scope, family_id: str, level: str, reason: str = "") -> ContactUndo:
    """Set contact with a family, at once for every list, text, link and mail; return the way back.

    `level` and `reason` are those of `allay_metrics.contact`. A therapist: of her own families.
    Raises QuestionProblem for a level or reason that is none, NotAllowed, NotFound.
    """
    contact = checked(level, reason)
    said = f" ({contact.reason})" if contact.reason else ""
    with scope.write(f"set a family's contact to {level}{said}", family_id) as conn:
        undo = write_contact(conn, scope, family_id, contact, now())
        derive_written(conn, scope, [family_id])
    return undo


def undo_contact(scope: Scope, undo: ContactUndo) -> None:
    """Give back what was said of a family's contact before.

    Raises Conflict where somebody changed it once more meanwhile.
    """
    with scope.write("set a family's contact back", undo.family_id) as conn:
        restore_contact(conn, scope, undo)
        derive_written(conn, scope, [undo.family_id])


def write_contact(
    conn: Connection, scope: Scope, family_id: str, contact: Contact, at: int
) -> ContactUndo:
    """Keep what is said of contact in an open transaction; deriving is the caller's."""
    bookings = _bookings(conn, scope, family_id)
    if not bookings:
        raise NotFound("There is no such family, or none that you care for.")
    before = _said(conn, scope, bookings)
    _delete(conn, scope, bookings)
    if contact.level != "yes":
        said = {
            "practice_id": scope.practice_id,
            "level": contact.level,
            "reason": contact.reason,
            "set_by": writer(conn, scope),
            "set_at": at,
            "version": 1 + max((row["version"] for row in before), default=0),
        }
        conn.execute(insert(family_contact), [{**said, "booking_id": id_} for id_ in bookings])
    return ContactUndo(family_id, before, _said(conn, scope, bookings))


def restore_contact(conn: Connection, scope: Scope, undo: ContactUndo) -> None:
    """Do what `undo_contact` does in an open transaction; deriving is the caller's."""
    bookings = _bookings(conn, scope, undo.family_id)
    # Bookings that came since have the same noted: that is no change.
    if _words(_said(conn, scope, bookings)) != _words(undo.after):
        raise Conflict("Contact with this family was changed meanwhile: it stays as it is now.")
    _delete(conn, scope, bookings)
    # A booking that an import took away since has nothing to be given back to.
    rows = [dict(row) for row in undo.before if row["booking_id"] in set(bookings)]
    if rows:
        conn.execute(insert(family_contact), rows)


def drop_contact_of(conn: Connection, scope: Scope, families: Iterable[str], at: int) -> None:
    """Forget what was said of these families' contact at one moment; deriving is the caller's."""
    for family_id in families:
        said = _said(conn, scope, _bookings(conn, scope, family_id))
        _delete(conn, scope, [row["booking_id"] for row in said if row["set_at"] == at])


def _bookings(conn: Connection, scope: Scope, family_id: str) -> list[str]:
    asked = select(booking.c.id).where(
        booking.c.practice_id == scope.practice_id,
        booking.c.family_id == family_id,
        booking.c.family_id.in_(scope.own_families()),
    )
    return sorted(conn.execute(asked).scalars())


def _said(conn: Connection, scope: Scope, bookings: Iterable[str]) -> _Rows:
    asked = (
        select(family_contact)
        .where(
            family_contact.c.practice_id == scope.practice_id,
            family_contact.c.booking_id.in_(among(conn, bookings)),
        )
        .order_by(family_contact.c.booking_id)
    )
    return tuple(dict(row) for row in conn.execute(asked).mappings())


def _words(rows: _Rows) -> set[tuple[Any, ...]]:
    return {tuple(row[name] for name in ("level", "reason", "set_by", "set_at")) for row in rows}


def _delete(conn: Connection, scope: Scope, bookings: Iterable[str]) -> None:
    mine = family_contact.c.practice_id == scope.practice_id
    theirs = family_contact.c.booking_id.in_(among(conn, bookings))
    conn.execute(delete(family_contact).where(mine, theirs))
