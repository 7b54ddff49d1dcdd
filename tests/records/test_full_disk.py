"""A full disk at a save, an import or a backup is one sentence, and what was there stays whole."""

import resource
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from allay_metrics.actions.backups import back_up, read_last_backup
from allay_metrics.actions.records_check import check_records
from allay_metrics.actions.week_notes import save_note
from allay_metrics.errors import FileProblem
from allay_metrics.records import compute_row_hashes, open_practice
from allay_metrics.records.backup import read_backup
from tests.support.exports import Desk, appointment, day

ROOM = 64_000  # bytes: less than any of the three wants to write


@contextmanager
def no_file_longer_than(size):
    """Let writes beyond a length fail, as they do on a disk without room."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def desk(sqlite_url, tmp_path):
    """A practice of two visits, its log emptied, so that lengths are known."""
    scope = open_practice(sqlite_url, name="Test practice")
    desk = Desk(scope, tmp_path)
    rows = [appointment("1", "2026-03-02 10:00"), appointment("2", "2026-03-03 10:00", "Bea Moss")]
    desk.take_in(rows, "2026-03-09 08:00")
    with closing(sqlite3.connect(Path(sqlite_url.removeprefix("sqlite:///")))) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    yield desk
    scope.close()


def _import(desk):
    rows = [appointment(str(n), "2026-03-04 10:00", f"Fam {n}") for n in range(10, 600)]
    path = desk.write(rows)
    with no_file_longer_than(ROOM):
        from allay_metrics.actions.file_import import import_file

        import_file(desk.scope, path, as_of=1_773_200_000)


def _save(desk):
    with no_file_longer_than(ROOM):
        save_note(desk.scope, day("2026-03-02"), "x" * 200_000, 0)


def _back_up(desk):
    with no_file_longer_than(ROOM):
        back_up(desk.scope, desk.folder / "kept.allay")


@pytest.mark.parametrize("write", [_import, _save, _back_up])
def test_a_full_disk_is_said_and_what_was_there_is_whole(desk, write, record_property):
    before = compute_row_hashes(desk.scope)
    with pytest.raises(FileProblem, match=r"disk is full|cannot be written"):
        write(desk)
    assert compute_row_hashes(desk.scope) == before
    assert check_records(desk.scope) == []
    assert not list(desk.folder.glob("kept.allay*"))
    save_note(desk.scope, day("2026-03-02"), "There is room again", 0)
    record_property("hardening", "SQLite: a message, equal hashes")


def test_a_backup_while_others_write_holds_one_state(desk, tmp_path, record_property):
    from concurrent.futures import ThreadPoolExecutor

    scope = desk.scope
    with ThreadPoolExecutor(1) as other:
        writing = other.submit(
            lambda: [save_note(scope, day("2026-03-02"), str(n), n) for n in range(40)]
        )
        made = [back_up(scope, tmp_path / f"{n}.allay") for n in range(3)]
        writing.result()
    for number, path in enumerate(made):
        assert read_backup(tmp_path / f"{number}.allay") == path
    assert read_last_backup(scope) is not None
    assert check_records(scope) == []
    record_property("hardening", "3 backups during 40 writes: equal hashes")
