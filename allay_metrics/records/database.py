"""An opened database: transactions of whoever asks, and no other way in."""

from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import URL, Connection, Engine

from allay_metrics.records.guard_sqlite import SqliteDatabase
from allay_metrics.records.policies import Role
from allay_metrics.records.session_context import SessionContext


class Database(Protocol):
    """What a scope asks of either engine."""

    url: URL

    def session(
        self, asking: SessionContext, *, writes: bool
    ) -> AbstractContextManager[Connection]:
        """Return a connection in a transaction of whoever asks."""

    def elevate(self, conn: Connection) -> AbstractContextManager[None]:
        """Return a block in which the connection runs as the practice itself."""

    def engine(self, role: Role, *, writes: bool) -> Engine:
        """Return the connections of one kind of viewer."""

    def keeper(self) -> AbstractContextManager[Engine]:
        """Return the engine of whoever keeps the database itself, for as long as the block."""

    def dispose(self) -> None:
        """Close every connection."""


def open_database(engine: Engine) -> Database:
    """Return the database of an engine at the newest schema. Raises ConfigProblem."""
    if engine.dialect.name == "sqlite":
        return SqliteDatabase(engine)
    # Its driver is only needed, and only imported, where there is a server.
    from allay_metrics.records.guard_postgres import PostgresDatabase

    database = PostgresDatabase(engine)
    engine.dispose()  # its user owns the tables, and serves no viewer
    return database
