"""Keeps viewers apart on SQLite: views that stand before the tables, and a guard on statements.

Each kind of viewer has connections of its own. On them a TEMP view of each table's name stands
before the table and leaves her rows and columns, and SQLite asks the guard about every table,
column and function a statement names. Base tables may be read from inside those views alone. They
are told by names of the innermost view that nobody can guess: a WITH clause may take any name, and
SQLite reports what it reads as read inside a view of that name.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any, cast

from sqlalchemy import Connection, Engine, Table, event
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.pool import ConnectionPoolEntry

from allay_metrics.errors import NotAllowed
from allay_metrics.records.asking import ASKING, Asking
from allay_metrics.records.engine import another, begin_with
from allay_metrics.records.policies import POLICIES, REFUSED, Act, Role, Sees, written_out
from allay_metrics.records.tables import metadata

_SAID = {name: f"allay_{name}()" for name in ("practice", "therapist", "family", "link")}
_IN_MEMORY = ("json_each", "json_tree")  # tables made of a value
_FREE = frozenset(
    {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_RECURSIVE,
        sqlite3.SQLITE_TRANSACTION,
        sqlite3.SQLITE_SAVEPOINT,
    }
)
_WRITES = {
    sqlite3.SQLITE_INSERT: "insert",
    sqlite3.SQLITE_UPDATE: "update",
    sqlite3.SQLITE_DELETE: "delete",
}
_OWNERS_PRAGMAS = ("integrity_check", "foreign_key_check")
_BASE = {"schema_translate_map": {None: "main"}}
_FACES = {"schema_translate_map": None}
# It would name the innermost views.
_EXPLAIN = re.compile(r"\bexplain\b", re.IGNORECASE)


@dataclass
class _Guard:
    """What one connection's views and guard go by; `said` is empty outside a transaction."""

    role: Role
    writes: bool
    secret: str = field(default_factory=lambda: f"s{token_hex(16)}")
    said: dict[str, str] = field(default_factory=dict)
    is_practice: bool = False

    def allows(
        self, action: int, one: str | None, two: str | None, schema: str | None, inside: str | None
    ) -> int:
        """Answer SQLite, which asks once for each thing that a statement names."""
        if self.is_practice or (self.role == "owner" and self.writes):
            may = self._practice_may(action, one)
        elif action == sqlite3.SQLITE_READ:
            may = self._may_read(one or "", schema, inside or "")
        elif action == sqlite3.SQLITE_FUNCTION:
            may = self._may_call(two or "", inside or "")
        elif action in _WRITES:
            may = self._may_write(one or "", schema, _WRITES[action])
        else:
            may = action in _FREE
        return sqlite3.SQLITE_OK if may else sqlite3.SQLITE_DENY

    def _practice_may(self, action: int, one: str | None) -> bool:
        """Return whether the practice itself may: everything with rows, nothing with files."""
        if action == sqlite3.SQLITE_PRAGMA:
            return one in _OWNERS_PRAGMAS
        return (
            action in _FREE
            or action in _WRITES
            or action
            in (
                sqlite3.SQLITE_READ,
                sqlite3.SQLITE_FUNCTION,
            )
        )

    def _may_read(self, table: str, schema: str | None, inside: str) -> bool:
        if schema == "temp":
            return table in POLICIES[self.role] or table.startswith(self.secret)
        return inside.startswith(self.secret) or table in _IN_MEMORY or self.is_bare(table)

    def _may_call(self, function: str, inside: str) -> bool:
        if function.startswith(self.secret):
            return inside.startswith(self.secret)
        return function != "load_extension"

    def _may_write(self, table: str, schema: str | None, act: str) -> bool:
        if schema != "temp":
            return self.is_bare(table)
        sees = POLICIES[self.role].get(table)
        return self.writes and sees is not None and act in sees.acts

    def is_bare(self, table: str) -> bool:
        """Return whether no view stands before a table: where all of it is written."""
        sees = POLICIES[self.role].get(table)
        return self.writes and sees is not None and sees.is_whole


