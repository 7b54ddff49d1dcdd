"""The Week page as plain values."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd
from sqlalchemy import func, select

from allay_metrics.errors import NotAllowed
from allay_metrics.metrics import Question, query_all
from allay_metrics.metrics.attention import read_worsenings
from allay_metrics.metrics.fact_table import choose_fact_table
from allay_metrics.metrics.metric import MetricKey
from allay_metrics.metrics.question import VISIT_TYPES
from allay_metrics.metrics.weeks import (
    SERIES,
    WEEK,
    last_full_week,
    monday_of,
    sunday_of,
    weeks_up_to,
)
from allay_metrics.records import UNKNOWN, Scope
from allay_metrics.records.states import State
from allay_metrics.records.tables import week_note
from allay_metrics.review.drive_lists import LoneDrive, read_lone_drives
from allay_metrics.review.owner_tasks import Needs, count_needs
from allay_metrics.review.query_results import Filters, MetricCell, index_cells, iterate_cells
from allay_metrics.review.record_status import RecordStatus, read_record_status
from allay_metrics.review.scorecard import (
    VISIT_METRICS,
    Number,
    build_scorecard_request,
    compute_scorecard,
    count_days_over,
    read_goals,
)
from allay_metrics.review.snapshot import describe_restatements, find_restatements, read_snapshot
from allay_metrics.review.visit_places import CityMap, Grid, grid_of, read_map
from allay_metrics.review.week_changes import Spot, WeekChange, compare_weeks


@dataclass(frozen=True)
class TypeWeeks:
    """Completed visits per week by primary type: one count per Monday for each type's key."""

    mondays: tuple[date, ...]
    counts: dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Referral:
    """The new families of one referral source."""

    source: str
    families: int


@dataclass(frozen=True)
class Referrals:
    """New families by referral source over the 13 weeks, most first; `reason` where none."""

    sources: tuple[Referral, ...]
    reason: str


@dataclass(frozen=True)
class WeekNote:
    """The owner's note about a week; version 0 means none yet."""

    text: str
    version: int


@dataclass(frozen=True)
class WeekReview:
    """The Week page.

    `so_far` is True while the week has not ended. `earlier` and `later` are the Mondays to go to,
    None at the ends of the records. `states` maps each state to its visits in the week, missing
    and rescheduled ones included. `families_seen` counts families with a completed visit.
    `grid` and `map` count completed and booked visits. `worse` counts clients whose newest answer
    of the last two weeks got worse. `lone` are long drives for one visit, of the week and of the 14
    days ahead. `restated` are sentences.
    """

    monday: date
    so_far: bool
    earlier: date | None
    later: date | None
    record_status: RecordStatus
    numbers: tuple[Number, ...]
    families_seen: MetricCell
    states: dict[str, int]
    changed: WeekChange
    grid: Grid
    map: CityMap
    types: TypeWeeks
    referrals: Referrals
    needs: Needs
    lone: tuple[LoneDrive, ...]
    worse: int
    restated: tuple[str, ...]
    note: WeekNote
    where: Filters

    @property
    def sunday(self) -> date:
        """Return the last day of the week."""
        return sunday_of(self.monday)

    @property
    def missing(self) -> int:
        """Return this week's missing visits, which are in no number until decided."""
        return self.states.get(State.MISSING, 0)

    @property
    def has_records(self) -> bool:
        """Return whether anything was ever imported."""
        return self.record_status.newest is not None

    @property
    def beside(self) -> dict[str, MetricCell]:
        """Return the cells shown next to one of the eight numbers, by metric."""
        return {MetricKey.FAMILIES_SEEN: self.families_seen}

    @property
    def number(self) -> dict[str, Number]:
        """Return the eight numbers by key."""
        return {number.metric.key: number for number in self.numbers}


def default_week(record_status: RecordStatus, today: date) -> date:
    """Return the Monday of the last week that had ended at the newest export; else before today."""
    return last_full_week(record_status.as_of_day or today)


def review_week(scope: Scope, monday: date | None = None, where: Filters = ()) -> WeekReview:
    """Return the week of this day, any day of it; by default the last full week of the records.

    `where` filters as in a question; the owner's tasks and restatements are always of the whole
    practice. Raises NotAllowed for anyone but the owner.
    """
    if scope.viewer.role != "owner":
        raise NotAllowed("The week in review is for the owner to see.")
    record_status = read_record_status(scope)
    today = datetime.now(scope.zone).date()
    week = default_week(record_status, today) if monday is None else monday_of(monday)
    request = build_scorecard_request(record_status, week, where)
    answers = query_all({**request.questions, **_questions(week, where)}, scope)
    numbers = compute_scorecard(request, answers, record_status, read_goals(scope))
    spots = list(_spots(answers["spots"]))
    here = [spot for spot in spots if spot.week == week]
    earlier, later = _neighbours(record_status, week)
    return WeekReview(
        monday=week,
        so_far=count_days_over(record_status, week) is not None,
        earlier=earlier,
        later=later,
        record_status=record_status,
        numbers=numbers,
        families_seen=index_cells(answers["families_seen"])[(MetricKey.FAMILIES_SEEN,)],
        states=_states(scope, request.weeks, week),
        changed=compare_weeks(week, spots, numbers),
        grid=grid_of((s.city, s.weekday, s.completed + s.booked) for s in here),
        map=read_map(scope, _by_city(here)),
        types=_types(answers["types"], week),
        referrals=_referrals(answers["referrals"]),
        needs=count_needs(scope, record_status.as_of_day or today),
        lone=read_lone_drives(scope, week, record_status.as_of_day),
        worse=len(read_worsenings(scope, record_status.as_of_day or today)),
        restated=_restated(scope, week, numbers, where),
        note=read_note(scope, week),
        where=where,
    )


