"""All queries of the Week together, warm, in a practice of a given size."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from allay_metrics.actions.file_import import import_file
from allay_metrics.actions.rederive import rederive_outdated
from allay_metrics.demo import write_exports
from allay_metrics.records import Scope, open_practice
from allay_metrics.review.query_results import Filters
from allay_metrics.review.week import review_week
from benchmarks.measured import median_of
from benchmarks.taking_in import UNTIL

Statement = tuple[str, Any]
CHOICES: dict[str, Filters] = {"all cities": (), "one city": (("city", "Oakland"),)}


@dataclass(frozen=True)
class WeekTook:
    """Median milliseconds: of the queries alone, in the database; of the whole review."""

    queries: float
    whole: float


def practice_of(folder: Path, visits: int) -> Scope:
    """Return a practice of about this many visits, made once in `folder` and kept."""
    path = folder / f"practice_{visits}.sqlite"
    if not path.exists():
        made = path.with_suffix(".new")
        practice_at(f"sqlite:///{made}", folder, visits).close()
        made.rename(path)
    return open_practice(f"sqlite:///{path}")


def practice_at(url: str, folder: Path, visits: int) -> Scope:
    """Take an invented practice of about this many visits in at `url`, and return it."""
    scope = open_practice(url)
    rederive_outdated(
        scope
    )  # as the command line does; else the first server would derive all anew
    for file in write_exports(folder / str(visits), visits=visits, seed=7, until=UNTIL)[1:]:
        import_file(scope, file.path, holds=file.holds, as_of=file.as_of)
    return scope


def week_ms(scope: Scope, times: int = 15) -> dict[str, WeekTook]:
    """Return what the Week takes of all cities and of one."""
    return {name: _took(scope, where, times) for name, where in CHOICES.items()}


def _took(scope: Scope, where: Filters, times: int) -> WeekTook:
    asked = asked_by_week(scope, where)
    database = sqlite3.connect(str(scope._database.url.database))

    def ask_again() -> None:
        for text, values in asked:
            database.execute(text, values).fetchall()

    queries = median_of(times, ask_again)
    database.close()
    return WeekTook(queries, median_of(times, lambda: review_week(scope, where=where)))


def asked_by_week(scope: Scope, where: Filters) -> list[Statement]:
    """Return every SELECT the Week asks, with its values."""
    with _statements() as asked:
        review_week(scope, where=where)
    return asked


@contextmanager
def _statements() -> Iterator[list[Statement]]:
    """Yield a list that fills with every SELECT asked meanwhile, and its values."""
    asked: list[Statement] = []

    def keep(_conn: Any, _cursor: Any, text: str, values: Any, *_rest: Any) -> None:
        if text.lstrip().startswith(("SELECT", "WITH")):
            asked.append((text, values))

    event.listen(Engine, "before_cursor_execute", keep)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", keep)
