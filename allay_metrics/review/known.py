"""What the records know: how new they are, which days they tell of, what the newest file held."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from allay_metrics.metrics.coverage import Records, read_records
from allay_metrics.records import Scope
from allay_metrics.records.tables import import_
from allay_metrics.review.weeks import sunday_of


@dataclass(frozen=True)
class ImportLine:
    """One file taken in; rows_read = added + updated + unchanged + set_aside."""

    id: str
    source: str
    file_name: str
    as_of: int
    rows_read: int
    added: int
    updated: int
    unchanged: int
    set_aside: int

    @property
    def counted(self) -> int:
        """Return how many of its rows count."""
        return self.rows_read - self.set_aside


@dataclass(frozen=True)
class Known:
    """The state of the records, which every page names on top.

    `as_of` maps a source to the moment of its newest export (unix seconds); `newest` is the
    import with the newest of them, None while there are no records.
    """

    as_of: dict[str, int]
    newest: ImportLine | None
    records: Records
    zone: ZoneInfo

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

    def sources_of(self, monday: date, kinds: Iterable[str]) -> frozenset[str]:
        """Return the sources that tell all these kinds of every day of the week so far.

        Two weeks with different answers cannot be compared: what changed is the records.
        """
        last = max(monday, min(sunday_of(monday), self.as_of_day or monday))
        wanted = tuple(kinds)
        return frozenset(
            source
            for source in self.records.sources
            if all(self._tells(source, kind, monday, last) for kind in wanted)
        )

    def _tells(self, source: str, kind: str, first: date, last: date) -> bool:
        return any(a <= first and last <= b for a, b in self.records.days(source, kind))


def known_records(scope: Scope) -> Known:
    """Return what the practice's records know; imports that were undone do not count."""
    files = (
        select(*(import_.c[name] for name in ImportLine.__dataclass_fields__))
        .where(import_.c.practice_id == scope.practice_id, import_.c.undone_at.is_(None))
        .order_by(import_.c.as_of, import_.c.sequence)
    )
    with scope.read() as conn:
        lines = [ImportLine(*row) for row in conn.execute(files)]
        records = read_records(conn, scope)
    newest = lines[-1] if lines else None
    return Known({line.source: line.as_of for line in lines}, newest, records, scope.zone)
