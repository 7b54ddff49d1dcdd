"""The scorecard: the eight numbers over 13 weeks; each opens its drawer."""

from dataclasses import replace
from datetime import date

from allay_metrics import formatting as fmt
from allay_metrics.metrics import Question
from allay_metrics.metrics.weeks import sunday_of
from allay_metrics.records import Scope
from allay_metrics.review.scorecard import Number, WeekNumber
from allay_metrics.review.week import WeekReview
from allay_metrics.ui.card import card, head
from allay_metrics.ui.html_table import Score, TableCell, scorecard
from allay_metrics.ui.visit_drawer import open_number, usual_words
from allay_metrics.ui.week.tiles import display_value

SCORE = "score"


def week_scorecard(review: WeekReview) -> None:
    """Draw the table."""
    with card("scorecard"):
        head(
            "Scorecard",
            "13 weeks by their Monday; marked: outside the usual range, one week in ten by chance",
        )
        mondays = [week.week for week in review.numbers[0].weeks]
        rows = [_row(number) for number in review.numbers]
        scorecard(mondays, rows, caption="The eight numbers by week")


def open_score(scope: Scope, review: WeekReview, key: str, monday: str) -> bool:
    """Open one number of one week; return False for one that is not on the scorecard."""
    number = review.number.get(key)
    week = next((w for w in number.weeks if w.week.isoformat() == monday), None) if number else None
    if number is None or week is None:
        return False
    title = f"{number.metric.label}, week of {fmt.day(week.week)}"
    open_number(scope, _build_question(number, week.week), title=title, usual=week.usual)
    return True


def _build_question(number: Number, monday: date) -> Question:
    return replace(
        number.question, metrics=(number.metric.key,), first=monday, last=sunday_of(monday)
    )


def _row(number: Number) -> Score:
    usual = number.weeks[-1].usual
    goal = fmt.DASH
    if number.goal is not None:
        goal = fmt.percent(number.goal) if number.metric.is_rate else fmt.plain_number(number.goal)
    label = number.metric.short
    if number.metric.kind == "median":
        label = f"{label}, days"
    return Score(
        label,
        [_score_cell(number, week) for week in number.weeks],
        goal=goal,
        usual=usual_words(number.metric, usual) if usual else fmt.DASH,
    )


def _score_cell(number: Number, week: WeekNumber) -> TableCell:
    display = display_value(number, week.cell)
    counted = week.cell.value is not None or bool(week.cell.denominator)
    return TableCell(
        display.text.replace(" of ", "/"),
        marked=week.signal is not None,
        reason=display.reason,
        opens=f"{SCORE}|{number.metric.key}|{week.week.isoformat()}" if counted else "",
    )
