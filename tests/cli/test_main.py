"""What every command has in common: help, errors, no traceback."""

import subprocess
import sys

import pytest

from allay_metrics.cli import main

PROGRAM = (sys.executable, "-W", "error", "-m", "allay_metrics")
COMMANDS = ("import", "query", "week", "demo", "serve", "undo", "check")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(run, command):
    ran = run(command, "--help")
    assert ran.code == 0
    assert ran.out.startswith("Usage: python -m allay_metrics")


def test_an_unknown_command_is_one_sentence(run):
    ran = run("imprt")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("No such command 'imprt'.")


def test_an_unexpected_error_has_an_id_and_no_traceback(run, monkeypatch):
    from allay_metrics.demo import practice_choice

    def fail(_database):
        raise RuntimeError("Ana Rivera, 1 Oak Street")

    monkeypatch.setattr(practice_choice, "open_recorded_practice", fail)
    ran = run("check")
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 1
    assert "RuntimeError at test_main.py" in ran.err
    assert "Rivera" not in ran.err, "an error's text may hold a family's data"
    assert "Traceback" in run("--debug", "check").err


def test_the_same_fault_has_the_same_id(run, monkeypatch):
    from allay_metrics.demo import practice_choice

    def fail(_database):
        raise RuntimeError

    monkeypatch.setattr(practice_choice, "open_recorded_practice", fail)
    assert run("check").err == run("check").err


def test_it_starts_as_a_program(tmp_path):
    ran = subprocess.run(
        [*PROGRAM, "--database", f"sqlite:///{tmp_path}/a.db", "query", "bookings"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"There are no records at {tmp_path}/a.db: check the path")
    assert not (tmp_path / "a.db").exists()


def test_a_reader_that_had_enough_is_no_error():
    with subprocess.Popen(
        [*PROGRAM, "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as ran:
        ran.stdout.close()
        assert ran.stderr.read() == ""


def test_help_needs_neither_pandas_nor_a_database():
    heavy = "sys.exit('pandas' in sys.modules or 'sqlalchemy' in sys.modules)"
    code = f"import sys; from allay_metrics.cli import main; main(['--help']); {heavy}"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, timeout=300, check=False
    )
    assert ran.returncode == 0


def test_stopped_by_the_keyboard(monkeypatch, capsys):
    from allay_metrics.demo import practice_choice

    def stop(_database):
        raise KeyboardInterrupt

    monkeypatch.setattr(practice_choice, "open_recorded_practice", stop)
    assert main(["check"]) == 130
    assert capsys.readouterr().err.strip() == "Stopped."
