"""The status of the records: how new they are, the days they cover, the newest imports."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from allay_metrics.metrics.coverage import Records, read_records
from allay_metrics.metrics.weeks import sunday_of
from allay_metrics.records import Scope
from allay_metrics.records.tables import import_, set_aside


@dataclass(frozen=True)
class ImportLine:
    """One import; rows_read = added + updated + unchanged + set_aside.

    `came_in` rows of those set aside count now: corrected, retried, or valid in a newer file.
    """

    id: str
    source: str
    file_name: str
    as_of: int
    rows_read: int
    added: int
    updated: int
    unchanged: int
    set_aside: int
    came_in: int


@dataclass(frozen=True)
class RecordStatus:
    """The status of the records, which every page shows at the top.

    `as_of` maps a source to the moment of its newest export (epoch seconds); `files` are the
    imports of the newest of them, in order: kept and cancelled visits may be two files.
    """

    as_of: dict[str, int]
    files: tuple[ImportLine, ...]
    records: Records
    zone: ZoneInfo

    @property
    def newest(self) -> ImportLine | None:
        """Return the newest import, None while there are no records."""
        return self.files[-1] if self.files else None

    @property
    def rows_read(self) -> int:
        """Return the rows of the newest files."""
        return sum(file.rows_read for file in self.files)

    @property
    def rows_set_aside(self) -> int:
        """Return how many of them are set aside."""
        return sum(file.set_aside - file.came_in for file in self.files)

    @property
    def rows_counted(self) -> int:
        """Return how many of them count."""
        return self.rows_read - self.rows_set_aside

    @property
    def as_of_day(self) -> date | None:
        """Return the date of the newest export, in the practice's zone."""
        return self.records.newest

    @property
    def as_of_moments(self) -> dict[str, datetime]:
        """Return the newest export of each source as a time in the practice's zone."""
        return {source: datetime.fromtimestamp(at, self.zone) for source, at in self.as_of.items()}

    @property
    def first_day(self) -> date | None:
        """Return the first day on which any source covers kept visits."""
        kept = self.records.anywhere("kept")
        return kept[0][0] if kept else None

    @property
    def last_day(self) -> date | None:
        """Return the last day on which any source covers kept visits, booked ones included."""
        kept = self.records.anywhere("kept")
        return kept[-1][1] if kept else None

    def told_of(self, monday: date, kinds: Iterable[str]) -> frozenset[tuple[str, str]]:
        """Return which (source, kind) cover every day of the week so far.

        Two weeks with different coverage cannot be compared, because the records differ.
        """
        last = max(monday, min(sunday_of(monday), self.as_of_day or monday))
        return frozenset(
            (source, kind)
            for kind in kinds
            for source in self.records.sources
            if self._tells(source, kind, monday, last)
        )

    def _tells(self, source: str, kind: str, first: date, last: date) -> bool:
        return any(a <= first and last <= b for a, b in self.records.days(source, kind))


def read_record_status(scope: Scope) -> RecordStatus:
    """Return the status of the records; undone imports do not count."""
    came_in = (
        select(func.count())
        .where(
            set_aside.c.practice_id == import_.c.practice_id,
            set_aside.c.import_id == import_.c.id,
            set_aside.c.settled_by.is_not(None),
        )
        .scalar_subquery()
    )
    *field_names, _ = ImportLine.__dataclass_fields__
    taken_in = (
        select(*(import_.c[name] for name in field_names), came_in)
        .where(
            import_.c.practice_id == scope.practice_id,
            import_.c.undone_at.is_(None),
            # A corrected row is still a row of its file, not an additional one.
            import_.c.mends.is_(None),
            # Imports of answers contain no visits.
            import_.c.holds != "answers",
        )
        .order_by(import_.c.as_of, import_.c.sequence)
    )
    with scope.read() as conn:
        lines = [ImportLine(*tuple(row)) for row in conn.execute(taken_in)]
        records = read_records(conn, scope)
    as_of = {line.source: line.as_of for line in lines}
    newest = max(as_of.values(), default=None)
    files = tuple(line for line in lines if line.as_of == newest)
    return RecordStatus(as_of, files, records, scope.zone)
