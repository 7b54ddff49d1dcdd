"""Every command on damaged records: one sentence that names them and the way on, exit code 2."""

import shutil
import sqlite3
from contextlib import closing

import click
import pytest

from allay_metrics import config
from allay_metrics.cli.main import commands
from tests.cli.conftest import line
from tests.support import damage
from tests.support.people import SECRET

AS_OF = ("--as-of", "2026-11-16T08:02")
# What a command has to be given; one that is not listed is run alone, or in its one subcommand.
WORDS = {
    "import": ("EXPORT", *AS_OF),
    "query": ("completed",),
    "caseload": ("--as", "maya@example.com"),
    "accounts first-owner": ("ana@example.com", "Ana"),
    "accounts reset": ("ana@example.com",),
    "undo": ("some-import",),
    "serve": ("--port", "1"),
    "sync acuity": ("--from", "2026-11-09", "--to", "2026-11-15"),
    "backup": ("BACKUP",),
    "restore": ("KEPT",),
    "move": ("OTHER",),
}
ROWS = ("visit", "daily", "therapist", "person", "booking", "import_row", "audit", "setting")
# Makes a database of its own anew, whatever stands there.
WITHOUT_RECORDS = ("demo",)


def names(group=commands, before=""):
    """Return every command of the group, those of its groups as `group command`."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from names(command, f"{before}{name} ")
        else:
            yield f"{before}{name}"


COMMANDS = [name for name in names() if name not in WITHOUT_RECORDS]


@pytest.fixture(scope="module")
def made(sqlite_template, tmp_path_factory):
    """Records that hold an import, with the name of a therapist, and a backup of them."""
    from allay_metrics.cli import main
    from tests.cli.conftest import HEAD

    folder = tmp_path_factory.mktemp("made")
    shutil.copy(sqlite_template, folder / "practice.sqlite")
    export = folder / "export.csv"
    text = "\r\n".join([HEAD, line(1), line(2, name="Chen"), ""])
    export.write_text(text, encoding="utf-8", newline="")
    url = f"sqlite:///{folder / 'practice.sqlite'}"
    assert main(["import", str(export), *AS_OF, "--database", url]) == 0
    assert main(["backup", str(folder / "kept.allay"), "--database", url]) == 0
    damage.checkpoint(folder / "practice.sqlite")
    return folder


@pytest.fixture
def own(made, monkeypatch):
    """The file of the practice's own records, where commands look for them."""
    monkeypatch.setenv("ALLAY_SECRET", SECRET)
    monkeypatch.setenv("ALLAY_ACUITY_USER", "1")
    monkeypatch.setenv("ALLAY_ACUITY_KEY", "none")
    monkeypatch.setenv("ALLAY_ACUITY_URL", "http://127.0.0.1:1")
    path = config.data_dir() / "practice.sqlite"
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(made / "practice.sqlite", path)
    return path


@pytest.fixture
def run_named(run, made, tmp_path, monkeypatch):
    """A function that runs a command by its name, with what it has to be given."""
    places = {
        "EXPORT": str(made / "export.csv"),
        "BACKUP": str(tmp_path / "other.allay"),
        "KEPT": str(made / "kept.allay"),
        "OTHER": f"sqlite:///{tmp_path}/other.sqlite",
    }
    # Whether its port is free comes first, and is no matter here.
    monkeypatch.setattr("allay_metrics.cli.serve_commands._check_port_free", lambda *_: None)

    def command(name):
        return run(*name.split(), *(places.get(word, word) for word in WORDS.get(name, ())))

    return command


def assert_said(ran, path):
    """See one sentence on stderr that names the file and `restore`; `check` may go on below it."""
    first = ran.err.splitlines()[0]
    assert ran.code == 2
    assert str(path) in first or "at schema 9999" in first
    assert "`restore FILE --replace`" in first
    assert first.endswith(".")
    for word in ("Traceback", "Something went wrong"):
        assert word not in ran.err


@pytest.mark.parametrize("kind", damage.KINDS)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_what_is_wrong_with_which_records(run_named, own, name, kind):
    kind(own)
    ran = run_named(name)
    assert_said(ran, own)
    assert ran.out == ""
    if name != "check":
        assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize("name", COMMANDS)
