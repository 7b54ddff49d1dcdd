"""Contact with a family: as usual, practical only, or none, with a reason; and the way back.

It is kept by booking (tables/care.py): what was said of a family goes along wherever its bookings
go, and of a family made of two the stricter counts (derive/contact_floor.py). What the death of a
baby asks for (actions/death.py) stands beside a person's own word, the stricter counts, and only a
person's later word takes the place of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, select

from allay_metrics.actions.care import derive_written, writer
from allay_metrics.contact import ContactPermission, checked, contact_of, stricter, strictest
from allay_metrics.derive import derive
from allay_metrics.derive.contact_match import Cut, Rows, cut_matches
from allay_metrics.errors import Conflict, NotFound
from allay_metrics.records import Scope
from allay_metrics.records.bulk import among
from allay_metrics.records.tables import booking, care_closed, contact_match, family_contact
from allay_metrics.records.types import now

_Row = Mapping[str, Any]


@dataclass(frozen=True)
class ContactUndo:
    """What was said of a family's contact before somebody changed it, and what is said since."""

    family_id: str
    before: Rows
    after: Rows
    cut: Cut = field(default_factory=Cut)


@dataclass(frozen=True)
class ContactEntry:
    """One word on a family's contact: a person's own, or what a death asks for."""

    contact: ContactPermission
    at: int
    death: str = ""


def set_contact(scope: Scope, family_id: str, level: str, reason: str = "") -> ContactUndo:
    """Set contact with a family, at once for every list, text, link and mail; return the way back.

    `level` and `reason` are those of `allay_metrics.contact`. A therapist: of her own families.
    Raises QuestionProblem for a level or reason that is none, NotAllowed, NotFound.
    """
    contact = checked(level, reason)
    suffix = f" ({contact.reason})" if contact.reason else ""
    with scope.write(f"set a family's contact to {level}{suffix}", family_id) as conn:
        undo = write_contact(conn, scope, family_id, contact, now())
        derive_written(conn, scope, [family_id])
    return undo


def undo_contact(scope: Scope, undo: ContactUndo) -> None:
    """Give back what was said of a family's contact before, but for deaths taken back since.

    Imports taken in or undone since are no hindrance, and of a family that was split since each
    part has it back. Raises Conflict where somebody changed this
    family's contact once more meanwhile, NotFound where there is no such family any more.
    """
    families = _families_now(scope, undo)
    with (
        scope.write("set a family's contact back", families[0]) as conn,
        scope.as_practice(conn, "derive"),
    ):
        _restore(conn, scope, undo, families)
        derive(conn, scope.practice_id, families)


def write_contact(
    conn: Connection, scope: Scope, family_id: str, contact: ContactPermission, at: int
) -> ContactUndo:
    """Keep a person's word on contact in an open transaction; deriving is the caller's.

    It takes the place of all that was said before, of what deaths asked for, too.
    """
    bookings = _bookings(conn, scope, family_id)
    if not bookings:
        raise NotFound("There is no such family, or none that you care for.")
    before = _read_contact_rows(conn, scope, bookings)
    with scope.as_practice(conn, "derive"):
        cut = cut_matches(conn, scope.practice_id, family_id)
    _delete(conn, scope, bookings)
    _insert(conn, scope, bookings, ContactEntry(contact, at), before)
    return ContactUndo(family_id, before, _read_contact_rows(conn, scope, bookings), cut)


def _restore(conn: Connection, scope: Scope, undo: ContactUndo, families: Iterable[str]) -> None:
    """Give these families back what was said before; deriving is the caller's."""
    theirs = {id_: _bookings(conn, scope, id_) for id_ in families}
    bookings = [id_ for ids in theirs.values() for id_ in ids]
    # Bookings that came since have the same noted: that is no change.
    if _words(_read_contact_rows(conn, scope, bookings)) != _words(undo.after):
        raise Conflict("Contact with this family was changed meanwhile: it stays as it is now.")
    _delete(conn, scope, bookings)
    for family_id in theirs:
        cut_matches(conn, scope.practice_id, family_id)  # bookings that came and went since
    before = _of_standing_deaths(conn, scope, undo.before)
    for family_id, ids in theirs.items():
        elsewhere = set(bookings) - set(ids)
        rows = [row for row in before if row["booking_id"] not in elsewhere]
        put_back(conn, scope, family_id, rows)
    _mend_cut(conn, scope, undo.cut)


def _mend_cut(conn: Connection, scope: Scope, cut: Cut) -> None:
    """Let what was said before stand for e-mail, phone and name again."""
    words = _of_standing_deaths(conn, scope, cut.words)
    for table, rows in ((contact_match, cut.matches), (family_contact, words)):
        for row in rows:
            this = and_(*(column == row[column.name] for column in table.primary_key.columns))
            if conn.execute(select(table).where(this)).first() is None:
                conn.execute(insert(table), dict(row))


