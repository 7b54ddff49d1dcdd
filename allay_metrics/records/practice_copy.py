"""Copies a whole practice from one database to another, of either engine, row by row.

A fingerprint of every table is compared within the transactions that read and wrote it; a copy that
differs is rolled back.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from allay_metrics.errors import Conflict
from allay_metrics.records.bulk import insert_rows
from allay_metrics.records.hashes import compute_table_hashes
from allay_metrics.records.tables import metadata

BATCH = 5_000


def copy_practice(source: Connection, target: Connection, practice_id: str) -> dict[str, str]:
    """Copy all rows of a practice and return the fingerprint of each table.

    Both databases are at the newest schema, and the target has nothing of the practice. Raises
    Conflict, so that the caller's transaction rolls back, when a table differs.
    """
    for table in metadata.sorted_tables:
        _copy(source, target, table, practice_id)
    left = compute_table_hashes(source, practice_id)
    arrived = compute_table_hashes(target, practice_id)
    for name, hash_ in left.items():
        if arrived[name] != hash_:
            raise Conflict(f"Table {name} arrived differently from how it left: nothing was kept.")
    return left


def _copy(source: Connection, target: Connection, table: Table, practice_id: str) -> None:
    columns = [column.name for column in table.columns]
    statement = select(table).where(table.c.practice_id == practice_id)
    result = source.execution_options(yield_per=BATCH).execute(statement)
    for rows in result.partitions():
        insert_rows(target, table, columns, _plain(rows))


def _plain(rows: Sequence[Row[Any]]) -> list[tuple[Any, ...]]:
    return [
        tuple(value.isoformat() if isinstance(value, date) else value for value in row)
        for row in rows
    ]
