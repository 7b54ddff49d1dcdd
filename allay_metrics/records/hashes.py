"""Fingerprints of the records, equal before an import and after undoing it."""

from functools import cache
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Select, Table, bindparam, select

from allay_metrics.records.scope import Scope
from allay_metrics.records.tables import metadata

# After an undo the import's own row stays as history; the practice's row counts every write, and
# the audit trail grows with each.
HISTORY = ("import", "practice", "audit")


def compute_row_hashes(scope: Scope, conn: Connection | None = None) -> dict[str, str]:
    """Return, per table, a SHA-256 over its sorted rows.

    With a connection, as its transaction sees them.
    """
    if conn is None:
        with scope.read() as own:
            return compute_row_hashes(scope, own)
    hashes = compute_table_hashes(conn, scope.practice_id)
    return {name: hash_ for name, hash_ in hashes.items() if name not in HISTORY}


def compute_table_hashes(conn: Connection, practice_id: str) -> dict[str, str]:
    """Return, for every table, a SHA-256 over the practice's sorted rows."""
    return {table.name: _hash(conn, table, practice_id) for table in metadata.sorted_tables}


def _hash(conn: Connection, table: Table, practice_id: str) -> str:
    digest = sha256()
    rows = conn.execute(_select_rows(table), {"practice": practice_id})
    for line in sorted(repr(tuple(row)) for row in rows):
        digest.update(line.encode())
    return digest.hexdigest()


@cache
def _select_rows(table: Table) -> Select[Any]:
    """Return the SELECT of a practice's rows; cached because building it is slow."""
    return select(table).where(table.c.practice_id == bindparam("practice"))
