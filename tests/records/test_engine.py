"""Opening databases: files kept private, settings that lose nothing, URLs refused plainly."""

import stat
from pathlib import Path

import pytest
from sqlalchemy import text

from allay_metrics.errors import ConfigProblem
from allay_metrics.records import open_engine, open_practice


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
    with pytest.raises(ConfigProblem, match=r"127\.0\.0\.1") as refused:
        open_practice("postgresql://ana:geheim@127.0.0.1:1/allay")
    assert "geheim" not in str(refused.value)
