"""The Visit types page as plain values."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Connection, and_, func, select

from allay_metrics.metrics import Question, query_all
from allay_metrics.metrics.fact_table import DAILY, VISITS
from allay_metrics.metrics.metric import MetricKey
from allay_metrics.metrics.question import VISIT_TYPES
from allay_metrics.records import Scope
from allay_metrics.records.states import State
from allay_metrics.records.tables import client, visit, visit_client
from allay_metrics.review.paths import Paths, read_paths
from allay_metrics.review.query_results import Filters, MetricCell, index_cells
from allay_metrics.review.record_status import RecordStatus, read_record_status

OLDEST_WEEKS = 52
_NONE = MetricCell(0, 0)


@dataclass(frozen=True)
class Mix:
    """Types over time: a type's key to one value per period start.

    `hours` are booked hours, `value` is list price in dollars.
    """

    grain: str
    periods: tuple[date, ...]
    visits: dict[str, tuple[int, ...]]
    hours: dict[str, tuple[float, ...]]
    value: dict[str, tuple[float, ...]]


@dataclass(frozen=True)
class FamilySeries:
    """Families seen per period: `new` for the first time, `returning` all others.

    Both are None in a period where it is unknown who is new; `reason` says why.
    """

    periods: tuple[date, ...]
    new: tuple[int | None, ...]
    returning: tuple[int | None, ...]
    reason: str


@dataclass(frozen=True)
class Ages:
    """Completed visits by the infant's age in whole weeks and primary type.

    A visit to twins counts once. `before_birth`, `older` (than a year) and `unknown` (no infant
    with a known birth date) are visits that are not among `counts`.
    """

    weeks: tuple[int, ...]
    counts: dict[str, tuple[int, ...]]
    before_birth: int
    older: int
    unknown: int


@dataclass(frozen=True)
class CombinedVisits:
    """Completed visits that gave two types at once: (primary, second) to visits, most first."""

    pairs: dict[tuple[str, str], int]
    completed: int

    @property
    def visits(self) -> int:
        """Return all combined visits."""
        return sum(self.pairs.values())


@dataclass(frozen=True)
class TypesReview:
    """The Visit types page.

    `totals` maps type to metric to cell over the whole period, `whole` the same of all types.
    `new_to_type` counts families new to each type; `asked` is the question of the totals.
    """

    first: date
    last: date
    record_status: RecordStatus
    mix: Mix
    totals: dict[str, dict[str, MetricCell]]
    whole: dict[str, MetricCell]
    new_to_type: dict[str, MetricCell]
    families: FamilySeries
    paths: Paths
    ages: Ages
    combined: CombinedVisits
    question: Question
    where: Filters

    @property
    def metrics(self) -> tuple[str, ...]:
        """Return the keys of the metrics that the page has a total of."""
        return (*self.question.metrics, MetricKey.COMBINED)


def review_visit_types(
    scope: Scope, first: date, last: date, where: Filters = (), grain: str = "week"
) -> TypesReview:
    """Return the Visit types page of a period, both ends included.

    `grain` is week or month.
    """
    record_status = read_record_status(scope)
    measures: tuple[str, ...] = (
        MetricKey.COMPLETED,
        MetricKey.CARE_HOURS,
        MetricKey.VISIT_VALUE,
    )
    over_time = Question(
        metrics=measures, by=("visit_type",), grain=grain, first=first, last=last, where=where
    )
    in_all = (*measures, MetricKey.NEW_TO_TYPE)
    totals = Question(metrics=in_all, by=("visit_type",), first=first, last=last, where=where)
    families = Question(
        metrics=(MetricKey.FAMILIES_SEEN, MetricKey.NEW_FAMILIES),
        grain=grain,
        first=first,
        last=last,
        where=where,
    )
    answers = query_all(
        {
            "over_time": over_time,
            "totals": totals,
            "families": families,
            "whole": replace(totals, by=()),
        },
        scope,
    )
    whole = index_cells(answers["whole"])
    periods = tuple(bucket.start for bucket in over_time.buckets if bucket.start is not None)
    type_cells = index_cells(answers["totals"], "visit_type")
    by_type = {
        kind: {key: type_cells.get((kind, key), _NONE) for key in in_all} for kind in VISIT_TYPES
    }
    return TypesReview(
        first=first,
        last=last,
        record_status=record_status,
        mix=_mix(answers["over_time"], grain, periods),
        totals=by_type,
        whole={key: whole[(key,)] for key in in_all},
        new_to_type={kind: cells[MetricKey.NEW_TO_TYPE] for kind, cells in by_type.items()},
        families=_families(answers["families"], periods),
        paths=read_paths(scope, totals, record_status.records.settled_from),
        ages=_ages(scope, totals),
        combined=_combined(scope, totals, by_type),
        question=totals,
        where=where,
    )


def _mix(answer: pd.DataFrame, grain: str, periods: tuple[date, ...]) -> Mix:
    cells = index_cells(answer, "visit_type", "period")

    def series(metric: str) -> dict[str, tuple[float, ...]]:
        return {
            kind: tuple(cells.get((kind, start, metric), _NONE).value or 0 for start in periods)
            for kind in VISIT_TYPES
        }

    visits = {
        kind: tuple(round(v) for v in many) for kind, many in series(MetricKey.COMPLETED).items()
    }
    return Mix(grain, periods, visits, series(MetricKey.CARE_HOURS), series(MetricKey.VISIT_VALUE))


def _families(answer: pd.DataFrame, periods: tuple[date, ...]) -> FamilySeries:
    cells = index_cells(answer, "period")
    new: list[int | None] = []
    returning: list[int | None] = []
    reasons = []
    for start in periods:
        fresh = cells.get((start, MetricKey.NEW_FAMILIES), _NONE)
        families_seen = cells.get((start, MetricKey.FAMILIES_SEEN), _NONE)
        if fresh.reason:
            reasons.append(fresh.reason)
        has_values = fresh.value is not None and families_seen.value is not None
        new.append(fresh.count if has_values else None)
        # Where it is unknown for part of a period who is new, the others are not all returning.
        returning.append(
            families_seen.count - fresh.count if has_values and not fresh.reason else None
        )
    return FamilySeries(periods, tuple(new), tuple(returning), reasons[0] if reasons else "")


def _conditions(scope: Scope, question: Question) -> list[Any]:
    days = (question.first, question.last)
    done = visit.c.state == State.COMPLETED
    return [VISITS.own(scope), VISITS.on(days), done, *VISITS.only(question)]


def visits_of_age(scope: Scope, question: Question, age: int | None) -> list[str]:
    """Return the ids of visits at an infant's age in weeks, newest first.

    Below 0 are all before birth, above OLDEST_WEEKS all older; None is without a known birth date.
    """
    with scope.read() as conn:
        if age is None:
            ours = visit.c.practice_id == visit_client.c.practice_id
            infants = select(client.c.id).where(
                ours, visit_client.c.visit_id == visit.c.id, *_INFANT
            )
            statement = select(visit.c.id).where(*_conditions(scope, question), ~infants.exists())
            return list(conn.execute(statement.order_by(visit.c.starts_at.desc())).scalars())
        aged = [(_weeks(day, born), id_, day) for id_, day, _, born in _born(conn, scope, question)]
    dated_ids = {(day, id_) for weeks, id_, day in aged if _same_age(weeks, age)}
    return [id_ for _, id_ in sorted(dated_ids, reverse=True)]


def _same_age(weeks: int, age: int) -> bool:
    if age < 0 or age > OLDEST_WEEKS:
        return weeks < 0 if age < 0 else weeks > OLDEST_WEEKS
    return weeks == age


def _weeks(day: date, born: date) -> int:
    return (day - born).days // 7


_INFANT = (
    client.c.practice_id == visit_client.c.practice_id,
    client.c.id == visit_client.c.client_id,
    client.c.kind == "infant",
    client.c.born_on.is_not(None),
)


def _born(conn: Connection, scope: Scope, question: Question) -> Any:
    """Return (visit, day, type, birth date) of each infant with a known one at each visit."""
    rows = (
        select(visit.c.id, visit.c.day, visit.c.visit_type, client.c.born_on)
        .distinct()
        .select_from(visit.join(visit_client).join(client, and_(*_INFANT)))
        .where(*_conditions(scope, question))
    )
    return conn.execute(rows)


def _ages(scope: Scope, question: Question) -> Ages:
    """Return visits by age and type; each visit counts once per age, so twins count once."""
    every = select(func.count()).select_from(visit).where(*_conditions(scope, question))
    with scope.read() as conn:
        aged = {
            (id_, _weeks(day, born), kind) for id_, day, kind, born in _born(conn, scope, question)
        }
        visits = int(conn.execute(every).scalar_one())
    counted = Counter((age, kind) for _, age, kind in aged if 0 <= age <= OLDEST_WEEKS)
    ages = [age for age, _ in counted]
    weeks = tuple(range(min(ages), max(ages) + 1)) if ages else ()
    return Ages(
        weeks,
        {kind: tuple(counted[age, kind] for age in weeks) for kind in VISIT_TYPES},
        before_birth=sum(age < 0 for _, age, _ in aged),
        older=sum(age > OLDEST_WEEKS for _, age, _ in aged),
        unknown=visits - len({id_ for id_, _, _ in aged}),
    )


def _combined(
    scope: Scope, question: Question, by_type: dict[str, dict[str, MetricCell]]
) -> CombinedVisits:
    facts = VISITS if question.values("referral_source") else DAILY
    count = func.sum(facts.summed["visits"])
    first, second = facts.column("visit_type"), facts.column("second_type")
    pairs = (
        select(first, second, count)
        .where(facts.own(scope), facts.on((question.first, question.last)), *facts.only(question))
        .where(facts.column("state") == State.COMPLETED, second != "")
        .group_by(first, second)
    )
    with scope.read() as conn:
        visits_by_pair = {(kind, other): int(visits) for kind, other, visits in conn.execute(pairs)}
    most = dict(sorted(visits_by_pair.items(), key=lambda pair: (-pair[1], pair[0])))
    return CombinedVisits(most, sum(cells[MetricKey.COMPLETED].count for cells in by_type.values()))
