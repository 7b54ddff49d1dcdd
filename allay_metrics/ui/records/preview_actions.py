"""Reads an uploaded file: recognise it, preview its first rows, dry run, import."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Protocol

from allay_metrics.actions.file_import import ImportReport, import_file
from allay_metrics.actions.profiles import read_own_profiles
from allay_metrics.derive.absence_evidence import AbsenceAnswer
from allay_metrics.intake.sample import Sample, take_sample
from allay_metrics.intake.source_file import SourceFile, open_source
from allay_metrics.records import Scope
from allay_metrics.review.import_history import SaveKey, absent_bookings, same_import
from allay_metrics.review.missing import OpenQuestion, describe_question, doubt_in_words
from allay_metrics.review.row_preview import FirstRow, first_rows
from allay_metrics.review.snapshot import keep_due_snapshots
from allay_metrics.ui.records.staged_file import staged_file

FIRST_ROWS = 6

Progress = Callable[[float], None]


class Content(Protocol):
    """An uploaded file, as Streamlit passes it."""

    name: str

    def getbuffer(self) -> memoryview:
        """Return its bytes."""
        ...


@dataclass(frozen=True)
class OnDisk:
    """The paths of an upload's files while they are read."""

    path: Path
    profile: Path | None
    beside: tuple[Path, ...]

    def open(self, scope: Scope, holds: str | None = None) -> SourceFile:
        """Return the file as a source of rows. Raises FileProblem."""
        return open_source(
            self.path,
            timezone=scope.timezone,
            profile=self.profile,
            holds=holds,
            own=read_own_profiles(scope),
            beside=self.beside,
        )


@dataclass(frozen=True)
class Upload:
    """The file, and optionally a profile to read it by and a second report."""

    file: Content
    profile: Content | None = None
    beside: Content | None = None

    @contextmanager
    def on_disk(self) -> Iterator[OnDisk]:
        """Yield the paths of the files, which exist within the context."""
        with ExitStack() as stack:
            path, profile, beside = (
                stack.enter_context(staged_file(content.getbuffer(), content.name))
                if content
                else None
                for content in (self.file, self.profile, self.beside)
            )
            assert path is not None
            yield OnDisk(path, profile, (beside,) if beside else ())


@dataclass(frozen=True)
class ExportRecognition:
    """A file recognised by its header: source, what it holds by default, notes.

    `second` is the name of a report with more details of its visits, '' where there is none.
    """

    source: str
    label: str
    holds: str
    sha256: str
    notes: tuple[str, ...]
    second: str = ""


@dataclass(frozen=True)
class ImportPreview:
    """The first rows, and what an import would do; `newly_missing` may be negative.

    `question` is asked before visits go missing, `doubt` says why the as-of is doubtful.
    """

    rows: tuple[FirstRow, ...]
    report: ImportReport
    newly_missing: int
    question: OpenQuestion | None = None
    doubt: str = ""


@dataclass(frozen=True)
class ImportResult:
    """A completed import. `report` is None where an earlier press of the button had made it."""

    key: SaveKey
    import_id: str
    report: ImportReport | None
    newly_missing: int = 0


def recognise(scope: Scope, upload: Upload) -> ExportRecognition:
    """Return the recognised file. Raises FileProblem."""
    with upload.on_disk() as on_disk:
        file = on_disk.open(scope)
        joined = file.profile.joined
        return ExportRecognition(
            file.source,
            file.profile.label,
            file.holds,
            file.sha256,
            tuple(file.notes),
            joined.label if joined else "",
        )


def sample_of(upload: Upload) -> Sample:
    """Return the first rows of a file that no profile recognises. Raises FileProblem."""
    with upload.on_disk() as on_disk:
        return take_sample(on_disk.path)


def preview_import(
    scope: Scope, upload: Upload, holds: str, as_of: int, progress: Progress
) -> ImportPreview:
    """Import the file as a dry run, and return what would happen. Raises FileProblem."""
    with upload.on_disk() as on_disk:
        file = on_disk.open(scope, holds)
        rows = first_rows(scope, file.preview(FIRST_ROWS).rows)
        before = absent_bookings(scope, file.source)
        report = import_file(
            scope,
            on_disk.path,
            beside=on_disk.beside,
            profile=on_disk.profile,
            holds=holds,
            as_of=as_of,
            is_as_of_certain=False,
            dry_run=True,
            progress=progress,
        )
    exported_on = datetime.fromtimestamp(as_of, scope.zone).date()
    return ImportPreview(
        rows,
        report,
        report.missing - before,
        describe_question(report.question, scope.zone) if report.question else None,
        doubt_in_words(report.doubt, exported_on) if report.doubt else "",
    )


def ingest(
    scope: Scope,
    upload: Upload,
    key: SaveKey,
    progress: Progress,
    answer: AbsenceAnswer | None = None,
) -> ImportResult:
    """Import the file once, however often it is called with this key. Raises FileProblem.

    `answer` is the owner's answer about visits it lacks; pressing Import confirms its as-of.
    """
    existing = same_import(scope, key)
    if existing is not None:
        taken = ImportResult(key, existing.id, None)
    else:
        before = absent_bookings(scope, key.source)
        with upload.on_disk() as on_disk:
            report = import_file(
                scope,
                on_disk.path,
                beside=on_disk.beside,
                profile=on_disk.profile,
                holds=key.holds,
                as_of=key.as_of,
                answer=answer,
                progress=progress,
            )
        taken = ImportResult(key, report.import_id, report, report.missing - before)
    # Also for an existing import: the run that made it may have been interrupted right after.
    keep_due_snapshots(scope)
    return taken


def exported_at(day: date, at: time, uploaded: datetime) -> int:
    """Return the chosen moment in Unix seconds; the upload's own second if it is that minute.

    This keeps two exports apart that are imported within a minute.
    """
    chosen = datetime.combine(day, at, uploaded.tzinfo)
    same = chosen == uploaded.replace(second=0, microsecond=0)
    return int((uploaded if same else chosen).timestamp())
