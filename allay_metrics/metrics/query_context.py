"""The context of a query: a question, its records, and how rows become aggregate keys."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self

from sqlalchemy import ColumnElement, Connection, Select, case, literal, select

from allay_metrics.metrics.aggregates import AggregateKey
from allay_metrics.metrics.coverage import Records
from allay_metrics.metrics.days import Bucket, Range, start_of
from allay_metrics.metrics.fact_table import FactTable
from allay_metrics.metrics.question import WEEKDAYS, Question
from allay_metrics.records import Scope
from allay_metrics.records.column_types import LocalDate
from allay_metrics.records.tables import therapist

_CALENDAR = ("day", "week", "month")


@dataclass(frozen=True)
class QueryContext:
    """A question being answered; `shown` has, for each group column, value -> shown text."""

    conn: Connection
    scope: Scope
    records: Records
    question: Question
    buckets: list[Bucket]
    shown: list[Callable[[Any], str]]

    @property
    def days(self) -> Range:
        """Return the first and last day of the question."""
        return self.question.first, self.question.last

    def over(self, question: Question) -> Self:
        """Return the context of another question with the same groups."""
        return replace(self, question=question, buckets=question.buckets)

    def select(
        self,
        facts: FactTable,
        sums: Sequence[ColumnElement[Any]],
        *,
        whenever: bool = False,
        daily: bool = False,
    ) -> Select[Any]:
        """Return the statement that groups and sums what the question and the scope select.

        `whenever` omits the condition on the period. With a grain, `daily` returns a row for each
        day instead of each bucket.
        """
        by = self.question.by
        columns = [facts.group(name).label(f"by_{place}") for place, name in enumerate(by)]
        if self.question.grain:
            period = facts.column("day") if daily else self._period(facts)
            columns.append(period.label("period"))
        statement = select(*columns, *sums).select_from(facts.rows(by)).where(facts.own(self.scope))
        if not whenever:
            statement = statement.where(facts.on(self.days))
        if self.question.where:
            statement = statement.where(*facts.only(self.question))
        # By name: PostgreSQL treats two bound copies of one expression as different ones.
        return statement.group_by(*(column.name for column in columns)) if columns else statement

    def rows(self, statement: Select[Any]) -> Iterator[tuple[AggregateKey, Sequence[Any]]]:
        """Yield the aggregate key and the sums of each row of a statement of `select`."""
        of_start = {bucket.start: i for i, bucket in enumerate(self.buckets)}
        grain = self.question.grain
        groups = len(self.shown)
        before_sums = groups + bool(grain)
        # The same few groups and starts recur: each is computed once.
        places: dict[tuple[Any, ...], AggregateKey] = {}
        for row in self.conn.execute(statement).all():
            key = row[:before_sums]
            place = places.get(key)
            if place is None:
                group = tuple(show(value) for show, value in zip(self.shown, key, strict=False))
                # A start maps to itself, a day to its bucket.
                start = start_of(grain, key[groups]) if grain else None
                place = places[key] = AggregateKey(group, of_start[start])
            yield place, row[before_sums:]

    def _period(self, facts: FactTable) -> ColumnElement[date]:
        grain = self.question.grain
        if grain in _CALENDAR:
            return facts.column(str(grain))
        # Quarters and years are few: a day belongs to the first one that ends on or after it.
        day = facts.column("day")
        *earlier, newest = [
            (bucket.last, literal(bucket.start, LocalDate())) for bucket in self.buckets
        ]
        if not earlier:
            return newest[1]
        return case(*((day <= end, start) for end, start in earlier), else_=newest[1])


def build_query_context(
    conn: Connection, scope: Scope, records: Records, question: Question
) -> QueryContext:
    """Return the context; therapists' names are read where they are shown."""
    shown: list[Callable[[Any], str]] = []
    for name in question.by:
        if name == "weekday":
            shown.append(WEEKDAYS.__getitem__)
        elif name == "therapist":
            statement = select(therapist.c.id, therapist.c.name)
            practice_statement = statement.where(therapist.c.practice_id == scope.practice_id)
            shown.append({row.id: row.name for row in conn.execute(practice_statement)}.__getitem__)
        else:
            shown.append(str)
    return QueryContext(conn, scope, records, question, question.buckets, shown)
