"""What is stored about an import: its file, the count of its rows by outcome, the days covered."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

from sqlalchemy import Connection, and_, func, insert, select, update

from allay_metrics.actions.booking_upsert import Counts, FileInHand
from allay_metrics.actions.contents import FileContents
from allay_metrics.actions.erased_registry import is_erased
from allay_metrics.derive.absence_evidence import doubt_about_export
from allay_metrics.intake.rows import RowWarning, SetAside
from allay_metrics.records.bulk import insert_rows
from allay_metrics.records.column_types import now
from allay_metrics.records.keys import key_of
from allay_metrics.records.tables import booking, coverage, import_, set_aside

# Covered up to the export only; other visits are covered beyond it as well.
_UP_TO_AS_OF = frozenset({"cancelled", "no_show", "cancel_time", "canceller"})

Days = tuple[date, date]
Rows = Mapping[str, set[int]]  # row numbers by import id


@dataclass(frozen=True)
class ImportEntry:
    """The file of an import.

    `mends` is the import whose rows set aside these are, `batch` the id shared by files uploaded
    together. `one_therapist` is set where the profile says that each file is of one therapist.
    """

    file_name: str
    file_hash: str
    holds: str
    mends: str | None = None
    batch: str | None = None
    one_therapist: bool = False


def open_import(conn: Connection, hand: FileInHand, entry: ImportEntry) -> None:
    """Insert the import with counts of zero, so that bookings can refer to it."""
    last = select(func.max(import_.c.sequence)).where(import_.c.practice_id == hand.practice_id)
    counts = dict.fromkeys(("rows_read", "added", "updated", "unchanged", "set_aside"), 0)
    conn.execute(
        insert(import_).values(
            practice_id=hand.practice_id,
            id=hand.import_id,
            sequence=(conn.execute(last).scalar() or 0) + 1,
            source=hand.source,
            file_name=entry.file_name,
            file_hash=entry.file_hash,
            holds=entry.holds,
            mends=entry.mends,
            batch=entry.batch,
            one_therapist=int(entry.one_therapist),
            as_of=hand.as_of,
            imported_at=now(),
            warnings="[]",
            **counts,
        )
    )


def close_import(
    conn: Connection,
    hand: FileInHand,
    counts: Counts,
    *,
    aside: Sequence[SetAside] = (),
    warnings: Iterable[RowWarning] = (),
    span: Days | None = None,
    is_span_told: bool = False,
) -> None:
    """Store the count of its rows by outcome, and the period of which it contains every visit."""
    is_import = (import_.c.practice_id == hand.practice_id) & (import_.c.id == hand.import_id)
    values = {
        "rows_read": counts.added + counts.updated + counts.unchanged + len(aside),
        "added": counts.added,
        "updated": counts.updated,
        "unchanged": counts.unchanged,
        "set_aside": len(aside),
        "warnings": json.dumps([vars(warning) for warning in warnings]),
        "covers_from": span[0] if span else None,
        "covers_to": span[1] if span else None,
        "covers_stated": int(is_span_told),
    }
    conn.execute(update(import_).where(is_import).values(values))


def save_set_aside(conn: Connection, hand: FileInHand, aside: Iterable[SetAside]) -> None:
    """Store the rows that cannot be used, as they came, each with the id of its booking."""
    rows = []
    for row in aside:
        raw = json.dumps(row.raw, ensure_ascii=False)
        hash_ = blake2b(raw.encode(), digest_size=16).hexdigest()
        booking_id = key_of(hand.practice_id, hand.source, row.key) if row.key else None
        # Rows of erased families need no decision.
        dismissed = now() if is_erased(row.raw, row.reason) else None
        values = (row.row, row.column, row.value, row.reason, raw, hash_, booking_id)
        became = row.became or None
        rows.append((hand.practice_id, hand.import_id, *values, dismissed, became))
    columns = ("row_number", "column_name", "value", "reason", "raw", "raw_hash", "booking_id")
    names = ("practice_id", "import_id", *columns, "dismissed_at", "became")
    insert_rows(conn, set_aside, names, rows)


def save_coverage(
    conn: Connection, hand: FileInHand, kinds: Iterable[str], span: Days, until: date
) -> None:
    """Store the days the file covers, by kind; cancellations only `until` its export."""
    rows = []
    first, end = span
    for kind in sorted(kinds):
        last = until if kind in _UP_TO_AS_OF else end
        if first <= last:
            days = (first.isoformat(), last.isoformat())
            rows.append((hand.practice_id, hand.import_id, kind, hand.source, *days))
    columns = ("practice_id", "import_id", "kind", "source", "first_day", "last_day")
    insert_rows(conn, coverage, columns, rows)


def record_removed_rows(conn: Connection, practice_id: str, rows: Rows) -> None:
    """Count these rows as erased in the account of each import, and drop their warnings."""
    for import_id, numbers in rows.items():
        is_import = (import_.c.practice_id == practice_id) & (import_.c.id == import_id)
        warnings = json.loads(
            conn.execute(select(import_.c.warnings).where(is_import)).scalar_one()
        )
        remaining = [warning for warning in warnings if warning["row"] not in numbers]
        values = {"erased": import_.c.erased + len(numbers), "warnings": json.dumps(remaining)}
        conn.execute(update(import_).where(is_import).values(values))


def save_doubt(
    conn: Connection, hand: FileInHand, contents: FileContents, exported_on: date
) -> None:
    """Store why the as-of of an export is in doubt, where its content contradicts it."""
    names = sorted(contents.therapists)
    newest_known = select(func.max(booking.c.booked_on)).where(
        booking.c.practice_id == hand.practice_id,
        booking.c.source == hand.source,
        booking.c.as_of < hand.as_of,
        booking.c.booked_on <= exported_on,
        func.coalesce(booking.c.therapist, "").in_(names),
    )
    newest_booked_on = conn.execute(newest_known).scalar_one()
    doubt = doubt_about_export(exported_on, contents.booked, newest_booked_on)
    if doubt is not None:
        kind, day = doubt
        is_import = (import_.c.practice_id == hand.practice_id) & (import_.c.id == hand.import_id)
        text = f"{kind} {day.isoformat()}"
        conn.execute(update(import_).where(is_import).values(as_of_doubt=text))


def read_doubt(conn: Connection, hand: FileInHand) -> str | None:
    """Return why an import's as-of is in doubt: `stale` or `older` and a day; None for no doubt.

    An owner's answer about the visits it lacks confirms the as-of.
    """
    unanswered = and_(
        import_.c.practice_id == hand.practice_id,
        import_.c.id == hand.import_id,
        import_.c.absence_answer.is_(None),
    )
    return conn.execute(select(import_.c.as_of_doubt).where(unanswered)).scalar()
