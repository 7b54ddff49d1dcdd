"""A mistyped path is said and no file made, but by the commands that are meant to make one."""

import click
import pytest

from allay_metrics.cli.main import commands
from tests.support.people import SECRET

# What each command is given beside the path; one without a line here fails the test.
GIVEN = {
    "accounts list": (),
    "accounts reset": ("ana@example.org",),
    "alerts": (),
    "backup": ("kept.allay",),
    "caseload": ("--as", "Maya Lopez"),
    "check": (),
    "move": ("sqlite:///moved.sqlite",),
    "outcomes": (),
    "query": ("bookings",),
    "serve": (),
    "undo": ("nothing",),
    "week": (),
}
MAKES = {"accounts first-owner", "demo", "import", "restore", "sync acuity"}


def leaves(command, name=""):
    """Return the full names of a group's commands."""
    if not isinstance(command, click.Group):
        return {name.strip()}
    return set().union(
        *(leaves(subcommand, f"{name} {key}") for key, subcommand in command.commands.items())
    )


def test_every_command_is_one_that_makes_a_file_or_one_that_makes_none():
    assert leaves(commands) == GIVEN.keys() | MAKES
    assert not GIVEN.keys() & MAKES


@pytest.mark.parametrize("command", sorted(GIVEN))
@pytest.mark.parametrize("folder", ["there", "not there"])
def test_a_path_that_is_not_there_is_said_and_nothing_made(
    run, tmp_path, monkeypatch, command, folder
):
    monkeypatch.setenv("ALLAY_SECRET", SECRET)
    place = tmp_path / "typed"
    if folder == "there":
        place.mkdir()
    monkeypatch.chdir(tmp_path)
    path = place / "practise.sqlite"
    for url in (f"sqlite:///{path}", f"sqlite+pysqlite:///{path}"):
        ran = run(*command.split(), *GIVEN[command], "--database", url)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err == (
            f"There are no records at {path}: check the path, or "
            "create the records with 'import'.\n"
        )
    made = [file for file in place.rglob("*") if folder == "there"]
    assert made == []
    assert place.exists() == (folder == "there")


@pytest.mark.parametrize(
    ("command", "way"), [(("accounts", "list"), ()), (("move", "x.sqlite"), ("--encrypt",))]
)
def test_nor_where_this_computers_own_records_are_none_yet(
    run, tmp_path, monkeypatch, command, way
):
    monkeypatch.setenv("ALLAY_DATABASE_KEY", "k" * 40)
    path = tmp_path / "own.sqlite"
    monkeypatch.setenv("ALLAY_DATABASE_URL", f"sqlite:///{path}")
    ran = run(*command, *way)
    assert ran.code == 2
    assert ran.err.startswith(f"There are no records at {path}: check the path")
    assert not path.exists()
