"""Records of a version before 1.0 are recognised, refused in a sentence, and brought over whole.

samples/before_1_0.backup.gz is a backup of the demo practice (invented, 12 visits until 2026-11-16)
that such a version wrote.
"""

import gzip
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from allay_metrics.actions.records_check import check_records
from allay_metrics.errors import ConfigProblem
from allay_metrics.metrics import Question, query
from allay_metrics.records import open_practice
from allay_metrics.records.backup import restore
from allay_metrics.records.migrate import OLDER_REVISION, RENAMED_COLUMNS
from allay_metrics.records.tables import booking, metadata, visit

SAMPLE = Path(__file__).parent / "samples" / "before_1_0.backup.gz"


@pytest.fixture
def older_backup(tmp_path):
    path = tmp_path / "older.backup"
    path.write_bytes(gzip.decompress(SAMPLE.read_bytes()))
    return path


@pytest.fixture
def older_file(older_backup, tmp_path):
    """The records themselves as that version kept them."""
    path = tmp_path / "older.sqlite"
    path.write_bytes(older_backup.read_bytes())
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("DROP TABLE allay_backup")
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA journal_mode = WAL")  # as every version keeps its records
    return path


def _is_whole(url):
    scope = open_practice(url)
    question = Question(
        metrics=("completed", "new_families"), first=date(2025, 10, 17), last=date(2026, 11, 16)
    )
    answer = query(question, scope).set_index("metric")["value"]
    assert dict(answer) == {"completed": 10, "new_families": 3}  # as that version said
    assert check_records(scope) == []
    with scope.read() as conn:
        held = select(func.count()).where(booking.c.current_import_id.is_not(None))
        ahead = select(func.sum(visit.c.booked_ahead_1w))
        assert conn.execute(held).scalar_one() == 18
        assert conn.execute(ahead).scalar_one() > 0
    scope.close()


def test_their_backup_comes_into_a_new_file(older_backup, tmp_path):
    url = f"sqlite:///{tmp_path}/new.sqlite"
    assert restore(older_backup, url).backup.revision == OLDER_REVISION
    _is_whole(url)


@pytest.mark.postgres
def test_their_backup_comes_into_postgresql(older_backup, postgres_cluster, tmp_path):
    name = f"older_{tmp_path.name[:40]}".lower()
    url = postgres_cluster.create(name)
    restore(older_backup, url)
    _is_whole(url)
    postgres_cluster.drop(name)


def test_the_sentence_leads_to_a_way_that_works(run, older_file, tmp_path):
    url, backup = f"sqlite:///{older_file}", tmp_path / "way.backup"
    before = older_file.read_bytes()
    refused = run("query", "completed", "--database", url)
    assert refused.code == 2
    assert refused.err == (
        f"The records at {older_file} were made by an earlier version (schema 0018): write them "
        "to a file with `backup FILE`, then bring them over with `restore FILE --replace`.\n"
    )
    assert run("backup", str(backup), "--database", url).code == 0
    assert older_file.read_bytes() == before, "they are only read"
    assert run("restore", str(backup), "--replace", "--database", url).code == 0
    _is_whole(url)
    (aside,) = tmp_path.glob("older.before-*.sqlite")
    assert aside.read_bytes() == before


def test_a_backup_that_cannot_be_written_leaves_none(run, older_file, tmp_path):
    (tmp_path / "taken").write_text("no folder")
    url = f"sqlite:///{older_file}"
    ran = run("backup", str(tmp_path / "taken" / "a.backup"), "--database", url)
    assert (ran.code, ran.out) == (2, "")
    assert "cannot be written" in ran.err
    assert list(tmp_path.rglob("*.part")) == []


def test_still_older_ones_are_opened_with_that_version_first(older_file):
    with closing(sqlite3.connect(older_file)) as conn, conn:
        conn.execute("UPDATE alembic_version SET version_num = '0005'")
    with pytest.raises(ConfigProblem, match=r"schema 0005\): open them with the last version"):
        open_practice(f"sqlite:///{older_file}")


def test_every_renamed_column_has_its_new_name_alone():
    for name, columns in RENAMED_COLUMNS.items():
        present = metadata.tables[name].columns.keys()
        assert set(columns.values()) <= set(present)
        assert not columns.keys() & set(present)


def test_the_version_is_said(run):
    ran = run("--version")
    assert (ran.code, ran.out) == (0, "Allay Practice Dashboard, version 1.0.0-dev\n")
