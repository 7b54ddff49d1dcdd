"""Sets contact with a family (as usual, practical only, or none, with a reason), and undoes it.

It is stored by booking (tables/care.py), so it follows the bookings to whichever family they go;
for merged families the strictest level counts (derive/contact_floor.py). The level that a baby's
death asks for (actions/death.py) is a row of its own beside a person's choice: the stricter of both
counts, and only a person's later choice replaces it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, select

from allay_metrics.actions.care_closing import derive_as_practice, writer_name
from allay_metrics.contact import (
    ContactPermission,
    check_contact,
    parse_contact,
    stricter,
    strictest,
)
from allay_metrics.derive import derive
from allay_metrics.derive.contact_match import Cut, Rows, cut_matches
from allay_metrics.errors import Conflict, NotFound
from allay_metrics.records import Scope
from allay_metrics.records.bulk import among
from allay_metrics.records.column_types import now
from allay_metrics.records.tables import booking, care_closed, contact_match, family_contact

_Row = Mapping[str, Any]


@dataclass(frozen=True)
class ContactUndo:
    """The rows of a family's contact before and after somebody changed it."""

    family_id: str
    before: Rows
    after: Rows
    cut: Cut = field(default_factory=Cut)


@dataclass(frozen=True)
class ContactEntry:
    """One setting of a family's contact: a person's, or with `death` that of a baby's death."""

    contact: ContactPermission
    at: int
    death: str = ""


def set_contact(scope: Scope, family_id: str, level: str, reason: str = "") -> ContactUndo:
    """Set contact with a family, at once for every list, text, link and mail; return the undo.

    `level` and `reason` are those of `allay_metrics.contact`. A therapist: of her own families.
    Raises QuestionProblem for an unknown level or reason, NotAllowed, NotFound.
    """
    contact = check_contact(level, reason)
    suffix = f" ({contact.reason})" if contact.reason else ""
    with scope.write(f"set a family's contact to {level}{suffix}", family_id) as conn:
        undo = write_contact(conn, scope, family_id, contact, now())
        derive_as_practice(conn, scope, [family_id])
    return undo


def undo_contact(scope: Scope, undo: ContactUndo) -> None:
    """Restore a family's contact, except what deaths undone since had asked for.

    It works after imports and undone imports; where the family was split since, each part gets it
    back. Raises Conflict where somebody changed this family's contact since, NotFound where the
    family no longer exists.
    """
    families = _read_current_families(scope, undo)
    with (
        scope.write("set a family's contact back", families[0]) as conn,
        scope.elevate(conn, "derive"),
    ):
        _restore(conn, scope, undo, families)
        derive(conn, scope.practice_id, families)


def write_contact(
    conn: Connection, scope: Scope, family_id: str, contact: ContactPermission, at: int
) -> ContactUndo:
    """Write a person's choice of contact in an open transaction; the caller derives.

    It replaces all rows before, those of deaths included.
    """
    bookings = _read_bookings(conn, scope, family_id)
    if not bookings:
        raise NotFound("There is no such family, or none that you care for.")
    before = _read_contact_rows(conn, scope, bookings)
    with scope.elevate(conn, "derive"):
        cut = cut_matches(conn, scope.practice_id, family_id)
    _delete(conn, scope, bookings)
    _insert(conn, scope, bookings, ContactEntry(contact, at), before)
    return ContactUndo(family_id, before, _read_contact_rows(conn, scope, bookings), cut)


def _restore(conn: Connection, scope: Scope, undo: ContactUndo, families: Iterable[str]) -> None:
    """Restore the rows of these families; the caller derives."""
    bookings_by_family = {id_: _read_bookings(conn, scope, id_) for id_ in families}
    bookings = [id_ for ids in bookings_by_family.values() for id_ in ids]
    # Bookings imported since have the same entries: that is no change.
    if _entry_keys(_read_contact_rows(conn, scope, bookings)) != _entry_keys(undo.after):
        raise Conflict("Contact with this family was changed meanwhile: it stays as it is now.")
    _delete(conn, scope, bookings)
    for family_id in bookings_by_family:
        cut_matches(conn, scope.practice_id, family_id)  # of bookings that came and went since
    before = _drop_undone_deaths(conn, scope, undo.before)
    for family_id, ids in bookings_by_family.items():
        elsewhere = set(bookings) - set(ids)
        rows = [row for row in before if row["booking_id"] not in elsewhere]
        restore_contact(conn, scope, family_id, rows)
    _restore_matches(conn, scope, undo.cut)


def _restore_matches(conn: Connection, scope: Scope, cut: Cut) -> None:
    """Insert the rows that `cut_matches` removed again: matches by e-mail, phone and name."""
    entries = _drop_undone_deaths(conn, scope, cut.words)
    for table, rows in ((contact_match, cut.matches), (family_contact, entries)):
        for row in rows:
            this = and_(*(column == row[column.name] for column in table.primary_key.columns))
            if conn.execute(select(table).where(this)).first() is None:
                conn.execute(insert(table), dict(row))


def set_contact_for_death(
    conn: Connection, scope: Scope, family_id: str, entry: ContactEntry
) -> Rows:
    """Write the contact that a death asks for, beside all other entries; the caller derives.

    Returns the rows of the same death that it replaces.
    """
    bookings = _read_bookings(conn, scope, family_id)
    rows = _read_contact_rows(conn, scope, bookings)
    clear_contact_for_death(conn, scope, entry.death)
    _insert(conn, scope, bookings, entry, rows)
    return tuple(row for row in rows if row["death"] == entry.death)


