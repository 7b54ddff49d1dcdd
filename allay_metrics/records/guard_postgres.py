"""Keeps viewers apart on PostgreSQL: row-level security, a role for each kind of viewer.

The owner of the tables (the user in the database's URL) brings the schema up and nothing else.
Records are read and written by a login of no rights, which takes the viewer's role for one
transaction: the role has the viewer's columns, its policies leave her rows. Who asks is told in a
setting of the transaction, signed with a key that only the owner of the tables reads, for this
one transaction of this one connection: whatever a statement sets, or finds out elsewhere, is not
signed for it.
"""

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_bytes, token_hex
from typing import Any

from psycopg import sql
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import URL, Connection, Engine, event, text
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import DBAPIError, OperationalError

from allay_metrics.errors import ConfigProblem, NotAllowed
from allay_metrics.records.asking import ASKING, Asking
from allay_metrics.records.engine import begin_with, one_at_a_time, open_engine
from allay_metrics.records.policies import POLICIES, REFUSED, SETS, Role, Sees, written_out
from allay_metrics.records.tables import metadata

_BLOCK = 64  # bytes of a block of SHA-256: HMAC pads its key to one
_APART = "\x1f"
_PARTS = ("role", "practice", "therapist", "family", "link")
# Anything here that is changed is brought to the database when it is opened next.
_SCHEMA = """
CREATE SCHEMA IF NOT EXISTS gate;
CREATE TABLE IF NOT EXISTS gate.held (id text NOT NULL, key bytea NOT NULL,
    inner_key bytea NOT NULL, outer_key bytea NOT NULL, rules text NOT NULL DEFAULT '');
REVOKE ALL ON SCHEMA gate FROM PUBLIC;
REVOKE ALL ON gate.held FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC
"""
_TOLD = """
CREATE OR REPLACE FUNCTION gate.told(as_role text, part int) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $told$
DECLARE
    said text := nullif(current_setting('allay.scope', true), '');
    parts text[];
    held gate.held;
BEGIN
    IF said IS NULL THEN
        RAISE EXCEPTION 'nobody asks: there is no scope' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT * INTO held FROM gate.held;
    IF left(said, 64) IS DISTINCT FROM encode(sha256(held.outer_key || sha256(held.inner_key
        || convert_to(pg_backend_pid() || '@' ||
            (extract(epoch FROM transaction_timestamp()) * 1000000)::bigint || '@'
            || substr(said, 65), 'UTF8'))), 'hex') THEN
        RAISE EXCEPTION 'that scope is forged' USING ERRCODE = 'insufficient_privilege';
    END IF;
    parts := string_to_array(substr(said, 65), E'\\x1f');
    IF parts[1] IS DISTINCT FROM as_role THEN
        RETURN NULL;
    END IF;
    RETURN parts[part];
END $told$
"""
_NO_POLICIES = """
DO $none$ DECLARE old record; BEGIN
    FOR old IN SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public' LOOP
        EXECUTE format('DROP POLICY %I ON public.%I', old.policyname, old.tablename);
    END LOOP;
END $none$
"""


@dataclass(frozen=True)
class _Held:
    """What the database keeps for its owner: the name its roles share, and the key."""

    id: str
    key: bytes

    def role(self, role: str) -> str:
        """Return the name of the role of a kind of viewer, or of the login."""
        return f"allay_{self.id}_{role}"

    @property
    def password(self) -> str:
        """Return the login's password, the same for everybody who holds the key."""
        return hmac.new(self.key, b"login", sha256).hexdigest()

    def signed(self, asking: Asking, transaction: str) -> str:
        """Return who asks, signed for one transaction."""
        told = {"role": asking.role, **asking.said}
        if any(_APART in value for value in told.values()):
            raise NotAllowed("That is no name of anybody who may ask.")
        said = _APART.join(told[name] for name in _PARTS)
        mac = hmac.new(self.key, f"{transaction}@{said}".encode(), sha256)
        return mac.hexdigest() + said


