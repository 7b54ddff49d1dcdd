"""Looks at an uploaded file: what it is, how its first rows are read, what an import would do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Protocol, cast

from allay_metrics.actions.imports import ImportReport, import_file
from allay_metrics.derive.city import place
from allay_metrics.derive.visit_type import shipped_words, visit_types
from allay_metrics.intake.source_file import SourceFile, open_source
from allay_metrics.records import Scope
from allay_metrics.review.imports import SaveKey, absent_bookings, same_import
from allay_metrics.review.snapshot import keep_due_snapshots
from allay_metrics.ui.records_staging import staged

FIRST_ROWS = 6

Progress = Callable[[float], None]


class Content(Protocol):
    """An uploaded file, as Streamlit hands it over."""

    name: str

    def getbuffer(self) -> memoryview:
        """Return its bytes."""
        ...


@dataclass(frozen=True)
class Upload:
    """The file, and the profile to read it by where one was given."""

    file: Content
    profile: Content | None = None

    @contextmanager
    def on_disk(self) -> Iterator[tuple[Path, Path | None]]:
        """Yield the paths of both while they are read."""
        with staged(self.file.getbuffer(), self.file.name) as path:
            if self.profile is None:
                yield path, None
                return
            with staged(self.profile.getbuffer(), self.profile.name) as profile:
                yield path, profile


@dataclass(frozen=True)
class Recognised:
    """What a file is by its header: source, what it holds unless told otherwise, remarks."""

    source: str
    label: str
    holds: str
    sha256: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class FirstRow:
    """One row as we read it. Types: as typed, and as counted; city: as placed."""

    start: datetime
    client: str
    typed: str
    types: tuple[str, str]
    therapist: str
    city: str
    price_cents: int | None


@dataclass(frozen=True)
class Looked:
    """The first rows, and what an import would do; `newly_missing` may be below zero."""

    rows: tuple[FirstRow, ...]
    report: ImportReport
    newly_missing: int


@dataclass(frozen=True)
class Taken:
    """An import that was made. `report` is None where another press of the button had made it."""

    key: SaveKey
    import_id: str
    report: ImportReport | None
    newly_missing: int = 0


def recognise(scope: Scope, upload: Upload) -> Recognised:
    """Return what the file is. Raises FileProblem."""
    with upload.on_disk() as (path, profile):
        file = open_source(path, timezone=scope.timezone, profile=profile)
        return Recognised(
            file.source, file.profile.label, file.holds, file.sha256, tuple(file.notes)
        )


def look(scope: Scope, upload: Upload, holds: str, as_of: int, progress: Progress) -> Looked:
    """Import the file, keep nothing of it, and return what would have happened.

    Raises FileProblem.
    """
    with upload.on_disk() as (path, profile):
        file = open_source(path, timezone=scope.timezone, profile=profile, holds=holds)
        rows = tuple(_first_rows(file, scope))
        before = absent_bookings(scope, file.source)
        report = import_file(
            scope,
            path,
            profile=profile,
            holds=holds,
            as_of=as_of,
            dry_run=True,
            progress=progress,
        )
    return Looked(rows, report, report.missing - before)


def take_in(scope: Scope, upload: Upload, key: SaveKey, progress: Progress) -> Taken:
    """Import the file once, however often it is asked for by this key. Raises FileProblem."""
    there = same_import(scope, key)
    if there is not None:
        taken = Taken(key, there.id, None)
    else:
        before = absent_bookings(scope, key.source)
        with upload.on_disk() as (path, profile):
            report = import_file(
                scope,
                path,
                profile=profile,
                holds=key.holds,
                as_of=key.as_of,
                progress=progress,
            )
        taken = Taken(key, report.import_id, report, report.missing - before)
    # Also where the import was there: the press that made it may have been cut off right after.
    keep_due_snapshots(scope)
    return taken


def _first_rows(file: SourceFile, scope: Scope) -> Iterator[FirstRow]:
    words = shipped_words()
    for row in file.preview(FIRST_ROWS).rows.to_dict("records"):
        where = place(row["city_text"], row["zip"], row["address"], row["notes"])
        yield FirstRow(
            start=datetime.fromtimestamp(cast("int", row["starts_at"]), scope.zone),
            client=str(row["client_name"]),
            typed=str(row["type_text"]),
            types=visit_types(str(row["type_text"]), words),
            therapist=str(row["therapist"] or ""),
            city=where.city,
            price_cents=cast("int | None", row["price_cents"]),
        )


def exported_at(day: date, at: time, uploaded: datetime) -> int:
    """Return the moment of a chosen day and time; the upload's own, to the second, if it is that.

    Two exports taken in within a minute are then still told apart.
    """
    chosen = datetime.combine(day, at, uploaded.tzinfo)
    same = chosen == uploaded.replace(second=0, microsecond=0)
    return int((uploaded if same else chosen).timestamp())
