"""Rows set aside that come in after all, inside the transaction of who asks for it.

What comes in belongs to an import of its own that `mends` the file it was set aside from: the
account of both files holds, and undoing it opens its rows again.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import Connection, insert, select, update

from allay_metrics.actions.account import Entry, close_import, open_import
from allay_metrics.actions.aside import IS_OPEN, Aside, imports_of, open_aside
from allay_metrics.actions.holding import hold
from allay_metrics.actions.load import Counts, FileInHand, load_rows
from allay_metrics.intake.again import check_again
from allay_metrics.intake.profile import Profile
from allay_metrics.intake.rows import RowWarning, SetAside
from allay_metrics.records.bulk import among
from allay_metrics.records.keys import key_of, new_key
from allay_metrics.records.tables import coverage, import_, import_row, set_aside


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
    content = json.dumps([one.raw_hash for one in usable.were]).encode()
    # A row mended later was given together with the file it stood in.
    of_file = (import_.c.practice_id == practice_id) & (import_.c.id == origin.import_id)
    batch = conn.execute(select(import_.c.batch).where(of_file)).scalar_one()
    hash_ = sha256(content).hexdigest()
    entry = Entry(name, hash_, origin.holds, mends=origin.import_id, batch=batch)
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
            set_aside.c.import_id.in_(imports_of(practice_id, origin.source)),
        )
        .values(settled_by=hand.import_id)
    )
    again.rows += len(usable.were)
    again.imports.append(hand.import_id)
    again.families |= counts.families
    return counts


def _tell_of_attendance(conn: Connection, hand: FileInHand, origin: Aside) -> None:
    """Who came is told of a booking by the import that holds it: let this one tell it, too."""
    statement = select(coverage).where(
        coverage.c.practice_id == hand.practice_id,
        coverage.c.import_id == origin.import_id,
        coverage.c.kind == "attendance",
    )
    for row in conn.execute(statement).mappings().all():
        conn.execute(insert(coverage).values({**row, "import_id": hand.import_id}))


def _repeats(
    conn: Connection, practice_id: str, origin: Aside, rows: pd.DataFrame
) -> dict[int, SetAside]:
    """Return by number the rows whose appointment their own file holds in another row."""
    keys = dict(zip(rows["row_number"], rows["source_key"], strict=True))
    ids = {number: key_of(practice_id, origin.source, key) for number, key in keys.items()}
    statement = select(import_row.c.booking_id, import_row.c.row_number).where(
        import_row.c.practice_id == practice_id,
        import_row.c.import_id == origin.import_id,
        import_row.c.booking_id.in_(among(conn, ids.values())),
    )
    there = dict(map(tuple, conn.execute(statement)))
    first: dict[str, int] = {}
    repeats = {}
    for number, id_ in ids.items():
        row = there.get(id_, first.setdefault(id_, number))
        if row != number:
            reason = f"the same appointment stands already in row {row}"
            repeats[number] = SetAside(number, "", "", reason, {}, keys[number])
    return repeats
