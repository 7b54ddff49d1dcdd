"""Opens databases. Only this folder touches an engine; everybody else goes through a Scope."""

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

# How a transaction begins. SQLite has one writer at a time, from its first statement on; a reader
# sees one state of the records and writes nothing, on either engine.
WRITE = {"begin_with": "BEGIN IMMEDIATE"}
_READ = {"begin_with": "BEGIN"}
_READ_POSTGRES = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
_OPENING_LOCK = 7_253_000  # number of the lock that those who open a database take in turn
_FULL = ("disk is full", "No space left on device")
# What SQLite calls a disk that takes no more where it is the file system that says so.
_FULL_CODES = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_TRUNCATE", "SQLITE_IOERR_SHMSIZE")
_OUT_OF_REACH = ("unable to open database file", "disk I/O error", "readonly database")
# What PostgreSQL itself says at the door when it takes nobody in for the moment; any other FATAL
# is about the URL: its password, its database, its rules for hosts.
_NOT_NOW = ("starting up", "shutting down", "recovery mode", "too many", "remaining connection")
_LOG = logging.getLogger(__name__)
_keys: WeakKeyDictionary[Engine, str | None] = WeakKeyDictionary()
_opened_at: WeakKeyDictionary[Engine, float] = WeakKeyDictionary()

_UNSTORABLE_VALUES = ("NUL (0x00)", "integer out of range", "bigint out of range")
_NO_TEXT = "What was entered holds a letter or a number that cannot be kept: enter it anew."
_TOO_LONG = "The records took too long to answer: try again, or ask for less."

_FORMS = "it has the form sqlite:///FILE or postgresql://HOST/NAME."
_FILES = ("sqlite", "sqlite+pysqlite")
PATIENCE = 60  # seconds
# What one server process opens of PostgreSQL at most is twice this; its own limit is usually 100.
CONNECTIONS = 10
# Seconds. No single statement of ours takes minutes; an import may pause for as long as it reads.
_LIMITS = {
    "lock_timeout": PATIENCE,
    "statement_timeout": 300,
    "idle_in_transaction_session_timeout": 900,
}

# WAL: readers never wait for the one writer. NORMAL loses nothing of a committed transaction when
# the process dies. 64 MB of page cache keeps the roll-up of a large practice in memory.
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

    A new SQLite file is readable by its owner only, and encrypted where a key is set and it is not
    asked to be `plain`. Raises ConfigProblem for any other URL, or a file or key that do not fit;
    RecordsDamaged for what is no database. Damage that a query meets later is raised as that, too.
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
    """Return the file an URL names, None for a server's database or what is no URL."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        return None
    is_file = parsed.get_backend_name() == "sqlite" and parsed.database
    return Path(parsed.database) if is_file and parsed.database else None


def connection_options(engine: Engine, *, writes: bool) -> dict[str, Any]:
    """Return the options of a connection: one that reads sees one state and writes nothing."""
    if writes:
        return WRITE
    return _READ if engine.dialect.name == "sqlite" else _READ_POSTGRES


@contextmanager
def connect(engine: Engine, **options: Any) -> Iterator[Connection]:
    """Yield a connection. Raises Unreachable, and Conflict where none gets free."""
    try:
        conn = engine.connect()
    except PoolTimeout:
        raise Conflict(_TOO_LONG) from None
    with conn.execution_options(**options):
        yield conn


@contextmanager
def lock_opening(engine: Engine) -> Iterator[Connection]:
    """Yield a connection in a transaction that waits for every other one of this kind."""
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
    """Return the SQLite files opened since a reading of the monotonic clock, the last one first."""
    engines = [engine for engine, opened_at in _opened_at.items() if opened_at >= since]
    return [Path(engine.url.database or "") for engine in reversed(engines)]


def clone_engine(engine: Engine) -> Engine:
    """Return one more set of connections to the file that an engine has opened.

    The file itself is not looked at: closing it even once would drop the locks of every connection
    this process has, and another process would take the log beside it for left behind.
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
    """Raise Unreachable where the file a connection has opened stands there no more.

    SQLite would go on with a file that has no name, and what was saved there would be lost.
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
    """Return the file an engine opens, or the URL of its server without the password."""
    if engine.dialect.name == "sqlite":
        return Path(engine.url.database or "")
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=True)


def _check_damage(engine: Engine, place: Path | str) -> None:
    """Raise RecordsDamaged for what the engine reports of the records it has opened."""

    def say_damage(context: ExceptionContext) -> None:
        damage = recognise_damage(context.original_exception, place)
        if damage is not None:
            raise damage

    event.listen(engine, "handle_error", say_damage)


def _translate_error(context: ExceptionContext) -> None:
    """Raise what a person can act on: for locks waited for in vain, answers that never came, a
    full disk, and a database that is away. What is wrong with a statement passes as it is.
    """
    if context.is_pre_ping:
        return  # a connection that died while nobody used it: the pool opens another one
    error = context.original_exception
    message = str(error)
    unkept = isinstance(error, (UnicodeError, OverflowError))
    if unkept or any(why in message for why in _UNSTORABLE_VALUES):
        raise QuestionProblem(_NO_TEXT)
    if "database is locked" in message or "due to lock timeout" in message:
        raise Conflict("Another import is still being taken in: try again when it is done.")
    # Writers of a practice queue for its row, so this is for what else may write in a database.
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
    """Return what a database that does not answer is told as; its URL without the password."""
    return Unreachable(f"{url}: {str(error).strip().splitlines()[0]}")


def _is_out_of_reach(context: ExceptionContext, message: str) -> bool:
    """Return whether the database is away, rather than asked for what it does not have."""
    if context.dialect.name == "sqlite":
        return any(away in message for away in _OUT_OF_REACH)
    if context.connection is None:  # it was just being opened
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
    """Write statements without their values to the log: values are families' data."""
    if config.is_sql_logged():
        event.listen(
            engine,
            "before_cursor_execute",
            lambda _conn, _cursor, statement, *_rest: _LOG.info("%s", statement),
        )
