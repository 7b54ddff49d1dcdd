"""The way in: a file opened as a source of checked rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from allay_metrics.errors import FileProblem
from allay_metrics.intake.check import Checker
from allay_metrics.intake.clock import practice_zone
from allay_metrics.intake.delimited import DelimitedFile
from allay_metrics.intake.encoding import look_at
from allay_metrics.intake.mapping import ColumnMap, map_columns
from allay_metrics.intake.profile import HOLDS, Profile, read_profile, shipped_profile
from allay_metrics.intake.recognise import recognise
from allay_metrics.intake.rows import Chunk
from allay_metrics.intake.table import Table
from allay_metrics.intake.texts import quoted
from allay_metrics.intake.workbook import Workbook

# Kinds of coverage a file can only have with the column that tells them.
_TOLD_BY = {"booked_on": "booked_on", "cancel_time": "cancelled_at", "canceller": "cancelled_by"}


@dataclass(frozen=True)
class Origin:
    """Where a table comes from: its name as shown, SHA-256 and size of its bytes, and its time."""

    name: str
    sha256: str
    size: int
    modified_at: int


class SourceFile:
    """A recognised table. `chunks` reads it from the beginning, as often as asked."""

    def __init__(self, table: Table, origin: Origin, zone: ZoneInfo, told: Profile | None) -> None:
        self._table = table
        named = Path(origin.name)
        recognised = recognise(table.first(), named, told)
        self._zone = zone
        self._skip = recognised.skip
        self._columns: ColumnMap = map_columns(recognised.headers, recognised.profile, named)
        self.file_name = origin.name
        self.sha256 = origin.sha256
        self.size = origin.size
        self.modified_at = origin.modified_at
        self.profile = recognised.profile
        self.source = recognised.profile.name
        self.holds = recognised.profile.holds
        self.notes = list(self._table.notes)
        if self._skip > 1:
            lines = "line" if self._skip == 2 else "lines"
            self.notes.append(f"skipped {self._skip - 1} title {lines} above the header")

    @property
    def carries(self) -> frozenset[str]:
        """Return the kinds of coverage this file can tell, by what it holds and its columns."""
        return frozenset(
            kind
            for kind in self.profile.carries.get(self.holds, frozenset())
            if kind not in _TOLD_BY or _TOLD_BY[kind] in self._columns.fields
        )

    @property
    def fraction_read(self) -> float:
        """Return how much of the file the latest reading has passed, 0 to 1."""
        return self._table.fraction_read

    def hold(self, holds: str | None) -> None:
        """Take what the file was told to hold; FileProblem where its columns cannot bear it."""
        apart = self._columns.tells_cancelled_apart
        if holds is None:
            if self.holds == "kept" and apart:
                self.notes.append(
                    "taken as kept visits only; if it was exported with cancelled ones, say so"
                )
            return
        if holds not in HOLDS:
            raise FileProblem(f"A file holds one of {', '.join(HOLDS)}, not {quoted(holds)}.")
        if holds == "all" and not apart:
            raise FileProblem(
                f"{self.file_name} has no column that tells cancelled visits apart, so it cannot "
                "be read as holding all; import kept and cancelled visits as two files."
            )
        self.holds = holds

    def chunks(self, size: int = 20_000) -> Iterator[Chunk]:
        """Yield the file's rows, checked, at most `size` records at a time."""
        checker = Checker(self.profile, self._columns, self._zone, self.holds)
        row = 1
        for batch in self._table.batches(self._skip, size):
            yield checker.check(batch, row)
            row += len(batch.records)

    def preview(self, n: int = 20) -> Chunk:
        """Return the first `n` records, checked; an empty chunk if the file has only a header."""
        checker = Checker(self.profile, self._columns, self._zone, self.holds)
        for batch in self._table.batches(self._skip, n):
            return checker.check(batch, 1)
        return checker.no_rows()


def open_source(
    path: Path,
    *,
    timezone: str,
    source: str | None = None,
    profile: Path | None = None,
    holds: str | None = None,
) -> SourceFile:
    """Return the file ready to be read in chunks, times taken to be in the practice's zone.

    FileProblem, one sentence, if it cannot be read, recognised or mapped.
    """
    told = read_profile(profile) if profile else shipped_profile(source) if source else None
    looked, stat = look_at(path), path.stat()
    table: Table = (
        DelimitedFile(path, looked.encoding, looked.note) if looked.encoding else Workbook(path)
    )
    origin = Origin(path.name, looked.sha256, stat.st_size, int(stat.st_mtime))
    file = SourceFile(table, origin, practice_zone(timezone), told)
    if source:
        file.source = source
    file.hold(holds)
    return file


def open_table(
    table: Table, origin: Origin, *, timezone: str, profile: Profile, holds: str
) -> SourceFile:
    """Return rows that came by another way than a file, ready to be read like one.

    FileProblem, one sentence, if they lack what the profile needs.
    """
    file = SourceFile(table, origin, practice_zone(timezone), profile)
    file.hold(holds)
    return file
