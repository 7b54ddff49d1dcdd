"""The scorecard: the eight numbers over 13 weeks, each of which opens."""

from dataclasses import replace
from datetime import date

from allay_metrics import words
from allay_metrics.metrics import Question
from allay_metrics.metrics.weeks import sunday_of
from allay_metrics.records import Scope
from allay_metrics.review.scorecard import Number, WeekNumber
from allay_metrics.review.week import WeekReview
from allay_metrics.ui.card import card, head
from allay_metrics.ui.table import Score, TableCell, scorecard
from allay_metrics.ui.visits import open_number, usual_words
from allay_metrics.ui.week.tiles import shown

SCORE = "score"


def week_scorecard(review: WeekReview) -> None:
    """Draw the table."""
    with card("scorecard"):
        head(
            "Scorecard",
            "13 weeks by their Monday; marked: outside the usual range, one week in ten by chance",
        )
        mondays = [week.week for week in review.numbers[0].weeks]
        rows = [_row(one) for one in review.numbers]
        scorecard(mondays, rows, caption="The eight numbers by week")


def open_score(scope: Scope, review: WeekReview, key: str, monday: str) -> bool:
    """Open one number of one week; return whether it is on the scorecard, else open nothing."""
    one = review.number.get(key)
    week = next((w for w in one.weeks if w.week.isoformat() == monday), None) if one else None
    if one is None or week is None:
        return False
    title = f"{one.metric.label}, week of {words.day(week.week)}"
    open_number(scope, _build_question(one, week.week), title=title, usual=week.usual)
    return True


def _build_question(one: Number, monday: date) -> Question:
    return replace(one.question, metrics=(one.metric.key,), first=monday, last=sunday_of(monday))


def _row(one: Number) -> Score:
    usual = one.weeks[-1].usual
    goal = words.DASH
    if one.goal is not None:
        goal = words.percent(one.goal) if one.metric.is_rate else words.plain(one.goal)
    label = one.metric.short
    if one.metric.kind == "median":
        label = f"{label}, days"
    return Score(
        label,
        [_cell(one, week) for week in one.weeks],
        goal=goal,
        usual=usual_words(one.metric, usual) if usual else words.DASH,
    )


def _cell(one: Number, week: WeekNumber) -> TableCell:
    display = shown(one, week.cell)
    counted = week.cell.value is not None or bool(week.cell.denominator)
    return TableCell(
        display.text.replace(" of ", "/"),
        marked=week.signal is not None,
        reason=display.reason,
        opens=f"{SCORE}|{one.metric.key}|{week.week.isoformat()}" if counted else "",
    )