class PostgresDatabase:
    """The database's connections: one login, in the role of whoever asks."""

    def __init__(self, engine: Engine) -> None:
        """Put the rules in force with the engine of the tables' owner, and open the login."""
        self.url = engine.url
        self._held = _put_in_force(engine)
        self._engine = _opened(engine.url, self._held)
        event.listen(self._engine, "begin", self._tell)
        event.listen(self._engine, "handle_error", _say_not_allowed)

    def engine(self, role: Role, *, writes: bool) -> Engine:  # noqa: ARG002 - as on SQLite
        """Return the connections of one kind of viewer: all share one login."""
        return self._engine

    @contextmanager
    def session(self, asking: Asking, *, writes: bool) -> Iterator[Connection]:
        """Yield a connection in a transaction of whoever asks."""
        options = {ASKING: asking, **begin_with(self._engine, writes=writes)}
        with self._engine.connect().execution_options(**options) as conn, conn.begin():
            yield conn

    @contextmanager
    def as_practice(self, conn: Connection) -> Iterator[None]:
        """Have the connection run as the practice itself, until the block ends."""
        now: Asking = conn.info["asking"]
        if now.role == "owner":
            yield
            return
        self._take(conn, now.as_practice())
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
        asking = conn.get_execution_options().get(ASKING)
        if asking is None:
            raise NotAllowed("Nobody asks: records are read and written within a scope.")
        driver: Any = conn.connection.driver_connection
        found = driver.execute(
            "SELECT pg_backend_pid() || '@' || "
            "(extract(epoch FROM transaction_timestamp()) * 1000000)::bigint"
        )
        (conn.info["transaction"],) = found.fetchone()
        self._take(conn, asking)

    def _take(self, conn: Connection, asking: Asking) -> None:
        conn.info["asking"] = asking
        driver: Any = conn.connection.driver_connection
        said = self._held.signed(asking, conn.info["transaction"])
        driver.execute(
            # What somebody before set for the whole session is of no account.
            sql.SQL(
                "SET LOCAL search_path = public; SET LOCAL row_security = on; SET LOCAL ROLE {}; "
                "SELECT set_config('allay.scope', {}, true)"
            ).format(sql.Identifier(self._held.role(asking.role)), sql.Literal(said))
        )


def _say_not_allowed(context: ExceptionContext) -> None:
    if isinstance(context.original_exception, InsufficientPrivilege):
        raise NotAllowed(REFUSED) from None


def _opened(url: URL, held: _Held) -> Engine:
    """Return the engine of the login that has no rights of its own. Raises ConfigProblem."""
    login = url.set(username=held.role("login"), password=held.password)
    engine = open_engine(login.render_as_string(hide_password=False))
    try:
        engine.connect().close()
    except OperationalError as error:
        engine.dispose()
        said = str(error.orig).splitlines()[0]
        raise ConfigProblem(
            f"The database does not let {held.role('login')} in, who reads the records: {said}. "
            "Let it sign in with its password."
        ) from None
    return engine


# What the owner of the tables puts in force


def _put_in_force(engine: Engine) -> _Held:
    """Bring roles, columns and policies to what policies.py says; return what is kept of it.

    Raises ConfigProblem where the database's user may not make roles.
    """
    rules = sha256(repr(list(_rules("x"))).encode()).hexdigest()
    with engine.connect() as conn, conn.begin():
        found = _found(conn, rules)
    if found is not None:
        return found
    try:
        with one_at_a_time(engine) as conn:
            return _make(conn, rules)
    except DBAPIError as error:
        said = str(error.orig).splitlines()[0]
        raise ConfigProblem(
            f"The database's user cannot make the roles that keep viewers apart: {said}. "
            "Give it CREATEROLE, and let it own the database."
        ) from None


def _found(conn: Connection, rules: str) -> _Held | None:
    """Return what is kept where these rules are in force, else None."""
    if conn.execute(text("SELECT to_regclass('gate.held')")).scalar_one() is None:
        return None
    row = conn.execute(text("SELECT id, key, rules FROM gate.held")).one_or_none()
    if row is None or row.rules != rules:
        return None
    held = _Held(row.id, bytes(row.key))
    return None if _makes_tables(conn, held) else held


def _make(conn: Connection, rules: str) -> _Held:
    for statement in _SCHEMA.split(";"):
        conn.exec_driver_sql(statement)
    row = conn.execute(text("SELECT id, key, rules FROM gate.held")).one_or_none()
    held = _Held(row.id, bytes(row.key)) if row is not None else _keep_key(conn)
    if row is None or row.rules != rules:
        _make_roles(conn, held)
        conn.exec_driver_sql(_TOLD)
        driver: Any = conn.connection.driver_connection
        driver.execute(";\n".join([_NO_POLICIES, *_rules(held.id)]))
        conn.execute(text("UPDATE gate.held SET rules = :rules"), {"rules": rules})
    # A table of the login's own would stand before a table of its name, on a connection that is
    # somebody else's next: what is written there would be there to read.
    name = conn.execute(text("SELECT quote_ident(current_database())")).scalar_one()
    conn.exec_driver_sql(f"REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC")
    if _makes_tables(conn, held):
        raise ConfigProblem("The database's user does not own the database: let it own it.")
    return held


def _makes_tables(conn: Connection, held: _Held) -> bool:
    may = text("SELECT has_database_privilege(:login, current_database(), 'TEMPORARY')")
    return bool(conn.execute(may, {"login": held.role("login")}).scalar_one())


