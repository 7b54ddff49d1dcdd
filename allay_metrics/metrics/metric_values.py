"""Turns an aggregate into a value with numerator, denominator and reason."""

from typing import NamedTuple

from allay_metrics.metrics.aggregates import Aggregate
from allay_metrics.metrics.answerability import Answerability
from allay_metrics.metrics.metric import Metric

SMALL = 4  # denominators up to this are shown as counts only
# Divisors of numerator and denominator: cents to dollars, minutes to hours.
_SCALES = {"money": (100, 1), "hours": (60, 1), "per_hour": (100, 60), "share_of_hours": (60, 60)}


class MetricValue(NamedTuple):
    """A value; `reason` says why there is none, or is a note beside it."""

    value: float | None
    numerator: float | None
    denominator: float | None
    reason: str


def build_value(metric: Metric, cell: Aggregate, verdict: Answerability) -> MetricValue:
    """Return the value of an aggregate, or the reason why there is none."""
    if not verdict.is_answerable:
        return MetricValue(None, None, None, "; ".join(verdict.notes))
    if cell.why_not:
        return MetricValue(None, None, None, cell.why_not)
    notes = list(verdict.notes)
    if cell.remark:
        notes.append(f"{cell.remark} {metric.remark_words.format(top=cell.top)}")
    if cell.second_remark:
        notes.append(f"{cell.second_remark} {metric.second_words}")
    if cell.note:
        notes.append(cell.note)
    if metric.is_ratio:
        return _ratio(metric, cell, notes)
    if metric.kind == "median":
        return _median(cell, verdict)
    value = cell.top / _SCALES.get(metric.kind, (1, 1))[0]
    if metric.money and cell.remark and not cell.top:
        return MetricValue(None, None, None, "; ".join(notes))
    return MetricValue(value, value, None, "; ".join(notes))


def _ratio(metric: Metric, cell: Aggregate, notes: list[str]) -> MetricValue:
    recent = f"{cell.left_out} too recent to tell" if cell.left_out else ""
    if cell.bottom == 0:
        return MetricValue(None, 0.0, 0.0, recent or "nothing to count")
    if metric.money and cell.second_remark and not cell.top:
        return MetricValue(None, None, None, "; ".join(notes))
    of_top, of_bottom = _SCALES.get(metric.kind, (1, 1))
    top, bottom = cell.top / of_top, cell.bottom / of_bottom
    if bottom <= max(SMALL, metric.small):
        return MetricValue(None, top, bottom, "small")
    if cell.hushed:
        return MetricValue(None, top, bottom, cell.hushed)
    return MetricValue(top / bottom, top, bottom, "; ".join(filter(None, (*notes, recent))))


def _median(cell: Aggregate, verdict: Answerability) -> MetricValue:
    if cell.bottom == 0:
        return MetricValue(None, None, 0.0, "nothing to count")
    if cell.bottom <= SMALL:
        return MetricValue(None, None, float(cell.bottom), "small")
    return MetricValue(cell.middle, None, float(cell.bottom), "; ".join(verdict.notes))
