"""A backup proves itself, and brings everything back, into either engine."""

import sqlite3
import stat
from contextlib import closing
from dataclasses import replace

import pytest

from allay_metrics.actions.backups import back_up, read_last_backup
from allay_metrics.actions.file_import import import_file
from allay_metrics.actions.sessions import read_session
from allay_metrics.actions.sign_in import sign_in
from allay_metrics.errors import Conflict, FileProblem, NotAllowed
from allay_metrics.records import DOOR, compute_row_hashes, open_practice
from allay_metrics.records.backup import move_practice, read_backup, restore
from allay_metrics.records.scope import Viewer
from tests.support.acuity import write_export
from tests.support.people import ANA, PASSWORD, SECRET, ana

AS_OF = 1_794_758_520


@pytest.fixture
def kept(scope, tmp_path):
    """A practice with two visits."""
    take_in(scope, tmp_path)
    return scope


def take_in(scope, folder):
    path = write_export(folder, {"Last Name": "Rivera"}, {"Email": "lee@example.com"})
    import_file(scope, path, holds="kept", as_of=AS_OF)


def test_what_comes_back_is_what_was_kept(kept, tmp_path):
    before = compute_row_hashes(kept)
    backup = tmp_path / "kept.allay"
    made = back_up(kept, backup)
    restore(backup, f"sqlite:///{tmp_path}/back.sqlite")
    with closing(open_practice(f"sqlite:///{tmp_path}/back.sqlite")) as back:
        assert compute_row_hashes(back) == before
        assert back.practice_id == kept.practice_id
    assert made.rows > 0


def test_a_session_of_the_day_of_the_backup_opens_nothing(scope, tmp_path, monkeypatch):
    monkeypatch.setenv("ALLAY_SECRET", SECRET)
    owner = ana(scope, replace(scope, viewer=DOOR))
    back_up(scope, tmp_path / "kept.allay")
    restore(tmp_path / "kept.allay", f"sqlite:///{tmp_path}/back.sqlite")
    with closing(open_practice(f"sqlite:///{tmp_path}/back.sqlite", viewer=DOOR)) as door:
        assert read_session(door, owner.token) is None
        again = sign_in(door, ANA, PASSWORD, owner.next_code(), label="x")
        assert read_session(door, again).role == "owner"


@pytest.mark.postgres
def test_a_backup_of_a_file_comes_back_into_postgresql(sqlite_scope, postgres_cluster, tmp_path):
    take_in(sqlite_scope, tmp_path)
    before = compute_row_hashes(sqlite_scope)
    backup = tmp_path / "kept.allay"
    back_up(sqlite_scope, backup)
    url = postgres_cluster.create(f"back_{tmp_path.name[:40]}".lower())
    restore(backup, url)
    with closing(open_practice(url)) as back:
        assert compute_row_hashes(back) == before


@pytest.mark.postgres
def test_a_practice_moves_to_postgresql_row_by_row(sqlite_scope, postgres_cluster, tmp_path):
    take_in(sqlite_scope, tmp_path)
    url = postgres_cluster.create(f"back_{tmp_path.name[:40]}".lower())
    move_practice(sqlite_scope, url)
    with closing(open_practice(url)) as moved:
        assert compute_row_hashes(moved) == compute_row_hashes(sqlite_scope)


def test_a_backup_is_one_file_only_its_owner_reads(kept, tmp_path):
    folder = tmp_path / "kept"
    back_up(kept, folder / "kept.allay")
    assert [path.name for path in folder.iterdir()] == ["kept.allay"]
    assert stat.S_IMODE((folder / "kept.allay").stat().st_mode) == 0o600


def test_a_flipped_byte_is_found(kept, tmp_path):
    backup = tmp_path / "kept.allay"
    back_up(kept, backup)
    held = backup.read_bytes()
    at = held.index(b"Rivera")
    backup.write_bytes(held[:at] + b"S" + held[at + 1 :])
    with sqlite3.connect(backup) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)  # it sees nothing
    with pytest.raises(FileProblem, match=r"kept\.allay is damaged: table \w+ is not as it was"):
        read_backup(backup)


def test_records_that_stand_there_are_not_written_over(kept, tmp_path):
    backup = tmp_path / "kept.allay"
    back_up(kept, backup)
    other = f"sqlite:///{tmp_path}/other.sqlite"
    restore(backup, other)
    with pytest.raises(Conflict, match=r"There are records in .* already"):
        restore(backup, other)
    restore(backup, other, replace=True)
    assert len(list(tmp_path.glob("other.before-*.sqlite"))) == 1


def test_a_file_that_is_no_backup_is_named(tmp_path):
    with pytest.raises(FileProblem, match=r"There is no file .*gone"):
        read_backup(tmp_path / "gone")
    other = tmp_path / "other.csv"
    other.write_text("Start,End\n", encoding="utf-8")
    with pytest.raises(FileProblem, match=r"other\.csv is no backup, or is damaged"):
        read_backup(other)


def test_a_backup_that_cannot_be_written_leaves_none(kept, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    with pytest.raises(FileProblem, match="cannot be written"):
        back_up(kept, blocked / "kept.allay")
    assert read_last_backup(kept) is None


def test_the_last_backup_is_told(kept, tmp_path):
    assert read_last_backup(kept) is None
    made = back_up(kept, tmp_path / "monday.allay")
    told = read_last_backup(kept)
    assert (told.file_name, told.made_at, told.rows) == ("monday.allay", made.made_at, made.rows)


def test_only_the_owner_makes_backups(kept, tmp_path):
    hers = replace(kept, viewer=Viewer("therapist", "some-id"))
    with pytest.raises(NotAllowed):
        back_up(hers, tmp_path / "kept.allay")
