"""The tables as they stand in a database: the same on both engines, and scoped to a practice."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from allay_metrics.records import open_engine
from allay_metrics.records.tables import metadata

TABLES = [pytest.param(table, id=table.name) for table in metadata.sorted_tables]


@pytest.fixture
def engine(database_url):
    """An engine of a fresh, migrated database; the test runs once on each engine."""
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


def test_migrated_schema_is_what_the_tables_say(engine):
    with engine.connect() as conn:
        context = MigrationContext.configure(conn, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize("table", TABLES)
def test_every_table_and_column_says_what_it_holds(table):
    assert table.comment
    assert [column.name for column in table.columns if not column.comment] == []


def test_practice_leads_every_key_and_index(engine):
    found = inspect(engine)
    for name in metadata.tables:
        keys = [found.get_pk_constraint(name)["constrained_columns"]]
        keys += [key["column_names"] for key in found.get_unique_constraints(name)]
        keys += [index["column_names"] for index in found.get_indexes(name)]
        for foreign in found.get_foreign_keys(name):
            keys += [foreign["constrained_columns"], foreign["referred_columns"]]
        assert {key[0] for key in keys} == {"practice_id"}, name


@pytest.mark.parametrize("table", TABLES)
def test_every_row_but_the_practices_own_is_reached_through_a_key(table):
    assert next(column.name for column in table.primary_key) == "practice_id"
    assert "practice_id" in {column.name for column in table.columns if not column.nullable}


def test_every_sqlite_table_is_strict(sqlite_scope):
    engine = open_engine(sqlite_scope.database_url)
    with engine.connect() as conn:
        asked = text("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'")
        strict = dict(map(tuple, conn.execute(asked)))
    engine.dispose()
    assert {name for name in metadata.tables if not strict[name]} == set()


def test_a_wrong_type_is_refused(scope):
    wrong = text("INSERT INTO goal (practice_id, metric, value) VALUES (:p, 'due', 'many')")
    with pytest.raises(DBAPIError), scope.write("try a wrong type") as conn:
        conn.execute(wrong, {"p": scope.practice_id})


def test_a_visit_without_its_family_is_refused(scope):
    orphan = text("INSERT INTO client (practice_id, id, family_id, name, kind) "
                  "VALUES (:p, 'c', 'nobody', 'Mia', 'infant')")  # fmt: skip
    with pytest.raises(IntegrityError), scope.write("try an orphan") as conn:
        conn.execute(orphan, {"p": scope.practice_id})
