"""The week in review as text and as JSON."""

from typing import Any

from allay_metrics import formatting as fmt
from allay_metrics.cli.output import format_table, format_value
from allay_metrics.formatting import DASH, full_day, plain_number, plural
from allay_metrics.metrics.usual import Usual
from allay_metrics.review.owner_tasks import Needs
from allay_metrics.review.scorecard import Number, WeekNumber
from allay_metrics.review.week import WeekReview

TYPE_NAMES = {"cst": "CST", "lactation": "Lactation", "massage": "Massage", "other": "Other"}


def week_text(review: WeekReview) -> str:
    """Return the week as a person reads it in a terminal."""
    so_far = ", so far" if review.so_far else ""
    parts = [
        f"Week of {full_day(review.monday)} to {full_day(review.sunday)}{so_far}",
        as_of_line(review),
    ]
    if not review.has_records:
        return "\n".join(parts)
    parts += ["", _format_numbers(review), "", f"What changed   {review.changed.sentence}"]
    if review.missing:
        missing = plural(review.missing, "visit")
        parts.append(
            f"{missing} of this week missing from a newer export, in no number until decided."
        )
    parts += [
        *review.restated,
        "",
        *_format_needs(review.needs),
        "",
        _format_grid(review),
        "",
        _format_types(review),
    ]
    parts += ["", _format_referrals(review)]
    if review.note.text:
        parts += ["", f"Note: {review.note.text}"]
    parts += ["", "◆ outside the usual range: about one week in ten shows one by chance."]
    return "\n".join(parts)


def week_json(review: WeekReview) -> dict[str, Any]:
    """Return the week as plain values; shares 0 to 1, dates ISO."""
    return {
        "week": review.monday.isoformat(),
        "so_far": review.so_far,
        "as_of": {
            source: at.isoformat() for source, at in review.record_status.as_of_moments.items()
        },
        "newest_files": [
            {
                "import_id": file.id,
                "file": file.file_name,
                "rows_read": file.rows_read,
                "counted": file.rows_read - file.set_aside,
                "set_aside": file.set_aside,
            }
            for file in review.record_status.files
        ],
        "numbers": {number.metric.key: _number_json(number) for number in review.numbers},
        "states": review.states,
        "missing": review.missing,
        "families_seen": review.families_seen.value,
        "changed": {
            "completed": review.changed.now,
            "before": None if review.changed.why_not else review.changed.before,
            "days": review.changed.days,
            "cities": {city.name: city.change for city in review.changed.cities},
            "others": review.changed.others,
            "types": {kind.name: kind.change for kind in review.changed.types},
            "why_not": review.changed.why_not,
        },
        "needs": dict(vars(review.needs)),
        "grid": {
            city: dict(zip(review.grid.weekdays, counts, strict=True))
            for city, counts in zip(review.grid.cities, review.grid.counts, strict=True)
        },
        "types": {
            kind: {
                monday.isoformat(): count
                for monday, count in zip(review.types.mondays, counts, strict=True)
            }
            for kind, counts in review.types.counts.items()
        },
        "referrals": {source.source: source.families for source in review.referrals.sources},
        "restated": list(review.restated),
        "note": review.note.text,
    }


def as_of_line(review: WeekReview) -> str:
    """Return how new the records are, and the account of the newest files' rows."""
    record_status = review.record_status
    if record_status.newest is None:
        return "There are no records yet: import a file."
    moments = record_status.as_of_moments
    several = len(moments) > 1
    sources = [
        f"{f'{source} ' if several else ''}{fmt.moment(at)}" for source, at in moments.items()
    ]
    rows = (
        f"{plural(record_status.rows_read, 'row')},"
        f" {fmt.number(record_status.rows_counted)} counted,"
        f" {fmt.number(record_status.rows_set_aside)} set aside"
    )
    restated = f" · {plural(len(review.restated), 'number')} restated" if review.restated else ""
    return f"Records as of {fmt.join_list(sources)} · {rows}{restated}"


