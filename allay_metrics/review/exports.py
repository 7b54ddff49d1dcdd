"""Exports of pages: one table, with a row for every number.

Labels and units are the registry's. A rate of one to four has counts and a reason but no value, as
on the page; lists of visits are in `export_lists`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from allay_metrics import formatting as fmt
from allay_metrics.metrics import METRICS, Metric
from allay_metrics.metrics.metric import MetricKey
from allay_metrics.metrics.usual import Usual
from allay_metrics.records import Scope
from allay_metrics.review.cities import CitiesReview, CityLine
from allay_metrics.review.query_results import Filters, MetricCell
from allay_metrics.review.record_status import RecordStatus
from allay_metrics.review.therapists import TherapistsReview
from allay_metrics.review.visit_places import Grid
from allay_metrics.review.visit_types import TypesReview
from allay_metrics.review.week import WeekReview
from allay_metrics.spreadsheet import Export, Value

INVENTED = "Every family, visit and number here is invented."
PERCENT = 100
_MINUTES = 60


@dataclass(frozen=True, kw_only=True)
class ExportLine:
    """One row of an export; fields that do not apply are empty. Empty columns are not written."""

    part: str
    city: str = ""
    visit_type: str = ""
    therapist: str = ""
    period: date | str = ""
    number: str
    unit: str
    cell: MetricCell
    usual: Usual | None = None
    goal: float | None = None


_HEADS = (
    "Part", "City", "Visit type", "Therapist", "Period", "Number", "Unit", "Value", "Numerator",
    "Denominator", "Reason", "Usual from", "Usual to", "Goal",
)  # fmt: skip
_ALWAYS = frozenset({"Part", "Number", "Unit", "Value", "Numerator", "Denominator", "Reason"})


def export_header(
    scope: Scope,
    record_status: RecordStatus,
    title: str,
    period: tuple[date, date] | None,
    where: Filters = (),
) -> tuple[tuple[str, str], ...]:
    """Return the header of an export: title, period, as-of of the records, filters."""
    moments = record_status.as_of_moments.items()
    as_of = fmt.join_list(f"{source} {fmt.full_day(at)} {fmt.clock(at)}" for source, at in moments)
    header = {
        "Export": f"{title}, {fmt.span(*period)}" if period else title,
        "Records as of": f"{as_of} ({scope.timezone})" if as_of else "no records",
        "Filters": ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in where) or "none",
    }
    return (*header.items(), *((("Demo practice", INVENTED),) if scope.is_demo else ()))


def week_export(scope: Scope, review: WeekReview) -> Export:
    """Return the Week: the eight numbers of 13 weeks, cities, types, referral sources."""
    header = export_header(
        scope, review.record_status, "Week in review", (review.monday, review.sunday), review.where
    )
    return _export(header, _of_week(review))


def cities_export(scope: Scope, review: CitiesReview) -> Export:
    """Return the Cities page: every city's numbers, by visit type, by weekday, by week."""
    header = export_header(
        scope, review.record_status, "Cities", (review.first, review.last), review.where
    )
    return _export(header, _of_cities(review))


def types_export(scope: Scope, review: TypesReview) -> Export:
    """Return the Visit types page: the mix over time, totals, families, paths and ages."""
    header = export_header(
        scope, review.record_status, "Visit types", (review.first, review.last), review.where
    )
    return _export(header, _of_types(review))


def therapists_export(scope: Scope, review: TherapistsReview) -> Export:
    """Return the Therapists page: two weeks of hours, and 13 of completed visits, each by name."""
    return _export(
        export_header(scope, review.record_status, "Therapists", None), _of_therapists(review)
    )


def _export(header: tuple[tuple[str, str], ...], lines: Iterable[ExportLine]) -> Export:
    rows = [_row(line) for line in lines]
    kept = [
        i
        for i, head in enumerate(_HEADS)
        if head in _ALWAYS or any(row[i] not in ("", None) for row in rows)
    ]
    return Export(
        header, tuple(_HEADS[i] for i in kept), [tuple(row[i] for i in kept) for row in rows]
    )


def _row(line: ExportLine) -> tuple[Value, ...]:
    scale = PERCENT if line.unit == "%" else 1
    usual = (line.usual.low, line.usual.high) if line.usual else (None, None)
    return (
        *(line.part, line.city, line.visit_type, line.therapist, line.period),
        *(line.number, line.unit, _scaled(line.cell.value, scale)),
        *(_scaled(line.cell.numerator), _scaled(line.cell.denominator), line.cell.reason),
        *(_scaled(end, scale) for end in (*usual, line.goal)),
    )


def _scaled(value: float | None, scale: int = 1) -> float | int | None:
    """Return a number with at most two decimals, an integer where it is whole."""
    if value is None:
        return None
    number = round(value * scale, 2)
    return int(number) if float(number).is_integer() else number


def _counted(
    part: str,
    metric: Metric,
    count: float,
    *,
    city: str = "",
    visit_type: str = "",
    period: date | str = "",
) -> ExportLine:
    return ExportLine(
        part=part,
        city=city,
        visit_type=visit_type,
        period=period,
        number=metric.label,
        unit=metric.unit,
        cell=MetricCell(count, count),
    )


