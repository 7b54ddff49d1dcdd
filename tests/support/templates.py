"""Databases made once for the whole run and copied for every test.

Bringing a new file to the newest schema runs every migration, a third of a second; the tests open
hundreds of new ones. `migrate_once` lets a new SQLite file have the template's own statements
instead. Migrations themselves are tested where they run in full: in making the template, on
PostgreSQL, in every server that is started, and in tests/records/test_migrate.py.
"""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path

from filelock import FileLock
from sqlalchemy import Engine

from allay_metrics.records import backup, migrate, open_engine, open_practice, practice
from allay_metrics.records.database import open_database
from allay_metrics.records.engine import lock_opening

NAME = "Test practice"


def migrate_fully(url: str) -> None:
    """Bring a new database to the newest schema, and what guards it in force."""
    engine = open_engine(url)
    migrate.upgrade(engine)
    open_database(engine).dispose()
    engine.dispose()


def begin_practice(url: str) -> None:
    """Put the empty practice on file that `scope` opens."""
    open_practice(url, name=NAME).close()


def sqlite_migrated(folder: Path) -> Path:
    """Return an SQLite file at the newest schema, the same for all workers of the run."""
    return _made(folder / "migrated.sqlite", migrate_fully)


def sqlite_opened(folder: Path) -> Path:
    """Return such a file that holds an empty practice."""

    def make(url: str) -> None:
        shutil.copy(sqlite_migrated(folder), url.removeprefix("sqlite:///"))
        begin_practice(url)

    return _made(folder / "opened.sqlite", make)


def _made(path: Path, make: Callable[[str], None]) -> Path:
    with FileLock(path.with_suffix(".lock")):
        if not path.exists():
            unfinished = path.with_suffix(".unfinished")
            make(f"sqlite:///{unfinished}")
            unfinished.rename(path)
    return path


def migrate_once(folder: Path) -> None:
    """From now on give a new SQLite file the template's schema, as if it had been migrated."""

    def upgrade(engine: Engine) -> None:
        if engine.dialect.name == "sqlite" and migrate._read_schema_state(engine) is None:
            with lock_opening(engine) as conn:
                if migrate._read_revision(conn) is None:
                    for statement in _statements(sqlite_migrated(folder)):
                        conn.exec_driver_sql(statement)
        migrate.upgrade(engine)

    practice.upgrade = backup.upgrade = upgrade


@cache
def _statements(template: Path) -> tuple[str, ...]:
    """Return the SQL that makes the template, without its transaction."""
    with closing(sqlite3.connect(template)) as conn:
        return tuple(conn.iterdump())[1:-1]
