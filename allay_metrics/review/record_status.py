"""What the records know: how new they are, which days they tell of, what the newest file held."""

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
    """One file taken in; rows_read = added + updated + unchanged + set_aside.

    `came_in` of the rows set aside count after all: mended, retried, or right in a newer file.
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
    """The state of the records, which every page names on top.

    `as_of` maps a source to the moment of its newest export (unix seconds); `files` are the
    imports of the newest of them: kept and cancelled visits may come in two. Last one last.
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
        """Return how many of them cannot be used."""
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
        """Return the first day any source tells kept visits of."""
        kept = self.records.anywhere("kept")
        return kept[0][0] if kept else None

    @property
    def last_day(self) -> date | None:
        """Return the last day any source tells kept visits of, booked ones among them."""
        kept = self.records.anywhere("kept")
        return kept[-1][1] if kept else None

    def told_of(self, monday: date, kinds: Iterable[str]) -> frozenset[tuple[str, str]]:
        """Return which (source, kind) are told of every day of the week so far.

        Two weeks with different answers cannot be compared: what changed is the records.
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
    """Return what the practice's records know; imports that were undone do not count."""
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
            # What was mended is a row of its file still, not a row more.
            import_.c.mends.is_(None),
            # Parents' answers tell nothing of visits.
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
