"""Damaged records count as records: said, never written over, moved aside when asked."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from allay_metrics import config
from allay_metrics.actions.backups import back_up
from allay_metrics.actions.file_import import import_file
from allay_metrics.actions.records_check import check_records
from allay_metrics.errors import ConfigProblem, Conflict, FileProblem, RecordsDamaged, Unreachable
from allay_metrics.records import compute_row_hashes, open_practice, replacement
from allay_metrics.records.backup import move_practice, restore
from allay_metrics.records.examination import find_damage
from allay_metrics.records.practice import read_practice_name
from tests.support import damage
from tests.support.acuity import write_export

ROOT = Path(__file__).resolve().parents[2]
AS_OF = 1_794_758_520
WORK = (".new", ".restoring", ".part")


@pytest.fixture(scope="module")
def made(sqlite_template, tmp_path_factory):
    """A practice of two visits, its fingerprints, and a backup of it: paths, to be copied."""
    folder = tmp_path_factory.mktemp("made")
    shutil.copy(sqlite_template, folder / "practice.sqlite")
    with closing(open_practice(f"sqlite:///{folder / 'practice.sqlite'}")) as scope:
        export = write_export(folder, {"Last Name": "Rivera"}, {"Email": "lee@example.com"})
        import_file(scope, export, holds="kept", as_of=AS_OF)
        back_up(scope, folder / "kept.allay")
        hashes = compute_row_hashes(scope)
    damage.checkpoint(folder / "practice.sqlite")
    return folder, {**hashes, "setting": ""}


@pytest.fixture
def path(made, tmp_path):
    """The file of that practice, of this test alone; its backup lies in another folder."""
    folder = tmp_path / "records"
    folder.mkdir()
    shutil.copy(made[0] / "practice.sqlite", folder)
    shutil.copy(made[0] / "kept.allay", tmp_path)
    return folder / "practice.sqlite"


@pytest.fixture
def backup(path):
    return path.parent.parent / "kept.allay"


def url_of(path):
    return f"sqlite:///{path}"


def held(folder):
    """Return every file below a folder with what is in it."""
    return {file: file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def hashes_at(path):
    """Return the fingerprints of whole records, without the note of their backup."""
    with closing(open_practice(url_of(path))) as scope:
        assert check_records(scope) == []
        return {**compute_row_hashes(scope), "setting": ""}


def work_files(folder):
    return [file for file in folder.rglob("*") if any(end in file.name for end in WORK)]


@pytest.mark.parametrize("kind", damage.KINDS)
def test_no_damaged_file_is_written_over(path, backup, kind):
    kind(path)
    before = held(path.parent)
    with pytest.raises(Conflict, match=r"practice\.sqlite .*--replace"):
        restore(backup, url_of(path))
    after = held(path.parent)
    # A file may be looked at, which leaves an empty log and its index beside it.
    assert {file: after[file] for file in before if file.suffix != ".sqlite-shm"} == before
    assert work_files(path.parent) == []


@pytest.mark.parametrize("kind", damage.KINDS)
def test_a_damaged_file_is_moved_aside_and_the_backup_comes_back(path, backup, made, kind):
    kind(path)
    before = {file.name: content for file, content in held(path.parent).items()}
    restored = restore(backup, url_of(path), replace=True)
    aside = restored.aside
    assert aside.name.startswith("practice.before-20")
    if aside.is_dir():
        assert [file.name for file in aside.iterdir()] == ["inside"]
    else:
        for end in ("", "-wal"):
            kept = before.get(f"practice.sqlite{end}")
            assert kept is None or aside.with_name(aside.name + end).read_bytes() == kept
    assert hashes_at(path) == made[1]
    assert work_files(path.parent) == []


@pytest.mark.parametrize("kind", damage.KINDS)
def test_a_damaged_file_is_opened_by_nobody(path, kind):
    kind(path)
    with pytest.raises(ConfigProblem, match=r"`restore FILE --replace`") as refused:
        open_practice(url_of(path))
    assert str(path) in str(refused.value) or "schema 9999" in str(refused.value)


def test_records_move_onto_no_damaged_file(path):
    other = path.with_name("other.sqlite")
    shutil.copy(path, other)
    damage.truncated(other)
    before = other.read_bytes()
    with closing(open_practice(url_of(path))) as scope, pytest.raises(Conflict, match="damaged"):
        move_practice(scope, url_of(other))
    assert other.read_bytes() == before
    assert work_files(path.parent) == []


@pytest.mark.parametrize("kind", damage.OF_BACKUPS)
def test_a_damaged_backup_moves_nothing(path, backup, made, kind):
    kind(backup)
    with pytest.raises(FileProblem, match=r"kept\.allay"):
        restore(backup, url_of(path), replace=True)
    assert [file.name for file in path.parent.iterdir() if "before" in file.name] == []
    assert hashes_at(path) == made[1]


def test_a_backup_whose_practice_is_not_in_it_moves_nothing(path, backup, made):
    with closing(sqlite3.connect(backup)) as file:
        changed = "UPDATE allay_backup SET told = json_set(told, '$.practice_id', 'another')"
        file.execute(changed)
        file.commit()
    with pytest.raises(FileProblem, match=r"kept\.allay is damaged: its practice is not in it"):
        restore(backup, url_of(path), replace=True)
    assert hashes_at(path) == made[1]
    assert work_files(path.parent) == []


def test_damage_that_a_query_meets_names_the_file(path):
    with closing(open_practice(url_of(path))) as scope:
        damage.every_page_flipped(path)
        with pytest.raises(RecordsDamaged, match=r"practice\.sqlite are damaged .*restore"):
            compute_row_hashes(scope)


def test_text_that_cannot_be_decoded_is_damage_and_stays_unsaid(path):
    with closing(sqlite3.connect(path)) as file:
        file.execute("UPDATE family SET name = CAST(x'52697665FF' AS TEXT)")
        file.commit()
    with closing(open_practice(url_of(path))) as scope:
        with pytest.raises(RecordsDamaged, match="cannot be decoded") as refused:
            compute_row_hashes(scope)
        assert "Rive" not in str(refused.value)


def test_a_backup_of_damaged_records_names_the_records(path, tmp_path):
    with closing(open_practice(url_of(path))) as scope:
        damage.every_page_flipped(path)
        with pytest.raises(RecordsDamaged, match=r"practice\.sqlite are damaged"):
            back_up(scope, tmp_path / "other.allay")
    assert not (tmp_path / "other.allay").exists()


def test_an_exchange_that_fails_leaves_all_as_it_was(path):
    with closing(sqlite3.connect(path)) as file:
        file.execute("UPDATE practice SET name = 'in the log'")
        file.commit()
        before = held(path.parent)
        assert any(entry.name.endswith("-wal") for entry in before)
        with pytest.raises(OSError, match="nowhere"):
            replacement.exchange(path.with_name("nowhere"), path)
        assert held(path.parent) == before


def test_the_log_of_the_old_file_goes_with_it_and_never_stays_beside_the_new(path):
    new = path.with_name("new")
    shutil.copy(path, new)
    log = path.with_name(f"{path.name}-wal")
    with closing(sqlite3.connect(path)) as file:
        file.execute("UPDATE practice SET name = 'in the log'")
        file.commit()
        logged = log.read_bytes()
        aside = replacement.exchange(new, path)
        assert not log.exists()
        assert aside.with_name(f"{aside.name}-wal").read_bytes() == logged
    for kept, name in ((aside, "in the log"), (path, "My practice")):
        with closing(open_practice(url_of(kept))) as scope:
            assert read_practice_name(scope) == name


def test_two_restores_at_once_do_not_mix(path, backup):
    with replacement.open_workbench(path), pytest.raises(Conflict, match="being restored in"):
        restore(backup, url_of(path), replace=True)


def test_what_somebody_is_building_is_not_swept_away(path):
    with replacement.open_workbench(path) as bench:
        bench.new.write_text("half of it", encoding="utf-8")
        open_practice(url_of(path)).close()
        assert bench.new.exists()
    assert work_files(path.parent) == []


def test_a_new_database_never_stands_there_without_a_page(tmp_path, monkeypatch):
    """Whoever is ended while making one leaves no file that the next would call damaged."""
    from allay_metrics.records import files

    sizes = []
    real = files.os.link
    monkeypatch.setattr(
        files.os, "link", lambda old, new: (sizes.append(Path(old).stat().st_size), real(old, new))
    )
    open_practice(url_of(tmp_path / "new.sqlite")).close()
    assert len(sizes) == 1
    assert sizes[0] > 0
    assert find_damage(tmp_path / "new.sqlite", thorough=True) is None


# Ends itself at the Nth call that changes files or rows, as a cut of power would: no cleaning up.
_KILLED = """
import os, signal, sys
from allay_metrics.cli import main
left = int(sys.argv[1])
STEPS = {"os.link", "os.rename", "os.remove", "os.chmod", "shutil.copyfile", "sqlite3.connect",
    "fcntl.flock", "os.mkdir"}
