"""The query engine: answers a question, within a scope, as a tidy frame."""

from collections.abc import Mapping
from functools import cache

import numpy as np
import pandas as pd

from allay_metrics.errors import NotAllowed
from allay_metrics.metrics import additive, drive_metrics
from allay_metrics.metrics.aggregates import Aggregate, AggregateKey, Cells, Group
from allay_metrics.metrics.answerability import judge_answerability
from allay_metrics.metrics.coverage import read_records
from allay_metrics.metrics.fact_table import VISITS, choose_fact_table
from allay_metrics.metrics.filter_names import check_names
from allay_metrics.metrics.metric import Metric
from allay_metrics.metrics.metric_values import MetricValue, build_value
from allay_metrics.metrics.query_context import QueryContext, build_query_context
from allay_metrics.metrics.question import WEEKDAYS, Question
from allay_metrics.records import Scope


def query(question: Question, scope: Scope) -> pd.DataFrame:
    """Return the answer, one row per group, period and metric.

    Columns: one per group asked for (text as shown), `period` (date of its first day, where a
    grain is asked for), `metric`, `value`, `numerator`, `denominator` (floats or None; dollars,
    hours, days, shares 0 to 1), `reason` (why there is no value, or a note beside it; else empty).
    Rows are in the order of groups, periods, and the metrics as asked. Groups are those in which
    any of the metrics found something. Periods without a visit are zeros of a count; of a rate or
    median they are absent. Raises NotAllowed where the viewer may not see money, QuestionProblem
    for a city, county, therapist or referral source nobody knows.
    """
    return query_all({"answer": question}, scope)["answer"]


def query_all(questions: Mapping[str, Question], scope: Scope) -> dict[str, pd.DataFrame]:
    """Return the answers to several questions by name, all from one snapshot of the records."""
    for question in questions.values():
        refuse_money(question, scope)
    with scope.read() as conn:
        records = read_records(conn, scope)
        return {
            name: _answer(build_query_context(conn, scope, records, question))
            for name, question in questions.items()
        }


def refuse_money(question: Question, scope: Scope) -> None:
    """Raise NotAllowed when the question asks for money that the viewer may not see."""
    for metric in question.metric_entries:
        if metric.money and not scope.sees_money:
            raise NotAllowed(f"{metric.label} is for the owner to see.")


def _answer(context: QueryContext) -> pd.DataFrame:
    question = context.question
    cells_by_metric = _count(context)
    speaking = _groups_that_speak(cells_by_metric)
    if question.where and not speaking:
        check_names(context.conn, context.scope, question)
    return _frame(question, _rows(context, cells_by_metric, _in_order(question, speaking)))


def _count(context: QueryContext) -> dict[str, Cells]:
    question = context.question
    daily = choose_fact_table(question, context.scope)
    cells_by_metric: dict[str, Cells] = {}
    from_daily: list[Metric] = []
    from_visits: list[Metric] = []
    for metric in question.metric_entries:
        if metric.count is not None:
            cells_by_metric[metric.key] = metric.count(context, metric)
        elif additive.is_summed_in(metric, daily):
            from_daily.append(metric)
        else:
            from_visits.append(metric)
    if from_daily:
        cells_by_metric |= additive.sums(context, from_daily, daily)
    if from_visits:
        cells_by_metric |= additive.sums(context, from_visits, VISITS)
    drive_metrics.add_reasons(context, from_daily + from_visits, cells_by_metric)
    return cells_by_metric


def _groups_that_speak(cells_by_metric: dict[str, Cells]) -> set[Group]:
    """Return the groups in which any of the metrics counted something."""
    return {
        place.group
        for cells in cells_by_metric.values()
        for place, cell in cells.items()
        if cell.says_something
    }


def _in_order(question: Question, groups: set[Group]) -> list[Group]:
    """Return the groups sorted as shown, weekdays from Monday; one empty group for a total."""
    return sorted(groups, key=lambda group: _order(question.by, group)) if question.by else [()]


def _order(by: tuple[str, ...], group: Group) -> tuple[object, ...]:
    return tuple(
        WEEKDAYS.index(value) if name == "weekday" else (value.casefold(), value)
        for name, value in zip(by, group, strict=True)
    )


_NOTHING = Aggregate()
Line = tuple[object, ...]


def _rows(
    context: QueryContext, cells_by_metric: dict[str, Cells], groups: list[Group]
) -> list[Line]:
    question = context.question
    metrics = question.metric_entries
    judged = [
        metric_verdicts if metric.judge is None else metric.judge(context, metric_verdicts)
        for metric, metric_verdicts in zip(
            metrics, judge_answerability(metrics, context.buckets, context.records), strict=True
        )
    ]
    counted = [cells_by_metric.get(metric.key, {}) for metric in metrics]
    lines: list[Line] = []
    for group in groups:
        for i, bucket in enumerate(context.buckets):
            start = (*group, bucket.start) if question.grain else group
            place = AggregateKey(group, i)
            for metric, cells, metric_verdicts in zip(metrics, counted, judged, strict=True):
                cell = cells.get(place, _NOTHING)
                absent = (
                    not metric.is_count
                    and not cell.says_something
                    and metric_verdicts[i].is_answerable
                )
                if not (absent and question.grain):
                    lines.append(
                        (*start, metric.key, *build_value(metric, cell, metric_verdicts[i]))
                    )
    return lines


def _frame(question: Question, lines: list[Line]) -> pd.DataFrame:
    columns = _columns(question.by, bool(question.grain))
    # Object columns, so that no value stays None and is never drawn or summed as a number; filled
    # as one block, in a fifth of the time of column by column.
    block = np.empty((len(lines), len(columns)), dtype=object)
    if lines:
        block[:] = lines
    return pd.DataFrame(block, columns=columns, dtype=object, copy=False)


@cache
def _columns(by: tuple[str, ...], has_period: bool) -> pd.Index:
    return pd.Index([*by, *(("period",) if has_period else ()), "metric", *MetricValue._fields])
