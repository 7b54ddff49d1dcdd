"""Reported outcomes within a scope: episodes with their answers, and two metrics."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, func, select

from allay_metrics.derive.closing import DIED
from allay_metrics.metrics.aggregates import Aggregate, AggregateKey, Cells
from allay_metrics.metrics.metric import Metric
from allay_metrics.metrics.query_context import QueryContext
from allay_metrics.outcomes.episodes import PAUSE
from allay_metrics.outcomes.funnel import NO_HEADLINE_UNDER
from allay_metrics.outcomes.measures import concerns, measures
from allay_metrics.outcomes.summary import Episode, closes_on, judge
from allay_metrics.outcomes.windows import B0_WITHIN, WINDOWS, Answer
from allay_metrics.records import Scope
from allay_metrics.records.bulk import among
from allay_metrics.records.tables import (
    answer,
    care_closed,
    check_in,
    client,
    client_detail,
    episode,
    red_flag,
)

BEFORE = timedelta(seconds=B0_WITHIN)
AFTER = timedelta(weeks=8)
WHOLE = "computed for the whole practice only: a smaller group could identify a family"
NO_CHECK_INS = "waits for check-ins on file"
TOO_FEW_ANSWERED = "under 40 % answered both times: no headline"
# Other measures are exploratory; a history tag is never charted as resolved.
COUNTED = tuple(concern for concern in concerns().values() if concern.kind != "history tag")

Days = tuple[date, date]


def read_episodes(
    scope: Scope,
    *,
    totals: bool = True,
    opened: Days | None = None,
    clients: Iterable[str] | None = None,
    conn: Connection | None = None,
) -> list[Episode]:
    """Return the episodes this viewer may see, each with all its answers, by opening day.

    A therapist: those of her own families. `totals` leaves out answers of parents who did not
    agree to be counted in the practice's totals; on a baby's own page they are shown. `opened`
    narrows them to first days in between, `clients` to these clients. Episodes whose family
    declared no concern have the concern ''.
    """
    if conn is None:
        with scope.read() as own:
            return read_episodes(scope, totals=totals, opened=opened, clients=clients, conn=own)
    rows = conn.execute(_episodes(conn, scope, opened, clients)).all()
    check_ins = _check_ins(conn, scope, {row.client_id for row in rows}, totals=totals)
    episodes = [_episode(row, check_ins) for row in rows]
    return _filter_counted(episodes, read_deaths(conn, scope)) if totals else episodes


def read_deaths(conn: Connection, scope: Scope) -> dict[str, date]:
    """Return the day of death by client id, of clients this viewer may see."""
    statement = select(care_closed.c.client_id, care_closed.c.closed_on).where(
        care_closed.c.practice_id == scope.practice_id, care_closed.c.reason == DIED
    )
    return {row.client_id: row.closed_on for row in conn.execute(statement)}


def _filter_counted(episodes: list[Episode], deaths: Mapping[str, date]) -> list[Episode]:
    """Return the episodes except those with a death before their window closed.

    A death is no outcome, and a check-in after it is no missing answer.
    """
    if not deaths:
        return episodes
    return [
        care_episode
        for care_episode in episodes
        if (day := deaths.get(care_episode.client_id)) is None
        or (
            (concern := concerns().get(care_episode.concern))
            and closes_on(care_episode, concern) < day
        )
    ]


def _episodes(
    conn: Connection, scope: Scope, opened: Days | None, clients: Iterable[str] | None
) -> Select[Any]:
    """Return the statement of one row per episode."""
    practice_id = scope.practice_id
    days = () if opened is None else (episode.c.opened_on.between(*opened),)
    who = () if clients is None else (episode.c.client_id.in_(among(conn, clients)),)
    own: tuple[Any, ...] = ()
    if scope.viewer.role != "owner":
        own = (client.c.family_id.in_(scope.own_families()),)
    return (
        select(
            episode.c.id,
            episode.c.client_id,
            episode.c.concern,
            episode.c.opened_on,
            episode.c.last_on,
            episode.c.closed_on,
            func.coalesce(
                client_detail.c.born_on, client.c.born_on, type_=client.c.born_on.type
            ).label("born_on"),
            client_detail.c.gestation_weeks,
            episode.c.starts_at,
            episode.c.visit_type,
        )
        .join(client, _same(client, episode, "id", "client_id"))
        .outerjoin(client_detail, _same(client_detail, episode, "client_id", "client_id"))
        .where(episode.c.practice_id == practice_id, *days, *who, *own)
        .order_by(episode.c.opened_on, episode.c.id)
    )


def _same(table: Any, other: Any, key: str, other_key: str) -> Any:
    return and_(table.c.practice_id == other.c.practice_id, table.c[key] == other.c[other_key])


@dataclass(frozen=True)
class _CheckIns:
    """By client: the days check-ins were meant for, and the answers in order."""

    due_days: Mapping[str, list[date]]
    answers: Mapping[str, list[Answer]]


def _check_ins(
    conn: Connection,
    scope: Scope,
    clients: Iterable[str],
    *,
    totals: bool,
    only: Iterable[str] | None = None,
) -> _CheckIns:
    """Return the check-ins of these clients; answers to the measures `only`, or to all.

    Answers of a check-in with an open warning sign are left out, because the sign has to be read
    first.
    """
    columns = ("id", "client_id", "due_on", "asked_at", "answered_at", "in_totals")
    what: list[ColumnElement[Any]] = [*(check_in.c[name] for name in columns), _is_held()]
    check_in_statement = select(*what).where(
        check_in.c.practice_id == scope.practice_id,
        check_in.c.client_id.in_(among(conn, clients)),
    )
    due_days: dict[str, list[date]] = defaultdict(list)
    answered: dict[str, tuple[str, int, date]] = {}
    days = _Days(scope.zone)
    for id_, client_id, due_on, asked_at, at, in_totals, is_held in conn.execute(
        check_in_statement
    ).all():
        if asked_at is not None or at is not None:
            due_days[client_id].append(due_on)
        if at is not None and not is_held and (in_totals or not totals):
            answered[id_] = client_id, at, days.of(at)
    answers: dict[str, list[Answer]] = defaultdict(list)
    if answered:
        answer_statement = select(answer.c.check_in_id, answer.c.measure, answer.c.value).where(
            answer.c.practice_id == scope.practice_id,
            answer.c.check_in_id.in_(among(conn, answered)),
            answer.c.value.is_not(None),
        )
        if only is not None:
            answer_statement = answer_statement.where(answer.c.measure.in_(sorted(only)))
        for check_in_id, measure, value in conn.execute(answer_statement).all():
            client_id, at, on = answered[check_in_id]
            answers[client_id].append(Answer(measure, value, at, on))
    for theirs in answers.values():
        theirs.sort(key=lambda reply: (reply.at, reply.measure))
    return _CheckIns(due_days, answers)


def _is_held() -> ColumnElement[bool]:
    """Return the condition that a check-in has an open warning sign."""
    return exists().where(
        red_flag.c.practice_id == check_in.c.practice_id,
        red_flag.c.check_in_id == check_in.c.id,
        red_flag.c.acknowledged_at.is_(None),
    )


class _Days:
    """Local days of instants, cached because the answers of a check-in share one."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._day_by_instant: dict[int, date] = {}

    def of(self, at: int) -> date:
        if at not in self._day_by_instant:
            self._day_by_instant[at] = datetime.fromtimestamp(at, self._zone).date()
        return self._day_by_instant[at]


