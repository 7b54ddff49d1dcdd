"""Statements compiled once for a whole worker.

SQLAlchemy keeps what it compiled with the database, and nearly every test opens one of its own:
compiling the same statements again would be a third of such a test's time.
"""

from sqlalchemy import Connection, Engine, event
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

_KEPT = 4_000  # statements
_compiled: LRUCache = LRUCache(_KEPT)


def compile_once() -> None:
    """From now on let all databases of one driver share what was compiled."""
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        # The cache's keys hold the dialect; those of one driver write the same statements.
        dialect.__hash__ = lambda self: hash((type(self), self.dbapi))
        dialect.__eq__ = lambda self, other: type(self) is type(other) and self.dbapi is other.dbapi
    event.listen(Engine, "engine_connect", _share)


def _share(connection: Connection) -> None:
    connection.execution_options(compiled_cache=_compiled)