def _number_json(number: Number) -> dict[str, Any]:
    return {
        "label": number.metric.label,
        **_week_json(number.now),
        "goal": number.goal,
        "before": number.compared.before.value if not number.compared.why_not else None,
        "days_compared": number.compared.days,
        "not_compared": number.compared.why_not,
        "weeks": [{"week": week.week.isoformat(), **_week_json(week)} for week in number.weeks],
    }


def _week_json(week: WeekNumber) -> dict[str, Any]:
    usual = week.usual and {"low": week.usual.low, "high": week.usual.high}
    cell = week.cell
    return {
        "value": cell.value,
        "numerator": cell.numerator,
        "denominator": cell.denominator,
        "reason": cell.reason,
        "usual": usual,
        "signal": week.signal,
    }


def _format_numbers(review: WeekReview) -> str:
    heads = [
        "",
        "now",
        "goal",
        "usual",
        *(fmt.short_day(w.week) for w in _recent_weeks(review.numbers[0])),
    ]
    return format_table(heads, [_format_line(number) for number in review.numbers])


def _recent_weeks(number: Number) -> tuple[WeekNumber, ...]:
    return number.weeks[-5:-1]


def _format_line(number: Number) -> list[str]:
    mark = "◆ " if number.now.signal else ""
    return [
        number.metric.short,
        mark + _format_week_value(number, number.now),
        fmt.DASH if number.goal is None else _format_goal(number, number.goal),
        _format_usual(number, number.now.usual),
        *(
            ("◆ " if week.signal else "") + _format_week_value(number, week)
            for week in _recent_weeks(number)
        ),
    ]


def _format_week_value(number: Number, week: WeekNumber) -> str:
    cell = week.cell
    if number.metric.is_reported:
        # Counts only: never a percentage beside money.
        if cell.denominator:
            return f"{plain_number(cell.numerator)} of {plain_number(cell.denominator)}"
        return cell.reason if week is number.now else DASH
    return format_value(number.metric, cell.value, cell.numerator, cell.denominator)


def _format_usual(number: Number, usual: Usual | None) -> str:
    if usual is None:
        return fmt.DASH
    if number.metric.is_rate:
        return fmt.value_range(usual.low, usual.high, "percent")
    return fmt.value_range(*usual.whole)


def _format_goal(number: Number, value: float) -> str:
    return fmt.percent(value) if number.metric.is_rate else fmt.plain_number(value)


def _format_needs(needs: Needs) -> list[str]:
    counts = {
        "visit to decide on: missing from a newer export": needs.missing,
        "family without a next visit": needs.no_next,
        "row set aside": needs.set_aside,
        "visit whose type is not assigned": needs.unassigned,
        "visit without a city": needs.unknown_city,
        "doubtful family match": needs.doubts,
    }
    many = {
        "visit to decide on: missing from a newer export": "visits to decide on: missing from a"
        " newer export",
        "family without a next visit": "families without a next visit",
        "row set aside": "rows set aside",
        "visit whose type is not assigned": "visits whose type is not assigned",
        "visit without a city": "visits without a city",
        "doubtful family match": "doubtful family matches",
    }
    lines = [plural(count, singular, many[singular]) for singular, count in counts.items() if count]
    return ["Needs you", *(f"  {line}" for line in lines or ["nothing"])]


def _format_grid(review: WeekReview) -> str:
    heads = ["Where", *review.grid.weekdays, "week"]
    rows = zip(review.grid.cities, review.grid.counts, strict=True)
    return format_table(
        heads, [[city, *(str(n or "") for n in counts), str(sum(counts))] for city, counts in rows]
    )


def _format_types(review: WeekReview) -> str:
    types = review.types
    heads = ["What", *(fmt.short_day(monday) for monday in types.mondays)]
    return format_table(
        heads, [[TYPE_NAMES[kind], *map(str, counts)] for kind, counts in types.counts.items()]
    )


def _format_referrals(review: WeekReview) -> str:
    sources = [f"{source.source} {source.families}" for source in review.referrals.sources]
    text = ", ".join(sources) or review.referrals.reason or "none"
    return f"New families in 13 weeks by referral source: {text}."
