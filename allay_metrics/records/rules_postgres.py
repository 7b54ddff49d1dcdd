"""Applies policies.py to a PostgreSQL database: database roles, column grants and row policies.

Opening a database applies them where other rules are in force.
"""

from collections.abc import Iterator
from hashlib import sha256
from secrets import token_bytes, token_hex
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from allay_metrics.errors import ConfigProblem
from allay_metrics.records.engine import lock_opening
from allay_metrics.records.policies import POLICIES, SETS, Role, TablePolicy, substitute_scope
from allay_metrics.records.signature_postgres import PARTS, DatabaseSecret
from allay_metrics.records.tables import metadata

_BLOCK = 64  # block size of SHA-256 in bytes: HMAC pads its key to it
# A change of these rules is applied when a database is opened next.
_SCHEMA = """
CREATE SCHEMA IF NOT EXISTS gate;
CREATE TABLE IF NOT EXISTS gate.held (id text NOT NULL, key bytea NOT NULL,
    inner_key bytea NOT NULL, outer_key bytea NOT NULL, rules text NOT NULL DEFAULT '');
REVOKE ALL ON SCHEMA gate FROM PUBLIC;
REVOKE ALL ON gate.held FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC
"""
_SCOPE_FUNCTION = """
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


def apply_rules(engine: Engine) -> DatabaseSecret:
    """Apply roles, grants and policies of policies.py; return the stored secret.

    Raises ConfigProblem where the database's user may not make roles.
    """
    rules = sha256(repr([_SCHEMA, _SCOPE_FUNCTION, *_rule_statements("x")]).encode()).hexdigest()
    with engine.connect() as conn, conn.begin():
        database_secret = _read_secret(conn, rules)
    if database_secret is not None:
        return database_secret
    try:
        with lock_opening(engine) as conn:
            return _create_rules(conn, rules)
    except DBAPIError as error:
        message = str(error.orig).splitlines()[0]
        raise ConfigProblem(
            f"The database's user cannot make the roles that keep viewers apart: {message}. "
            "Give it CREATEROLE, and let it own the database."
        ) from None


def _read_secret(conn: Connection, rules: str) -> DatabaseSecret | None:
    """Return the stored secret where these rules are in force, else None."""
    if conn.execute(text("SELECT to_regclass('gate.held')")).scalar_one() is None:
        return None
    row = conn.execute(text("SELECT id, key, rules FROM gate.held")).one_or_none()
    if row is None or row.rules != rules:
        return None
    held = DatabaseSecret(row.id, bytes(row.key))
    return None if _can_make_tables(conn, held) else held


def _create_rules(conn: Connection, rules: str) -> DatabaseSecret:
    for statement in _SCHEMA.split(";"):
        conn.exec_driver_sql(statement)
    row = conn.execute(text("SELECT id, key, rules FROM gate.held")).one_or_none()
    held = DatabaseSecret(row.id, bytes(row.key)) if row is not None else _save_secret(conn)
    if row is None or row.rules != rules:
        _make_roles(conn, held)
        conn.exec_driver_sql(_SCOPE_FUNCTION)
        driver: Any = conn.connection.driver_connection
        driver.execute(";\n".join([_NO_POLICIES, *_rule_statements(held.id)]))
        conn.execute(text("UPDATE gate.held SET rules = :rules"), {"rules": rules})
    # A table of the login's own would stand before a table of its name, on a connection that is
    # somebody else's next: what is written there would be there to read.
    name = conn.execute(text("SELECT quote_ident(current_database())")).scalar_one()
    conn.exec_driver_sql(f"REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC")
    if _can_make_tables(conn, held):
        raise ConfigProblem("The database's user does not own the database: let it own it.")
    return held


def _can_make_tables(conn: Connection, held: DatabaseSecret) -> bool:
    may = text("SELECT has_database_privilege(:login, current_database(), 'TEMPORARY')")
    return bool(conn.execute(may, {"login": held.role("login")}).scalar_one())


def _save_secret(conn: Connection) -> DatabaseSecret:
    held = DatabaseSecret(token_hex(4), token_bytes(32))
    padded = held.key.ljust(_BLOCK, b"\0")
    row = {
        "id": held.id,
        "key": held.key,
        "inner": bytes(byte ^ 0x36 for byte in padded),
        "outer": bytes(byte ^ 0x5C for byte in padded),
    }
    conn.execute(text("INSERT INTO gate.held VALUES (:id, :key, :inner, :outer)"), row)
    return held


def _make_roles(conn: Connection, held: DatabaseSecret) -> None:
    """Create the login and the roles it takes, where they do not exist."""
    statement = text("SELECT rolname FROM pg_roles WHERE starts_with(rolname, :start)")
    there = set(conn.execute(statement, {"start": held.role("")}).scalars())
    login = held.role("login")
    if login not in there:
        # The password is generated letters and digits.
        conn.exec_driver_sql(f"CREATE ROLE {login} LOGIN NOINHERIT PASSWORD '{held.password}'")
    for role in map(held.role, POLICIES):
        if role not in there:
            conn.exec_driver_sql(f"CREATE ROLE {role} NOLOGIN")
            conn.exec_driver_sql(f"GRANT {role} TO {login}")
        conn.exec_driver_sql(f"GRANT USAGE ON SCHEMA gate TO {role}")


def _rule_statements(id_: str) -> Iterator[str]:
    """Yield the statements that replace all grants and policies."""
    everybody = ", ".join(f"allay_{id_}_{role}" for role in POLICIES)
    yield "REVOKE ALL ON FUNCTION gate.told FROM PUBLIC"
    yield f"GRANT EXECUTE ON FUNCTION gate.told TO {everybody}"
    for role in POLICIES:
        yield from _set_functions(id_, role)
    for name in metadata.tables:
        yield f'ALTER TABLE public."{name}" ENABLE ROW LEVEL SECURITY'
        yield f'ALTER TABLE public."{name}" FORCE ROW LEVEL SECURITY'
        # For migrations and `move`; the tables' owner never serves a viewer.
        yield f'CREATE POLICY of_owner ON public."{name}" TO CURRENT_USER USING (TRUE)'
        yield f'REVOKE ALL ON public."{name}" FROM PUBLIC, {everybody}'
        for role, policies in POLICIES.items():
            if name in policies:
                yield from _policy_statements(id_, role, name, policies[name])


def _set_functions(id_: str, role: Role) -> Iterator[str]:
    """Yield the functions that return the sets of ids in a role's conditions."""
    scope_sql = _scope_sql(role)
    for name, ids in SETS.items():
        if any(f"{{{name}}}" in condition for condition in _conditions(role)):
            signature = f"gate.{role}_{name}()"
            yield (
                f"CREATE OR REPLACE FUNCTION {signature} RETURNS SETOF text LANGUAGE sql STABLE "
                "PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $ids$ "
                f"{substitute_scope(ids, 'public.', scope_sql)} $ids$"
            )
            yield f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC"
            yield f"GRANT EXECUTE ON FUNCTION {signature} TO allay_{id_}_{role}"


