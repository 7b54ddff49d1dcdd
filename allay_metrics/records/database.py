"""An opened database: transactions in the context of a viewer, and no other access."""

from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import URL, Connection, Engine

from allay_metrics.records.guard_sqlite import SqliteDatabase
from allay_metrics.records.policies import Role
from allay_metrics.records.session_context import SessionContext


class Database(Protocol):
    """The interface that a scope uses, the same for both engines."""

    url: URL

    def session(
        self, context: SessionContext, *, writes: bool
    ) -> AbstractContextManager[Connection]:
        """Return a connection in a transaction of this session context."""

    def elevate(self, conn: Connection) -> AbstractContextManager[None]:
        """Return a context manager in which the connection runs as the practice itself."""

    def engine(self, role: Role, *, writes: bool) -> Engine:
        """Return the engine for one role."""

    def maintenance(self) -> AbstractContextManager[Engine]:
        """Return a context manager with the engine for maintenance of the database itself."""

    def dispose(self) -> None:
        """Close every connection."""


def open_database(engine: Engine) -> Database:
    """Return the database of an engine at the newest schema. Raises ConfigProblem."""
    if engine.dialect.name == "sqlite":
        return SqliteDatabase(engine)
    # Its driver is needed and imported for a server only.
    from allay_metrics.records.guard_postgres import PostgresDatabase

    database = PostgresDatabase(engine)
    engine.dispose()  # its user owns the tables and serves no viewer
    return database
