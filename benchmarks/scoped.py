"""What the scope costs: the Week's queries through it, and past it on a connection of nobody's."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from allay_metrics.records import Scope, open_engine, upgrade
from benchmarks.measured import median_of
from benchmarks.week_queries import CHOICES, asked_by_week, practice_at, practice_of
from tests.support.postgres import shared_cluster

Ratio = tuple[float, float]


def on_sqlite(folder: Path, visits: int) -> dict[str, Ratio]:
    """Return milliseconds through the scope and past it, of all cities and of one."""
    return _compared(practice_of(folder, visits))


def on_postgresql(folder: Path, run_pid: int, visits: int) -> dict[str, Ratio]:
    """Return the same of a practice in a throwaway PostgreSQL cluster."""
    # The folder of practices may be kept for the next run; the cluster ends with this one.
    with tempfile.TemporaryDirectory(prefix="allay-bench-") as run:
        cluster = shared_cluster(Path(run), run_pid, _migrate)
        scope = practice_at(cluster.create("scoped"), folder, visits)
        try:
            return _compared(scope)
        finally:
            scope.close()


def _migrate(url: str) -> None:
    engine = open_engine(url)
    upgrade(engine)
    engine.dispose()


def _compared(scope: Scope) -> dict[str, Ratio]:
    return {name: _both(scope, asked_by_week(scope, where)) for name, where in CHOICES.items()}


def _both(scope: Scope, asked: list[tuple[str, Any]]) -> Ratio:
    with scope.read() as conn, _nobodys(scope) as bare:
        own: Any = conn.connection.driver_connection
        # In turn, so that a slow minute of the machine falls on both.
        through, past = [], []
        for _ in range(3):
            through.append(median_of(7, lambda: _ask(own, asked)))
            past.append(median_of(7, lambda: _ask(bare, asked)))
    return min(through), min(past)


def _ask(driver: Any, asked: list[tuple[str, Any]]) -> None:
    for text, values in asked:
        driver.execute(text, values).fetchall()


@contextmanager
def _nobodys(scope: Scope) -> Iterator[Any]:
    """Yield a connection that nothing of ours has prepared."""
    url = make_url(scope.database_url)
    if url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(url.database))) as file:
            yield file
        return
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as server:
        yield server
