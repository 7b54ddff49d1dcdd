"""Keeps viewers apart on PostgreSQL: row-level security, a role for each kind of viewer.

The owner of the tables (the user in the database's URL) brings the schema up and nothing else.
Records are read and written by a login of no rights, which takes the viewer's role for one
transaction: the role has the viewer's columns, its policies leave her rows. Who asks is told in a
setting of the transaction, signed with a key that only the owner of the tables reads, for this
one transaction of this one connection: whatever a statement sets, or finds out elsewhere, is not
signed for it.
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
    """The database's connections: one login, in the role of whoever asks."""

    def __init__(self, engine: Engine) -> None:
        """Put the rules in force with the engine of the tables' owner, and open the login."""
        self.url = engine.url
        self._held = apply_rules(engine)
        self._engine = _open_login_engine(engine.url, self._held)
        event.listen(self._engine, "begin", self._tell)
        event.listen(self._engine, "handle_error", _translate_error)

    def engine(self, role: Role, *, writes: bool) -> Engine:  # noqa: ARG002 - as on SQLite
        """Return the connections of one kind of viewer: all share one login."""
        return self._engine

    @contextmanager
    def session(self, asking: SessionContext, *, writes: bool) -> Iterator[Connection]:
        """Yield a connection in a transaction of whoever asks."""
        options = {
            SESSION_CONTEXT_OPTION: asking,
            **connection_options(self._engine, writes=writes),
        }
        with connect(self._engine, **options) as conn, conn.begin():
            yield conn

    @contextmanager
    def elevate(self, conn: Connection) -> Iterator[None]:
        """Have the connection run as the practice itself, until the block ends."""
        now: SessionContext = conn.info["asking"]
        if now.role == "owner":
            yield
            return
        self._take(conn, now.elevate())
        yield
        # Where the block failed the transaction has, and ends.
        self._take(conn, now)

    @contextmanager
    def keeper(self) -> Iterator[Engine]:
        """Yield the engine of the tables' owner: for upkeep, never for a viewer."""
        engine = open_engine(self.url.render_as_string(hide_password=False))
        try:
            yield engine
        finally:
            engine.dispose()

    def dispose(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def _tell(self, conn: Connection) -> None:
        asking = conn.get_execution_options().get(SESSION_CONTEXT_OPTION)
        if asking is None:
            raise NotAllowed("Nobody asks: records are read and written within a scope.")
        cursor = self._run(
            conn,
            "SELECT pg_backend_pid() || '@' || "
            "(extract(epoch FROM transaction_timestamp()) * 1000000)::bigint",
        )
        (conn.info["transaction"],) = cursor.fetchone()
        self._take(conn, asking)

    def _take(self, conn: Connection, asking: SessionContext) -> None:
        conn.info["asking"] = asking
        signed_scope = self._held.signed(asking, conn.info["transaction"])
        self._run(
            conn,
            # What somebody before set for the whole session is of no account.
            sql.SQL(
                "SET LOCAL search_path = public; SET LOCAL row_security = on; SET LOCAL ROLE {}; "
                "SELECT set_config('allay.scope', {}, true)"
            ).format(sql.Identifier(self._held.role(asking.role)), sql.Literal(signed_scope)),
        )

    def _run(self, conn: Connection, statement: Any) -> Any:
        """Run a statement past SQLAlchemy, which is about to begin. Raises Unreachable."""
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
    """Return the engine of the login that has no rights of its own. Raises ConfigProblem."""
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
