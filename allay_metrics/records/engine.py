"""Opens databases. Only this package uses an engine; everything else goes through a Scope."""

import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import ArgumentError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from allay_metrics import config
from allay_metrics.errors import ConfigProblem, Conflict, FileProblem, QuestionProblem, Unreachable
from allay_metrics.records.damage import build_damage_error, recognise_damage
from allay_metrics.records.files import connect_file, create_file, driver_of, key_for
from allay_metrics.records.replacement import remove_leftovers

# How a transaction begins. SQLite has one writer at a time, from its first statement on; on both
# engines a reader sees one snapshot of the records and cannot write.
WRITE = {"begin_with": "BEGIN IMMEDIATE"}
_READ = {"begin_with": "BEGIN"}
_READ_POSTGRES = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
_OPENING_LOCK = 7_253_000  # number of the advisory lock that serialises opening a database
_FULL = ("disk is full", "No space left on device")
# SQLite's messages for a full disk that the file system reports.
_FULL_CODES = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_TRUNCATE", "SQLITE_IOERR_SHMSIZE")
_OUT_OF_REACH = ("unable to open database file", "disk I/O error", "readonly database")
# PostgreSQL's messages while it accepts no connections for the moment; any other FATAL is about the
# URL: its password, its database, its rules for hosts.
_NOT_NOW = ("starting up", "shutting down", "recovery mode", "too many", "remaining connection")
_LOG = logging.getLogger(__name__)
_keys: WeakKeyDictionary[Engine, str | None] = WeakKeyDictionary()
_opened_at: WeakKeyDictionary[Engine, float] = WeakKeyDictionary()

_UNSTORABLE_VALUES = ("NUL (0x00)", "integer out of range", "bigint out of range")
_NO_TEXT = "What was entered contains a character or number that cannot be stored: enter it again."
_TOO_LONG = "The records took too long to answer: try again, or ask for less."

_FORMS = "it has the form sqlite:///FILE or postgresql://HOST/NAME."
_FILES = ("sqlite", "sqlite+pysqlite")
PATIENCE = 60  # seconds
# A server process opens at most twice this many connections; PostgreSQL's limit is usually 100.
CONNECTIONS = 10
# Seconds. None of our statements takes minutes; an import may be idle while it reads.
_LIMITS = {
    "lock_timeout": PATIENCE,
    "statement_timeout": 300,
    "idle_in_transaction_session_timeout": 900,
}

# WAL: readers never wait for the writer. NORMAL loses no committed transaction when the process
# dies. 64 MB of page cache keeps the roll-up of a large practice in memory.
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = ON",
    # A large import writes for most of a minute; a note saved meanwhile waits for it.
    f"PRAGMA busy_timeout = {PATIENCE * 1000}",
    "PRAGMA cache_size = -64000",
    "PRAGMA temp_store = MEMORY",
)


def open_engine(url: str, *, plain: bool | None = None) -> Engine:
    """Return an engine for an SQLite file or a PostgreSQL database.

    A new SQLite file is readable by its owner only, and encrypted where a key is set, unless
    `plain`. Raises ConfigProblem for any other URL, or a key that does not fit the file,
    RecordsDamaged for a file that is no database, and also for damage that a later query meets.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise ConfigProblem(f"The database URL cannot be read: {_FORMS}") from None
    if parsed.get_backend_name() == "sqlite":
        if parsed.drivername not in _FILES:  # such as an asynchronous one
            raise ConfigProblem(f"The database URL names a driver that is not used here: {_FORMS}")
        if not parsed.database or parsed.database == ":memory:":
            raise ConfigProblem("The database URL names no file: records are kept in one.")
        return _open_sqlite(url, Path(parsed.database), plain)
    if parsed.get_backend_name() != "postgresql":
        name = parsed.get_backend_name()
        raise ConfigProblem(f"Records are kept in SQLite or PostgreSQL, not in '{name}': {_FORMS}")
    return _open_postgres(parsed)


def file_of(url: str) -> Path | None:
    """Return the file of an URL, None for a server's database or an invalid URL."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        return None
    is_file = parsed.get_backend_name() == "sqlite" and parsed.database
    return Path(parsed.database) if is_file and parsed.database else None


def connection_options(engine: Engine, *, writes: bool) -> dict[str, Any]:
    """Return the execution options of a connection; a reading one is a read-only snapshot."""
    if writes:
        return WRITE
    return _READ if engine.dialect.name == "sqlite" else _READ_POSTGRES


@contextmanager
def connect(engine: Engine, **options: Any) -> Iterator[Connection]:
    """Yield a connection. Raises Unreachable, and Conflict when the pool is exhausted."""
    try:
        conn = engine.connect()
    except PoolTimeout:
        raise Conflict(_TOO_LONG) from None
    with conn.execution_options(**options):
        yield conn


@contextmanager
def lock_opening(engine: Engine) -> Iterator[Connection]:
    """Yield a connection in a transaction that is serialised with all others of this kind."""
    with connect(engine, **WRITE) as conn, conn.begin():
        if conn.dialect.name == "postgresql":
            conn.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _OPENING_LOCK})
        yield conn


def _open_sqlite(url: str, path: Path, plain: bool | None) -> Engine:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise build_damage_error(path, "cannot be opened (this is a folder)")
        remove_leftovers(path)
        key = key_for(path, plain=plain)
        if not path.exists():
            create_file(path, key)
        os.close(os.open(path, os.O_RDWR))
        if not path.stat().st_size:
            raise build_damage_error(path, "cannot be opened (the file is empty)")
    except OSError as error:
        raise ConfigProblem(f"The records in {path} cannot be opened: {error.strerror}.") from None
    return _build_file_engine(url, path, key)


