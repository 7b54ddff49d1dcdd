"""Imports a file in one transaction: all of it, or nothing."""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, exists, func, select

from allay_metrics import formatting as fmt
from allay_metrics.actions.absence import MissingCounts, mark_missing
from allay_metrics.actions.absence_answers import (
    AbsenceQuestion,
    answer_absence_at_import,
    explain_unconfirmed,
    read_absence_question,
)
from allay_metrics.actions.booking_upsert import Counts, FileInHand, load_rows
from allay_metrics.actions.contents import FileContents, write_contents
from allay_metrics.actions.current_imports import assign_current_import, assign_from_set_aside
from allay_metrics.actions.erased_registry import read_erased_families
from allay_metrics.actions.import_accounting import (
    Days,
    ImportEntry,
    close_import,
    open_import,
    read_doubt,
    save_coverage,
    save_doubt,
    save_set_aside,
)
from allay_metrics.actions.profiles import read_own_profiles
from allay_metrics.actions.retention import remove_old
from allay_metrics.actions.set_aside_resolution import settle_rows
from allay_metrics.actions.set_aside_retry import retry_set_aside
from allay_metrics.derive import derive
from allay_metrics.derive.absence_evidence import AbsenceAnswer
from allay_metrics.intake.rows import Chunk, RowWarning, SetAside
from allay_metrics.intake.rows_source import Source
from allay_metrics.intake.source_file import open_source
from allay_metrics.records import UNKNOWN, Scope
from allay_metrics.records.keys import new_key
from allay_metrics.records.tables import import_row, visit

# The shares of an import's duration spent on reading and on loading; the rest is deriving.
READING_SHARE, LOADING_SHARE = 0.25, 0.3
# Chunks read before the records are locked: 40,000 rows, years of most practices. The rest of a
# larger file is read while the lock is held, because it might not fit into memory.
READ_AHEAD = 2
# A file whose last visit is at most this long before its export covers the days up to the export.
RECENT = timedelta(days=31)

Progress = Callable[[float], None]


