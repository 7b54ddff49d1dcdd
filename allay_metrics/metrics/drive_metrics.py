"""Why driving cannot be estimated, and field utilisation: hours worked over hours offered."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from allay_metrics import formatting as fmt
from allay_metrics.metrics.aggregates import Aggregate, AggregateKey, Cells, Group
from allay_metrics.metrics.answerability import NOT_ENDED, Answerability, Judged
from allay_metrics.metrics.days import Bucket
from allay_metrics.metrics.fact_table import VISITS, WEEKLY
from allay_metrics.metrics.metric import DROVE, Metric
from allay_metrics.metrics.query_context import QueryContext
from allay_metrics.metrics.question import Question
from allay_metrics.metrics.weeks import WEEK, monday_of
from allay_metrics.records import Scope
from allay_metrics.records.states import State
from allay_metrics.records.tables import offered_hours, therapist, visit, weekly

NO_CAPACITY = "no capacity on file"
NO_HOURS = "no hours were offered"
NO_CITY = "on each of these days a city is unknown"
WHOLE_WEEKS = "computed for whole weeks: ask by week, or from a Monday to a Sunday"
BY_THERAPIST = "hours are offered by therapist, not by {}"
MOST_NAMED = 3

TherapistWeek = tuple[str, date]


def add_reasons(
    context: QueryContext, metrics: Iterable[Metric], cells_by_metric: dict[str, Cells]
) -> None:
    """Set the reason in aggregates where no driving can be estimated."""
    why: Callable[[Group], str] | None = None
    for metric in metrics:
        cells = cells_by_metric[metric.key]
        for place, cell in cells.items():
            if metric.basis and cell.remark and not cell.basis:
                why = why or _why_not(context)
                cells[place] = cell._replace(why_not=why(place.group))


def _why_not(context: QueryContext) -> Callable[[Group], str]:
    """Return a function from a group to the reason, which names therapists without a base."""
    homeless = _without_base(context)
    by = context.question.by

    def why(group: Group) -> str:
        therapist_name = group[by.index("therapist")] if "therapist" in by else None
        names = [name for name in homeless if therapist_name in (None, name)]
        return f"no base on file for {_named(names)}" if names else NO_CITY

    return why


def _without_base(context: QueryContext) -> list[str]:
    """Return the names of therapists without a base who have visits without a drive estimate."""
    nowhere = or_(therapist.c.base_city.is_(None), therapist.c.base_city == "")
    statement = (
        select(therapist.c.name)
        .join(visit)
        .where(
            VISITS.own(context.scope),
            VISITS.on(context.days),
            *VISITS.only(context.question),
            visit.c.undriven == 1,
            nowhere,
        )
        .distinct()
        .order_by(therapist.c.name)
    )
    return list(context.conn.execute(statement).scalars())


def _named(names: list[str]) -> str:
    if len(names) <= MOST_NAMED:
        return fmt.join_list(names)
    return f"{', '.join(names[:MOST_NAMED])} and {len(names) - MOST_NAMED} others"


# Hours offered


def judge_field_use(context: QueryContext, verdicts: Judged) -> Judged:
    """Return the verdicts of field utilisation: only past whole weeks have a value."""
    newest = context.records.newest
    whys = [_why_no_use(context.question, bucket, newest) for bucket in context.buckets]
    return [
        Answerability(is_answerable=False, notes=(why,))
        if verdict.is_answerable and why
        else verdict
        for verdict, why in zip(verdicts, whys, strict=True)
    ]


def _why_no_use(question: Question, bucket: Bucket, newest: date | None) -> str:
    other = [key for key, _ in question.where if key != "therapist"]
    if other:
        return BY_THERAPIST.format(other[0].replace("_", " "))
    if bucket.first.weekday() != 0 or bucket.last.weekday() != 6:
        return WHOLE_WEEKS
    return NOT_ENDED if newest is not None and newest <= bucket.last else ""


@dataclass
class _Use:
    """Minutes that a group's therapists worked and offered in a bucket."""

    worked: int = 0
    offered: int | None = None
    undriven: int = 0
    without: set[str] = field(default_factory=set)


def count_field_use(context: QueryContext, _metric: Metric) -> Cells:
    """Return the minutes of care and driving over those offered, of whole weeks.

    A therapist without offered hours on file is in neither, and is named.
    """
    newest = context.records.newest
    answered = {
        i: bucket
        for i, bucket in enumerate(context.buckets)
        if not _why_no_use(context.question, bucket, newest)
    }
    weeks = _weeks_of(answered)
    if not weeks:
        return {}
    names = _names(context)
    offered = offered_minutes(context.conn, context.scope, names, list(weeks))
    grouped = bool(context.question.by)
    uses: dict[AggregateKey, _Use] = defaultdict(_Use)
    if not grouped:
        uses |= {AggregateKey((), i): _Use() for i in weeks.values()}
    for (id_, week), minutes in offered.items():
        use = uses[AggregateKey((names[id_],) if grouped else (), weeks[week])]
        use.offered = (use.offered or 0) + minutes
    for (id_, week), (worked, undriven) in _worked(context).items():
        if week not in weeks or not (worked or undriven):
            continue
        use = uses[AggregateKey((names[id_],) if grouped else (), weeks[week])]
        if (id_, week) in offered:
            use.worked += worked
            use.undriven += undriven
        else:
            use.without.add(names[id_])
    return {place: _cell(use) for place, use in uses.items()}