def clear_contact_for_death(conn: Connection, scope: Scope, death: str) -> set[str]:
    """Delete the contact that a death asks for, in whichever families its bookings are now.

    Returns the ids of those families, which the caller derives.
    """
    of_death = (family_contact.c.practice_id == scope.practice_id) & (
        family_contact.c.death == death
    )
    statement = (
        select(booking.c.family_id)
        .join(
            family_contact,
            (family_contact.c.practice_id == booking.c.practice_id)
            & (family_contact.c.booking_id == booking.c.id),
        )
        .where(of_death)
    )
    with scope.elevate(conn, "derive"):
        families = set(conn.execute(statement).scalars())
        conn.execute(delete(family_contact).where(of_death))
    return families


def read_contact(conn: Connection, scope: Scope, family_id: str) -> ContactPermission:
    """Return the strictest entry of a family's contact, of equally strict ones the latest."""
    rows = _read_contact_rows(conn, scope, _read_bookings(conn, scope, family_id))
    latest_first = sorted(rows, key=lambda row: (row["set_at"], row["death"]), reverse=True)
    return strictest(parse_contact(row["level"], row["reason"]) for row in latest_first)


def restore_contact(conn: Connection, scope: Scope, family_id: str, rows: Iterable[_Row]) -> None:
    """Insert contact rows of a family's bookings again; the caller derives.

    Rows of bookings that left since go to the first booking, unless one as strict exists.
    """
    bookings = _read_bookings(conn, scope, family_id)
    present: list[_Row] = []
    gone: list[_Row] = []
    for row in rows:
        (present if row["booking_id"] in set(bookings) else gone).append(row)
    if present:
        conn.execute(insert(family_contact), [dict(row) for row in present])
    for row in gone:
        _copy_strictest(conn, scope.practice_id, bookings, row)


def _copy_strictest(conn: Connection, practice_id: str, bookings: Sequence[str], row: _Row) -> None:
    """Copy a contact row to the first of these bookings, unless one of them has one as strict.

    Entries of people and of each death are compared among themselves.
    """
    same_kind = (family_contact.c.practice_id == practice_id) & (
        family_contact.c.death == row["death"]
    )
    statement = select(family_contact.c.level).where(
        same_kind, family_contact.c.booking_id.in_(among(conn, bookings))
    )
    levels = conn.execute(statement).scalars().all()
    if bookings and not any(stricter(level, row["level"]) == level for level in levels):
        conn.execute(
            delete(family_contact).where(same_kind, family_contact.c.booking_id == bookings[0])
        )
        conn.execute(insert(family_contact), {**row, "booking_id": bookings[0]})


def _read_current_families(scope: Scope, undo: ContactUndo) -> list[str]:
    """Return the family, if it still exists, and all others that its bookings went to."""
    with scope.read() as conn:
        booking_ids = {row["booking_id"] for row in (*undo.before, *undo.after)}
        statement = select(booking.c.family_id).where(
            booking.c.practice_id == scope.practice_id,
            booking.c.id.in_(among(conn, booking_ids)),
            booking.c.family_id.in_(scope.own_families()),
        )
        families: set[str] = set(conn.execute(statement).scalars())
        if _read_bookings(conn, scope, undo.family_id):
            return [undo.family_id, *sorted(families - {undo.family_id})]
    if not families:
        raise NotFound("There is no such family any more, or none that you care for.")
    return sorted(families)


def _drop_undone_deaths(conn: Connection, scope: Scope, rows: Rows) -> list[_Row]:
    """Return these rows without those of deaths that were undone."""
    statement = select(care_closed.c.death).where(
        care_closed.c.practice_id == scope.practice_id,
        care_closed.c.death.in_(among(conn, {row["death"] for row in rows})),
    )
    standing = {"", *conn.execute(statement).scalars()}
    return [row for row in rows if row["death"] in standing]


def _read_bookings(conn: Connection, scope: Scope, family_id: str) -> list[str]:
    statement = select(booking.c.id).where(
        booking.c.practice_id == scope.practice_id,
        booking.c.family_id == family_id,
        booking.c.family_id.in_(scope.own_families()),
    )
    return sorted(conn.execute(statement).scalars())


def _insert(
    conn: Connection, scope: Scope, bookings: Iterable[str], entry: ContactEntry, before: Rows
) -> None:
    if entry.contact.level == "yes":
        return
    values = {
        "practice_id": scope.practice_id,
        "level": entry.contact.level,
        "reason": entry.contact.reason,
        "set_by": writer_name(conn, scope),
        "set_at": entry.at,
        "version": 1 + max((row["version"] for row in before), default=0),
        "death": entry.death,
    }
    conn.execute(insert(family_contact), [{**values, "booking_id": id_} for id_ in bookings])


def _entry_keys(rows: Rows) -> set[tuple[Any, ...]]:
    """Return the content of these rows without their bookings, which imports add and remove."""
    return {_entry_key(row) for row in rows}


def _entry_key(row: _Row) -> tuple[Any, ...]:
    names = ("level", "reason", "set_by", "set_at", "version", "death")
    return tuple(row[name] for name in names)


def _read_contact_rows(conn: Connection, scope: Scope, bookings: Iterable[str]) -> Rows:
    statement = (
        select(family_contact)
        .where(
            family_contact.c.practice_id == scope.practice_id,
            family_contact.c.booking_id.in_(among(conn, bookings)),
        )
        .order_by(family_contact.c.booking_id, family_contact.c.death)
    )
    return tuple(dict(row) for row in conn.execute(statement).mappings())


def _delete(conn: Connection, scope: Scope, bookings: Iterable[str]) -> None:
    in_practice = family_contact.c.practice_id == scope.practice_id
    of_bookings = family_contact.c.booking_id.in_(among(conn, bookings))
    conn.execute(delete(family_contact).where(in_practice, of_bookings))
