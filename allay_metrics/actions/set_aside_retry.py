"""Imports rows set aside once they can be used, inside the caller's transaction.

They become an import of their own, which `mends` the import they were set aside from: the row
counts of both stay right, and undoing it sets its rows aside again.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import Connection, insert, select, update

from allay_metrics.actions.booking_upsert import Counts, FileInHand, load_rows
from allay_metrics.actions.current_imports import assign_current_import
from allay_metrics.actions.import_accounting import ImportEntry, close_import, open_import
from allay_metrics.actions.open_set_aside import (
    IS_OPEN,
    SetAsideRow,
    read_open_aside,
    select_imports,
)
from allay_metrics.intake.profile import Profile
from allay_metrics.intake.row_recheck import recheck_rows
from allay_metrics.intake.rows import RowWarning, SetAside
from allay_metrics.records.bulk import among
from allay_metrics.records.keys import key_of, new_key
from allay_metrics.records.tables import coverage, import_, import_row, set_aside


@dataclass
class RetryResult:
    """What was imported: the number of rows, the ids of the imports, and the families touched."""

    rows: int = 0
    imports: list[str] = field(default_factory=list)
    families: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class UsableRows:
    """Rows of one file that can be used now: `rows` as checked, `were` as set aside."""

    rows: pd.DataFrame
    were: Sequence[SetAsideRow]
    warnings: Sequence[RowWarning]


def retry_set_aside(
    conn: Connection, zone: ZoneInfo, hand: FileInHand, profile: Profile
) -> RetryResult:
    """Check the open rows of the source again, and import those that can be used now.

    Rows of the import in hand are left out: they were just checked. The caller derives.
    """
    again = RetryResult()
    by_file: dict[str, list[SetAsideRow]] = defaultdict(list)
    for aside in read_open_aside(conn, hand.practice_id, hand.source, but=hand.import_id):
        by_file[aside.import_id].append(aside)
    for were in by_file.values():
        usable, _ = check_rows(conn, hand.practice_id, profile, were, zone)
        if len(usable.were):
            name = f"retried: {were[0].file_name}"
            import_rows(conn, hand.practice_id, usable, name, again)
    return again


def check_rows(
    conn: Connection,
    practice_id: str,
    profile: Profile,
    were: Sequence[SetAsideRow],
    zone: ZoneInfo,
) -> tuple[UsableRows, list[SetAside]]:
    """Return which rows of one file can be used, and the others with their reasons."""
    origin = were[0]
    chunk = recheck_rows(profile, [aside.raw for aside in were], zone, origin.holds)
    # The check numbers its rows from 1: map back to the numbers in the file.
    numbers = [were[position - 1].row_number for position in chunk.rows["row_number"]]
    rows = chunk.rows.assign(row_number=pd.Series(numbers, dtype="int64"))
    repeats = _find_repeats(conn, practice_id, origin, rows)
    fresh = [number not in repeats for number in numbers]
    by_number = {aside.row_number: aside for aside in were}
    usable = UsableRows(
        rows[fresh].reset_index(drop=True),
        [by_number[number] for number, is_fresh in zip(numbers, fresh, strict=True) if is_fresh],
        [replace(warning, row=were[warning.row - 1].row_number) for warning in chunk.warnings],
    )
    unusable = [replace(row, row=were[row.row - 1].row_number) for row in chunk.set_aside]
    return usable, [*unusable, *repeats.values()]


def import_rows(
    conn: Connection, practice_id: str, usable: UsableRows, name: str, again: RetryResult
) -> Counts:
    """Import rows of one file as an import of their own, and mark them as settled by it."""
    origin = usable.were[0]
    hand = FileInHand(practice_id, new_key(), origin.source, origin.as_of)
    content = json.dumps([aside.raw_hash for aside in usable.were]).encode()
    # The rows belong to the batch of the file they were set aside from.
    of_file = (import_.c.practice_id == practice_id) & (import_.c.id == origin.import_id)
    batch = conn.execute(select(import_.c.batch).where(of_file)).scalar_one()
    hash_ = sha256(content).hexdigest()
    entry = ImportEntry(name, hash_, origin.holds, mends=origin.import_id, batch=batch)
    open_import(conn, hand, entry)
    counts = Counts()
    load_rows(conn, hand, usable.rows, counts)
    close_import(conn, hand, counts, warnings=usable.warnings)
    if counts.updated or counts.unchanged:
        assign_current_import(conn, practice_id, hand.import_id, hand.as_of)
    _copy_attendance(conn, hand, origin)
    hashes = among(conn, [aside.raw_hash for aside in usable.were])
    conn.execute(
        update(set_aside)
        .where(
            set_aside.c.practice_id == practice_id,
            IS_OPEN,
            set_aside.c.raw_hash.in_(hashes),
            set_aside.c.import_id.in_(select_imports(practice_id, origin.source)),
        )
        .values(settled_by=hand.import_id)
    )
    again.rows += len(usable.were)
    again.imports.append(hand.import_id)
    again.families |= counts.families
    return counts


def _copy_attendance(conn: Connection, hand: FileInHand, origin: SetAsideRow) -> None:
    """Copy the attendance coverage of the origin, which is read from a booking's current import."""
    statement = select(coverage).where(
        coverage.c.practice_id == hand.practice_id,
        coverage.c.import_id == origin.import_id,
        coverage.c.kind == "attendance",
    )
    for row in conn.execute(statement).mappings().all():
        conn.execute(insert(coverage).values({**row, "import_id": hand.import_id}))


def _find_repeats(
    conn: Connection, practice_id: str, origin: SetAsideRow, rows: pd.DataFrame
) -> dict[int, SetAside]:
    """Return, by number, rows whose appointment another row of the same file has already."""
    keys = dict(zip(rows["row_number"], rows["source_key"], strict=True))
    ids = {number: key_of(practice_id, origin.source, key) for number, key in keys.items()}
    statement = select(import_row.c.booking_id, import_row.c.row_number).where(
        import_row.c.practice_id == practice_id,
        import_row.c.import_id == origin.import_id,
        import_row.c.booking_id.in_(among(conn, ids.values())),
    )
    number_by_id = {row.booking_id: row.row_number for row in conn.execute(statement)}
    first: dict[str, int] = {}
    repeats = {}
    for number, id_ in ids.items():
        first_number = number_by_id.get(id_, first.setdefault(id_, number))
        if first_number != number:
            reason = f"the same appointment is already in row {first_number}"
            repeats[number] = SetAside(number, "", "", reason, {}, keys[number])
    return repeats
