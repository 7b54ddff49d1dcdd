"""What a total leaves out, missing visits, and what it counts although unconfirmed."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, literal_column, or_

from allay_metrics import formatting as fmt
from allay_metrics.metrics.aggregates import AggregateKey
from allay_metrics.metrics.coverage import read_records
from allay_metrics.metrics.fact_table import VISITS
from allay_metrics.metrics.query_context import build_query_context
from allay_metrics.metrics.question import Question
from allay_metrics.records import Scope
from allay_metrics.records.tables import visit


@dataclass(frozen=True)
class LeftOut:
    """How many visits a total leaves out as missing, and how many it counts unconfirmed.

    `since` is the newest export that contained an unconfirmed one (epoch seconds), or None.
    """

    missing: int = 0
    unconfirmed: int = 0
    since: int | None = None

    def note(self, zone: ZoneInfo) -> str:
        """Return both counts as a note, '' where both are zero."""
        parts = []
        if self.missing:
            parts.append(f"{fmt.number(self.missing)} missing, in no number until decided")
        if self.unconfirmed and self.since is not None:
            day = _day(self.since, zone)
            parts.append(f"{fmt.number(self.unconfirmed)} not confirmed since {fmt.full_day(day)}")
        return "; ".join(parts)


def visits_left_out(question: Question, scope: Scope) -> dict[AggregateKey, LeftOut]:
    """Return what each group and period of a question leaves out; nothing for check-in metrics.

    Keys are the group as shown and the index of the period.
    """
    if all(metric.is_reported for metric in question.metric_entries):
        return {}
    is_missing = visit.c.state == literal_column("'missing'")
    is_unconfirmed = visit.c.unconfirmed == literal_column("1")
    sums = [
        func.sum(case((is_missing, 1), else_=0)),
        func.sum(visit.c.unconfirmed),
        func.max(case((is_unconfirmed, visit.c.as_of))),
    ]
    with scope.read() as conn:
        context = build_query_context(conn, scope, read_records(conn, scope), question)
        statement = context.select(VISITS, sums).where(or_(is_missing, is_unconfirmed))
        counted = list(context.rows(statement))
    return {
        place: LeftOut(int(missing), int(unconfirmed), since)
        for place, (missing, unconfirmed, since) in counted
        if missing or unconfirmed
    }


def _day(moment: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(moment, zone).date()