def _keep_key(conn: Connection) -> _Held:
    held = _Held(token_hex(4), token_bytes(32))
    padded = held.key.ljust(_BLOCK, b"\0")
    row = {
        "id": held.id,
        "key": held.key,
        "inner": bytes(byte ^ 0x36 for byte in padded),
        "outer": bytes(byte ^ 0x5C for byte in padded),
    }
    conn.execute(text("INSERT INTO gate.held VALUES (:id, :key, :inner, :outer)"), row)
    return held


def _make_roles(conn: Connection, held: _Held) -> None:
    """Make the login and the roles it takes, where they are not there yet."""
    asked = text("SELECT rolname FROM pg_roles WHERE starts_with(rolname, :start)")
    there = set(conn.execute(asked, {"start": held.role("")}).scalars())
    login = held.role("login")
    if login not in there:
        # The password is letters and digits of our own making.
        conn.exec_driver_sql(f"CREATE ROLE {login} LOGIN NOINHERIT PASSWORD '{held.password}'")
    for role in map(held.role, POLICIES):
        if role not in there:
            conn.exec_driver_sql(f"CREATE ROLE {role} NOLOGIN")
            conn.exec_driver_sql(f"GRANT {role} TO {login}")
        conn.exec_driver_sql(f"GRANT USAGE ON SCHEMA gate TO {role}")


def _rules(id_: str) -> Iterator[str]:
    """Yield the statements that put grants and policies in force, in place of those before."""
    everybody = ", ".join(f"allay_{id_}_{role}" for role in POLICIES)
    yield "REVOKE ALL ON FUNCTION gate.told FROM PUBLIC"
    yield f"GRANT EXECUTE ON FUNCTION gate.told TO {everybody}"
    for role in POLICIES:
        yield from _sets(id_, role)
    for name in metadata.tables:
        yield f'ALTER TABLE public."{name}" ENABLE ROW LEVEL SECURITY'
        yield f'ALTER TABLE public."{name}" FORCE ROW LEVEL SECURITY'
        # Migrations, and a practice moved in: the tables' owner never serves a viewer.
        yield f'CREATE POLICY of_owner ON public."{name}" TO CURRENT_USER USING (TRUE)'
        yield f'REVOKE ALL ON public."{name}" FROM PUBLIC, {everybody}'
        for role, policies in POLICIES.items():
            if name in policies:
                yield from _policies(id_, role, name, policies[name])


def _sets(id_: str, role: Role) -> Iterator[str]:
    """Yield the functions that return the ids which a role's conditions speak of."""
    said = _said(role)
    for name, ids in SETS.items():
        if any(f"{{{name}}}" in told for told in _conditions(role)):
            signature = f"gate.{role}_{name}()"
            yield (
                f"CREATE OR REPLACE FUNCTION {signature} RETURNS SETOF text LANGUAGE sql STABLE "
                "PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $ids$ "
                f"{written_out(ids, 'public.', said)} $ids$"
            )
            yield f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC"
            yield f"GRANT EXECUTE ON FUNCTION {signature} TO allay_{id_}_{role}"


def _conditions(role: Role) -> Iterator[str]:
    for sees in POLICIES[role].values():
        yield from (sees.rows, sees.written)


def _policies(id_: str, role: Role, name: str, sees: Sees) -> Iterator[str]:
    to = f"allay_{id_}_{role}"
    columns = ", ".join(f'"{column}"' for column in sees.readable(metadata.tables[name]))
    yield f'GRANT SELECT ({columns}) ON public."{name}" TO {to}'
    if sees.acts:
        yield f'GRANT {", ".join(sorted(sees.acts))} ON public."{name}" TO {to}'
    reads, writes = (_condition(role, told) for told in (sees.rows, sees.written))
    on = f'ON public."{name}"'
    yield f"CREATE POLICY {role}_select {on} FOR SELECT TO {to} USING ({reads})"
    for act in sorted(sees.acts):
        uses = "" if act == "insert" else f"USING ({writes})"
        checks = "" if act == "delete" else f"WITH CHECK ({writes})"
        yield f"CREATE POLICY {role}_{act} {on} FOR {act} TO {to} {uses} {checks}"


def _condition(role: Role, told: str) -> str:
    """Return a policy's condition: what the scope says is verified once a statement."""
    said = _said(role)
    for name in SETS:
        told = told.replace(f"{{{name}}}", f"SELECT gate.{role}_{name}()")
    told = f"practice_id = {said['practice']} AND ({told})"
    return written_out(told, "public.", said)


def _said(role: Role) -> dict[str, str]:
    return {
        name: f"(SELECT gate.told('{role}', {place}))"
        for place, name in enumerate(_PARTS, 1)
        if name != "role"
    }