class SqliteDatabase:
    """The file's connections, apart for each kind of viewer, and for reading and writing."""

    def __init__(self, engine: Engine) -> None:
        """Keep the file this engine has opened; the engine itself writes what the owner writes."""
        self.url = engine.url
        self._unguarded = engine
        self._engines: dict[tuple[Role, bool], Engine] = {}

    def engine(self, role: Role, *, writes: bool) -> Engine:
        """Return the connections of one kind of viewer."""
        kind = role, writes
        if kind not in self._engines:
            self._engines[kind] = _guarded(another(self._unguarded), role, writes=writes)
        return self._engines[kind]

    @contextmanager
    def session(self, asking: Asking, *, writes: bool) -> Iterator[Connection]:
        """Yield a connection in a transaction of whoever asks."""
        engine = self.engine(asking.role, writes=writes)
        options = {ASKING: asking, **begin_with(engine, writes=writes)}
        with engine.connect().execution_options(**options) as conn:
            try:
                with conn.begin():
                    yield conn
            finally:
                _guard_of(conn).said.clear()

    @contextmanager
    def as_practice(self, conn: Connection) -> Iterator[None]:
        """Have the connection run as the practice itself, until the block ends."""
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
            conn.execution_options(**_FACES)
            # What was prepared meanwhile is forgotten, or the same words would pass once more.
            _driver(conn).set_authorizer(guard.allows)

    @contextmanager
    def keeper(self) -> Iterator[Engine]:
        """Yield the engine of whoever keeps the file itself: for upkeep, never for a viewer."""
        yield self._unguarded

    def dispose(self) -> None:
        """Close every connection."""
        for engine in (self._unguarded, *self._engines.values()):
            engine.dispose()


