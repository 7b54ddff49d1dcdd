"""Takes a file in, in one transaction: all of it, or nothing."""

import gc
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from allay_metrics.actions.holding import hold, mark_missing
from allay_metrics.actions.load import Counts, FileInHand, load_rows
from allay_metrics.derive import derive
from allay_metrics.intake.rows import Chunk, RowWarning, SetAside
from allay_metrics.intake.source_file import SourceFile, open_source
from allay_metrics.records import Scope
from allay_metrics.records.bulk import insert_rows
from allay_metrics.records.keys import new_key
from allay_metrics.records.tables import coverage, import_, import_row, set_aside, visit
from allay_metrics.records.types import now

# Reading and loading take about as long as deriving: the progress bar says so.
LOADING_SHARE = 0.55
_UP_TO_AS_OF = frozenset({"cancelled", "no_show", "cancel_time", "canceller"})

Progress = Callable[[float], None]


@dataclass(frozen=True)
class ImportReport:
    """What became of every row of one file: read = added + updated + unchanged + set aside."""

    file: str
    source: str
    holds: str
    as_of: int
    rows_read: int
    added: int
    updated: int
    unchanged: int
    set_aside: list[SetAside]
    warnings: list[RowWarning]
    missing: int
    cities_unknown: int
    import_id: str
    notes: list[str]

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values; the raw text and the keys of rows set aside are left out."""
        plain = asdict(self)
        for row in plain["set_aside"]:
            del row["raw"], row["key"]
        return plain


class _DryRun(Exception):
    """Leaves the transaction without keeping it."""


def import_file(  # noqa: PLR0913 - the options of the command line, by name only
    scope: Scope,
    path: Path,
    *,
    source: str | None = None,
    profile: Path | None = None,
    holds: str | None = None,
    covers: tuple[date, date] | None = None,
    as_of: int | None = None,
    dry_run: bool = False,
    progress: Progress = lambda _share: None,
) -> ImportReport:
    """Take a file in and return what became of its rows.

    `as_of` is when it was exported (seconds since 1970 UTC), else the file's own time; `covers`
    the days it should hold every visit of, else as its rows say. A dry run does everything and
    keeps nothing. Raises FileProblem, and then nothing was stored.
    """
    file = open_source(path, timezone=scope.timezone, source=source, profile=profile, holds=holds)
    exported = file.modified_at if as_of is None else as_of
    hand = FileInHand(scope.practice_id, new_key(), file.source, exported)
    told_on = datetime.fromtimestamp(exported, scope.zone).date()
    report: list[ImportReport] = []
    try:
        with _collecting_later(), scope.write("import records") as conn:
            report.append(_take_in(conn, file, hand, covers, told_on, progress))
            if dry_run:
                raise _DryRun  # noqa: TRY301 - leaves the transaction without keeping it
    except _DryRun:
        pass
    return report[0]


@contextmanager
def _collecting_later() -> Iterator[None]:
    """Hold the garbage collector until the import is over."""
    # Rows make no cycles, and walking all of them again and again is a sixth of an import's time.
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass
class _Taken:
    """What was read of a file so far."""

    counts: Counts = field(default_factory=Counts)
    aside: list[SetAside] = field(default_factory=list)
    warnings: list[RowWarning] = field(default_factory=list)
    first: date | None = None
    last: date | None = None

    @property
    def rows_read(self) -> int:
        """Return how many records the file had."""
        counts = self.counts
        return counts.added + counts.updated + counts.unchanged + len(self.aside)

    def see(self, chunk: Chunk) -> None:
        """Take what the chunk says beside its rows into account."""
        self.aside += chunk.set_aside
        self.warnings += chunk.warnings
        if len(chunk.rows):
            first = date.fromisoformat(chunk.rows["day"].min())
            last = date.fromisoformat(chunk.rows["day"].max())
            self.first = min(first, self.first or first)
            self.last = max(last, self.last or last)

    def span(self, as_of: date) -> tuple[date, date] | None:
        """Return the first day of its visits to the later of their last and as-of."""
        if self.first is None or self.last is None:
            return None
        return self.first, max(self.last, as_of)


def _take_in(  # noqa: PLR0917 - one step of import_file, told apart for reading
    conn: Connection,
    file: SourceFile,
    hand: FileInHand,
    covers: tuple[date, date] | None,
    told_on: date,
    progress: Progress,
) -> ImportReport:
    _open(conn, hand, file)
    taken = _Taken()
    for chunk in file.chunks():
        load_rows(conn, hand, chunk.rows, taken.counts)
        taken.see(chunk)
        progress(file.fraction_read * LOADING_SHARE)
    span = covers or taken.span(told_on)
    _keep_aside(conn, hand, taken.aside)
    _close(conn, hand, taken, span)
    if span:
        until = span[1] if covers else told_on
        _keep_coverage(conn, hand, file.carries, span, until)
    if taken.counts.updated or taken.counts.unchanged:
        hold(conn, hand.practice_id, hand.import_id, hand.as_of)
    changed, missing = mark_missing(conn, hand.practice_id, hand.source)
    rest = 1 - LOADING_SHARE
    derive(
        conn,
        hand.practice_id,
        taken.counts.families | changed,
        lambda done: progress(LOADING_SHARE + done * rest),
    )
    return _report(file, hand, taken, missing, _cities_unknown(conn, hand))


def _report(
    file: SourceFile, hand: FileInHand, taken: _Taken, missing: int, cities_unknown: int
) -> ImportReport:
    return ImportReport(
        file=file.file_name,
        source=file.source,
        holds=file.holds,
        as_of=hand.as_of,
        rows_read=taken.rows_read,
        added=taken.counts.added,
        updated=taken.counts.updated,
        unchanged=taken.counts.unchanged,
        set_aside=taken.aside,
        warnings=taken.warnings,
        missing=missing,
        cities_unknown=cities_unknown,
        import_id=hand.import_id,
        notes=list(file.notes),
    )


def _open(conn: Connection, hand: FileInHand, file: SourceFile) -> None:
    last = select(func.max(import_.c.sequence)).where(import_.c.practice_id == hand.practice_id)
    conn.execute(
        insert(import_).values(
            practice_id=hand.practice_id,
            id=hand.import_id,
            sequence=(conn.execute(last).scalar() or 0) + 1,
            source=hand.source,
            file_name=file.file_name,
            file_hash=file.sha256,
            holds=file.holds,
            as_of=hand.as_of,
            imported_at=now(),
            rows_read=0,
            added=0,
            updated=0,
            unchanged=0,
            set_aside=0,
            warnings="[]",
        )
    )


def _close(
    conn: Connection, hand: FileInHand, taken: _Taken, span: tuple[date, date] | None
) -> None:
    counts = taken.counts
    mine = (import_.c.practice_id == hand.practice_id) & (import_.c.id == hand.import_id)
    conn.execute(
        update(import_)
        .where(mine)
        .values(
            rows_read=taken.rows_read,
            added=counts.added,
            updated=counts.updated,
            unchanged=counts.unchanged,
            set_aside=len(taken.aside),
            warnings=json.dumps([vars(warning) for warning in taken.warnings]),
            covers_from=span[0] if span else None,
            covers_to=span[1] if span else None,
        )
    )


def _keep_aside(conn: Connection, hand: FileInHand, aside: list[SetAside]) -> None:
    rows = []
    for row in aside:
        raw = json.dumps(row.raw, ensure_ascii=False)
        hash_ = blake2b(raw.encode(), digest_size=16).hexdigest()
        told = (row.row, row.column, row.value, row.reason, raw, hash_)
        rows.append((hand.practice_id, hand.import_id, *told))
    columns = ("row_number", "column_name", "value", "reason", "raw", "raw_hash")
    insert_rows(conn, set_aside, ("practice_id", "import_id", *columns), rows)


def _keep_coverage(
    conn: Connection,
    hand: FileInHand,
    kinds: frozenset[str],
    span: tuple[date, date],
    until: date,
) -> None:
    """Keep which days the file tells about; cancellations only `until` it was exported."""
    rows = []
    for kind in sorted(kinds):
        last = until if kind in _UP_TO_AS_OF else span[1]
        if span[0] <= last:
            days = (span[0].isoformat(), last.isoformat())
            rows.append((hand.practice_id, hand.import_id, kind, hand.source, *days))
    columns = ("practice_id", "import_id", "kind", "source", "first_day", "last_day")
    insert_rows(conn, coverage, columns, rows)


def _cities_unknown(conn: Connection, hand: FileInHand) -> int:
    rows = select(import_row.c.booking_id).where(
        import_row.c.practice_id == hand.practice_id, import_row.c.import_id == hand.import_id
    )
    asked = select(func.count()).where(
        visit.c.practice_id == hand.practice_id, visit.c.city == "unknown", visit.c.id.in_(rows)
    )
    return int(conn.execute(asked).scalar_one())
