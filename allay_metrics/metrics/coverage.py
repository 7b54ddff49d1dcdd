"""What the records cover: coverage per source and kind, the newest export of each source.

A metric counts, for a source, the days on which all kinds it needs are covered. Kept visits are an
exception: a visit on file counts whatever its file covers; but where no source covers kept visits
on any day of a period there is no value, rather than a zero. The same holds for families, which
come with kept visits, except from sources of busy times: their visits count where no family is
asked for.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property, reduce

from sqlalchemy import ColumnElement, Connection, and_, false, func, or_, select

from allay_metrics.intake.profile import find_occupancy_sources
from allay_metrics.metrics.days import DAY, Range, intersect, merge
from allay_metrics.metrics.fact_table import FactTable
from allay_metrics.metrics.metric import MetricWindow
from allay_metrics.records import Scope
from allay_metrics.records.tables import coverage, import_

SETTLED_AFTER = timedelta(days=90)
# Days between two files of one source that count as covered: nobody worked on them.
GAP_KNOWN = 21


@dataclass(frozen=True)
class Records:
    """Covered days by source and kind, and the local date of each source's newest export."""

    covered: dict[tuple[str, str], tuple[Range, ...]] = field(default_factory=dict)
    as_of: dict[str, date] = field(default_factory=dict)

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """Return every source with records."""
        return tuple(sorted({source for source, _ in self.covered} | self.as_of.keys()))

    @cached_property
    def newest(self) -> date | None:
        """Return the date of the newest export of all."""
        return max(self.as_of.values(), default=None)

    @cached_property
    def settled_from(self) -> date | None:
        """Return the first day from which a family seen for the first time counts as new."""
        kept = self.anywhere("kept")
        return kept[0][0] + SETTLED_AFTER if kept else None

    @cached_property
    def names_families(self) -> bool:
        """Return whether any source names families, and not only busy times."""
        return not set(self.sources) <= find_occupancy_sources()

    def days(self, source: str, kind: str) -> tuple[Range, ...]:
        """Return the days this source covers for this kind."""
        return self.covered.get((source, kind), ())

    def anywhere(self, kind: str) -> tuple[Range, ...]:
        """Return the days any source covers for this kind."""
        return self._of_all_sources.get(kind, ())

    @cached_property
    def _of_all_sources(self) -> dict[str, tuple[Range, ...]]:
        days: dict[str, list[Range]] = defaultdict(list)
        for (_, kind), ranges in self.covered.items():
            days[kind] += ranges
        return {kind: merge(ranges) for kind, ranges in days.items()}

    def needed_days(self, window: MetricWindow, source: str, period: Range) -> tuple[Range, ...]:
        """Return the days of the period on which the source covers all kinds the window needs."""
        if "family" in window.needs and source in find_occupancy_sources():
            return ()
        limiting = (kind for kind in window.needs if kind != "family")
        return reduce(intersect, (self.days(source, kind) for kind in limiting), (period,))

    def open_days(self, window: MetricWindow, source: str, period: Range) -> tuple[Range, ...]:
        """Return the days of the period on which a metric counts visits of the source."""
        days = self.needed_days(window, source, period)
        if window.ripe_after is not None:
            ripe_to = self.as_of[source] - timedelta(days=window.ripe_after) - DAY
            days = intersect(days, ((date.min, ripe_to),))
        if window.settled:
            start = self.settled_from
            days = intersect(days, ((start, date.max),)) if start else ()
        return days


def read_records(conn: Connection, scope: Scope) -> Records:
    """Return what the imports that are not undone cover."""
    statement = select(
        coverage.c.source, coverage.c.kind, coverage.c.first_day, coverage.c.last_day
    )
    ranges: dict[tuple[str, str], list[Range]] = defaultdict(list)
    for source, kind, first, last in conn.execute(
        statement.where(coverage.c.practice_id == scope.practice_id)
    ):
        ranges[source, kind].append((first, last))
    newest = (
        select(import_.c.source, func.max(import_.c.as_of))
        .where(
            import_.c.practice_id == scope.practice_id,
            import_.c.undone_at.is_(None),
            # Imports of answers cover no visits.
            import_.c.holds != "answers",
        )
        .group_by(import_.c.source)
    )
    as_of = {
        source: datetime.fromtimestamp(moment, scope.zone).date()
        for source, moment in conn.execute(newest)
    }
    days_by_kind = {key: merge(days, GAP_KNOWN) for key, days in ranges.items() if key[0] in as_of}
    families = {
        (source, "family"): days
        for (source, kind), days in days_by_kind.items()
        if kind == "kept" and source not in find_occupancy_sources()
    }
    return Records(days_by_kind | families, as_of)


def open_to(
    window: MetricWindow, records: Records, facts: FactTable, period: Range
) -> ColumnElement[bool] | None:
    """Return the condition for days this window counts; None when it counts all."""
    if window == MetricWindow():
        return None
    days = {source: records.open_days(window, source, period) for source in records.sources}
    if days and all(ranges == (period,) for ranges in days.values()):
        return None
    return or_(
        false(),
        *(
            and_(facts.column("source") == source, or_(*(facts.on(day) for day in ranges)))
            for source, ranges in days.items()
            if ranges
        ),
    )
