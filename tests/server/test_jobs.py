"""The scheduler of the serving process: a ticked sign is mailed at once, no fault stops it."""

import logging
from threading import Event

import pytest

from allay_metrics.actions.alerts import AlertResult
from allay_metrics.errors import NotFound
from allay_metrics.server import jobs
from allay_metrics.server.form_routes import FormRoutes
from allay_metrics.server.jobs import Jobs
from allay_metrics.server.site import Site
from tests.support.asked import READER, STAND_IN, asked
from tests.support.exports import Desk
from tests.support.mail_box import Box, mail_server, name_server
from tests.support.parent import Parent

PATIENCE = 30  # seconds: a busy machine is no reason to fail
FEVER = 3


@pytest.fixture
def started(monkeypatch):
    """`started(opened)` starts jobs of which the regular look never comes."""
    monkeypatch.setattr(jobs, "EVERY", 3_600)
    running = []

    def start(opened):
        running.append(Jobs(opened))
        running[-1].start()
        return running[-1]

    yield start
    for task in running:
        task.stop()


def test_a_sign_ticked_in_the_form_is_mailed_before_the_next_look(
    sqlite_scope, tmp_path, monkeypatch, started
):
    box = Box(2)
    with mail_server(box) as port:
        name_server(monkeypatch, port)
        token = asked(Desk(sqlite_scope, tmp_path))
        running = started(lambda: sqlite_scope)
        parent = Parent(
            FormRoutes(lambda: sqlite_scope, Site("127.0.0.1", 8501), running.send_now), token
        )
        parent.press()
        assert box.letters == []
        parent.press(sign=[str(FEVER)])
        assert box.is_full.wait(PATIENCE)
    assert sorted(box.recipients) == [READER, STAND_IN]


def test_a_form_does_not_wait_for_the_mail_server(sqlite_scope, tmp_path, monkeypatch, started):
    box = Box(1)
    box.fault = "hangs after DATA"
    with mail_server(box) as port:
        name_server(monkeypatch, port)
        token = asked(Desk(sqlite_scope, tmp_path))
        monkeypatch.setattr("allay_metrics.actions.mail_server._OVER_TEXT", 1)
        running = started(lambda: sqlite_scope)
        parent = Parent(
            FormRoutes(lambda: sqlite_scope, Site("127.0.0.1", 8501), running.send_now), token
        )
        parent.press()
        assert parent.press(sign=[str(FEVER)]).status == 200
        assert box.is_full.wait(PATIENCE)


@pytest.mark.parametrize("error", [NotFound("There are no records yet."), ValueError("Mirabella")])
def test_a_look_that_goes_wrong_is_followed_by_the_next(started, monkeypatch, caplog, error):
    looked, again = Event(), Event()

    def send(_scope):
        if looked.is_set():
            again.set()
            return AlertResult()
        looked.set()
        raise error

    monkeypatch.setattr(jobs, "send_alerts", send)
    with caplog.at_level(logging.INFO):
        running = started(lambda: None)
        assert looked.wait(PATIENCE)
        running.send_now()
        assert again.wait(PATIENCE)
    assert "Mirabella" not in caplog.text


def test_what_was_not_started_sends_nothing():
    Jobs(lambda: 1 / 0).send_now()
