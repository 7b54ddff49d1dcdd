"""Opening databases: files kept private, settings that lose nothing, URLs refused plainly."""

import shutil
import sqlite3
import stat
from contextlib import ExitStack, suppress
from pathlib import Path
from unittest.mock import patch

import pytest
from sqlalchemy import select, text

from allay_metrics.errors import ConfigProblem, Conflict, FileProblem, QuestionProblem, Unreachable
from allay_metrics.records import open_engine, open_practice
from allay_metrics.records.engine import connect
from allay_metrics.records.tables import practice


@pytest.fixture
def engine(tmp_path):
    """An engine of a new SQLite file in a folder that is not there yet."""
    engine = open_engine(f"sqlite:///{tmp_path}/new/records.sqlite")
    yield engine
    engine.dispose()


def test_a_new_file_is_readable_by_its_owner_only(engine):
    with engine.begin() as conn:
        conn.execute(text("CREATE TABLE t (a)"))
        files = sorted(Path(engine.url.database).parent.iterdir())
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in files}
    # The write-ahead log holds rows, too.
    assert {"records.sqlite", "records.sqlite-wal"} <= modes.keys()
    assert set(modes.values()) == {0o600}


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("foreign_keys", 1), ("recursive_triggers", 1)],
)
def test_every_connection_is_set_up(engine, pragma, value):
    with engine.connect() as one, engine.connect() as other:
        for conn in (one, other):
            assert conn.execute(text(f"PRAGMA {pragma}")).scalar_one() == value


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "cannot be read"),
        ("records.sqlite", "cannot be read"),
        ("postgresql://somewhere:port/allay", "cannot be read"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("mysql://somewhere/allay", "not in 'mysql'"),
        ("sqlite:////", "cannot be opened"),
        ("sqlite:////dev/null/records.sqlite", "cannot be opened"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_in_a_sentence(url, says):
    with pytest.raises(ConfigProblem, match=says):
        open_engine(url)


def test_a_file_that_is_no_database_is_refused_in_a_sentence(tmp_path):
    (tmp_path / "export.csv").write_text("Start Time,End Time\n" * 200)
    with pytest.raises(ConfigProblem, match=r"export\.csv"):
        open_practice(f"sqlite:///{tmp_path}/export.csv")


def test_a_server_that_is_not_there_is_named_without_the_password():
    with pytest.raises(Unreachable, match="cannot be reached; nothing was saved") as refused:
        open_practice("postgresql://ana:geheim@127.0.0.1:1/allay")
    assert "127.0.0.1" in refused.value.detail
    assert "geheim" not in refused.value.detail


@pytest.mark.postgres
def test_a_database_that_a_server_does_not_have_is_no_outage(postgres_cluster):
    with pytest.raises(ConfigProblem, match="does not exist"):
        open_practice(postgres_cluster.url("nowhere"))


@pytest.mark.parametrize("act", ["read", "write"])
def test_a_file_that_is_out_of_reach_is_one_sentence_and_comes_back(sqlite_url, tmp_path, act):
    file = tmp_path / "mounted" / "records.sqlite"
    file.parent.mkdir()
    shutil.copy(sqlite_url.removeprefix("sqlite:///"), file)
    scope = open_practice(f"sqlite:///{file}")
    scope.close()
    begin = {"read": scope.read, "write": lambda: scope.write("keep a note")}[act]
    away = file.parent.rename(tmp_path / "not mounted")
    with pytest.raises(Unreachable) as lost, begin():
        pytest.fail("there is nothing to read")
    assert "records.sqlite" in lost.value.detail
    away.rename(file.parent)
    with begin() as conn:
        assert conn.execute(text("SELECT count(*) FROM practice")).scalar_one() == 1
    scope.close()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("SQLITE_IOERR_READ", Unreachable),
        ("SQLITE_IOERR_WRITE", FileProblem),  # what a file system without room is called
    ],
)
def test_a_disk_that_cannot_be_read_is_told_from_one_that_takes_no_more(engine, name, kind):
    def fail(*_):
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorname = name
        raise error

    with (
        engine.connect() as conn,
        patch.object(engine.dialect, "do_execute", fail),
        pytest.raises(kind),
    ):
        conn.exec_driver_sql("SELECT 1")


def test_where_no_connection_gets_free_a_sentence_says_so(engine, monkeypatch):
    monkeypatch.setattr(engine.pool, "_timeout", 0.01)
    with ExitStack() as taken:
        for _ in range(15):  # the pool's five, and ten more
            taken.enter_context(connect(engine))
        with pytest.raises(Conflict, match="took too long"):
            taken.enter_context(connect(engine))


@pytest.mark.parametrize("text_", ["\0", "a\0b", "\ud800"])
def test_letters_that_no_database_keeps_are_a_sentence_or_simply_not_found(scope, text_):
    asked = select(practice.c.name).where(practice.c.name == text_)
    with suppress(QuestionProblem), scope.read() as conn:
        assert conn.execute(asked).first() is None


def test_a_number_too_large_for_a_database_is_a_sentence(scope):
    asked = select(practice.c.name).where(practice.c.version == 10**30)
    with suppress(QuestionProblem), scope.read() as conn:
        assert conn.execute(asked).first() is None
