"""The eight tiles of the Week, and the drawer behind each."""

from collections.abc import Callable
from dataclasses import replace

from allay_metrics import formatting as fmt
from allay_metrics.records import Scope
from allay_metrics.review.query_results import MetricCell
from allay_metrics.review.scorecard import Number
from allay_metrics.review.week import WeekReview
from allay_metrics.ui.tile import Face, tile, tile_grid
from allay_metrics.ui.visit_drawer import format_value, open_number


def week_tiles(scope: Scope, review: WeekReview) -> Callable[[], None] | None:
    """Draw the eight tiles; return the function that opens the clicked one."""
    opened = None
    with tile_grid():
        for number in review.numbers:
            if tile(number.metric.key, number.metric.short, face(number, review)):
                opened = number
    if opened is None:
        return None
    chosen = opened
    return lambda: open_number(scope, chosen.question, usual=chosen.now.usual)


def face(number: Number, review: WeekReview) -> Face:
    """Return the content of a number's tile."""
    now, rate = number.now, number.metric.is_rate
    usual = now.usual
    if usual is not None and not rate:
        usual = replace(usual, low=float(usual.whole[0]), high=float(usual.whole[1]))
    return Face(
        value=display_value(number, now.cell),
        unit=_unit_words(number),
        series=[week.cell.value for week in number.weeks],
        usual=(usual.low, usual.high) if usual else None,
        goal=number.goal,
        signal=f"{now.signal} usual" if now.signal else "",
        note=_note_text(number, review),
        show=fmt.percent if rate else fmt.plain_number,
    )


def display_value(number: Number, cell: MetricCell) -> fmt.DisplayValue:
    """Return a number's display value, with its counts or the reason why there is none.

    Reported outcomes are shown as counts, never as a percentage beside money.
    """
    if number.metric.is_reported and cell.denominator:
        counts = f"{fmt.number(cell.numerator)} of {fmt.number(cell.denominator)}"
        return fmt.DisplayValue(counts, "answered both times", "")
    if number.metric.is_rate:
        said_so = fmt.share(cell.numerator, cell.denominator, cell.reason.removeprefix("small"))
        in_hours = number.metric.kind == "share_of_hours" and said_so.of
        return replace(said_so, of=f"{said_so.of} h") if in_hours else said_so
    if cell.value is None and cell.reason == "small" and cell.denominator:
        few = fmt.plural(round(cell.denominator), "first visit")
        return fmt.DisplayValue(fmt.DASH, "", f"{few}: too few for a median")
    absent = "nothing to count" if cell.value is None else ""
    return fmt.DisplayValue(format_value(number.metric, cell), "", cell.reason or absent)


def _unit_words(number: Number) -> str:
    if number.is_upcoming:
        return "in 14 days"
    return "days, median" if number.metric.kind == "median" else ""


def _note_text(number: Number, review: WeekReview) -> str:
    cell, metric = number.now.cell, number.metric
    beside = review.beside.get(metric.beside)
    if beside is not None and beside.value is not None:
        return f"{fmt.number(beside.value)} {metric.beside_words}"
    if metric.by_whole_weeks and number.compared.change is not None and not review.so_far:
        return f"{fmt.delta(number.compared.change)} on the week before"
    if metric.kind == "median" and cell.denominator:
        return fmt.plural(round(cell.denominator), "family", "families")
    return ""
