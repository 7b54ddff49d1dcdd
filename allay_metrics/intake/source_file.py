"""Opens a file as a source of checked rows."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from allay_metrics.errors import FileProblem, quote
from allay_metrics.intake.clock import practice_zone
from allay_metrics.intake.extra_columns import AnswersInCells, Widener, widen_batch
from allay_metrics.intake.joined_report import JoinedReports
from allay_metrics.intake.mapping import ColumnMap, map_columns
from allay_metrics.intake.profile import HOLDS, Profile, find_profile, read_profile
from allay_metrics.intake.row_checks import Checker
from allay_metrics.intake.rows import COLUMN_OF, Chunk
from allay_metrics.intake.source_detection import RecognisedTable, recognise
from allay_metrics.intake.table import Batch
from allay_metrics.intake.table_formats import open_table

# Kinds of coverage that need a column of their own.
_COLUMN_OF_COVERAGE = {
    "booked_on": "booked_on",
    "cancel_time": "cancelled_at",
    "canceller": "cancelled_by",
}
# Marks that give the same coverage without such a column.
_COVERAGE_OF_MARK = {"late_cancelled": "cancel_time", "practice_cancelled": "canceller"}


class SourceFile:
    """A recognised file. Each call of `chunks` reads it from the beginning."""

    def __init__(
        self,
        path: Path,
        zone: ZoneInfo,
        explicit_profile: Profile | None,
        own: Sequence[Profile] = (),
        beside: Sequence[Path] = (),
    ) -> None:
        self._table, file_bytes = open_table(path)
        recognised = recognise(self._table.first(), path, explicit_profile, own)
        self._zone = zone
        self._skip = recognised.skip
        self._width = len(recognised.headers)
        self.sha256 = file_bytes.sha256
        self._wideners = self._open_wideners(recognised, path, beside)
        added = [header for widener in self._wideners for header in widener.headers]
        self._columns: ColumnMap = map_columns(
            [*recognised.headers, *added], recognised.profile, path, len(added)
        )
        stat = path.stat()
        self.file_name = path.name
        self.size = stat.st_size
        self.modified_at = int(stat.st_mtime)
        self.profile = recognised.profile
        self.source = recognised.profile.name
        self.holds = recognised.profile.holds
        self._notes = list(self._table.notes)
        self._checker: Checker | None = None
        if self._skip > 1:
            lines = "line" if self._skip == 2 else "lines"
            self._notes.append(f"skipped {self._skip - 1} title {lines} above the header")

    @property
    def notes(self) -> list[str]:
        """Return notes for a person; after a pass, those on its rows, too."""
        if self._checker is None:
            return list(self._notes)
        joined = [note for widener in self._wideners for note in widener.notes()]
        return [*self._notes, *self._checker.notes(), *joined]

    @property
    def carries(self) -> frozenset[str]:
        """Return the kinds of coverage this file can have, by what it holds and its columns."""
        in_words = {_COVERAGE_OF_MARK.get(mark.mark) for mark in self._columns.marks}
        return frozenset(
            kind
            for kind in self.profile.carries.get(self.holds, frozenset())
            if kind not in _COLUMN_OF_COVERAGE
            or _COLUMN_OF_COVERAGE[kind] in self._columns.fields
            or kind in in_words
        )

    @property
    def untold(self) -> frozenset[str]:
        """Return the columns of a chunk that only a missing second report would fill.

        An import keeps the recorded values of these columns.
        """
        rule = self.profile.joined
        fields = frozenset(rule.columns if rule else ()) - self._columns.fields.keys()
        return frozenset(COLUMN_OF.get(field, field) for field in fields)

    @property
    def fraction_read(self) -> float:
        """Return the share of the file that the current pass has read, 0 to 1."""
        return self._table.fraction_read

    def set_holds(self, holds: str | None) -> None:
        """Set kept, all or cancelled; None leaves the profile's. Raises FileProblem.

        A file without a column that marks cancelled visits cannot hold all.
        """
        has_cancelled_marks = self._columns.has_cancelled_marks
        if holds is None:
            if self.holds == "kept" and has_cancelled_marks:
                self._notes.append(
                    "read as kept visits only; if the export includes cancelled visits, choose that"
                )
            return
        if holds not in HOLDS:
            raise FileProblem(f"A file holds one of {', '.join(HOLDS)}, not {quote(holds)}.")
        if holds == "all" and not has_cancelled_marks:
            raise FileProblem(
                f"{self.file_name} has no column that tells cancelled visits apart, so it cannot "
                "be read as holding all; import kept and cancelled visits as two files."
            )
        self.holds = holds

    def chunks(self, size: int = 20_000) -> Iterator[Chunk]:
        """Yield the file's checked rows, at most `size` records at a time."""
        checker = self._begin()
        row = 1
        for batch in self._table.batches(self._skip, size):
            yield checker.check(self._widen(batch), row)
            row += len(batch.records)

    def preview(self, n: int = 20) -> Chunk:
        """Return the first `n` records, checked; an empty chunk if the file has only a header."""
        checker = self._begin()
        for batch in self._table.batches(self._skip, n):
            return checker.check(self._widen(batch), 1)
        return checker.no_rows()

    def _begin(self) -> Checker:
        for widener in self._wideners:
            widener.begin()
        self._checker = Checker(self.profile, self._columns, self._zone, self.holds)
        return self._checker

    def _widen(self, batch: Batch) -> Batch:
        return widen_batch(batch, self._width, self._wideners) if self._wideners else batch

    def _open_wideners(
        self, recognised: RecognisedTable, path: Path, beside: Sequence[Path]
    ) -> list[Widener]:
        """Return what adds columns to the file; `sha256` becomes that of all files together."""
        profile, wideners = recognised.profile, list[Widener]()
        if profile.answers:
            wideners.append(AnswersInCells(profile, recognised.headers))
        if beside:
            if profile.joined is None:
                names = " and ".join(other.name for other in beside)
                raise FileProblem(
                    f"{path.name} ({profile.label}) cannot be combined with {names}: import them "
                    "separately."
                )
            opened = [(other, *open_table(other)) for other in beside]
            reports = [(other, table) for other, table, _ in opened]
            wideners.append(JoinedReports(profile, profile.joined, recognised.headers, reports))
            together = "".join([self.sha256, *(file_bytes.sha256 for _, _, file_bytes in opened)])
            self.sha256 = sha256(together.encode()).hexdigest()
        return wideners


def open_source(
    path: Path,
    *,
    timezone: str,
    source: str | None = None,
    profile: Path | None = None,
    holds: str | None = None,
    own: Sequence[Profile] = (),
    beside: Sequence[Path] = (),
) -> SourceFile:
    """Return the file ready to be read in chunks; times without a zone are in `timezone`.

    `own` are the practice's profiles, tried before the shipped ones; `beside` are second reports
    on the file's visits. Raises FileProblem if it cannot be read, recognised or mapped.
    """
    explicit_profile = (
        read_profile(profile) if profile else find_profile(source, own) if source else None
    )
    file = SourceFile(
        Path(path), practice_zone(timezone), explicit_profile, own, [Path(p) for p in beside]
    )
    if source:
        file.source = source
    file.set_holds(holds)
    return file
