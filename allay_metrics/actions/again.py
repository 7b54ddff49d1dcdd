"""Rows set aside that come in after all, inside the transaction of who asks for it.

What comes in belongs to an import of its own that `mends` the file it was set aside from: the
account of both files holds, and undoing it opens its rows again.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, select, update

from allay_metrics.actions.account import Entry, close_import, open_import
from allay_metrics.actions.holding import hold
from allay_metrics.actions.load import Counts, FileInHand, load_rows
from allay_metrics.intake.again import check_again
from allay_metrics.intake.profile import Profile
from allay_metrics.intake.rows import RowWarning, SetAside
from allay_metrics.records.bulk import among
from allay_metrics.records.keys import key_of, new_key
from allay_metrics.records.tables import coverage, import_, import_row, set_aside

Raw = dict[str, str]

IS_OPEN: ColumnElement[bool] = and_(
    set_aside.c.settled_by.is_(None), set_aside.c.dismissed_at.is_(None)
)
OF_IMPORT: ColumnElement[bool] = and_(
    import_.c.practice_id == set_aside.c.practice_id, import_.c.id == set_aside.c.import_id
)


@dataclass(frozen=True)
class Aside:
    """A row set aside, and what is to be known of the file it stands in."""

    import_id: str
    row_number: int
    raw: Raw
    raw_hash: str
    source: str
    file_name: str
    holds: str
    as_of: int


@dataclass
class Again:
    """What came in: how many rows, by which imports, and the families they touch."""

    rows: int = 0
    imports: list[str] = field(default_factory=list)
    families: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Usable:
    """Rows of one file that can be used now: as checked, and as they were set aside."""

    rows: pd.DataFrame
    were: Sequence[Aside]
    warnings: Sequence[RowWarning]


def open_aside(
    conn: Connection, practice_id: str, source: str, but: str | None = None
) -> list[Aside]:
    """Return the open rows of a source, each once as its newest file has it, not those of `but`."""
    asked = _aside_rows(practice_id).where(import_.c.source == source, IS_OPEN)
    found: dict[str, Aside] = {}
    for row in conn.execute(asked.order_by(import_.c.as_of.desc(), import_.c.sequence.desc())):
        found.setdefault(row.raw_hash, _aside(row))
    return [one for one in found.values() if one.import_id != but]


def aside_at(conn: Connection, practice_id: str, import_id: str, row: int) -> Aside | None:
    """Return the open row of this number, None where there is none."""
    asked = _aside_rows(practice_id).where(
        IS_OPEN, set_aside.c.import_id == import_id, set_aside.c.row_number == row
    )
    found = conn.execute(asked).one_or_none()
    return None if found is None else _aside(found)


def settle_rows(conn: Connection, hand: FileInHand) -> None:
    """Settle older rows whose appointments this file holds right; know its own that were mended.

    The same bad row as one mended or dismissed before needs nobody's eye again.
    """
    older = select(import_.c.id).where(
        import_.c.practice_id == hand.practice_id,
        import_.c.source == hand.source,
        import_.c.undone_at.is_(None),
        import_.c.as_of <= hand.as_of,
    )
    held = select(import_row.c.booking_id).where(
        import_row.c.practice_id == hand.practice_id, import_row.c.import_id == hand.import_id
    )
    mine = set_aside.c.practice_id == hand.practice_id
    named = set_aside.c.booking_id.in_(held)
    by_this = mine & IS_OPEN & named & set_aside.c.import_id.in_(older)
    by_this &= set_aside.c.import_id != hand.import_id
    conn.execute(update(set_aside).where(by_this).values(settled_by=hand.import_id))
    _settle_known(conn, hand)
    _dismiss_known(conn, hand)


def take_in_again(conn: Connection, zone: ZoneInfo, hand: FileInHand, profile: Profile) -> Again:
    """Check the open rows of the source again, and take in those that can be used now.

    Rows of the import in hand were only just checked. Families are to be derived by the caller.
    """
    again = Again()
    by_file: dict[str, list[Aside]] = defaultdict(list)
    for one in open_aside(conn, hand.practice_id, hand.source, but=hand.import_id):
        by_file[one.import_id].append(one)
    for were in by_file.values():
        usable, _ = check_rows(conn, hand.practice_id, profile, were, zone)
        if len(usable.were):
            name = f"retried: {were[0].file_name}"
            take_in_rows(conn, hand.practice_id, usable, name, again)
    return again


def check_rows(
    conn: Connection, practice_id: str, profile: Profile, were: Sequence[Aside], zone: ZoneInfo
) -> tuple[Usable, list[SetAside]]:
    """Return which rows of one file can be used, and the others with their reasons."""
    origin = were[0]
    chunk = check_again(profile, [one.raw for one in were], zone, origin.holds)
    numbers = [were[at - 1].row_number for at in chunk.rows["row_number"]]
    rows = chunk.rows.assign(row_number=pd.Series(numbers, dtype="int64"))
    repeats = _repeats(conn, practice_id, origin, rows)
    fresh = [number not in repeats for number in numbers]
    by_number = {one.row_number: one for one in were}
    usable = Usable(
        rows[fresh].reset_index(drop=True),
        [by_number[number] for number, is_fresh in zip(numbers, fresh, strict=True) if is_fresh],
        [replace(one, row=were[one.row - 1].row_number) for one in chunk.warnings],
    )
    bad = [replace(one, row=were[one.row - 1].row_number) for one in chunk.set_aside]
    return usable, [*bad, *repeats.values()]


def take_in_rows(
    conn: Connection, practice_id: str, usable: Usable, name: str, again: Again
) -> Counts:
    """Take rows of one file in as an import of their own and settle them by it."""
    origin = usable.were[0]
    hand = FileInHand(practice_id, new_key(), origin.source, origin.as_of)
    told = json.dumps([one.raw_hash for one in usable.were]).encode()
    entry = Entry(name, sha256(told).hexdigest(), origin.holds, mends=origin.import_id)
    open_import(conn, hand, entry)
    counts = Counts()
    load_rows(conn, hand, usable.rows, counts)
    close_import(conn, hand, counts, warnings=usable.warnings)
    if counts.updated or counts.unchanged:
        hold(conn, practice_id, hand.import_id, hand.as_of)
    _tell_of_attendance(conn, hand, origin)
    hashes = among(conn, [one.raw_hash for one in usable.were])
    conn.execute(
        update(set_aside)
        .where(
            set_aside.c.practice_id == practice_id,
            IS_OPEN,
            set_aside.c.raw_hash.in_(hashes),
            set_aside.c.import_id.in_(_of_source(practice_id, origin.source)),
        )
        .values(settled_by=hand.import_id)
    )
    again.rows += len(usable.were)
    again.imports.append(hand.import_id)
    again.families |= counts.families
    return counts


def _of_source(practice_id: str, source: str) -> Any:
    return select(import_.c.id).where(
        import_.c.practice_id == practice_id, import_.c.source == source
    )


def _tell_of_attendance(conn: Connection, hand: FileInHand, origin: Aside) -> None:
    """Who came is told of a booking by the import that holds it: let this one tell it, too."""
    asked = select(coverage).where(
        coverage.c.practice_id == hand.practice_id,
        coverage.c.import_id == origin.import_id,
        coverage.c.kind == "attendance",
    )
    for row in conn.execute(asked).mappings().all():
        conn.execute(insert(coverage).values({**row, "import_id": hand.import_id}))


def _repeats(
    conn: Connection, practice_id: str, origin: Aside, rows: pd.DataFrame
) -> dict[int, SetAside]:
    """Return by number the rows whose appointment their own file holds in another row."""
    keys = dict(zip(rows["row_number"], rows["source_key"], strict=True))
    ids = {number: key_of(practice_id, origin.source, key) for number, key in keys.items()}
    asked = select(import_row.c.booking_id, import_row.c.row_number).where(
        import_row.c.practice_id == practice_id,
        import_row.c.import_id == origin.import_id,
        import_row.c.booking_id.in_(among(conn, ids.values())),
    )
    there = dict(map(tuple, conn.execute(asked)))
    first: dict[str, int] = {}
    repeats = {}
    for number, id_ in ids.items():
        row = there.get(id_, first.setdefault(id_, number))
        if row != number:
            reason = f"the same appointment stands already in row {row}"
            repeats[number] = SetAside(number, "", "", reason, {}, keys[number])
    return repeats


def _settle_known(conn: Connection, hand: FileInHand) -> None:
    """Settle rows of this file that came in from another file, mended, and name their bookings."""
    here, before, became = set_aside.alias(), set_aside.alias(), import_row.alias()
    asked = (
        select(here.c.row_number, became.c.import_id, became.c.booking_id)
        .select_from(here)
        .join(
            before,
            and_(
                before.c.practice_id == here.c.practice_id,
                before.c.raw_hash == here.c.raw_hash,
                before.c.import_id != here.c.import_id,
            ),
        )
        .join(
            import_,
            and_(
                import_.c.practice_id == before.c.practice_id,
                import_.c.id == before.c.settled_by,
                import_.c.mends == before.c.import_id,
                import_.c.source == hand.source,
                import_.c.undone_at.is_(None),
            ),
        )
        .join(
            became,
            and_(
                became.c.practice_id == before.c.practice_id,
                became.c.import_id == before.c.settled_by,
                became.c.row_number == before.c.row_number,
            ),
        )
        .where(here.c.practice_id == hand.practice_id, here.c.import_id == hand.import_id)
        .order_by(import_.c.sequence)
    )
    for row in conn.execute(asked).all():
        which = _row_of(hand, row.row_number)
        kept = {"settled_by": row.import_id, "booking_id": row.booking_id}
        conn.execute(update(set_aside).where(which).values(kept))


def _dismiss_known(conn: Connection, hand: FileInHand) -> None:
    """Dismiss rows of this file that were dismissed in another."""
    here, before = set_aside.alias(), set_aside.alias()
    asked = (
        select(here.c.row_number, func.max(before.c.dismissed_at).label("at"))
        .select_from(here)
        .join(
            before,
            and_(
                before.c.practice_id == here.c.practice_id,
                before.c.raw_hash == here.c.raw_hash,
                before.c.dismissed_at.is_not(None),
                before.c.import_id.in_(_of_source(hand.practice_id, hand.source)),
            ),
        )
        .where(here.c.practice_id == hand.practice_id, here.c.import_id == hand.import_id)
        .group_by(here.c.row_number)
    )
    for row in conn.execute(asked).all():
        which = _row_of(hand, row.row_number)
        conn.execute(update(set_aside).where(which).values(dismissed_at=row.at))


def _row_of(hand: FileInHand, number: int) -> ColumnElement[bool]:
    return and_(
        set_aside.c.practice_id == hand.practice_id,
        set_aside.c.import_id == hand.import_id,
        set_aside.c.row_number == number,
    )


def _aside_rows(practice_id: str) -> Any:
    columns = (set_aside.c.import_id, set_aside.c.row_number, set_aside.c.raw, set_aside.c.raw_hash)
    told = (import_.c.source, import_.c.file_name, import_.c.holds, import_.c.as_of)
    return (
        select(*columns, *told)
        .select_from(set_aside.join(import_, OF_IMPORT))
        .where(set_aside.c.practice_id == practice_id, import_.c.undone_at.is_(None))
    )


def _aside(row: Row[Any]) -> Aside:
    return Aside(
        row.import_id,
        row.row_number,
        json.loads(row.raw),
        row.raw_hash,
        row.source,
        row.file_name,
        row.holds,
        row.as_of,
    )
