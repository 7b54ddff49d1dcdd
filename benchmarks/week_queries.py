"""All queries of the Week together, warm, in a practice of a given size."""

from pathlib import Path

from allay_metrics.actions.imports import import_file
from allay_metrics.demo import write_exports
from allay_metrics.records import Scope, open_practice
from allay_metrics.review.week import review_week
from benchmarks.measured import median_of
from benchmarks.taking_in import UNTIL


def practice_of(folder: Path, visits: int) -> Scope:
    """Return a practice of about this many visits, made once in `folder` and kept."""
    path = folder / f"practice_{visits}.sqlite"
    if not path.exists():
        made = path.with_suffix(".new")
        scope = open_practice(f"sqlite:///{made}")
        for file in write_exports(folder / str(visits), visits=visits, seed=7, until=UNTIL)[1:]:
            import_file(scope, file.path, holds=file.holds, as_of=file.as_of)
        scope.close()
        made.rename(path)
    return open_practice(f"sqlite:///{path}")


def week_ms(scope: Scope, times: int = 15) -> dict[str, float]:
    """Return median milliseconds of the whole Week, of all cities and of one."""
    return {
        "all cities": median_of(times, lambda: review_week(scope)),
        "one city": median_of(times, lambda: review_week(scope, where=(("city", "Oakland"),))),
    }
