"""Options and values that several commands share."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from allay_metrics.errors import QuestionProblem
from allay_metrics.plausibility import ANY_DAY, read_day

Command = TypeVar("Command", bound=Callable[..., Any])


class DayParameter(click.ParamType[date]):
    """A date as YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the date, or fail with a sentence."""
        if isinstance(value, date):
            return value
        day = read_day(value)
        if day is None:
            self.fail(
                f"'{value[:40]}' is no date: write it as 2026-11-09. {ANY_DAY.sentence}", param, ctx
            )
        return day


class SpanParameter(click.ParamType[tuple[date, date]]):
    """Two dates, FROM:TO, both included."""

    name = "from:to"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[date, date]:
        """Return both dates, or fail with a sentence."""
        if isinstance(value, tuple):
            return value
        days = [day for part in value.split(":") if (day := read_day(part)) is not None]
        if len(days) != 2 or value.count(":") != 1:
            self.fail(
                f"'{value[:40]}' is no period: write it as 2026-01-01:2026-11-15. "
                f"{ANY_DAY.sentence}",
                param,
                ctx,
            )
        first, last = days
        if first > last:
            self.fail(f"'{value}' ends before it starts.", param, ctx)
        return first, last


def database_option(command: Command) -> Command:
    """Add `--database URL`, which may also stand in front of the command."""
    return click.option(
        "--database", metavar="URL", help="Records to use instead of this computer's own."
    )(command)


def find_database(context: click.Context, database: str | None) -> str | None:
    """Return the URL given before or after the name of the command."""
    return database or (context.obj or {}).get("database")


def parse_moment(text: str, zone: ZoneInfo) -> int:
    """Return a time as Unix seconds; without an offset it is in the practice's zone.

    A date alone means the end of that day, or now on that day itself. Raises QuestionProblem.
    """
    if (day := read_day(text)) is not None:
        end = datetime.combine(day + timedelta(days=1), time(), zone) - timedelta(seconds=1)
        return int(min(end, datetime.now(zone)).timestamp())
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = datetime.min  # noqa: DTZ901 - not a valid time
    if not ANY_DAY.holds(instant.date()):
        raise QuestionProblem(
            f"'{text[:40]}' is no time: write it as 2026-11-16T08:02 or 2026-11-16. "
            f"{ANY_DAY.sentence}"
        )
    return int((instant if instant.tzinfo else instant.replace(tzinfo=zone)).timestamp())


def split_values(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the values given as `a,b` or by repeating the option."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())
