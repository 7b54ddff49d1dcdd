"""Whether the records can answer a question, and the notes shown beside the answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from allay_metrics.metrics.coverage import Records
from allay_metrics.metrics.days import DAY, Bucket, Range, format_day, intersect, subtract
from allay_metrics.metrics.metric import CoverageKind, Metric

_WORDS: dict[CoverageKind, str] = {
    "kept": "visits are",
    "cancelled": "cancellations are",
    "no_show": "no-shows are",
    "cancel_time": "cancellation times are",
    "canceller": "who cancelled is",
    "booked_on": "booking dates are",
    "attendance": "attendance is",
    "family": "families are",
}
_NOTES: dict[CoverageKind, str] = {
    "cancelled": "kept visits only",
    "cancel_time": "late cancellations are not in this export",
}
NEWCOMERS = "a family seen in the first 90 days of the records may not be new"
NO_RECORDS = "there are no records yet"
NOT_ENDED = "the week had not ended when the records were exported"


@dataclass(frozen=True)
class Answerability:
    """Whether there is a value, with its notes; without a value, the reason."""

    is_answerable: bool
    notes: tuple[str, ...] = ()


Judged = list[Answerability]  # one for each bucket

_PLAIN_YES = Answerability(is_answerable=True)


def judge_answerability(
    metrics: Sequence[Metric], buckets: list[Bucket], records: Records
) -> list[Judged]:
    """Return, for each metric, whether the records can answer for each bucket.

    Metrics with the same needs are judged once; the usual case, full coverage up to the newest
    export of every source, is decided by one comparison.
    """
    judged: dict[object, Judged] = {}
    for metric in metrics:
        if _needs_of(metric) not in judged:
            clear_to = _clear_to(metric, buckets, records)
            judged[_needs_of(metric)] = [
                _PLAIN_YES
                if clear_to and _days_judged(metric, bucket)[1] <= clear_to
                else judge(metric, bucket, records)
                for bucket in buckets
            ]
    return [judged[_needs_of(metric)] for metric in metrics]


def _needs_of(metric: Metric) -> object:
    special = metric.by_whole_weeks, metric.kind == "stock"
    return metric.needs, metric.noted, metric.settled, special


def _clear_to(metric: Metric, buckets: list[Bucket], records: Records) -> date | None:
    """Return the day up to which all sources cover all kinds; None where one does not."""
    if metric.kind == "stock" or not records.as_of:
        return None
    first, last = _days_judged(metric, buckets[0])[0], _days_judged(metric, buckets[-1])[1]
    period = first, min(last, *records.as_of.values())
    kinds = (*metric.needs, *metric.noted)
    unsettled = metric.settled and (records.settled_from or date.max) > first
    covered = all(
        any(start <= first and period[1] <= end for start, end in records.days(source, kind))
        for source in records.sources
        for kind in kinds
    )
    return period[1] if covered and not unsettled else None


def judge(metric: Metric, bucket: Bucket, records: Records) -> Answerability:
    """Return whether the records can answer for these days."""
    period = _days_judged(metric, bucket)
    if why_not := _why_not(metric, period, records):
        return Answerability(is_answerable=False, notes=(why_not,))
    if metric.kind == "stock":
        return _PLAIN_YES
    notes = [_partly(kind, period, records) for kind in (*metric.needs, *metric.noted)]
    if metric.settled and records.settled_from and bucket.first < records.settled_from:
        notes.append(NEWCOMERS)
    return Answerability(is_answerable=True, notes=tuple(note for note in notes if note))


def _why_not(metric: Metric, period: Range, records: Records) -> str:
    """Return why there is no value, '' where there is one."""
    if records.newest is None:
        return NO_RECORDS
    if metric.kind == "stock":
        return "" if records.names_families else _absent("family")
    if kind := _kind_missed(metric, period, records):
        return _not_covered(kind, period, records)
    if metric.by_whole_weeks and records.newest < period[1]:
        return NOT_ENDED
    if metric.settled and records.settled_from and period[1] < records.settled_from:
        return NEWCOMERS
    return ""


def _kind_missed(metric: Metric, period: Range, records: Records) -> CoverageKind | None:
    """Return a needed kind of coverage that these days lack, None if they lack none."""
    for kind in metric.needs:
        if not intersect(records.anywhere(kind), (period,)):
            return kind
    # Several kinds may each be covered, but not all by one source on one day.
    together = any(records.needed_days(metric.window, source, period) for source in records.sources)
    return None if together else metric.needs[-1]


def _days_judged(metric: Metric, bucket: Bucket) -> Range:
    """Return the days whose coverage counts: for whole-week metrics, the whole last week."""
    if not metric.by_whole_weeks:
        return bucket.first, bucket.last
    sunday = bucket.last + (6 - bucket.last.weekday()) * DAY
    return sunday - 6 * DAY, sunday


def _not_covered(kind: CoverageKind, period: Range, records: Records) -> str:
    covered = records.anywhere(kind)
    if not covered:
        return _absent(kind)
    if period[1] < covered[0][0]:
        return f"{_WORDS[kind]} covered from {format_day(covered[0][0])} on"
    if period[0] > covered[-1][1]:
        return f"{_WORDS[kind]} covered to {format_day(covered[-1][1])}"
    return f"{_WORDS[kind]} not covered on these days"


def _absent(kind: CoverageKind) -> str:
    words = "kept visits are" if kind == "kept" else _WORDS[kind]
    return f"{words} not in this export"


def _partly(kind: CoverageKind, period: Range, records: Records) -> str:
    """Return the note that some of the days are not covered, '' where all are."""
    if kind == "kept":
        start = records.anywhere("kept")[0][0]
        return f"the records start on {format_day(start)}" if period[0] < start else ""
    for source in records.sources:
        kept_days = intersect(records.days(source, "kept"), (period,))
        covered = records.days(source, kind)
        # Days after the export have nothing of the kind yet: they are not missed.
        past = intersect(kept_days, ((date.min, records.as_of[source]),))
        missed = subtract(past if covered else kept_days, covered)
        if missed:
            return _missed(kind, source, missed, intersect(covered, (period,)), records)
    return ""


def _missed(
    kind: CoverageKind,
    source: str,
    missed: tuple[Range, ...],
    covered: tuple[Range, ...],
    records: Records,
) -> str:
    if not covered:
        if len(records.sources) > 1 and records.anywhere(kind):
            return f"{_WORDS[kind]} not in the {source} records"
        return _NOTES.get(kind) or _absent(kind)
    if missed[-1][1] < covered[0][0]:
        return f"{_WORDS[kind]} covered from {format_day(covered[0][0])} on"
    if missed[0][0] > covered[-1][1]:
        return f"{_WORDS[kind]} covered to {format_day(covered[-1][1])}"
    return f"{_WORDS[kind]} not covered on all of these days"