def ask_for_death(conn: Connection, scope: Scope, family_id: str, word: ContactEntry) -> Rows:
    """Keep what a death asks for beside all that is said; deriving is the caller's.

    Returns what the same death asked for before, which goes.
    """
    bookings = _bookings(conn, scope, family_id)
    rows = _read_contact_rows(conn, scope, bookings)
    drop_death(conn, scope, word.death)
    _insert(conn, scope, bookings, word, rows)
    return tuple(row for row in rows if row["death"] == word.death)


def drop_death(conn: Connection, scope: Scope, death: str) -> set[str]:
    """Forget what a death asks for, wherever the bookings it was said of went; return whose.

    Deriving those families is the caller's.
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
    with scope.as_practice(conn, "derive"):
        families = set(conn.execute(statement).scalars())
        conn.execute(delete(family_contact).where(of_death))
    return families


def contact_now(conn: Connection, scope: Scope, family_id: str) -> ContactPermission:
    """Return the strictest that is said of a family's contact, of equals the latest."""
    rows = _read_contact_rows(conn, scope, _bookings(conn, scope, family_id))
    latest_first = sorted(rows, key=lambda row: (row["set_at"], row["death"]), reverse=True)
    return strictest(contact_of(row["level"], row["reason"]) for row in latest_first)


def put_back(conn: Connection, scope: Scope, family_id: str, rows: Iterable[_Row]) -> None:
    """Say again what was said of a family's bookings; deriving is the caller's.

    What was said of bookings that have left since is said of the first that stays, where nothing as
    strict is said of any.
    """
    bookings = _bookings(conn, scope, family_id)
    here: list[_Row] = []
    gone: list[_Row] = []
    for row in rows:
        (here if row["booking_id"] in set(bookings) else gone).append(row)
    if here:
        conn.execute(insert(family_contact), [dict(row) for row in here])
    for row in gone:
        _say_as_strictly(conn, scope.practice_id, bookings, row)


def _say_as_strictly(
    conn: Connection, practice_id: str, bookings: Sequence[str], row: _Row
) -> None:
    """Say a word of the first of these bookings, where none of them holds one as strict.

    A person's word, and that of each death, is looked at for itself.
    """
    like_it = (family_contact.c.practice_id == practice_id) & (
        family_contact.c.death == row["death"]
    )
    statement = select(family_contact.c.level).where(
        like_it, family_contact.c.booking_id.in_(among(conn, bookings))
    )
    levels = conn.execute(statement).scalars().all()
    if bookings and not any(stricter(level, row["level"]) == level for level in levels):
        conn.execute(
            delete(family_contact).where(like_it, family_contact.c.booking_id == bookings[0])
        )
        conn.execute(insert(family_contact), {**row, "booking_id": bookings[0]})


def _families_now(scope: Scope, undo: ContactUndo) -> list[str]:
    """Return the family itself where it is still there, and all others its bookings went to."""
    with scope.read() as conn:
        theirs = {row["booking_id"] for row in (*undo.before, *undo.after)}
        statement = select(booking.c.family_id).where(
            booking.c.practice_id == scope.practice_id,
            booking.c.id.in_(among(conn, theirs)),
            booking.c.family_id.in_(scope.own_families()),
        )
        families: set[str] = set(conn.execute(statement).scalars())
        if _bookings(conn, scope, undo.family_id):
            return [undo.family_id, *sorted(families - {undo.family_id})]
    if not families:
        raise NotFound("There is no such family any more, or none that you care for.")
    return sorted(families)


def _of_standing_deaths(conn: Connection, scope: Scope, rows: Rows) -> list[_Row]:
    """Return these words without what deaths asked for that were taken back."""
    statement = select(care_closed.c.death).where(
        care_closed.c.practice_id == scope.practice_id,
        care_closed.c.death.in_(among(conn, {row["death"] for row in rows})),
    )
    standing = {"", *conn.execute(statement).scalars()}
    return [row for row in rows if row["death"] in standing]


def _bookings(conn: Connection, scope: Scope, family_id: str) -> list[str]:
    statement = select(booking.c.id).where(
        booking.c.practice_id == scope.practice_id,
        booking.c.family_id == family_id,
        booking.c.family_id.in_(scope.own_families()),
    )
    return sorted(conn.execute(statement).scalars())


def _insert(
    conn: Connection, scope: Scope, bookings: Iterable[str], word: ContactEntry, before: Rows
) -> None:
    if word.contact.level == "yes":
        return
    values = {
        "practice_id": scope.practice_id,
        "level": word.contact.level,
        "reason": word.contact.reason,
        "set_by": writer(conn, scope),
        "set_at": word.at,
        "version": 1 + max((row["version"] for row in before), default=0),
        "death": word.death,
    }
    conn.execute(insert(family_contact), [{**values, "booking_id": id_} for id_ in bookings])


def _words(rows: Rows) -> set[tuple[Any, ...]]:
    """Return what is said in these rows, of whichever bookings: imports bring and take those."""
    return {_word(row) for row in rows}


def _word(row: _Row) -> tuple[Any, ...]:
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
    theirs = family_contact.c.booking_id.in_(among(conn, bookings))
    conn.execute(delete(family_contact).where(in_practice, theirs))
