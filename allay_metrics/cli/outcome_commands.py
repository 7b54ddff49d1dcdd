"""outcomes: reported outcomes while in care, as on the owner's page."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import click

from allay_metrics.cli.numbers import open_recorded
from allay_metrics.cli.options import DayParameter, database_option, find_database, split_values

if TYPE_CHECKING:
    from allay_metrics.records import Scope

YEAR = timedelta(days=365)
HEADS = ("concern", "eligible", "asked", "baseline", "paired", "mean", "median", "expected",
         "better", "same", "worse", "reason")  # fmt: skip


@click.command("outcomes")
@click.option("--measure", metavar="ID", help="Another measure than each concern's: exploratory.")
@click.option("--concern", multiple=True, metavar="ID[,ID]", help="Only these concerns.")
@click.option("--from", "first", type=DayParameter(), metavar="D", help="First day.")
@click.option("--to", "last", type=DayParameter(), metavar="D", help="Last day, included.")
@click.option("--json", "json_", is_flag=True, help="JSON instead of text.")
@database_option
@click.pass_context
def outcomes_command(
    context: click.Context,
    /,
    *,
    concern: tuple[str, ...],
    json_: bool,
    database: str | None,
    **options: Any,
) -> None:
    """Print reported change while in care, by concern; practice-wide, for the owner.

    An episode belongs to the day its window closes. Without --to the period ends with the day the
    records were exported, without --from it is a year long.
    """
    from allay_metrics.cli import output
    from allay_metrics.outcomes.research import CONTEXT
    from allay_metrics.review.outcomes import outcome_rows, review_outcomes

    scope = open_recorded(find_database(context, database))
    first, last = _find_period(scope, options["first"], options["last"])
    review = review_outcomes(
        scope, first, last, measure=options["measure"], only=split_values(concern)
    )
    rows = outcome_rows(review)
    if json_:
        click.echo(output.as_json(rows))
    else:
        click.echo(CONTEXT)
        click.echo(output.format_table(HEADS, [_format_line(row) for row in rows]))
    click.echo(f"{first} to {last}", err=True)


def _find_period(scope: "Scope", first: date | None, last: date | None) -> tuple[date, date]:
    from allay_metrics.errors import QuestionProblem
    from allay_metrics.review.record_status import read_record_status

    end = last or read_record_status(scope).as_of_day
    if end is None:
        raise QuestionProblem("There are no records yet: name the period by --from and --to.")
    start = first or end - YEAR
    if start > end:
        raise QuestionProblem(f"The period ends before it starts: {start} to {end}.")
    return start, end


def _format_line(row: dict[str, Any]) -> list[str]:
    def number(value: float | None) -> str:
        return "-" if value is None else f"{value:.1f}"

    def share(proportion: dict[str, Any]) -> str:
        if proportion["share"] is None:
            return "-"
        low, high = (round(100 * proportion[end]) for end in ("low", "high"))
        return f"{proportion['n']} = {round(100 * proportion['share'])} % ({low}-{high})"

    mean = number(row["mean_change"])
    if row["low"] is not None:
        mean += f" ({number(row['low'])} to {number(row['high'])})"
    counts = [str(row[name]) for name in ("eligible", "asked", "baseline", "paired")]
    shares = [share(row[name]) for name in ("better", "same", "worse")]
    middle = [mean, number(row["median_change"]), number(row["expected_change"])]
    return [f"{row['concern']}, {row['measure']}", *counts, *middle, *shares, row["reason"]]
