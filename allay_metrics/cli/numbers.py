"""query and week: the same numbers as the pages."""

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import click

from allay_metrics.cli.options import DayParameter, database_option, find_database, split_values
from allay_metrics.errors import QuestionProblem

if TYPE_CHECKING:
    from allay_metrics.metrics import Question
    from allay_metrics.records import Scope

FORMATS = ("table", "csv", "json")


@click.command("query")
@click.argument("metrics", metavar="METRIC[,METRIC]", nargs=-1, required=True)
@click.option("--by", multiple=True, metavar="GROUP[,GROUP]", help="Groups, such as city.")
@click.option("--grain", metavar="GRAIN", help="day, week, month, quarter or year.")
@click.option("--from", "first", type=DayParameter(), metavar="D", help="First day.")
@click.option("--to", "last", type=DayParameter(), metavar="D", help="Last day, included.")
@click.option("--where", multiple=True, metavar="KEY=VALUE", help="Only these; repeat for or.")
@click.option("--as", "email", metavar="EMAIL", help="As this therapist; else as the owner.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="table", show_default=True)
@database_option
@click.pass_context
def query_command(
    context: click.Context,
    /,
    *,
    metrics: tuple[str, ...],
    by: tuple[str, ...],
    format_: str,
    email: str | None,
    database: str | None,
    **options: Any,
) -> None:
    """Answer a question with numbers.

    Without --from the period starts with the records; without --to it ends with the day they were
    exported (booked visits alone: it runs from that day to the last one on file).
    """
    from allay_metrics.cli import output
    from allay_metrics.metrics import query
    from allay_metrics.metrics.left_out import visits_left_out
    from allay_metrics.metrics.metric import MetricKey

    scope = open_recorded(find_database(context, database))
    if email:
        scope = scope.as_therapist(email)
    question = _build_question(scope, split_values(metrics), split_values(by), **options)
    answer = query(question, scope)
    left_out = visits_left_out(question, scope)
    if format_ == "json":
        rows = output.answer_json(answer, question.by, question.grain)
        click.echo(output.as_json(output.add_notes(rows, question, left_out, scope.zone)))
    elif format_ == "csv":
        click.echo(output.answer_csv(answer, question.by, question.grain), nl=False)
    else:
        click.echo(output.answer_table(answer, question.by, question.grain))
    click.echo(f"{question.first} to {question.last}", err=True)
    whole = visits_left_out(
        replace(question, metrics=(MetricKey.BOOKINGS,), by=(), grain=None), scope
    )
    for omission in whole.values():
        click.echo(f"Visits: {omission.note(scope.zone)}.", err=True)


@click.command("week")
@click.argument("monday", metavar="[MONDAY]", required=False, type=DayParameter())
@click.option("--json", "json_", is_flag=True, help="JSON instead of text.")
@database_option
@click.pass_context
def week_command(
    context: click.Context, monday: date | None, json_: bool, database: str | None
) -> None:
    """Print the week in review: the week of that day, else the last full week of the records."""
    from allay_metrics.cli import output, week_text
    from allay_metrics.review.week import review_week

    review = review_week(open_recorded(find_database(context, database)), monday)
    click.echo(
        output.as_json(week_text.week_json(review)) if json_ else week_text.week_text(review)
    )


def open_recorded(database: str | None) -> "Scope":
    """Return the practice with records; a note on stderr tells when it is the demo."""
    from allay_metrics.demo.practice_choice import open_recorded_practice

    scope = open_recorded_practice(database)
    if scope.is_demo:
        click.echo("The invented demo practice.", err=True)
    return scope


def _build_question(
    scope: "Scope",
    metrics: tuple[str, ...],
    by: tuple[str, ...],
    *,
    grain: str | None,
    first: date | None,
    last: date | None,
    where: tuple[str, ...],
) -> "Question":
    from allay_metrics.metrics import Question

    start, end = _find_period(scope, metrics, first, last)
    return Question(
        metrics=metrics,
        by=by,
        grain=grain,
        first=start,
        last=end,
        where=tuple(_parse_pair(text) for text in where),
    )


def _find_period(
    scope: "Scope", metrics: tuple[str, ...], first: date | None, last: date | None
) -> tuple[date, date]:
    """Return the first and last day; those of all records where none are given."""
    if first and last:
        return first, last
    from allay_metrics.metrics import METRICS
    from allay_metrics.review.record_status import read_record_status

    record_status = read_record_status(scope)
    as_of = record_status.as_of_day or last or first
    if as_of is None:
        raise QuestionProblem("There are no records yet: name the period by --from and --to.")
    # A name that is no metric is refused once it is part of the question.
    asked_for = [METRICS[name] for name in metrics if name in METRICS]
    ahead = all(name in METRICS and METRICS[name].is_ahead for name in metrics)
    start = as_of if ahead else record_status.first_day or as_of
    end = max(record_status.last_day or as_of, as_of) if ahead else as_of
    if any(metric.by_whole_weeks for metric in asked_for):
        # Only for whole weeks: from the first Monday to the last Sunday of the records.
        start += timedelta(days=-start.weekday() % 7)
        end -= timedelta(days=(end.weekday() + 1) % 7)
    start, end = first or start, last or end
    # If only one end is given and it is beyond the records, the other end moves.
    return (min(start, end), end) if first is None else (start, max(start, end))


def _parse_pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip() or not value.strip():
        raise QuestionProblem(f"'{text}' is no filter: write it as city=Oakland.")
    return key.strip(), value.strip()
