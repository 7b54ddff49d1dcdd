"""demo and serve, up to the moment the server takes over."""

import os
import socket
import sys

import pytest

from allay_metrics import config
from allay_metrics.demo.practice_choice import open_own_practice
from allay_metrics.records import open_practice
from tests.support.ports import free_port
from tests.support.practices import START, Invented, booked, put_on_file


@pytest.fixture
def started(monkeypatch):
    """What the process would have become."""
    told = {}
    monkeypatch.setattr(os, "execv", lambda _path, program: told.update(program=program))

    def putenv(name, value):  # pytest itself calls it too, with bytes
        if isinstance(name, str):
            told[name] = value

    monkeypatch.setattr(os, "putenv", putenv)
    monkeypatch.setattr(os, "chdir", lambda path: told.update(folder=path))
    return told


@pytest.fixture
def demo():
    url = config.sqlite_url(config.demo_database_path())
    open_practice(url, name="Demo", is_demo=True).close()


@pytest.fixture
def port():
    return free_port()


@pytest.mark.usefixtures("demo")
def test_serve_becomes_the_server_on_loopback(run, started, port):
    ran = run("serve", "--port", port)
    assert ran.out == f"The dashboard is at http://localhost:{port}\n"
    assert started["program"][:3] == (sys.executable, "-m", "allay_metrics.ui.launch")
    assert started["program"][3:] == ("--server.address", "127.0.0.1", "--server.port", str(port))
    assert started["folder"] == config.ROOT
    assert started["ALLAY_DATABASE_URL"] == config.own_database_url()


@pytest.mark.usefixtures("demo")
def test_beyond_this_computer_the_demo_is_all_there_is(run, started, port):
    run("serve", "--host", "0.0.0.0", "--port", port)  # noqa: S104  what is tested
    assert started["ALLAY_DATABASE_URL"] == config.sqlite_url(config.demo_database_path())


def test_families_are_not_served_beyond_this_computer(run, started, port):
    put_on_file(Invented([booked("A", START)]), open_own_practice())
    ran = run("serve", "--host", "0.0.0.0", "--port", port)  # noqa: S104  what is tested
    assert ran.code == 2
    assert "served on this computer only, not on 0.0.0.0" in ran.err
    assert started == {}


@pytest.mark.usefixtures("demo")
def test_a_taken_port_is_one_sentence(run, started):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        ran = run("serve", "--port", number)
    assert (ran.code, started) == (2, {})
    assert ran.err == f"127.0.0.1 has no free port {number}: choose another one with --port.\n"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.9.9.9"])
def test_loopback(host):
    assert config.is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.org", ""])  # noqa: S104
def test_not_loopback(host):
    assert not config.is_loopback(host)


def test_demo_says_what_it_holds(run):
    ran = run("demo", "--visits", "60", "--seed", "3", "--until", "2026-11-16")
    assert ran.code == 0
    assert ran.out.startswith("An invented practice: ")
    assert ran.out.endswith("Nobody in it exists.\n")
    first = run("query", "bookings", "--format", "json").out
    run("demo", "--visits", "60", "--seed", "3", "--until", "2026-11-16")
    assert run("query", "bookings", "--format", "json").out == first
    ran = run("week")
    assert ran.err == "The invented demo practice.\n"