def read_note(scope: Scope, monday: date) -> WeekNote:
    """Return the owner's note on a week; empty with version 0 where there is none."""
    statement = select(week_note.c.text, week_note.c.version).where(
        week_note.c.practice_id == scope.practice_id, week_note.c.week == monday
    )
    with scope.read() as conn:
        row = conn.execute(statement).one_or_none()
    return WeekNote("", 0) if row is None else WeekNote(row.text, row.version)


def _questions(week: date, where: Filters) -> dict[str, Question]:
    """Return the questions besides the eight numbers: spots, types, referrals, families seen."""
    last = sunday_of(week)
    series = weeks_up_to(week, SERIES)[0]
    return {
        "spots": Question(
            metrics=(MetricKey.COMPLETED, MetricKey.BOOKED),
            by=("city", "visit_type", "weekday"),
            grain="week",
            first=week - WEEK,
            last=last,
            where=where,
        ),
        "types": Question(
            metrics=(MetricKey.COMPLETED,),
            by=("visit_type",),
            grain="week",
            first=series,
            last=last,
            where=where,
        ),
        "referrals": Question(
            metrics=(MetricKey.NEW_FAMILIES,),
            by=("referral_source",),
            first=series,
            last=last,
            where=where,
        ),
        "families_seen": Question(
            metrics=(MetricKey.FAMILIES_SEEN,), first=week, last=last, where=where
        ),
    }


def _spots(answer: pd.DataFrame) -> Iterable[Spot]:
    """Return the spots with a visit; completed and booked visits of a spot come as two rows."""
    counts: dict[tuple[date, str, str, str], Counter[str]] = {}
    for week, city, kind, weekday, metric, cell in iterate_cells(
        answer, "period", "city", "visit_type", "weekday"
    ):
        if cell.value:
            counts.setdefault((week, city, kind, weekday), Counter())[metric] += cell.count
    return (
        Spot(*place, of[MetricKey.COMPLETED], of[MetricKey.BOOKED]) for place, of in counts.items()
    )


def _by_city(spots: Iterable[Spot]) -> Counter[str]:
    visits: Counter[str] = Counter()
    for spot in spots:
        visits[spot.city] += spot.completed + spot.booked
    return visits


def _types(answer: pd.DataFrame, week: date) -> TypeWeeks:
    mondays = tuple(weeks_up_to(week, SERIES))
    type_cells = index_cells(answer, "visit_type", "period")
    counts = {
        kind: tuple(
            type_cells.get((kind, monday, MetricKey.COMPLETED), MetricCell(0)).count
            for monday in mondays
        )
        for kind in VISIT_TYPES
    }
    return TypeWeeks(mondays, counts)


def _referrals(answer: pd.DataFrame) -> Referrals:
    source_cells = [(source, cell) for source, _, cell in iterate_cells(answer, "referral_source")]
    referrals = [Referral(source, cell.count) for source, cell in source_cells if cell.value]
    referrals.sort(
        key=lambda referral: (referral.source == UNKNOWN, -referral.families, referral.source)
    )
    return Referrals(
        tuple(referrals), next((cell.reason for _, cell in source_cells if cell.reason), "")
    )


def _states(scope: Scope, question: Question, week: date) -> dict[str, int]:
    facts = choose_fact_table(question, scope)
    state = facts.column("state")
    counted = (
        select(state, func.sum(facts.summed["visits"]))
        .where(facts.own(scope), facts.on((week, sunday_of(week))), *facts.only(question))
        .group_by(state)
        .order_by(state)
    )
    with scope.read() as conn:
        return {state: int(visits) for state, visits in conn.execute(counted)}


def _neighbours(record_status: RecordStatus, week: date) -> tuple[date | None, date | None]:
    """Return the Mondays before and after, within the days that cover completed visits."""
    if record_status.first_day is None or record_status.as_of_day is None:
        return None, None
    earlier, later = week - WEEK, week + WEEK
    return (
        earlier if sunday_of(earlier) >= record_status.first_day else None,
        later if later <= record_status.as_of_day else None,
    )


def _restated(
    scope: Scope, week: date, numbers: tuple[Number, ...], where: Filters
) -> tuple[str, ...]:
    if where:
        return tuple(find_restatements(scope, week))
    now = {
        number.metric.key: number.weeks[-1].cell
        for number in numbers
        if number.metric.key in VISIT_METRICS
    }
    with scope.read() as conn:
        snapshot = read_snapshot(conn, scope, week)
        return () if snapshot is None else tuple(describe_restatements(conn, scope, snapshot, now))