def _of_week(review: WeekReview) -> Iterator[ExportLine]:
    for number in review.numbers:
        for week in number.weeks:
            yield ExportLine(
                part="Scorecard",
                period=week.week,
                number=number.metric.label,
                unit=number.metric.unit,
                cell=week.cell,
                usual=week.usual,
                goal=number.goal,
            )
    yield from _grid("Where, completed and booked", review.grid, "Visits")
    for kind, counts in review.types.counts.items():
        for monday, count in zip(review.types.mondays, counts, strict=True):
            yield _counted(
                "What", METRICS[MetricKey.COMPLETED], count, visit_type=kind, period=monday
            )
    for one_source in review.referrals.sources:
        part = f"How families heard of us: {one_source.source}"
        yield _counted(part, METRICS[MetricKey.NEW_FAMILIES], one_source.families)


def _grid(part: str, grid: Grid, number: str) -> Iterator[ExportLine]:
    for city, counts in zip(grid.cities, grid.counts, strict=True):
        for weekday, count in zip(grid.weekdays, counts, strict=True):
            cell = MetricCell(count, count)
            yield ExportLine(
                part=part, city=city, period=weekday, number=number, unit="visits", cell=cell
            )


def _of_cities(review: CitiesReview) -> Iterator[ExportLine]:
    for line in review.lines:
        yield from _of_city(review, line, line.city)
    yield from _of_city(review, review.total, "All cities")
    for kind, counts in review.by_type.items():
        for city, count in zip(review.cities, counts, strict=True):
            yield _counted(
                "By visit type", METRICS[MetricKey.COMPLETED], count, city=city, visit_type=kind
            )
    yield from _grid("By weekday", review.grid, METRICS[MetricKey.COMPLETED].label)
    for trend in review.trends:
        for monday, count in zip(trend.mondays, trend.counts, strict=True):
            yield _counted(
                "By week", METRICS[MetricKey.COMPLETED], count, city=trend.city, period=monday
            )


def _of_city(review: CitiesReview, line: CityLine, name: str) -> Iterator[ExportLine]:
    for metric in review.columns:
        cell = line.numbers[metric.key]
        yield ExportLine(
            part="City by city", city=name, number=metric.label, unit=metric.unit, cell=cell
        )
    period = fmt.span(*review.ahead)
    part = "Booked, next 14 days"
    yield _counted(part, METRICS[MetricKey.BOOKED], line.next_14_days, city=name, period=period)


def _of_types(review: TypesReview) -> Iterator[ExportLine]:
    every = [*review.totals.items(), ("all types", review.whole)]
    for kind, cells in every:
        for key, cell in cells.items():
            metric = METRICS[key]
            yield ExportLine(
                part="In all", visit_type=kind, number=metric.label, unit=metric.unit, cell=cell
            )
    mix = review.mix
    over_time: dict[str, Mapping[str, Sequence[float]]] = {
        MetricKey.COMPLETED: mix.visits,
        MetricKey.CARE_HOURS: mix.hours,
        MetricKey.VISIT_VALUE: mix.value,
    }
    for key, of_kinds in over_time.items():
        for kind, values in of_kinds.items():
            for start, value in zip(mix.periods, values, strict=True):
                yield _counted(
                    f"By {mix.grain}", METRICS[key], value, visit_type=kind, period=start
                )
    yield from _families(review)
    for step in review.paths.steps:
        part, number = f"From {step.from_} to {step.to}", "Families that went on"
        yield ExportLine(
            part=part, number=number, unit="families", cell=MetricCell(step.families, step.families)
        )
        few = "" if step.median_days is not None else "small"
        typical = MetricCell(step.median_days, None, step.families, few)
        yield ExportLine(part=part, number="Days between, median", unit="days", cell=typical)
    for kind, counts in review.ages.counts.items():
        for age, count in zip(review.ages.weeks, counts, strict=True):
            if count:
                part = f"Infant's age {fmt.plural(age, 'week')}"
                yield _counted(part, METRICS[MetricKey.COMPLETED], count, visit_type=kind)


def _families(review: TypesReview) -> Iterator[ExportLine]:
    families = review.families
    for name, counts in (("new", families.new), ("returning", families.returning)):
        for start, count in zip(families.periods, counts, strict=True):
            cell = MetricCell(count, count, reason="" if count is not None else families.reason)
            yield ExportLine(
                part="Families", period=start, number=f"Families seen, {name}", unit="families",
                cell=cell,
            )  # fmt: skip


def _of_therapists(review: TherapistsReview) -> Iterator[ExportLine]:
    for therapist in review.therapists:
        for week in therapist.weeks:
            for name, minutes in (("offered", week.offered), ("taken", week.used)):
                hours = None if minutes is None else minutes / _MINUTES
                why = "" if hours is not None else "no offered hours on file"
                yield ExportLine(
                    part="Weeks ahead", therapist=therapist.name, period=week.monday,
                    number=f"Hours {name}", unit="hours", cell=MetricCell(hours, hours, reason=why),
                )  # fmt: skip
            for day in week.days:
                for city, visits in day.cities:
                    yield ExportLine(
                        part="Days ahead", city=city, therapist=therapist.name, period=day.day,
                        number="Visits", unit="visits", cell=MetricCell(visits, visits),
                    )  # fmt: skip
        for monday, count in zip(therapist.mondays, therapist.completed, strict=True):
            last = monday == therapist.mondays[-1]
            yield ExportLine(
                part="Weeks past", therapist=therapist.name, period=monday,
                number=METRICS[MetricKey.COMPLETED].label, unit="visits",
                cell=MetricCell(count, count),
                usual=therapist.usual if last else None,
            )  # fmt: skip
