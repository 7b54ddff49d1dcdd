"""The one way to a number: a question and who asks, to a tidy frame."""

from collections.abc import Sequence

import pandas as pd

from allay_metrics.errors import NotAllowed
from allay_metrics.metrics import additive, families
from allay_metrics.metrics.cells import Cell, Cells, Group, Place
from allay_metrics.metrics.coverage import read_records
from allay_metrics.metrics.facts import DAILY, VISITS, Facts
from allay_metrics.metrics.inquiry import Inquiry, inquire
from allay_metrics.metrics.metric import Metric
from allay_metrics.metrics.names import check_names
from allay_metrics.metrics.question import WEEKDAYS, Question
from allay_metrics.metrics.telling import Told, tell
from allay_metrics.metrics.verdict import judge
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
    return query_all([question], scope)[0]


def query_all(questions: Sequence[Question], scope: Scope) -> list[pd.DataFrame]:
    """Return the answers to several questions, all from one state of the records."""
    for question in questions:
        refuse_money(question, scope)
    with scope.read() as conn:
        records = read_records(conn, scope)
        return [_answer(inquire(conn, scope, records, question)) for question in questions]


def refuse_money(question: Question, scope: Scope) -> None:
    """Raise NotAllowed when the question asks for money and the viewer may not see any."""
    for metric in question.asked:
        if metric.money and not scope.sees_money:
            raise NotAllowed(f"{metric.label} is for the owner to see.")


def _answer(inquiry: Inquiry) -> pd.DataFrame:
    question = inquiry.question
    found = _count(inquiry)
    speaking = _groups_that_speak(found)
    if question.where and not speaking:
        check_names(inquiry.conn, inquiry.scope, question)
    return _frame(question, _rows(inquiry, found, _in_order(question, speaking)))


def _count(inquiry: Inquiry) -> dict[str, Cells]:
    question = inquiry.question
    daily = VISITS if question.names("referral_source") else DAILY
    found: dict[str, Cells] = {}
    from_daily: list[Metric] = []
    from_visits: list[Metric] = []
    for metric in question.asked:
        if metric.top:
            summed = additive.summed_in(metric, daily)
            (from_daily if summed else from_visits).append(metric)
        elif not metric.waits_for:
            found[metric.key] = _count_alone(inquiry, metric, daily)
    if from_daily:
        found |= additive.sums(inquiry, from_daily, daily)
    if from_visits:
        found |= additive.sums(inquiry, from_visits, VISITS)
    return found


def _count_alone(inquiry: Inquiry, metric: Metric, daily: Facts) -> Cells:
    if metric.key == "families_seen":
        return families.seen(inquiry)
    if metric.key == "wait_days":
        return families.waited(inquiry, metric)
    if metric.key == "lapsed_families":
        return families.lapsed(inquiry)
    return additive.on_books(inquiry, daily)


def _groups_that_speak(found: dict[str, Cells]) -> set[Group]:
    """Return the groups in which any of the metrics found something."""
    return {
        place.group
        for cells in found.values()
        for place, cell in cells.items()
        if cell.says_something
    }


def _in_order(question: Question, groups: set[Group]) -> list[Group]:
    """Return the groups sorted as shown, weekdays from Monday on; a total stands without any."""
    return sorted(groups, key=lambda group: _order(question.by, group)) if question.by else [()]


def _order(by: tuple[str, ...], group: Group) -> tuple[object, ...]:
    return tuple(
        WEEKDAYS.index(value) if name == "weekday" else (value.casefold(), value)
        for name, value in zip(by, group, strict=True)
    )


_NOTHING = Cell()


def _rows(
    inquiry: Inquiry, found: dict[str, Cells], groups: list[Group]
) -> list[tuple[Group, object, str, Told]]:
    asked = inquiry.question.asked
    verdicts = {
        (metric.key, i): judge(metric, bucket, inquiry.records)
        for metric in asked
        for i, bucket in enumerate(inquiry.buckets)
    }
    rows: list[tuple[Group, object, str, Told]] = []
    for group in groups:
        for i, bucket in enumerate(inquiry.buckets):
            place = Place(group, i)
            for metric in asked:
                cell = found.get(metric.key, {}).get(place, _NOTHING)
                verdict = verdicts[metric.key, i]
                absent = not metric.is_count and not cell.says_something and verdict.known
                if not (absent and inquiry.question.grain):
                    rows.append((group, bucket.start, metric.key, tell(metric, cell, verdict)))
    return rows


def _frame(question: Question, rows: list[tuple[Group, object, str, Told]]) -> pd.DataFrame:
    columns: dict[str, object] = {
        name: pd.Series([row[0][i] for row in rows], dtype=str)
        for i, name in enumerate(question.by)
    }
    if question.grain:
        columns["period"] = pd.Series([row[1] for row in rows], dtype=object)
    columns["metric"] = pd.Series([row[2] for row in rows], dtype=str)
    for i, name in enumerate(Told._fields[:3]):
        # Objects, so that no value stays None and is never drawn or added up as if it were one.
        columns[name] = pd.Series([row[3][i] for row in rows], dtype=object)
    columns["reason"] = pd.Series([row[3].reason for row in rows], dtype=str)
    return pd.DataFrame(columns)