def _guarded(engine: Engine, role: Role, *, writes: bool) -> Engine:
    def install(raw: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        driver = cast("sqlite3.Connection", raw)
        guard = _Guard(role, writes)
        entry.info["guard"] = guard
        for name in _SAID:
            driver.create_function(f"allay_{name}", 0, _saying(guard, name), deterministic=True)
        _stand_before(driver, guard)
        for name in _IN_MEMORY:
            # The guard would refuse what makes them known to a connection.
            driver.execute(f"SELECT * FROM {name}('[]')").fetchall()  # noqa: S608 - our own names
        driver.execute(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
        driver.set_authorizer(guard.allows)

    event.listen(engine, "connect", install)
    event.listen(engine, "begin", _tell, insert=True)
    event.listen(engine, "before_cursor_execute", _refuse_explain)
    event.listen(engine, "handle_error", _say_not_allowed)
    return engine


def _saying(guard: _Guard, name: str) -> Callable[[], str | None]:
    return lambda: guard.said.get(name)


def _tell(conn: Connection) -> None:
    asking = conn.get_execution_options().get(ASKING)
    if asking is None:
        raise NotAllowed("Nobody asks: records are read and written within a scope.")
    _guard_of(conn).said.update(asking.said)


def _refuse_explain(conn: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
    if _EXPLAIN.search(statement) and not _guard_of(conn).is_practice:
        raise NotAllowed("Statements are not explained to anybody.")


def _say_not_allowed(context: ExceptionContext) -> None:
    said = str(context.original_exception)
    if "not authorized" in said or "is prohibited" in said or REFUSED in said:
        raise NotAllowed(REFUSED) from None


def _guard_of(conn: Connection) -> _Guard:
    guard: _Guard = conn.info["guard"]
    return guard


def _driver(conn: Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", conn.connection.driver_connection)


# Views and what writes through them


def _stand_before(driver: sqlite3.Connection, guard: _Guard) -> None:
    """Put a view before each table that the viewer sees anything of."""
    if guard.writes:
        driver.create_function(f"{guard.secret}w", -1, _writing(driver, guard))
    for name, sees in POLICIES[guard.role].items():
        if guard.is_bare(name):
            continue
        table = metadata.tables[name]
        for statement in _faces(table, sees, guard):
            driver.execute(statement)


def _faces(table: Table, sees: Sees, guard: _Guard) -> Iterator[str]:
    """Yield the statements that make a table's view, and its triggers where she writes."""
    names = ", ".join(f'"{name}"' for name in sees.readable(table))
    rows = f"practice_id = {_SAID['practice']} AND ({_sql(sees.rows)})"
    inner = f'"{guard.secret}_{table.name}"'
    # Names come from our own tables, values from functions.
    yield f'CREATE TEMP VIEW {inner} AS SELECT {names} FROM main."{table.name}" WHERE {rows}'  # noqa: S608
    yield f'CREATE TEMP VIEW "{table.name}" AS SELECT {names} FROM temp.{inner}'  # noqa: S608
    if guard.writes:
        for act in sorted(sees.acts):
            yield _trigger(table, sees, act, guard.secret)


def _trigger(table: Table, sees: Sees, act: Act, secret: str) -> str:
    """Return the trigger that writes through a view what the viewer may write.

    A trigger cannot say which of two tables of one name it means, so a function of ours writes.
    """
    tested = [
        row for row, acts in (("OLD", "update delete"), ("NEW", "insert update")) if act in acts
    ]
    checks = " AND ".join(f"({_of_row(table, sees, row)})" for row in tested)
    values = [_given(table, column, act) for column in _columns(table)] if act != "delete" else []
    keys = [f'OLD."{column.name}"' for column in table.primary_key] if act != "insert" else []
    told = ", ".join([f"'{act}'", f"'{table.name}'", *values, *keys])
    return (
        f'CREATE TEMP TRIGGER "{secret}_{act}_{table.name}" INSTEAD OF {act.upper()} '
        f'ON temp."{table.name}" BEGIN '
        f"SELECT RAISE(ABORT, '{REFUSED}') WHERE ({checks}) IS NOT TRUE; "
        f"SELECT {secret}w({told}); END"
    )


def _of_row(table: Table, sees: Sees, row: str) -> str:
    """Return the condition on a row that is written; its columns stand at the start of a test."""
    condition = f"practice_id = {{practice}} AND ({sees.written})"
    for name in _columns(table):
        # Only what stands outside the sets of ids: their SELECTs come in after this.
        condition = re.sub(rf"(?<![{{\w]){name}(?![}}\w])", f'{row}."{name}"', condition)
    return _sql(condition)


def _columns(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def _given(table: Table, name: str, act: Act) -> str:
    default = table.c[name].server_default
    if act != "insert" or default is None:
        return f'NEW."{name}"'
    value = str(cast("Any", default).arg)
    quoted = value if value.lstrip("-").isdigit() or value.startswith("'") else f"'{value}'"
    return f'coalesce(NEW."{name}", {quoted})'


def _sql(condition: str) -> str:
    return written_out(condition, "main.", _SAID)


def _writing(driver: sqlite3.Connection, guard: _Guard) -> Callable[..., None]:
    """Return the function that triggers call with what to do, the table, its values and its key."""

    def write(act: str, name: str, *values: Any) -> None:
        table = metadata.tables[name]
        columns, keys = _columns(table), [column.name for column in table.primary_key]
        which = " AND ".join(f'"{key}" = ?' for key in keys)
        if act == "insert":
            marks = ", ".join("?" * len(columns))
            named = ", ".join(f'"{column}"' for column in columns)
            done = f'INSERT INTO main."{name}" ({named}) VALUES ({marks})'  # noqa: S608
        elif act == "update":
            sets = ", ".join(f'"{column}" = ?' for column in columns)
            done = f'UPDATE main."{name}" SET {sets} WHERE {which}'  # noqa: S608
        else:
            done = f'DELETE FROM main."{name}" WHERE {which}'  # noqa: S608
        was, guard.is_practice = guard.is_practice, True
        try:
            # In words that nobody can repeat: a statement once prepared passes again unasked.
            driver.execute(f"{done} /* {guard.secret} */", values)
        finally:
            guard.is_practice = was

    return write