def watch(event, args):
    global left
    here = event in STEPS or (event == "open" and args[2] and args[2] & (os.O_WRONLY | os.O_RDWR))
    if not here:
        return
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
sys.exit(main(sys.argv[2:]))
"""


def killed_at(step, backup, path):
    """Restore in a process that is killed at its Nth step; return whether it got that far."""
    words = ["restore", str(backup), "--replace", "--database", url_of(path)]
    command = [sys.executable, "-c", _KILLED, str(step), *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode < 0


def test_killed_at_any_step_the_old_file_or_the_new_one_stands_there(path, backup, made):
    damage.truncated(path)
    old, step, ended = path.read_bytes(), 0, {"old": 0, "new": 0}
    killed = True
    while killed:
        step += 1
        killed = killed_at(step, backup, path)
        assert path.exists(), step
        ended["old" if path.read_bytes() == old else "new"] += 1
        if path.read_bytes() == old:
            with pytest.raises(RecordsDamaged):  # and the next who asks sweeps up
                open_practice(url_of(path))
        else:
            assert hashes_at(path) == made[1]
        assert work_files(path.parent) == [], step
        for file in path.parent.iterdir():
            file.unlink()
        path.write_bytes(old)
    assert ended["old"] > 5
    assert ended["new"] > 1


@pytest.mark.postgres
def test_a_server_that_lacks_a_table_is_named_with_the_way_on(request, backup, tmp_path):
    cluster = request.getfixturevalue("postgres_cluster")
    url = cluster.create(f"half_{tmp_path.name[:40]}".lower())
    from sqlalchemy import create_engine

    engine = create_engine(url)
    with engine.begin() as conn:
        conn.execute(text("DROP TABLE week_note"))
    for act in (lambda: open_practice(url), lambda: restore(backup, url, replace=True)):
        with pytest.raises(RecordsDamaged, match=r"no table week_note.*`restore FILE --database"):
            act()
    with engine.begin() as conn:
        conn.execute(text("DELETE FROM alembic_version"))
    with pytest.raises(RecordsDamaged, match="which schema they have"):
        restore(backup, url)
    with engine.begin() as conn:
        conn.execute(text("DROP SCHEMA public CASCADE"))
    for act in (lambda: open_practice(url), lambda: restore(backup, url)):
        with pytest.raises(RecordsDamaged, match="there is no schema public"):
            act()
    with engine.begin() as conn:
        conn.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    assert restore(backup, url).aside is None
    with pytest.raises(Conflict, match="a server's is never replaced"):
        restore(backup, url, replace=True)
    assert work_files(config.data_dir()) == []
    cluster.drop(f"half_{tmp_path.name[:40]}".lower())


def test_a_server_that_is_not_there_leaves_nothing_behind(backup):
    with pytest.raises(Unreachable, match="nothing was saved"):
        restore(backup, "postgresql://ana:geheim@127.0.0.1:1/allay")
    assert work_files(config.data_dir()) == []
