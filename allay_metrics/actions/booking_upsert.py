"""Puts checked rows among the bookings: added, updated or unchanged, each on record."""

import json
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Row, bindparam, select, update

from allay_metrics.derive.family_grouping import Person, families_by_clue, families_of
from allay_metrics.records.bulk import among, insert_rows
from allay_metrics.records.keys import key_of
from allay_metrics.records.tables import booking, import_row

# What a source says of a booking, in the order it is hashed in.
CONTENT = (
    "starts_at",
    "ends_at",
    "day",
    "minutes",
    "client_name",
    "email",
    "phone",
    "infant_names",
    "infant_born",
    "therapist",
    "type_text",
    "price_cents",
    "booked_on",
    "cancelled_at",
    "cancelled_by",
    "marked",
    "city_text",
    "zip",
    "address",
    "notes",
    "concern",
    "referral_source",
    "extra",
)
_BEFORE = ("row_hash", *CONTENT)


@dataclass(frozen=True)
class FileInHand:
    """The import a row belongs to, as far as loading needs to know.

    `untold` are columns the file says nothing about: what is known of them stays.
    """

    practice_id: str
    import_id: str
    source: str
    as_of: int
    untold: frozenset[str] = frozenset()


@dataclass
class Counts:
    """How many rows became what, and the families they touch; grows chunk by chunk."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    families: set[str] = field(default_factory=set)


def load_rows(conn: Connection, file: FileInHand, rows: pd.DataFrame, counts: Counts) -> None:
    """Add or update the bookings of these rows and count them.

    `rows` has the columns of `intake.rows.Chunk`. A row of an older file never overwrites what a
    newer one said. Families are matched as far as one row can tell; the rest is for deriving.
    """
    if rows.empty:
        return
    ids = [key_of(file.practice_id, file.source, key) for key in rows["source_key"]]
    contents = list(zip(*(rows[name].tolist() for name in CONTENT), strict=True))
    bookings = _read_bookings(conn, file.practice_id, ids)
    if file.untold:
        contents = [
            _fill_known(content, bookings.get(id_), file.untold)
            for id_, content in zip(ids, contents, strict=True)
        ]
    hashes = [blake2b(repr(row).encode(), digest_size=16).hexdigest() for row in contents]
    people = zip(
        *(rows[name] for name in ("email", "phone", "client_name", "address")), strict=True
    )
    families = families_of(conn, file.practice_id, list(people))

    new: list[tuple[Any, ...]] = []
    changed: list[dict[str, Any]] = []
    known_as: list[Person] = []
    journal: list[tuple[Any, ...]] = []
    numbers = rows["row_number"].tolist()
    keys = rows["source_key"].tolist()
    for number, key, id_, content, hash_, family_id in zip(
        numbers, keys, ids, contents, hashes, families, strict=True
    ):
        before = bookings.get(id_)
        counts.families.add(family_id)
        if before is not None:
            counts.families.add(before.family_id)
        line = (file.practice_id, file.import_id, number, id_)
        if before is None:
            head = (file.practice_id, id_, file.source, key, hash_, family_id)
            new.append((*head, file.import_id, file.as_of, *content))
            journal.append((*line, "added", None))
        elif before.row_hash == hash_ or before.as_of > file.as_of:
            journal.append((*line, "unchanged", None))
        else:
            values = dict(zip(CONTENT, content, strict=True))
            changed.append({"booking_id": id_, "row_hash": hash_, "family_id": family_id, **values})
            known_as.append((before.email, before.phone, before.client_name, before.address))
            journal.append((*line, "updated", _as_json(before)))
    counts.added += len(new)
    counts.updated += len(changed)
    counts.unchanged += len(journal) - len(new) - len(changed)
    if known_as:
        counts.families |= families_by_clue(conn, file.practice_id, known_as)
    _write(conn, file.practice_id, new, changed, journal)


def _read_bookings(conn: Connection, practice_id: str, ids: list[str]) -> dict[str, Row[Any]]:
    columns = [booking.c[name] for name in ("id", "as_of", "family_id", *_BEFORE)]
    statement = select(*columns).where(
        booking.c.practice_id == practice_id, booking.c.id.in_(among(conn, ids))
    )
    return {row.id: row for row in conn.execute(statement)}


def _fill_known(
    content: tuple[Any, ...], before: Row[Any] | None, untold: frozenset[str]
) -> tuple[Any, ...]:
    """Return a row's content with what is known already in the columns it says nothing about."""
    if before is None:
        return content
    return tuple(
        _plain(getattr(before, name)) if name in untold else value
        for name, value in zip(CONTENT, content, strict=True)
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _as_json(before: Row[Any]) -> str:
    values = {name: getattr(before, name) for name in _BEFORE}
    return json.dumps(values, default=str)


def _write(
    conn: Connection,
    practice_id: str,
    new: list[tuple[Any, ...]],
    changed: list[dict[str, Any]],
    journal: list[tuple[Any, ...]],
) -> None:
    head = ("practice_id", "id", "source", "source_key", "row_hash", "family_id")
    insert_rows(conn, booking, (*head, "current_import_id", "as_of", *CONTENT), new)
    if changed:
        conn.execute(build_booking_update(practice_id), changed)
    columns = ("practice_id", "import_id", "row_number", "booking_id", "outcome", "before")
    insert_rows(conn, import_row, columns, journal)


def build_booking_update(practice_id: str) -> Any:
    """Return the statement that gives bookings (`booking_id`) new content, for many at once."""
    return (
        update(booking)
        .where(booking.c.practice_id == practice_id, booking.c.id == bindparam("booking_id"))
        .values({name: bindparam(name) for name in ("family_id", *_BEFORE)})
    )