def test_damage_met_in_the_middle_of_a_command_is_said_the_same_way(run_named, own, name):
    """Only what holds the records' rows is damaged: the file opens, and its schema is whole."""
    rows = _pages_of_rows(own)
    damage.flip(own, 64, *rows)
    ran = run_named(name)
    if name == "restore":  # there are records to be seen, or it is seen that they are damaged
        assert (ran.code, "`restore FILE --replace`" in ran.err) == (2, True)
        return
    assert_said(ran, own)


def test_the_demo_is_made_anew_over_a_damaged_one(run):
    path = config.demo_database_path()
    path.parent.mkdir(parents=True)
    damage.no_database(path)
    ran = run("week")
    assert ran.code == 2
    assert "`demo` makes the invented practice anew" in ran.err
    assert run("demo", "--visits", "40").code == 0
    assert run("week").code == 0


def test_check_says_what_is_left_and_which_backup_is_the_newest(run, own):
    with closing(sqlite3.connect(own)) as file:
        visits = file.execute("SELECT count(*) FROM visit").fetchone()[0]
        (root,) = file.execute("SELECT rootpage FROM sqlite_master WHERE name = 'audit'").fetchone()
    damage.flip(own, 64, (root - 1) * damage.PAGE)
    ran = run("check")
    assert_said(ran, own)
    assert "The database's own check says: " in ran.err
    assert f"visit ({visits} rows)" in ran.err
    assert "These tables cannot be read in full: audit." in ran.err
    assert "The newest backup known is kept.allay, made " in ran.err


def test_check_finds_a_backup_beside_records_that_tell_of_none(run, own, made):
    shutil.copy(made / "kept.allay", own.parent / "nightly.allay")
    damage.no_database(own)
    ran = run("check")
    assert_said(ran, own)
    assert f"The newest backup known is {own.parent / 'nightly.allay'}, made " in ran.err
    (own.parent / "nightly.allay").unlink()
    assert "No backup of them is recorded, and none is in their folder." in run("check").err


def test_restore_says_where_the_damaged_file_is_kept(run, own, made):
    damage.truncated(own)
    ran = run("restore", made / "kept.allay", "--replace")
    (aside,) = own.parent.glob("practice.before-*.sqlite")
    assert ran.code == 0
    assert "rows restored and read back." in ran.out
    assert f"What stood there before is kept as {aside}." in ran.out
    assert run("check").code == 0


def test_an_error_nobody_foresaw_is_said_as_damage_where_the_records_are(run, own, monkeypatch):
    """A damaged value may reach our own code before the database engine knows."""
    rows = _pages_of_rows(own)
    damage.flip(own, 64, *rows)
    monkeypatch.setattr("allay_metrics.records.engine.recognise_damage", lambda *_: None)
    assert_said(run("query", "completed"), own)


def test_a_day_that_is_none_is_damage_though_the_engine_sees_nothing(run, own):
    with closing(sqlite3.connect(own)) as file:
        file.execute("UPDATE visit SET day = '2026-1?-09'")
        file.commit()
    ran = run("check")
    assert_said(ran, own)
    assert "a day in visit is none" in ran.err


def test_a_reference_that_leads_nowhere_stops_a_backup_with_the_records_named(run, own, tmp_path):
    with closing(sqlite3.connect(own)) as file:
        file.execute("UPDATE visit SET family_id = 'nowhere'")
        file.commit()
    ran = run("backup", tmp_path / "other.allay")
    assert_said(ran, own)
    assert "refers to a row of family" in ran.err
    assert list(tmp_path.glob("other.allay*")) == []


def test_no_command_lacks_its_words():
    assert WORDS.keys() <= set(COMMANDS)


def _pages_of_rows(path):
    """Return where the pages of tables and indexes begin, but for those that opening reads."""
    with closing(sqlite3.connect(path)) as file:
        asked = "SELECT tbl_name, rootpage FROM sqlite_master WHERE rootpage > 0"
        return [(root - 1) * damage.PAGE for name, root in file.execute(asked) if name in ROWS]
