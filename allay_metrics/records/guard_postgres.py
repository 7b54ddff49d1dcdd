"""Separates viewers on PostgreSQL: row-level security, with a database role for each role.

The owner of the tables (the user in the database's URL) migrates the schema and nothing else.
Records are read and written by a login without rights, which takes the viewer's role for one
transaction: the role is granted the viewer's columns, its policies filter her rows. The viewer is
passed in a setting of the transaction, signed with a key that only the owner of the tables can
read, for this transaction of this connection: a value that a statement sets itself, or copies from
elsewhere, has no valid signature.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import sql
from psycopg.errors import InsufficientPrivilege, OperationalError
from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import DBAPIError

from allay_metrics.errors import ConfigProblem, NotAllowed, Unreachable
from allay_metrics.records.engine import build_unreachable, connect, connection_options, open_engine
from allay_metrics.records.policies import REFUSED, Role
from allay_metrics.records.rules_postgres import apply_rules
from allay_metrics.records.session_context import SESSION_CONTEXT_OPTION, SessionContext
from allay_metrics.records.signature_postgres import DatabaseSecret


class PostgresDatabase:
    """The database's connections: one login, which takes the viewer's role."""

    def __init__(self, engine: Engine) -> None:
        """Apply the rules with the engine of the tables' owner, and open the login."""
        self.url = engine.url
        self._held = apply_rules(engine)
        self._engine = _open_login_engine(engine.url, self._held)
        event.listen(self._engine, "begin", self._tell)
        event.listen(self._engine, "handle_error", _translate_error)

    def engine(self, role: Role, *, writes: bool) -> Engine:  # noqa: ARG002 - as on SQLite
        """Return the engine for one role: all roles share the login."""
        return self._engine

    @contextmanager
    def session(self, context: SessionContext, *, writes: bool) -> Iterator[Connection]:
        """Yield a connection in a transaction of this session context."""
        options = {
            SESSION_CONTEXT_OPTION: context,
            **connection_options(self._engine, writes=writes),
        }
        with connect(self._engine, **options) as conn, conn.begin():
            yield conn

    @contextmanager
    def elevate(self, conn: Connection) -> Iterator[None]:
        """Run the connection as the practice itself until the block ends."""
        now: SessionContext = conn.info["context"]
        if now.role == "owner":
            yield
            return
        self._take(conn, now.elevate())
        yield
        # If the block failed, the transaction did too, and ends.
        self._take(conn, now)

    @contextmanager
    def maintenance(self) -> Iterator[Engine]:
        """Yield the engine of the tables' owner: for maintenance, never for a viewer."""
        engine = open_engine(self.url.render_as_string(hide_password=False))
        try:
            yield engine
        finally:
            engine.dispose()

    def dispose(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def _tell(self, conn: Connection) -> None:
        context = conn.get_execution_options().get(SESSION_CONTEXT_OPTION)
        if context is None:
            raise NotAllowed("Nobody asks: records are read and written within a scope.")
        cursor = self._run(
            conn,
            "SELECT pg_backend_pid() || '@' || "
            "(extract(epoch FROM transaction_timestamp()) * 1000000)::bigint",
        )
        (conn.info["transaction"],) = cursor.fetchone()
        self._take(conn, context)

    def _take(self, conn: Connection, context: SessionContext) -> None:
        conn.info["context"] = context
        signed_scope = self._held.sign(context, conn.info["transaction"])
        self._run(
            conn,
            # Overrides whatever was set for the whole session before.
            sql.SQL(
                "SET LOCAL search_path = public; SET LOCAL row_security = on; SET LOCAL ROLE {}; "
                "SELECT set_config('allay.scope', {}, true)"
            ).format(sql.Identifier(self._held.role(context.role)), sql.Literal(signed_scope)),
        )

    def _run(self, conn: Connection, statement: Any) -> Any:
        """Run a statement directly, because SQLAlchemy is just beginning. Raises Unreachable."""
        driver: Any = conn.connection.driver_connection
        try:
            return driver.execute(statement)
        except OperationalError as error:
            if not driver.closed:
                raise
            conn.invalidate(error)
            raise build_unreachable(error, self.url.render_as_string(hide_password=True)) from None


def _translate_error(context: ExceptionContext) -> None:
    if isinstance(context.original_exception, InsufficientPrivilege):
        raise NotAllowed(REFUSED) from None


def _open_login_engine(url: URL, held: DatabaseSecret) -> Engine:
    """Return the engine of the login without rights. Raises ConfigProblem."""
    login = url.set(username=held.role("login"), password=held.password)
    engine = open_engine(login.render_as_string(hide_password=False))
    try:
        engine.connect().close()
    except Unreachable:
        engine.dispose()
        raise
    except DBAPIError as error:
        engine.dispose()
        message = str(error.orig).splitlines()[0]
        raise ConfigProblem(
            f"The database does not let {held.role('login')} in, who reads the records: {message}. "
            "Let it sign in with its password."
        ) from None
    return engine
