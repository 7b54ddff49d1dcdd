"""Removes deleted rows from a database's files, where deleting alone leaves their bytes."""

from typing import Any

from sqlalchemy import Engine, text

from allay_metrics.errors import NotAllowed
from allay_metrics.records.scope import Scope
from allay_metrics.records.tables import metadata


def scrub(scope: Scope) -> bool:
    """Rewrite the database without deleted rows; return whether all of their bytes are gone.

    False: somebody still reads an older snapshot, and SQLite's log beside the file keeps the rows
    until nobody does. PostgreSQL's own write-ahead log and backups are the server's.
    Raises NotAllowed for anyone but the owner.
    """
    if scope.viewer.role != "owner":
        raise NotAllowed("Only the owner may have the database written anew.")
    with scope._database.maintenance() as engine:
        if engine.dialect.name == "sqlite":
            return _rewrite_file(engine)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            for table in metadata.sorted_tables:
                conn.execute(text(f'VACUUM FULL "{table.name}"'))
    return True


def _rewrite_file(engine: Engine) -> bool:
    lent = engine.raw_connection()
    try:
        driver: Any = lent.driver_connection
        driver.execute("VACUUM")
        busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy
    finally:
        lent.close()
