"""Accounts on the command line, and when the server refuses to start."""

import re
from dataclasses import replace

import pytest

from allay_metrics import config
from allay_metrics.actions.users import read_people
from allay_metrics.demo.practice_choice import open_own_practice
from allay_metrics.records import DOOR, open_practice
from allay_metrics.records.tables import import_
from tests.support.people import SECRET, ana
from tests.support.ports import free_port

EVERYWHERE = "0.0.0.0"  # noqa: S104  what is tested
FIRST = ("accounts", "first-owner", "ana@example.test", "Ana Reyes")


@pytest.fixture(autouse=True)
def started(monkeypatch):
    """Remember what would be started instead of becoming it."""
    monkeypatch.setenv("ALLAY_SECRET", SECRET)
    started = []
    monkeypatch.setattr(
        "allay_metrics.cli.serve_commands._exec_streamlit", lambda *to: started.append(to)
    )
    return started


@pytest.fixture
def own():
    """The practice's own records: one import, and nobody who signs in."""
    scope = open_practice(config.own_database_url(), name="Rivera Family Care")
    with scope.write("take a file in") as conn:
        columns = {c.name: _some(c) for c in import_.columns if not c.nullable}
        conn.execute(import_.insert().values({**columns, "practice_id": scope.practice_id}))
    return scope


def _some(column):
    return 0 if "INT" in str(column.type).upper() or column.name.endswith("_at") else "x"


def _serve(run, *more):
    return run("serve", "--port", str(free_port()), *more)


def test_the_first_owner_gets_a_link_that_opens_once(run):
    first = run(*FIRST)
    assert first.code == 0
    assert re.fullmatch(r"http://localhost:8501/join/[\w-]{43}\n", first.out)  # and no name
    assert run("accounts", "list").out == "ana@example.test  Ana Reyes  owner  invited\n"
    again = run(*FIRST)
    assert again.out != first.out
    second = run("accounts", "first-owner", "eve@example.test", "Eve")
    assert (second.code, second.out) == (2, "")
    assert "ana@example.test was listed first" in second.err


def test_a_second_first_owner_is_refused_once_one_has_joined(run, monkeypatch):
    scope = open_own_practice()
    ana(scope, replace(scope, viewer=DOOR))
    for who in (("ana@example.test", "Ana"), ("eve@example.test", "Eve")):
        ran = run("accounts", "first-owner", *who)
        assert (ran.code, ran.out) == (2, "")
        assert "There is an owner already" in ran.err
    assert run("accounts", "reset", "eve@example.test").code == 2
    fresh = run("accounts", "reset", "ANA@example.test")
    assert "/join/" in fresh.out
    monkeypatch.setenv("ALLAY_PUBLIC_URL", "https://care.example.test")
    assert run("accounts", "reset", "ana@example.test").out.startswith("https://care.example.test/")


@pytest.mark.parametrize("secret", ["", "short", "a" * 50, "change-me-change-me-change-me-000"])
def test_without_a_real_secret_nobody_is_listed_and_nothing_is_served(
    run, monkeypatch, own, started, secret
):
    run(*FIRST)
    assert len(read_people(own)) == 1
    monkeypatch.setenv("ALLAY_SECRET", secret)
    ran = _serve(run)
    assert (ran.code, started) == (2, [])
    assert "ALLAY_SECRET" in ran.err
    assert run("accounts", "first-owner", "eve@example.test", "Eve").code == 2


def test_records_without_accounts_are_served_on_this_computer_alone(run, own, started):
    assert not read_people(own)
    refused = _serve(run, "--host", EVERYWHERE)
    assert (refused.code, started) == (2, [])
    assert "accounts first-owner" in refused.err
    assert _serve(run).code == 0
    assert len(started) == 1


def test_people_sign_in_over_tls_behind_a_proxy_that_is_named(run, monkeypatch, own, started):
    run(*FIRST)
    assert read_people(own)
    for told, said in (
        ({}, "ALLAY_PUBLIC_URL"),
        ({"ALLAY_PUBLIC_URL": "http://care.example.test"}, "ALLAY_PUBLIC_URL"),
        ({"ALLAY_PUBLIC_URL": "https://care.example.test"}, "ALLAY_PROXY"),
    ):
        for name, value in told.items():
            monkeypatch.setenv(name, value)
        ran = _serve(run, "--host", EVERYWHERE)
        assert (ran.code, started) == (2, [])
        assert said in ran.err
    monkeypatch.setenv("ALLAY_PROXY", "10.0.0.2, 172.30.0.0/24")
    assert _serve(run, "--host", EVERYWHERE).code == 0
    assert len(started) == 1


def test_the_demo_needs_no_account_anywhere(run, started):
    ran = _serve(run, "--host", EVERYWHERE)
    assert (ran.code, len(started)) == (0, 1)
