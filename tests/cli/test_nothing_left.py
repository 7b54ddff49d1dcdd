"""A command that failed, or was a dry run, leaves no records behind that were not there before."""

import pytest

from allay_metrics.cli import serve_commands
from tests.cli.conftest import line
from tests.support.people import SECRET

FAILING = {
    "a file that is not there": ("import", "nofile.csv"),
    "a file that is not there, tried": ("import", "nofile.csv", "--dry-run"),
    "a file of nothing known": ("import", "odd.csv"),
    "a moment that is none": ("import", "odd.csv", "--as-of", "soon"),
    "a profile that is not there": ("import", "odd.csv", "--profile", "none.toml"),
    "an address that is none": ("accounts", "first-owner", "nobody", "Ana"),
    "a backup that is none": ("restore", "odd.csv"),
}


def left(folder):
    return sorted(path.name for path in folder.rglob("*"))


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder in which the commands run, with a file that nobody knows."""
    folder = tmp_path / "place"
    folder.mkdir()
    (folder / "odd.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("ALLAY_SECRET", SECRET)
    monkeypatch.setenv("ALLAY_DATA_DIR", str(folder / "own"))
    return folder


@pytest.mark.parametrize("named", [("--database", "sqlite:///new/deep/x.sqlite"), ()])
@pytest.mark.parametrize("given", FAILING.values(), ids=FAILING.keys())
def test_a_command_that_failed_leaves_nothing_behind(run, place, given, named):
    ran = run(*given, *named)
    assert ran.code == 2
    assert "inside" not in ran.err
    assert left(place) == ["odd.csv"]


def test_a_dry_run_into_new_records_leaves_none(run, place, export):
    given = ("import", export(line(1)), "--database", "sqlite:///new/x.sqlite")
    ran = run(*given, "--dry-run")
    assert (ran.code, "1 added" in ran.out) == (0, True)
    assert left(place) == ["odd.csv"]
    assert run(*given).code == 0
    assert "x.sqlite" in left(place)
    assert run("check", *given[2:]).code == 0


def test_records_that_stood_there_empty_stay(run, place):
    url = "sqlite:///new/x.sqlite"
    assert run("accounts", "first-owner", "ana@example.org", "Ana", "--database", url).code == 0
    assert run("import", "odd.csv", "--database", url).code == 2
    assert "x.sqlite" in left(place)
    assert "ana@example.org" in run("accounts", "list", "--database", url).out


def test_of_several_files_one_that_can_be_read_is_kept(run, place, export):
    url = "sqlite:///new/x.sqlite"
    ran = run("import", "nofile.csv", export(line(1)), "--database", url)
    assert ran.code == 2
    assert "nofile.csv cannot be opened" in ran.err
    assert "1 added" in ran.out
    assert "x.sqlite" in left(place)


@pytest.mark.parametrize("url", ["sqlite+aiosqlite:///{}", "sqlite+nonsense:///{}"])
@pytest.mark.parametrize("command", [("check",), ("import", "odd.csv"), ("alerts",)])
def test_an_url_of_another_driver_is_answered_by_those_that_are_understood(
    run, place, url, command
):
    good = place / "good.sqlite"
    good.touch()
    ran = run(*command, "--database", url.format(good))
    assert ran.code == 2
    assert "sqlite:///FILE or postgresql://HOST/NAME" in ran.err


def test_check_and_serve_name_a_setting_of_mail_that_is_wrong(run, export, monkeypatch, place):
    url = f"sqlite:///{place / 'x.sqlite'}"
    run("import", export(line(1)), "--database", url)
    monkeypatch.setenv("ALLAY_SMTP_URL", "smtp://me:hidden@mail..example.org")
    monkeypatch.setenv("ALLAY_MAIL_FROM", "care@example.org")
    served = []
    monkeypatch.setattr(serve_commands, "_exec_streamlit", lambda *at: served.append(at))
    monkeypatch.setattr(serve_commands, "_check_port_free", lambda *_: None)
    for command, code in (("check", 2), ("serve", 0)):
        ran = run(command, "--database", url)
        assert ran.code == code
        assert "No mail can be sent: ALLAY_SMTP_URL names no server" in ran.err
        assert "hidden" not in ran.err
    assert len(served) == 1, "which is no reason to keep the records from everybody"
