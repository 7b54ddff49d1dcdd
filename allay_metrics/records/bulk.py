"""Bulk inserts and updates in each engine's fastest way, and sets of ids as a subquery."""

import json
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import JSON, Connection, Select, Table, Text, cast, func, literal, select

_BATCH = 5_000


def insert_rows(
    conn: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert rows of plain values (text, whole numbers, None; days as ISO text).

    SQLite uses one prepared statement, PostgreSQL one array per column (COPY does not work with
    row-level security): both are several times faster than one INSERT a row.
    """
    names = ", ".join(columns)
    into = f"INSERT INTO {_qualified_name(conn, table)} ({names})"
    if conn.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        batch = rows if isinstance(rows, list) else list(rows)
        if batch:
            # Names come from our own tables; values are bound.
            conn.exec_driver_sql(f"{into} VALUES ({marks})", batch)
        return
    kinds = [table.c[name].type.compile(conn.dialect) for name in columns]
    lists = ", ".join(f"%s::{kind}[]" for kind in kinds)
    waiting = iter(rows)
    while batch := list(islice(waiting, _BATCH)):
        values = tuple(list(column) for column in zip(*batch, strict=True))
        conn.exec_driver_sql(f"{into} SELECT * FROM unnest({lists})", values)  # noqa: S608


def _qualified_name(conn: Connection, table: Table) -> str:
    """Return the table's name, quoted and qualified for this connection."""
    schemas = conn.get_execution_options().get("schema_translate_map") or {}
    return ".".join(f'"{part}"' for part in (schemas.get(None), table.name) if part)


def update_rows(
    conn: Connection,
    table: Table,
    practice_id: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
) -> None:
    """Update rows by plain values as in `insert_rows`; the last value of each row is its `id`."""
    if not rows:
        return
    mark = "?" if conn.dialect.name == "sqlite" else "%s"
    sets = ", ".join(f"{name} = {mark}" for name in columns)
    which = f"practice_id = {mark} AND id = {mark}"
    statement = f"UPDATE {_qualified_name(conn, table)} SET {sets} WHERE {which}"  # noqa: S608 - our own names
    conn.exec_driver_sql(statement, [(*row[:-1], practice_id, row[-1]) for row in rows])


def read_plain_rows(conn: Connection, statement: Select[Any]) -> list[tuple[Any, ...]]:
    """Return the rows as the driver returns them, days as ISO text on SQLite, in half the time.

    Column types are not applied, nor is the masking of names: for deriving, never for display.
    """
    with conn.execute(statement) as result:
        driver: Any = result.cursor
        rows: list[tuple[Any, ...]] = driver.fetchall()
        return rows


def among(conn: Connection, ids: Iterable[str]) -> Select[tuple[str]]:
    """Return the ids as a subquery with one bound value, however many there are."""
    listed = json.dumps(list(ids))
    if conn.dialect.name == "sqlite":
        values = func.json_each(listed).table_valued("value")
    else:
        values = func.json_array_elements_text(cast(literal(listed, Text), JSON)).table_valued(
            "value"
        )
    return select(cast(values.c.value, Text))
