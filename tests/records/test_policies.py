"""Every table is under a policy or says why it is not, in the database itself."""

import ast
from pathlib import Path

import pytest
from sqlalchemy import Column, MetaData, Table, Text, inspect, text

from allay_metrics.records.policies import OWNERS, POLICIES, STEPS, UNSCOPED_TABLES, is_money
from allay_metrics.records.tables import metadata
from tests.support.keeper import database_itself

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = sorted((ROOT / "allay_metrics").rglob("*.py"))
OTHERS = [role for role in POLICIES if role != "owner"]


def unspoken_of(tables):
    """Return the tables of which nothing says who sees them."""
    told = {name for role in OTHERS for name in POLICIES[role]}
    return set(tables) - told - OWNERS.keys() - UNSCOPED_TABLES.keys()


def test_every_table_says_who_sees_it():
    assert unspoken_of(metadata.tables) == set()
    new = Table("diary", MetaData(), Column("practice_id", Text))
    assert unspoken_of([*metadata.tables, new.name]) == {"diary"}


def test_a_table_of_the_owner_alone_is_nobody_elses_and_says_why():
    for role in OTHERS:
        assert OWNERS.keys() & POLICIES[role].keys() == set()
    assert [name for name, why in {**OWNERS, **UNSCOPED_TABLES}.items() if len(why) < 10] == []
    assert metadata.tables.keys() >= OWNERS.keys()
    assert POLICIES["owner"].keys() == metadata.tables.keys()


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_but_the_owner_reads_money(role):
    for name, sees in POLICIES[role].items():
        table = metadata.tables[name]
        assert set(sees.columns or ()) <= set(table.c.keys()), name
        assert not [column for column in sees.readable(table) if is_money(table, column)], name
        assert sees.readable(table)


@pytest.mark.parametrize("role", OTHERS)
def test_what_is_written_is_limited_to_rows(role):
    for name, sees in POLICIES[role].items():
        assert bool(sees.acts) == (sees.written != "FALSE"), name


def test_the_database_holds_no_table_that_nobody_told_of(scope):
    with database_itself(scope) as conn:
        found = set(inspect(conn).get_table_names())
        views = inspect(conn).get_view_names()
        kept = inspect(conn).get_materialized_view_names() if conn.dialect.name != "sqlite" else []
    assert unspoken_of(found) == set()
    assert found == metadata.tables.keys() | UNSCOPED_TABLES.keys()
    assert (views, kept) == ([], [])


@pytest.mark.postgres
@pytest.mark.parametrize("engine_kind", ["postgresql"])
def test_every_table_is_under_row_security_that_binds_its_owner_too(scope):
    with database_itself(scope) as conn:
        rows = conn.execute(text(
            "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class "
            "WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        ))  # fmt: skip
        bound = dict(map(tuple, rows))
        policies = set(conn.execute(text("SELECT tablename, policyname FROM pg_policies")).all())
    assert {name for name, is_bound in bound.items() if not is_bound} == set(UNSCOPED_TABLES)
    for role, tables in POLICIES.items():
        assert {(name, f"{role}_select") for name in tables} <= policies


@pytest.mark.postgres
@pytest.mark.parametrize("engine_kind", ["postgresql"])
def test_no_role_that_serves_a_viewer_is_more_than_its_policies(scope):
    with database_itself(scope) as conn:
        asked = text("SELECT * FROM pg_roles WHERE starts_with(rolname, :start)")
        held = scope._database._held
        roles = conn.execute(asked, {"start": held.role("")}).mappings().all()
        owned = text("SELECT count(*) FROM pg_class WHERE relowner = :oid")
        for role in roles:
            assert not any(
                role[might]
                for might in ("rolsuper", "rolcreaterole", "rolcreatedb", "rolbypassrls")
            )
            assert conn.execute(owned, {"oid": role["oid"]}).scalar_one() == 0
        reads = text("SELECT has_table_privilege(:role, :table, 'SELECT')")
        for table in (*metadata.tables, "alembic_version", "gate.held"):
            # `import` is a word of the language: names without a schema stand in quotes.
            name = table if "." in table else f'"{table}"'
            told = {"role": held.role("login"), "table": name}
            assert not conn.execute(reads, told).scalar_one(), table
        makes = text("SELECT has_database_privilege(:role, current_database(), :what)")
        for what in ("CREATE", "TEMPORARY"):
            assert not conn.execute(makes, {"role": held.role("login"), "what": what}).scalar_one()
    assert {role["rolname"] for role in roles} == {held.role(r) for r in (*POLICIES, "login")}


def _calls(name):
    """Return the first constant handed to every call of a method of this name, and the file."""
    return [
        (path.relative_to(ROOT).as_posix(), arg.value)
        for path in PACKAGE
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr == name
        for arg in node.args
        if isinstance(arg, ast.Constant)
    ]


def test_the_practice_itself_takes_these_steps_alone():
    steps = sorted({*_calls("elevate"), *_calls("of_practice")})
    assert steps == [
        ("allay_metrics/actions/alerts.py", "who is told"),
        ("allay_metrics/actions/care_closing.py", "derive"),
        # What a death asked of contact goes with it, wherever its bookings went since.
        ("allay_metrics/actions/contact_changes.py", "derive"),
        ("allay_metrics/actions/open_form.py", "form"),
        ("allay_metrics/actions/parent_form.py", "opt out"),
        ("allay_metrics/actions/rederive.py", "keep up"),
        ("allay_metrics/actions/retention.py", "let go"),
        ("allay_metrics/records/audit_chain.py", "trail"),
        ("allay_metrics/records/scope.py", "count the write"),
    ]
    assert {step for _, step in steps} == STEPS.keys()


def test_nobody_becomes_the_owner_but_by_a_step():
    """A scope is made the owner's where it is opened, and there alone."""
    made = [
        path.relative_to(ROOT).as_posix()
        for path in PACKAGE
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.keyword) and node.arg == "viewer"
        if any(said in ast.unparse(node.value) for said in ("OWNER", "Viewer('owner'"))
    ]
    assert made == ["allay_metrics/records/scope.py"]


def test_nothing_read_in_a_scope_is_kept_but_under_the_scope_itself():
    kept = [
        f"{path.relative_to(ROOT).as_posix()}:{node.name}"
        for path in PACKAGE
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        if any("cache" in ast.unparse(decorator) for decorator in node.decorator_list)
        if any(word in ast.unparse(node.args) for word in ("Scope", "Connection", "scope", "conn"))
    ]
    # Its key is the whole scope, viewer and all: tests/ui/test_remembered.py.
    assert kept == ["allay_metrics/ui/cached_by_version.py:kept"]
