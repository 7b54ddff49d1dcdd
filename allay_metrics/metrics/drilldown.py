"""The visits behind a number."""

from collections.abc import Collection, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Select, and_, case, select, true

from allay_metrics.errors import QuestionProblem
from allay_metrics.metrics.answer import refuse_money
from allay_metrics.metrics.answerability import judge
from allay_metrics.metrics.coverage import Records, open_to, read_records
from allay_metrics.metrics.days import Bucket
from allay_metrics.metrics.fact_table import IS_FIRST, VISITS
from allay_metrics.metrics.family_metrics import lapsed_visits
from allay_metrics.metrics.metric import COMPLETED, Metric, Sum
from allay_metrics.metrics.question import Question
from allay_metrics.records import Scope
from allay_metrics.records.tables import family, therapist, visit

TYPE_WORDS = {"cst": "CST", "lactation": "lactation", "massage": "massage", "other": "other"}
# Sums to which every visit in the metric's states adds.
_OF_EVERY_VISIT = frozenset({"visits", "minutes", "price_cents"})


def visits_behind(
    question: Question,
    scope: Scope,
    limit: int | None = 500,
    only: Collection[str] | None = None,
) -> pd.DataFrame:
    """Return the visits that one metric of a question counts, newest first.

    Of a rate they are those of its denominator, and `counted` says which are in its numerator; of
    anything else all are counted. Groups and grain of the question are not looked at: narrow its
    filters and period to one bar to open that bar. Columns: visit_id, family_id, `starts_at` (a
    time in the practice's zone), family, city, `visit_type` (`CST + lactation`), therapist, state,
    minutes, `counted`, and `price` in dollars (None where missing) for those who may see money.
    `only` narrows them to visits with these ids. Empty where there is no value. Raises NotAllowed
    and QuestionProblem. What parents reported has no visits behind it.
    """
    if len(question.metrics) != 1:
        raise QuestionProblem("The visits behind a number are those of one metric.")
    refuse_money(question, scope)
    metric = question.metric_entries[0]
    with scope.read() as conn:
        records = read_records(conn, scope)
        whole = Bucket(None, question.first, question.last)
        if not metric.is_reported and judge(metric, whole, records).is_answerable:
            statement = _statement(question, metric, records, scope)
            if only is not None:
                statement = statement.where(visit.c.id.in_(only))
            rows = conn.execute(statement.limit(limit)).all()
        else:
            rows = []
    return _frame([tuple(row) for row in rows], scope)


def _statement(question: Question, metric: Metric, records: Records, scope: Scope) -> Select[Any]:
    counted, all_of_them = _conditions(question, metric, records, scope)
    columns: list[ColumnElement[Any]] = [
        visit.c.id,
        visit.c.family_id,
        visit.c.starts_at,
        family.c.name,
        visit.c.city,
        visit.c.visit_type,
        visit.c.second_type,
        therapist.c.name,
        visit.c.state,
        visit.c.minutes,
        case((counted, 1), else_=0),
    ]
    if scope.sees_money:
        columns.append(visit.c.price_cents)
    return (
        select(*columns)
        .select_from(visit.join(family).join(therapist))
        .where(VISITS.own(scope), all_of_them, *VISITS.only(question))
        .order_by(visit.c.starts_at.desc(), visit.c.id)
    )


def _conditions(
    question: Question, metric: Metric, records: Records, scope: Scope
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return which visits are in the numerator, and which are shown at all."""
    period = (question.first, question.last)
    days = open_to(metric.window, records, VISITS, period)
    on_days = VISITS.on(period) if days is None else and_(VISITS.on(period), days)
    if metric.bottom and metric.top:
        return _adds_to(metric.top), and_(on_days, _adds_to(metric.bottom))
    if metric.top:
        return true(), and_(on_days, _adds_to(metric.top))
    if metric.kind == "distinct":
        return true(), and_(on_days, VISITS.in_states(COMPLETED))
    if metric.kind == "median":
        return true(), and_(on_days, IS_FIRST, visit.c.wait_days.is_not(None))
    if metric.kind == "stock" and records.newest:
        return true(), lapsed_visits(scope, records.newest)
    assert metric.behind is not None, metric.key
    return true(), metric.behind(question, scope, on_days)


def _adds_to(what: Sum) -> ColumnElement[bool]:
    counted = VISITS.in_states(what.states)
    return counted if what.of in _OF_EVERY_VISIT else and_(counted, VISITS.summed[what.of] != 0)


def _frame(rows: Sequence[Sequence[Any]], scope: Scope) -> pd.DataFrame:
    names = (
        *("visit_id", "family_id", "starts_at", "family", "city", "visit_type", "second_type"),
        *("therapist", "state", "minutes", "counted"),
        *(("price",) if scope.sees_money else ()),
    )
    values = (
        dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(names, ())
    )
    moments = pd.to_datetime(pd.Series(values["starts_at"], dtype="int64"), unit="s", utc=True)
    seconds = values.pop("second_type")
    kinds = [
        " + ".join(TYPE_WORDS[kind] for kind in pair if kind)
        for pair in zip(values["visit_type"], seconds, strict=True)
    ]
    frame = pd.DataFrame({name: pd.Series(column, dtype=object) for name, column in values.items()})
    frame["starts_at"] = moments.dt.tz_convert(scope.zone)
    frame["visit_type"] = pd.Series(kinds, dtype=object)
    frame["counted"] = frame["counted"].astype(bool)
    frame["minutes"] = frame["minutes"].astype("int64")
    if scope.sees_money:
        dollars = [None if cents is None else cents / 100 for cents in frame["price"]]
        frame["price"] = pd.Series(dollars, dtype=object)
    return frame