def list_opened_files(since: float = 0) -> list[Path]:
    """Return the SQLite files opened since a moment of the monotonic clock, the last one first."""
    engines = [engine for engine, opened_at in _opened_at.items() if opened_at >= since]
    return [Path(engine.url.database or "") for engine in reversed(engines)]


def clone_engine(engine: Engine) -> Engine:
    """Return another engine for the file that an engine has opened.

    The file itself is not opened for a check: closing it would drop the POSIX locks of all
    connections of this process, and another process would take the log beside it for a leftover.
    """
    return _build_file_engine(
        engine.url.render_as_string(hide_password=False),
        Path(engine.url.database or ""),
        _keys[engine],
    )


def _build_file_engine(url: str, path: Path, key: str | None) -> Engine:
    engine = create_engine(url, module=driver_of(key), creator=lambda: connect_file(path, key))
    _keys[engine], _opened_at[engine] = key, time.monotonic()
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    _refuse_without_file(engine, path)
    _check_damage(engine, path)
    event.listen(engine, "handle_error", _translate_error)
    _log_statements(engine)
    return engine


def _refuse_without_file(engine: Engine, path: Path) -> None:
    """Raise Unreachable where the opened file was deleted or replaced.

    SQLite would go on with the unlinked file, and what is saved there would be lost.
    """

    def remember(_driver: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        entry.info["file"] = _file_identity(path)

    def compare(_driver: DBAPIConnection, entry: ConnectionPoolEntry, _proxy: Any) -> None:
        current_file = _file_identity(path)
        if current_file is None or current_file != entry.info["file"]:
            url = engine.url.render_as_string(hide_password=True)
            raise Unreachable(f"{url}: the file was taken away or replaced")

    event.listen(engine, "connect", remember)
    event.listen(engine, "checkout", compare)


def _file_identity(path: Path) -> tuple[int, int] | None:
    try:
        file_stat = path.stat()
    except OSError:
        return None
    return file_stat.st_dev, file_stat.st_ino


def _open_postgres(url: URL) -> Engine:
    limits = " ".join(f"-c {name}={seconds}s" for name, seconds in _LIMITS.items())
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        pool_size=CONNECTIONS,
        max_overflow=CONNECTIONS,
        pool_timeout=PATIENCE,
        connect_args={
            "connect_timeout": 10,
            "options": f"{url.query.get('options', '')} {limits}".strip(),
        },
    )
    _check_damage(engine, describe_place(engine))
    event.listen(engine, "handle_error", _translate_error)
    _log_statements(engine)
    return engine


def describe_place(engine: Engine) -> Path | str:
    """Return the path of an engine's file, or the URL of its server without the password."""
    if engine.dialect.name == "sqlite":
        return Path(engine.url.database or "")
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=True)


def _check_damage(engine: Engine, place: Path | str) -> None:
    """Raise RecordsDamaged for damage that the engine reports."""

    def say_damage(context: ExceptionContext) -> None:
        damage = recognise_damage(context.original_exception, place)
        if damage is not None:
            raise damage

    event.listen(engine, "handle_error", say_damage)


def _translate_error(context: ExceptionContext) -> None:
    """Raise an error with a sentence for lock and statement timeouts, a full disk, and a database
    out of reach. Errors of a statement itself pass unchanged.
    """
    if context.is_pre_ping:
        return  # an idle connection died: the pool opens another one
    error = context.original_exception
    message = str(error)
    unkept = isinstance(error, (UnicodeError, OverflowError))
    if unkept or any(why in message for why in _UNSTORABLE_VALUES):
        raise QuestionProblem(_NO_TEXT)
    if "database is locked" in message or "due to lock timeout" in message:
        raise Conflict("Another import is still being taken in: try again when it is done.")
    # Writers of a practice queue for its row, so this is about other writers in the database.
    if "deadlock detected" in message or "could not serialize" in message:
        raise Conflict("Somebody saved at the same moment, and nothing of this was: try again.")
    name = getattr(error, "sqlite_errorname", "")
    if any(full in message for full in _FULL) or name in _FULL_CODES:
        raise FileProblem("The disk is full: nothing of this was kept, what was there is whole.")
    if "due to statement timeout" in message:
        raise Conflict(_TOO_LONG)
    if _is_out_of_reach(context, message):
        url = context.engine.url.render_as_string(hide_password=True) if context.engine else ""
        raise build_unreachable(error, url) from None


def build_unreachable(error: BaseException, url: str) -> Unreachable:
    """Return the error for a database that does not answer; its URL without the password."""
    return Unreachable(f"{url}: {str(error).strip().splitlines()[0]}")


def _is_out_of_reach(context: ExceptionContext, message: str) -> bool:
    """Return whether the database is out of reach, in contrast to a faulty statement."""
    if context.dialect.name == "sqlite":
        return any(away in message for away in _OUT_OF_REACH)
    if context.connection is None:  # while connecting
        return "FATAL" not in message or any(busy in message for busy in _NOT_NOW)
    return context.is_disconnect


def _set_pragmas(raw: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver's own transactions start late and never IMMEDIATE: we start them ourselves.
    driver = cast("sqlite3.Connection", raw)
    driver.isolation_level = None
    for pragma in _PRAGMAS:
        driver.execute(pragma)


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    connection.exec_driver_sql(options.get("begin_with", "BEGIN"))


def _log_statements(engine: Engine) -> None:
    """Log statements without their values, which are families' data."""
    if config.is_sql_logged():
        event.listen(
            engine,
            "before_cursor_execute",
            lambda _conn, _cursor, statement, *_rest: _LOG.info("%s", statement),
        )