def offered_minutes(
    conn: Connection, scope: Scope, therapists: Iterable[str], weeks: Sequence[date]
) -> dict[TherapistWeek, int]:
    """Return the minutes these therapists offer in these weeks (Mondays), where on file.

    Hours of a single week take precedence; else her usual week applies from the week she started
    (by default that of her first visit on file) to the week she left.
    """
    ids = set(therapists)
    minutes_by_week: dict[TherapistWeek, int] = {}
    in_practice = therapist.c.practice_id == scope.practice_id
    for row in conn.execute(
        select(therapist).where(in_practice, therapist.c.week_minutes.is_not(None))
    ):
        if row.id in ids:
            started = row.active_from
            first = monday_of(started) if started else _first_week(conn, scope, row.id)
            last = row.active_to or date.max
            minutes_by_week |= {(row.id, w): row.week_minutes for w in weeks if first <= w <= last}
    own = offered_hours.c.practice_id == scope.practice_id
    for row in conn.execute(select(offered_hours).where(own, offered_hours.c.week.in_(weeks))):
        if row.therapist_id in ids:
            minutes_by_week[row.therapist_id, row.week] = row.minutes
    return minutes_by_week


def _first_week(conn: Connection, scope: Scope, therapist_id: str) -> date:
    of_therapist = (weekly.c.practice_id == scope.practice_id) & (
        weekly.c.therapist_id == therapist_id
    )
    week: date | None = conn.execute(
        select(func.min(weekly.c.week)).where(of_therapist)
    ).scalar_one()
    return week or date.max


def _weeks_of(buckets: Mapping[int, Bucket]) -> dict[date, int]:
    """Return the Mondays of buckets of whole weeks, each with the bucket's index."""
    return {
        bucket.first + number * WEEK: place
        for place, bucket in buckets.items()
        for number in range(((bucket.last - bucket.first).days + 1) // 7)
    }


def _names(context: QueryContext) -> dict[str, str]:
    """Return the names of the question's therapists, by id."""
    names = context.question.values("therapist")
    own_id = context.scope.viewer.therapist_id
    in_practice = therapist.c.practice_id == context.scope.practice_id
    rows = context.conn.execute(select(therapist.c.id, therapist.c.name).where(in_practice))
    return {
        row.id: row.name
        for row in rows
        if (not names or row.name in names) and own_id in (None, row.id)
    }


def _worked(context: QueryContext) -> dict[TherapistWeek, tuple[int, int]]:
    """Return minutes of care and driving, and the count of visits without a drive estimate."""
    therapist_column, week = WEEKLY.column("therapist_id"), WEEKLY.column("week")
    sums = [func.sum(WEEKLY.summed[name]) for name in ("worked_minutes", "undriven")]
    statement = (
        select(therapist_column, week, *sums)
        .where(
            WEEKLY.own(context.scope),
            week.between(*context.days),
            WEEKLY.in_states(DROVE),
            *WEEKLY.only(context.question),
        )
        .group_by(week, therapist_column)
    )
    return {(row[0], row[1]): (int(row[2]), int(row[3])) for row in context.conn.execute(statement)}


def is_worked_for_offered(
    _question: Question, scope: Scope, on_days: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Return the condition for visits of therapists with offered hours."""
    in_practice = therapist.c.practice_id == scope.practice_id
    usual = select(therapist.c.id).where(in_practice, therapist.c.week_minutes.is_not(None))
    weeks = select(offered_hours.c.therapist_id).where(
        offered_hours.c.practice_id == scope.practice_id, offered_hours.c.week == visit.c.week
    )
    offers = or_(visit.c.therapist_id.in_(usual), visit.c.therapist_id.in_(weeks))
    worked = or_(visit.c.state == State.COMPLETED, visit.c.drive_minutes > 0)
    return and_(on_days, and_(VISITS.in_states(DROVE), worked, offers))


def _cell(use: _Use) -> Aggregate:
    without = f"{NO_CAPACITY} for {_named(sorted(use.without))}" if use.without else ""
    if not use.offered:
        nothing = NO_CAPACITY if use.offered is None else NO_HOURS
        return Aggregate(why_not=without or nothing)
    left_out = (
        f"{fmt.plural(use.undriven, 'visit')} left out: no drive estimate" if use.undriven else ""
    )
    return Aggregate(use.worked, use.offered, note="; ".join(filter(None, (left_out, without))))