@dataclass(frozen=True)
class ImportReport:
    """What became of every row of one file: read = added + updated + unchanged + set aside.

    `missing`, `missing_unconfirmed` and `unconfirmed` count the bookings of its source after the
    import: missing, waiting for the owner's answer, and not confirmed by newer files. `question` is
    what this file asks the owner, `doubt` why its as-of is in doubt, `silences` why it does not
    confirm upcoming visits.
    """

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
    missing_unconfirmed: int = 0
    unconfirmed: int = 0
    question: AbsenceQuestion | None = None
    doubt: str = ""
    silences: list[tuple[str, str, int]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values, without the raw text and the keys of bad rows."""
        plain = asdict(self)
        for row in plain["set_aside"]:
            del row["raw"], row["key"], row["became"]
        return plain


@dataclass(frozen=True)
class ImportOptions:
    """What the caller states about a file.

    `covers` is the period of which it contains every visit, by default the one its rows show.
    `is_as_of_certain`: a person, or the source itself, stated when it was exported. `answer` is the
    owner's answer about visits the file lacks, `batch` the id of files uploaded together.
    """

    covers: Days | None = None
    is_as_of_certain: bool = False
    answer: AbsenceAnswer | None = None
    batch: str | None = None


class _FileDryRun(Exception):
    """Rolls the transaction of a dry run back."""


def import_file(  # noqa: PLR0913 - the options of the command line, by name only
    scope: Scope,
    path: Path,
    *,
    beside: Sequence[Path] = (),
    source: str | None = None,
    profile: Path | None = None,
    holds: str | None = None,
    covers: Days | None = None,
    as_of: int | None = None,
    is_as_of_certain: bool | None = None,
    answer: AbsenceAnswer | None = None,
    batch: str | None = None,
    dry_run: bool = False,
    progress: Progress = lambda _share: None,
) -> ImportReport:
    """Import a file and return what became of its rows.

    `beside` are further reports of the same source with more details of its visits. The practice's
    own profiles are tried first.

    `as_of` is when it was exported (epoch seconds), by default the file's own time; `covers` the
    period of which it contains every visit, by default the one its rows show. A given as-of is
    certain unless `is_as_of_certain` is False; an uncertain one is checked against the file's
    content, and while it is in doubt no visit goes missing. `answer` is the owner's answer about
    visits the file lacks; `batch` is the id of files uploaded together: without a given as-of none
    of them counts as newer than another. A dry run does everything and rolls it back. Raises
    FileProblem; nothing is stored then.
    """
    certain = as_of is not None if is_as_of_certain is None else is_as_of_certain
    options = ImportOptions(covers, certain, answer, None if as_of is not None else batch)
    file = open_source(
        path,
        timezone=scope.timezone,
        source=source,
        profile=profile,
        holds=holds,
        own=read_own_profiles(scope),
        beside=beside,
    )
    return import_source(scope, file, options, as_of=as_of, dry_run=dry_run, progress=progress)


def import_source(
    scope: Scope,
    file: Source,
    options: ImportOptions,
    *,
    as_of: int | None = None,
    dry_run: bool = False,
    progress: Progress = lambda _share: None,
) -> ImportReport:
    """Import an opened file, or rows from an API, as `import_file` does.

    Rows set aside earlier are tried again: those that can be used now are imported, too, as imports
    of their own.
    """
    exported = file.modified_at if as_of is None else as_of
    hand = FileInHand(scope.practice_id, new_key(), file.source, exported, file.untold)
    report: list[ImportReport] = []
    with _pause_garbage_collection():
        chunks = file.chunks()
        ahead = []
        for chunk in islice(chunks, READ_AHEAD):
            ahead.append(chunk)
            progress(file.fraction_read * READING_SHARE)
        try:
            with scope.write("import records") as conn:
                import_ = _Import(conn, scope, file, hand, options, progress)
                report.append(import_.take_in(chain(_release_read(ahead), chunks)))
                if dry_run:
                    raise _FileDryRun  # noqa: TRY301 - leaves the transaction without keeping it
        except _FileDryRun:
            return report[0]
    if removed := remove_old(scope).sentence():
        report[0].notes.append(removed)
    return report[0]


def _release_read(chunks: list[Chunk]) -> Iterator[Chunk]:
    """Yield chunks that were read ahead, and release each before the next."""
    chunks.reverse()
    while chunks:
        yield chunks.pop()


@contextmanager
def _pause_garbage_collection() -> Iterator[None]:
    """Pause the garbage collector until the import is over."""
    # Rows form no reference cycles; traversing them repeatedly takes a sixth of an import's time.
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass
class _FileProgress:
    """What was read of a file so far: outcomes, rows set aside, warnings, contents, days."""

    counts: Counts = field(default_factory=Counts)
    aside: list[SetAside] = field(default_factory=list)
    warnings: list[RowWarning] = field(default_factory=list)
    contents: FileContents = field(default_factory=FileContents)
    first: date | None = None
    last: date | None = None

    @property
    def rows_read(self) -> int:
        """Return how many records were read so far."""
        counts = self.counts
        return counts.added + counts.updated + counts.unchanged + len(self.aside)

    def see(self, chunk: Chunk) -> None:
        """Add a chunk's problems, days and warnings."""
        self.aside += chunk.set_aside
        self.warnings += chunk.warnings
        self.contents.add(chunk.rows)
        if len(chunk.rows):
            first = date.fromisoformat(chunk.rows["day"].min())
            last = date.fromisoformat(chunk.rows["day"].max())
            self.first = min(first, self.first or first)
            self.last = max(last, self.last or last)

    def known_days(self, as_of: date) -> Days | None:
        """Return the period from its first day to its last, or to the as-of if that is close."""
        if self.first is None or self.last is None:
            return None
        is_recent = as_of - self.last <= RECENT
        return self.first, max(self.last, as_of) if is_recent else self.last


@dataclass(frozen=True)
class _Import:
    """One import inside its transaction."""

    conn: Connection
    scope: Scope
    file: Source
    hand: FileInHand
    options: ImportOptions
    progress: Progress

    def take_in(self, chunks: Iterable[Chunk]) -> ImportReport:
        """Load the rows, write the account, retry rows set aside, derive everything affected."""
        conn, file, hand = self.conn, self.file, self.hand
        entry = ImportEntry(
            file.file_name,
            file.sha256,
            file.holds,
            batch=self.options.batch,
            one_therapist=file.profile.one_therapist_a_file,
        )
        open_import(conn, hand, entry)
        taken = _FileProgress()
        out = read_erased_families(conn, hand.practice_id)
        for raw_chunk in chunks:
            chunk = out.keep_out(raw_chunk)
            load_rows(conn, hand, chunk.rows, taken.counts)
            taken.see(chunk)
            self.progress(READING_SHARE + file.fraction_read * LOADING_SHARE)
        self._keep_account(taken)
        families = taken.counts.families
        if taken.counts.updated or taken.counts.unchanged:
            assign_current_import(conn, hand.practice_id, hand.import_id, hand.as_of)
        settle_rows(conn, hand)
        again = retry_set_aside(conn, self.scope.zone, hand, file.profile)
        families |= again.families | assign_from_set_aside(conn, hand.practice_id)
        counts = self._mark_missing()
        done = READING_SHARE + LOADING_SHARE
        derive(
            conn,
            hand.practice_id,
            families | counts.families,
            lambda share: self.progress(done + share * (1 - done)),
        )
        return self._report(taken, counts, again.rows)

    def _mark_missing(self) -> MissingCounts:
        conn, practice_id, source = self.conn, self.hand.practice_id, self.hand.source
        counts = mark_missing(conn, practice_id, source)
        if self.options.answer is None or not counts.unanswered:
            return counts
        answer, hash_ = self.options.answer, self.file.sha256
        answered = answer_absence_at_import(conn, practice_id, source, hash_, answer)
        return replace(answered, families=counts.families | answered.families)

    def _keep_account(self, taken: _FileProgress) -> None:
        conn, hand, options = self.conn, self.hand, self.options
        exported_on = datetime.fromtimestamp(hand.as_of, self.scope.zone).date()
        span = options.covers or taken.known_days(exported_on)
        save_set_aside(conn, hand, taken.aside)
        close_import(
            conn,
            hand,
            taken.counts,
            aside=taken.aside,
            warnings=taken.warnings,
            span=span,
            is_span_told=options.covers is not None,
        )
        write_contents(conn, hand.practice_id, hand.import_id, taken.contents)
        if span:
            until = span[1] if options.covers else min(span[1], exported_on)
            save_coverage(conn, hand, self.file.carries, span, until)
        if not options.is_as_of_certain:
            save_doubt(conn, hand, taken.contents, exported_on)

    def _report(self, taken: _FileProgress, counts: MissingCounts, again: int) -> ImportReport:
        conn, hand = self.conn, self.hand
        notes = list(self.file.notes)
        if again:
            verb = "is" if again == 1 else "are"
            notes.append(f"{fmt.plural(again, 'row')} set aside earlier {verb} imported now, too")
        return ImportReport(
            file=self.file.file_name,
            source=self.file.source,
            holds=self.file.holds,
            as_of=self.hand.as_of,
            rows_read=taken.rows_read,
            added=taken.counts.added,
            updated=taken.counts.updated,
            unchanged=taken.counts.unchanged,
            set_aside=taken.aside,
            warnings=taken.warnings,
            missing=counts.missing,
            cities_unknown=_count_unknown_cities(conn, hand, taken),
            import_id=hand.import_id,
            notes=notes,
            missing_unconfirmed=counts.unanswered,
            unconfirmed=counts.unconfirmed,
            question=read_absence_question(conn, hand.practice_id, hand.import_id),
            doubt=read_doubt(conn, hand) or "",
            silences=explain_unconfirmed(conn, hand.practice_id, hand.import_id),
        )


def _count_unknown_cities(conn: Connection, hand: FileInHand, taken: _FileProgress) -> int:
    if taken.first is None or taken.last is None:
        return 0
    in_import = exists().where(
        import_row.c.practice_id == visit.c.practice_id,
        import_row.c.import_id == hand.import_id,
        import_row.c.booking_id == visit.c.id,
    )
    # Restricted to the file's days: an index covers city by day, and few are unknown.
    statement = select(func.count()).where(
        visit.c.practice_id == hand.practice_id,
        visit.c.day.between(taken.first, taken.last),
        visit.c.city == UNKNOWN,
        in_import,
    )
    return int(conn.execute(statement).scalar_one())
