"""Opens databases. Only this folder touches an engine; everybody else goes through a Scope."""

import logging
import os
import sqlite3
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from allay_metrics import config
from allay_metrics.errors import ConfigProblem

WRITE = {"begin_with": "BEGIN IMMEDIATE"}
_LOG = logging.getLogger(__name__)

# WAL: readers never wait for the one writer. NORMAL loses nothing of a committed transaction when
# the process dies. 64 MB of page cache keeps the roll-up of a large practice in memory.
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = ON",
    "PRAGMA busy_timeout = 10000",
    "PRAGMA cache_size = -64000",
    "PRAGMA temp_store = MEMORY",
)


def open_engine(url: str) -> Engine:
    """Return an engine for an SQLite file or a PostgreSQL database.

    A new SQLite file is readable by its owner only. Raises ConfigProblem for any other URL.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigProblem("The database URL cannot be read: it has no driver in front.") from None
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise ConfigProblem("The database URL names no file: records are kept in one.")
        return _sqlite(url, Path(parsed.database))
    if parsed.get_backend_name() != "postgresql":
        name = parsed.get_backend_name()
        raise ConfigProblem(f"Records are kept in SQLite or PostgreSQL, not in '{name}'.")
    engine = create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    _log_statements(engine)
    return engine


def _sqlite(url: str, path: Path) -> Engine:
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    engine = create_engine(url)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    _log_statements(engine)
    return engine


def _set_pragmas(raw: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver's own transactions start late and never IMMEDIATE: we start them ourselves.
    driver = cast("sqlite3.Connection", raw)
    driver.isolation_level = None
    for pragma in _PRAGMAS:
        driver.execute(pragma)


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin_with", "BEGIN"))


def _log_statements(engine: Engine) -> None:
    """Write statements without their values to the log: values are families' data."""
    if config.log_sql():
        event.listen(
            engine,
            "before_cursor_execute",
            lambda _conn, _cursor, statement, *_rest: _LOG.info("%s", statement),
        )
