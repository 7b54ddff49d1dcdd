"""A practice ten times as large, without ten times the imports.

The visits of a practice that was taken in are copied, each time as those of other families, and
rolled up as an import does. Bookings are not: the Week asks nothing of them but which are missing.
"""

import shutil
from pathlib import Path

from sqlalchemy import Connection, select, text

from allay_metrics.records import Scope, open_practice, rollup
from allay_metrics.records.tables import family, visit
from benchmarks.week_queries import practice_of


def ten_times(folder: Path, visits: int) -> Scope:
    """Return a practice of ten times these visits, made once in `folder` and kept."""
    path = folder / f"practice_{visits}_ten_times.sqlite"
    if not path.exists():
        practice_of(folder, visits).close()
        made = path.with_suffix(".new")
        shutil.copy(folder / f"practice_{visits}.sqlite", made)
        scope = open_practice(f"sqlite:///{made}")
        with scope.write("copy visits for a benchmark") as conn:
            for turn in range(1, 10):
                _copy(conn, turn)
            days = conn.execute(select(visit.c.day).distinct()).scalars().all()
            rollup.refresh(conn, scope.practice_id, days)
        scope.close()
        made.rename(path)
    return open_practice(f"sqlite:///{path}")


def _copy(conn: Connection, turn: int) -> None:
    anew = {"id": f"id || '-{turn}'", "family_id": f"family_id || '-{turn}'"}
    anew["match_key"] = f"match_key || '-{turn}'"
    for table in (family, visit):
        names = [column.name for column in table.columns]
        values = ", ".join(anew.get(name, name) for name in names)
        # Names come from our own tables. A copy's id holds one hyphen more than a key does.
        conn.execute(
            text(
                f"INSERT INTO {table.name} ({', '.join(names)}) "  # noqa: S608
                f"SELECT {values} FROM {table.name} WHERE id NOT LIKE '%-%-%-%-%-%'"
            )
        )