def _episode(row: Row[Any], check_ins: _CheckIns) -> Episode:
    first = row.opened_on - BEFORE
    last = (row.closed_on or row.last_on + PAUSE) + AFTER
    return Episode(
        id=row.id,
        client_id=row.client_id,
        concern=row.concern or "",
        first=row.opened_on,
        session=row.starts_at,
        born=row.born_on,
        gestation_weeks=row.gestation_weeks,
        has_check_in=any(first <= day <= last for day in check_ins.due_days.get(row.client_id, ())),
        answers=tuple(
            reply for reply in check_ins.answers.get(row.client_id, ()) if first <= reply.on <= last
        ),
        visit_type=row.visit_type,
    )


def has_check_ins(conn: Connection, scope: Scope) -> bool:
    """Return whether any check-in was ever asked or answered."""
    there = select(check_in.c.id).where(check_in.c.practice_id == scope.practice_id).limit(1)
    return conn.execute(there).first() is not None


def count_improved(context: QueryContext, _metric: Metric) -> Cells:
    """Return episodes better by their primary window over those with both answers.

    An episode belongs to the day on which its window closes. Of history tags nothing is counted.
    """
    if why_not := _why_not(context):
        return _everywhere(context, Aggregate(why_not=why_not))
    first, last = context.days[0], min(context.days[1], context.records.newest or date.min)
    counts_by_place: dict[AggregateKey, list[int]] = defaultdict(lambda: [0, 0, 0])
    for closing in _read_closing_episodes(context, first, last):
        concern = concerns()[closing.concern]
        change = judge(closing, concern, measures()[concern.primary_measure]).change
        counts = counts_by_place[_place(context, closes_on(closing, concern))]
        counts[0] += change is not None and change.verdict == "better"
        counts[1] += change is not None
        counts[2] += 1
    return {
        place: Aggregate(
            top=better,
            bottom=pairs,
            hushed=TOO_FEW_ANSWERED if pairs < NO_HEADLINE_UNDER * eligible else "",
        )
        for place, (better, pairs, eligible) in counts_by_place.items()
    }


