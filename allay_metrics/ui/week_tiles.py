"""The eight tiles of the Week, and the drawer behind each."""

from dataclasses import replace

from allay_metrics import words
from allay_metrics.records import Scope
from allay_metrics.review.answers import Cell
from allay_metrics.review.eight import Number, WeekNumber
from allay_metrics.review.week import WeekReview
from allay_metrics.ui.tile import Face, tile, tile_grid
from allay_metrics.ui.visits import open_number, said


def week_tiles(scope: Scope, review: WeekReview) -> None:
    """Draw the eight numbers; a click opens the visits behind one."""
    opened = None
    with tile_grid():
        for one in review.numbers:
            if tile(one.metric.key, one.metric.short, face(one, review)):
                opened = one
    if opened is not None:
        open_tile(scope, opened)


def open_tile(scope: Scope, one: Number) -> None:
    """Open the drawer of a number, in the week of the page."""
    open_number(
        scope, one.asked, title=one.metric.label, usual=one.now.usual, extra=_weeks_before(one)
    )


def face(one: Number, review: WeekReview) -> Face:
    """Return what the tile of a number shows."""
    now, rate = one.now, one.metric.is_rate
    usual = now.usual
    if usual is not None and not rate:
        usual = replace(usual, low=float(usual.whole[0]), high=float(usual.whole[1]))
    return Face(
        value=shown(one, now.cell),
        unit=_unit(one),
        series=[week.cell.value for week in one.weeks],
        usual=(usual.low, usual.high) if usual else None,
        goal=one.goal,
        signal=f"{now.signal} usual" if now.signal else "",
        note=_note(one, review),
        show=words.percent if rate else words.plain,
    )


def shown(one: Number, cell: Cell) -> words.Shown:
    """Return a number's value in words, with its counts or the reason why there is none."""
    if one.metric.is_rate:
        return words.share(cell.numerator, cell.denominator, cell.reason)
    if cell.value is None and cell.reason == "small" and cell.denominator:
        few = words.plural(round(cell.denominator), "first visit")
        return words.Shown(words.DASH, "", f"{few}: too few for a median")
    return words.Shown(said(one.metric, cell), "", cell.reason)


def _unit(one: Number) -> str:
    if one.asked.metrics == ("booked",):
        return "in 14 days"
    return "days, median" if one.metric.kind == "median" else ""


def _note(one: Number, review: WeekReview) -> str:
    cell, key = one.now.cell, one.metric.key
    if key == "new_families" and review.families_seen.value is not None:
        return f"{words.number(review.families_seen.value)} seen"
    if key == "on_books" and one.compared.change is not None and not review.so_far:
        return f"{words.signed(one.compared.change)} on the week before"
    if key == "wait_days" and cell.denominator:
        return words.plural(round(cell.denominator), "family", "families")
    return ""


def _weeks_before(one: Number) -> list[tuple[str, str]]:
    known = [week for week in one.weeks if week.cell.value is not None]
    if not known:
        return []
    return [("13 weeks", " · ".join(_week_words(one, week) for week in known))]


def _week_words(one: Number, week: WeekNumber) -> str:
    mark = "◆ " if week.signal else ""
    return f"{words.short_day(week.week)} **{mark}{shown(one, week.cell).text}**"
