"""Finding, installing or naming what the tests need beside Python."""

import subprocess
import sys

import pytest

from tests.support import browser, postgres, tools
from tests.support.server import ROOT


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that would have been run."""
    commands: list[list[str]] = []
    monkeypatch.setattr(tools, "_run", commands.append)
    return commands


def _nothing_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "_has_browser", lambda: False)
    monkeypatch.setattr(postgres, "find_programs", lambda: None)


@pytest.mark.browser
@pytest.mark.postgres
def test_what_is_there_is_not_installed_again() -> None:
    # A process of its own: Playwright starts once in each, and the browser tests have done so.
    words = [sys.executable, "-m", "tests.support.tools"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_what_cannot_be_had_is_named_in_a_sentence_each(
    asked: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _nothing_is_there(monkeypatch)
    monkeypatch.setattr(tools.os, "geteuid", lambda: 1000)
    assert tools.main() == 1
    said = capsys.readouterr().err.splitlines()
    assert said[:2] == [browser.HOW_TO_GET_IT, postgres.HOW_TO_GET_IT]
    # Without the right to install packages only Playwright's own download is tried.
    assert [command[-2:] for command in asked] == [["install", "chromium"]]


def test_debians_packages_are_installed_where_we_may(
    asked: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    _nothing_is_there(monkeypatch)
    monkeypatch.setattr(tools.os, "geteuid", lambda: 0)
    monkeypatch.setattr(tools.shutil, "which", lambda name: f"/usr/bin/{name}")
    tools.main()
    assert [command[-1] for command in asked if command[0] == "apt-get" and "-y" in command] == [
        "chromium",
        "postgresql",
    ]