def _read_closing_episodes(context: QueryContext, first: date, last: date) -> list[Episode]:
    """Return counted episodes whose window closes between two days, with judged answers only."""
    conn, scope = context.conn, context.scope
    rows: list[Row[Any]] = []
    for window in {concern.primary_window for concern in COUNTED}:
        of_window = [concern.id for concern in COUNTED if concern.primary_window == window]
        after = timedelta(days=WINDOWS[window].day + WINDOWS[window].margin)
        closing = _episodes(conn, scope, (first - after, last - after), None)
        rows += conn.execute(closing.where(episode.c.concern.in_(of_window))).all()
    primary = {concerns()[row.concern].primary_measure for row in rows}
    client_ids = {row.client_id for row in rows}
    check_ins = _check_ins(conn, scope, client_ids, totals=True, only=primary)
    return _filter_counted([_episode(row, check_ins) for row in rows], read_deaths(conn, scope))


def count_responses(context: QueryContext, _metric: Metric) -> Cells:
    """Return check-ins answered over those asked, by the day they were meant for.

    Those not due before the newest export are left out as too recent. A second link for the same
    check-in is the same question.
    """
    why_not = "" if context.scope.viewer.role != "owner" else _why_not(context)
    if why_not or context.question.by or context.question.where:
        return _everywhere(context, Aggregate(why_not=why_not or WHOLE))
    scope, newest = context.scope, context.records.newest or date.min
    columns = (check_in.c.client_id, check_in.c.moment, check_in.c.due_on)
    statement = (
        select(*columns, func.count(check_in.c.answered_at).label("answered"))
        .where(
            check_in.c.practice_id == scope.practice_id,
            check_in.c.due_on.between(*context.days),
            check_in.c.asked_at.is_not(None) | check_in.c.answered_at.is_not(None),
            ~_due_after_death(),
        )
        .group_by(*columns)
    )
    if scope.viewer.role != "owner":
        own_client_ids = select(client.c.id).where(
            client.c.practice_id == scope.practice_id,
            client.c.family_id.in_(scope.own_families()),
        )
        statement = statement.where(check_in.c.client_id.in_(own_client_ids))
    counts_by_place: dict[AggregateKey, list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in context.conn.execute(statement):
        counts = counts_by_place[_place(context, row.due_on)]
        if row.due_on >= newest:
            counts[2] += 1
            continue
        counts[1] += 1
        counts[0] += row.answered > 0
    return {
        place: Aggregate(top=a, bottom=b, left_out=c)
        for place, (a, b, c) in counts_by_place.items()
    }


def _due_after_death() -> ColumnElement[bool]:
    return exists().where(
        care_closed.c.practice_id == check_in.c.practice_id,
        care_closed.c.client_id == check_in.c.client_id,
        care_closed.c.reason == DIED,
        care_closed.c.closed_on <= check_in.c.due_on,
    )


def _why_not(context: QueryContext) -> str:
    if context.question.by or context.question.where or context.scope.viewer.role != "owner":
        return WHOLE
    return "" if has_check_ins(context.conn, context.scope) else NO_CHECK_INS


def _everywhere(context: QueryContext, cell: Aggregate) -> Cells:
    """Return the same aggregate for every period, without groups."""
    if context.question.by:
        return {}
    return {AggregateKey((), place): cell for place in range(len(context.buckets))}


def _place(context: QueryContext, day: date) -> AggregateKey:
    for place, bucket in enumerate(context.buckets):
        if bucket.first <= day <= bucket.last:
            return AggregateKey((), place)
    raise LookupError(day)
