"""The views in front of a viewer's tables on SQLite, and the triggers that write through them."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any, cast

from sqlalchemy import Table

from allay_metrics.records.authorizer_sqlite import Guard
from allay_metrics.records.policies import POLICIES, REFUSED, Act, TablePolicy, substitute_scope
from allay_metrics.records.tables import metadata

SCOPE_SQL = {name: f"allay_{name}()" for name in ("practice", "therapist", "family", "link")}


def create_views(driver: sqlite3.Connection, guard: Guard) -> None:
    """Create a view for each table of which the viewer may see anything."""
    if guard.writes:
        driver.create_function(f"{guard.secret}w", -1, _build_writer(driver, guard))
    for name, sees in POLICIES[guard.role].items():
        if guard.is_bare(name):
            continue
        table = metadata.tables[name]
        for statement in _view_statements(table, sees, guard):
            driver.execute(statement)


def _view_statements(table: Table, sees: TablePolicy, guard: Guard) -> Iterator[str]:
    """Yield the statements of a table's view, and of its triggers where it is writable."""
    names = ", ".join(f'"{name}"' for name in sees.readable(table))
    rows = f"practice_id = {SCOPE_SQL['practice']} AND ({_sql(sees.rows)})"
    inner = f'"{guard.secret}_{table.name}"'
    # Names come from our own tables; values from SQL functions.
    yield f'CREATE TEMP VIEW {inner} AS SELECT {names} FROM main."{table.name}" WHERE {rows}'  # noqa: S608
    yield f'CREATE TEMP VIEW "{table.name}" AS SELECT {names} FROM temp.{inner}'  # noqa: S608
    if guard.writes:
        for act in sorted(sees.acts):
            yield _build_trigger(table, sees, act, guard.secret)


def _build_trigger(table: Table, sees: TablePolicy, act: Act, secret: str) -> str:
    """Return the trigger that writes through a view what the viewer may write.

    A trigger cannot name the table that its view shadows, so a function of ours writes.
    """
    tested = [
        row for row, acts in (("OLD", "update delete"), ("NEW", "insert update")) if act in acts
    ]
    checks = " AND ".join(f"({_row_condition(table, sees, row)})" for row in tested)
    values = (
        [_new_value_sql(table, column, act) for column in _list_columns(table)]
        if act != "delete"
        else []
    )
    keys = [f'OLD."{column.name}"' for column in table.primary_key] if act != "insert" else []
    arguments = ", ".join([f"'{act}'", f"'{table.name}'", *values, *keys])
    return (
        f'CREATE TEMP TRIGGER "{secret}_{act}_{table.name}" INSTEAD OF {act.upper()} '
        f'ON temp."{table.name}" BEGIN '
        f"SELECT RAISE(ABORT, '{REFUSED}') WHERE ({checks}) IS NOT TRUE; "
        f"SELECT {secret}w({arguments}); END"
    )


def _row_condition(table: Table, sees: TablePolicy, row: str) -> str:
    """Return the condition on a written row; `row` is the prefix of its columns."""
    condition = f"practice_id = {{practice}} AND ({sees.written})"
    for name in _list_columns(table):
        # Before the sets of ids are substituted, whose SELECTs must stay as they are.
        condition = re.sub(rf"(?<![{{\w]){name}(?![}}\w])", f'{row}."{name}"', condition)
    return _sql(condition)


def _list_columns(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def _new_value_sql(table: Table, name: str, act: Act) -> str:
    default = table.c[name].server_default
    if act != "insert" or default is None:
        return f'NEW."{name}"'
    value = str(cast("Any", default).arg)
    quoted = value if value.lstrip("-").isdigit() or value.startswith("'") else f"'{value}'"
    return f'coalesce(NEW."{name}", {quoted})'


def _sql(condition: str) -> str:
    return substitute_scope(condition, "main.", SCOPE_SQL)


def _build_writer(driver: sqlite3.Connection, guard: Guard) -> Callable[..., None]:
    """Return the function that triggers call with the act, the table, its values and its key."""

    def write(act: str, name: str, *values: Any) -> None:
        table = metadata.tables[name]
        columns, keys = _list_columns(table), [column.name for column in table.primary_key]
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
            # With an unguessable comment: a cached statement passes without authorization.
            driver.execute(f"{done} /* {guard.secret} */", values)
        finally:
            guard.is_practice = was

    return write