def _conditions(role: Role) -> Iterator[str]:
    for sees in POLICIES[role].values():
        yield from (sees.rows, sees.written)


def _policy_statements(id_: str, role: Role, name: str, sees: TablePolicy) -> Iterator[str]:
    to = f"allay_{id_}_{role}"
    columns = ", ".join(f'"{column}"' for column in sees.readable(metadata.tables[name]))
    yield f'GRANT SELECT ({columns}) ON public."{name}" TO {to}'
    if sees.acts:
        yield f'GRANT {", ".join(sorted(sees.acts))} ON public."{name}" TO {to}'
    reads, writes = (_condition(role, condition) for condition in (sees.rows, sees.written))
    on = f'ON public."{name}"'
    yield f"CREATE POLICY {role}_select {on} FOR SELECT TO {to} USING ({reads})"
    for act in sorted(sees.acts):
        uses = "" if act == "insert" else f"USING ({writes})"
        checks = "" if act == "delete" else f"WITH CHECK ({writes})"
        yield f"CREATE POLICY {role}_{act} {on} FOR {act} TO {to} {uses} {checks}"


def _condition(role: Role, condition: str) -> str:
    """Return a policy's condition; the scope's signature is verified once a statement."""
    scope_sql = _scope_sql(role)
    for name in SETS:
        condition = condition.replace(f"{{{name}}}", f"SELECT gate.{role}_{name}()")
    condition = f"practice_id = {scope_sql['practice']} AND ({condition})"
    return substitute_scope(condition, "public.", scope_sql)


def _scope_sql(role: Role) -> dict[str, str]:
    return {
        name: f"(SELECT gate.told('{role}', {place}))"
        for place, name in enumerate(PARTS, 1)
        if name != "role"
    }
