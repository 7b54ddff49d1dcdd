"""Databases are brought to the newest schema, once, and never backwards."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy import select, text

from allay_metrics.errors import ConfigProblem
from allay_metrics.records import open_engine, open_practice, upgrade
from allay_metrics.records.migrate import find_newest_revision
from allay_metrics.records.tables import city, metadata, practice
from tests.support.templates import migrate_once


@pytest.fixture(autouse=True)
def _migrations_run_in_full(monkeypatch):
    monkeypatch.setattr("allay_metrics.records.practice.upgrade", upgrade)


def test_a_newer_schema_is_refused_in_a_sentence(scope):
    engine = open_engine(scope.database_url)
    with engine.begin() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigProblem, match=r"schema 9999, newer .* \(\d{4}\): install the newer"):
        upgrade(engine)
    engine.dispose()


def test_migrating_again_changes_nothing(scope):
    engine = open_engine(scope.database_url)
    upgrade(engine)
    with engine.connect() as conn:
        found = conn.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    engine.dispose()
    assert found == [find_newest_revision()]


def test_two_who_open_a_new_database_at_once_share_one_practice(engine_kind, request, tmp_path):
    if engine_kind == "sqlite":
        url = f"sqlite:///{tmp_path}/new.sqlite"
    else:
        cluster = request.getfixturevalue("postgres_cluster")
        url = cluster.create(f"empty_{tmp_path.name[:40]}".lower(), template="template0")
    with ThreadPoolExecutor(4) as people:
        scopes = list(people.map(lambda _: open_practice(url), range(4)))
    try:
        assert len({scope.practice_id for scope in scopes}) == 1
        with scopes[0].read() as conn:
            assert len(conn.execute(select(practice)).all()) == 1
            assert conn.execute(select(city.c.name).where(city.c.kind == "unknown")).one()
    finally:
        for scope in scopes:
            scope.close()
        if engine_kind == "postgresql":
            cluster.drop(f"empty_{tmp_path.name[:40]}".lower())


def test_a_migration_is_taken_back_without_a_trace(tmp_path):
    from alembic import command
    from alembic.config import Config

    engine = open_engine(f"sqlite:///{tmp_path}/new.sqlite")
    upgrade(engine)
    from allay_metrics.records import migrate

    settings = Config()
    settings.set_main_option("script_location", str(migrate._SCRIPTS))
    with engine.begin() as conn:
        settings.attributes["connection"] = conn
        command.downgrade(settings, "base")
    with engine.connect() as conn:
        left = set(
            conn.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars()
        )
    engine.dispose()
    assert left & metadata.tables.keys() == set()


def test_what_other_tests_open_in_place_of_migrations_is_what_they_make(tmp_path, run_folder):
    """Tests open new files by the template's statements: tests/support/templates.py."""

    def schema(path):
        with closing(sqlite3.connect(path)) as conn:
            return set(conn.execute("SELECT type, name, sql FROM sqlite_master"))

    open_practice(f"sqlite:///{tmp_path}/full.sqlite").close()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("practice", "backup"):
            patch.setattr(f"allay_metrics.records.{name}.upgrade", None)
        migrate_once(run_folder)
        open_practice(f"sqlite:///{tmp_path}/quick.sqlite").close()
    assert schema(tmp_path / "quick.sqlite") == schema(tmp_path / "full.sqlite")
