"""Records in a file are encrypted where a key is set: everything works as before, or says why."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from allay_metrics.actions.backups import back_up
from allay_metrics.actions.family_erasure import erase_family
from allay_metrics.actions.file_import import import_file
from allay_metrics.actions.records_check import check_records
from allay_metrics.actions.undo import undo_import
from allay_metrics.cli import main
from allay_metrics.errors import ConfigProblem, FileProblem
from allay_metrics.records import compute_row_hashes, open_practice
from allay_metrics.records.backup import move_practice, restore
from allay_metrics.records.tables import family, goal
from tests.support.acuity import write_export

KEY = "a key nobody guesses that easily"
NAMES = (b"Quillon", b"Vexworthy", b"quillon@example.com")
AS_OF = 1_794_758_520


def take_in(scope, folder):
    told = {"First Name": "Quillon", "Last Name": "Vexworthy", "Email": "quillon@example.com"}
    path = write_export(folder, told, {"Email": "lee@example.com"})
    return import_file(scope, path, holds="kept", as_of=AS_OF)


@pytest.fixture
def url(tmp_path, monkeypatch):
    """The URL of a file to be, with a key set."""
    monkeypatch.setenv("ALLAY_DATABASE_KEY", KEY)
    return f"sqlite:///{tmp_path}/records/kept.sqlite"


@pytest.fixture
def kept(url, tmp_path):
    """An encrypted practice with two visits."""
    scope = open_practice(url, name="Test practice")
    take_in(scope, tmp_path)
    yield scope
    scope.close()


def _named_in(*files):
    held = b"".join(path.read_bytes() for path in files)
    return [name for name in NAMES if name in held]


def _files(scope):
    file = Path(scope.database_url.removeprefix("sqlite:///"))
    return list(file.parent.glob(f"{file.name}*"))


def test_no_name_stands_in_the_file_or_its_log(kept, tmp_path, monkeypatch):
    assert _named_in(*_files(kept)) == []
    assert len(_files(kept)) > 1  # with its write-ahead log
    monkeypatch.delenv("ALLAY_DATABASE_KEY")  # and in a plain one they all do
    plain = open_practice(f"sqlite:///{tmp_path}/plain.sqlite")
    take_in(plain, tmp_path)
    assert _named_in(*_files(plain)) == list(NAMES)
    plain.close()


def test_records_are_whole_and_every_write_works(kept, tmp_path):
    before = compute_row_hashes(kept)
    assert check_records(kept) == []
    report = take_in(kept, tmp_path)  # the same again
    assert report.unchanged == 2
    undo_import(kept, report.import_id)
    assert compute_row_hashes(kept) == before
    with kept.write("set goals") as conn:
        row = {"practice_id": kept.practice_id, "metric": "completed", "value": 1}
        conn.execute(insert(goal).values(row))
    with pytest.raises(DBAPIError, match="only added to"), kept.write("tamper") as conn:
        conn.execute(text("DELETE FROM audit"))
    with kept.read() as conn:
        which = conn.execute(
            select(family.c.id).where(family.c.email == "quillon@example.com")
        ).scalar_one()
    assert erase_family(kept, which).scrubbed
    assert check_records(kept) == []


def test_a_backup_is_encrypted_too_and_comes_back(kept, tmp_path):
    back_up(kept, tmp_path / "kept.allay")
    assert _named_in(tmp_path / "kept.allay") == []
    restore(tmp_path / "kept.allay", f"sqlite:///{tmp_path}/back.sqlite")
    with closing(open_practice(f"sqlite:///{tmp_path}/back.sqlite")) as back:
        assert _same(compute_row_hashes(back), compute_row_hashes(kept))
        assert _named_in(*_files(back)) == []


def _same(one, other):
    """Return whether records are equal but for the note of the backup itself."""
    return {**one, "setting": ""} == {**other, "setting": ""}


def test_a_plain_backup_comes_back_encrypted(tmp_path, monkeypatch):
    plain = open_practice(f"sqlite:///{tmp_path}/plain.sqlite")
    take_in(plain, tmp_path)
    back_up(plain, tmp_path / "kept.allay")
    plain.close()
    monkeypatch.setenv("ALLAY_DATABASE_KEY", KEY)
    restore(tmp_path / "kept.allay", f"sqlite:///{tmp_path}/back.sqlite")
    assert _named_in(tmp_path / "back.sqlite") == []


@pytest.mark.postgres
def test_encrypted_records_move_to_postgresql_and_back(kept, postgres_cluster, tmp_path):
    url = postgres_cluster.create(f"enc_{tmp_path.name[:40]}".lower())
    move_practice(kept, url)
    with closing(open_practice(url)) as moved:
        assert compute_row_hashes(moved) == compute_row_hashes(kept)
        move_practice(moved, f"sqlite:///{tmp_path}/back.sqlite")
    assert _named_in(tmp_path / "back.sqlite") == []


def test_plain_records_are_encrypted_and_decrypted_by_moving(tmp_path, monkeypatch):
    first, second, third = (f"sqlite:///{tmp_path}/{name}.sqlite" for name in "abc")
    with closing(open_practice(first)) as plain:
        take_in(plain, tmp_path)
        before = compute_row_hashes(plain)
    assert main(["move", second, "--encrypt", "--database", first]) == 2  # no key
    monkeypatch.setenv("ALLAY_DATABASE_KEY", KEY)
    assert main(["move", second, "--encrypt", "--database", first]) == 0
    assert _named_in(tmp_path / "b.sqlite") == []
    assert main(["move", third, "--decrypt", "--database", second]) == 0
    monkeypatch.delenv("ALLAY_DATABASE_KEY")
    with closing(open_practice(third)) as back:
        assert compute_row_hashes(back) == before


def test_a_wrong_or_missing_key_is_one_sentence(kept, url, monkeypatch):
    kept.close()
    monkeypatch.setenv("ALLAY_DATABASE_KEY", KEY + "?")
    with pytest.raises(ConfigProblem, match=r"kept\.sqlite were written with another key than"):
        open_practice(url)
    monkeypatch.delenv("ALLAY_DATABASE_KEY")
    with pytest.raises(ConfigProblem, match=r"kept\.sqlite are encrypted, or .*: set ALLAY_"):
        open_practice(url)
    monkeypatch.setenv("ALLAY_DATABASE_KEY", "short")
    with pytest.raises(ConfigProblem, match=r"shorter than 20 characters"):
        open_practice(url)


def test_a_plain_file_is_not_opened_with_a_key(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path}/plain.sqlite"
    open_practice(url).close()
    monkeypatch.setenv("ALLAY_DATABASE_KEY", KEY)
    with pytest.raises(ConfigProblem, match=r"plain\.sqlite are not encrypted: .*--encrypt"):
        open_practice(url)


def test_a_backup_of_another_key_is_named(kept, tmp_path, monkeypatch):
    back_up(kept, tmp_path / "kept.allay")
    monkeypatch.setenv("ALLAY_DATABASE_KEY", KEY + "?")
    with pytest.raises(FileProblem, match=r"kept\.allay is no backup, .* another key"):
        restore(tmp_path / "kept.allay", f"sqlite:///{tmp_path}/back.sqlite")


def test_a_raw_key_works_as_a_passphrase_does(tmp_path, monkeypatch):
    monkeypatch.setenv("ALLAY_DATABASE_KEY", "0123456789abcdef" * 4)
    url = f"sqlite:///{tmp_path}/raw.sqlite"
    with closing(open_practice(url)) as raw:
        take_in(raw, tmp_path)
        assert _named_in(*_files(raw)) == []
    with (
        pytest.raises(sqlite3.DatabaseError),
        closing(sqlite3.connect(tmp_path / "raw.sqlite")) as c,
    ):
        c.execute("SELECT * FROM family")
