"""Separates viewers on SQLite: views in front of the tables, and an authorizer of statements.

Each role has connections of its own. There a TEMP view of each table's name shadows the table and
filters rows and columns, and SQLite asks the guard about every table, column and function that a
statement names. Base tables may be read only from inside those views. The guard recognises them by
unguessable names of their inner views, because a WITH clause may take any name and SQLite reports
its reads as reads inside a view of that name.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.pool import ConnectionPoolEntry

from allay_metrics.errors import NotAllowed
from allay_metrics.records.authorizer_sqlite import IN_MEMORY, Guard
from allay_metrics.records.engine import clone_engine, connect, connection_options
from allay_metrics.records.policies import REFUSED, Role
from allay_metrics.records.session_context import SESSION_CONTEXT_OPTION, SessionContext
from allay_metrics.records.views_sqlite import SCOPE_SQL, create_views

_BASE = {"schema_translate_map": {None: "main"}}
_VIEWS = {"schema_translate_map": None}
# It would reveal the names of the inner views.
_EXPLAIN = re.compile(r"\bexplain\b", re.IGNORECASE)


class SqliteDatabase:
    """The file's connections, separate for each role, and for reading and writing."""

    def __init__(self, engine: Engine) -> None:
        """Take the file of this engine; the engine itself serves the owner's writes."""
        self.url = engine.url
        self._unguarded = engine
        self._engines: dict[tuple[Role, bool], Engine] = {}

    def engine(self, role: Role, *, writes: bool) -> Engine:
        """Return the engine for one role."""
        kind = role, writes
        if kind not in self._engines:
            self._engines[kind] = _build_guarded_engine(
                clone_engine(self._unguarded), role, writes=writes
            )
        return self._engines[kind]

    @contextmanager
    def session(self, context: SessionContext, *, writes: bool) -> Iterator[Connection]:
        """Yield a connection in a transaction of this session context."""
        engine = self.engine(context.role, writes=writes)
        options = {SESSION_CONTEXT_OPTION: context, **connection_options(engine, writes=writes)}
        with connect(engine, **options) as conn:
            try:
                with conn.begin():
                    yield conn
            finally:
                _guard_of(conn).scope_values.clear()

    @contextmanager
    def elevate(self, conn: Connection) -> Iterator[None]:
        """Run the connection as the practice itself until the block ends."""
        guard = _guard_of(conn)
        if guard.role == "owner" or guard.is_practice:
            yield
            return
        guard.is_practice = True
        conn.execution_options(**_BASE)
        try:
            yield
        finally:
            guard.is_practice = False
            conn.execution_options(**_VIEWS)
            # Drop statements cached meanwhile: they would pass without authorization.
            _driver(conn).set_authorizer(guard.authorize)

    @contextmanager
    def maintenance(self) -> Iterator[Engine]:
        """Yield the engine for maintenance of the file, never for a viewer."""
        yield self._unguarded

    def dispose(self) -> None:
        """Close every connection."""
        for engine in (self._unguarded, *self._engines.values()):
            engine.dispose()


def _build_guarded_engine(engine: Engine, role: Role, *, writes: bool) -> Engine:
    def install(raw: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        driver = cast("sqlite3.Connection", raw)
        guard = Guard(role, writes)
        entry.info["guard"] = guard
        for name in SCOPE_SQL:
            driver.create_function(
                f"allay_{name}", 0, _build_scope_function(guard, name), deterministic=True
            )
        create_views(driver, guard)
        for name in IN_MEMORY:
            # Register them before the guard, which would refuse that.
            driver.execute(f"SELECT * FROM {name}('[]')").fetchall()  # noqa: S608 - our own names
        driver.execute(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
        driver.set_authorizer(guard.authorize)

    event.listen(engine, "connect", install)
    event.listen(engine, "begin", _set_scope_values, insert=True)
    event.listen(engine, "before_cursor_execute", _refuse_explain)
    event.listen(engine, "handle_error", _translate_error)
    return engine


def _build_scope_function(guard: Guard, name: str) -> Callable[[], str | None]:
    return lambda: guard.scope_values.get(name)


def _set_scope_values(conn: Connection) -> None:
    context = conn.get_execution_options().get(SESSION_CONTEXT_OPTION)
    if context is None:
        raise NotAllowed("Nobody asks: records are read and written within a scope.")
    _guard_of(conn).scope_values.update(context.scope_values)


def _refuse_explain(conn: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
    if _EXPLAIN.search(statement) and not _guard_of(conn).is_practice:
        raise NotAllowed("Statements are not explained to anybody.")


def _translate_error(context: ExceptionContext) -> None:
    message = str(context.original_exception)
    if "not authorized" in message or "is prohibited" in message or REFUSED in message:
        raise NotAllowed(REFUSED) from None


def _guard_of(conn: Connection) -> Guard:
    guard: Guard = conn.info["guard"]
    return guard


def _driver(conn: Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", conn.connection.driver_connection)
