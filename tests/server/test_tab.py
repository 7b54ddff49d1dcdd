"""An open tab while its look-up fails: nobody is thrown out at once, and nobody stays."""

import asyncio
from dataclasses import replace

import pytest
from anyio.lowlevel import checkpoint
from streamlit.proto.BackMsg_pb2 import BackMsg

from allay_metrics.actions.sessions import ABSOLUTE, IDLE, Session
from allay_metrics.errors import ConfigProblem, Conflict, Unreachable
from allay_metrics.records.column_types import now
from allay_metrics.server import web_socket_guard as tabs
from allay_metrics.server.access_rules import STREAM, Rules
from allay_metrics.server.admission import Admission, Admissions
from allay_metrics.server.identity import Identity
from allay_metrics.server.site import Site
from allay_metrics.server.web_socket_guard import WebSocketGuard
from allay_metrics.ui.launch import is_click
from tests.support.apart import run_apart

SITE = Site("127.0.0.1", 8501)
SCOPE = {
    "type": "websocket",
    "scheme": "ws",
    "path": STREAM,
    "client": ("127.0.0.1", 1),
    "headers": [(b"host", b"127.0.0.1:8501"), (b"origin", b"http://127.0.0.1:8501")],
}
ANA = Identity("person", "s", "p1", "Ana Reyes")


class Answers:
    """Stands for the look-ups: the answers it is given one by one, the last of them for ever."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    async def find_admission(self, _scope, _asked, *, clicks=True):
        self.asked.append(clicks)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def here(seconds=IDLE):
    """Ana, whose session lasts so many seconds without a click."""
    return Admission("people", ANA, now() + seconds)


def run(answers, clicks=(), is_click=lambda _: True, looks=0):
    """Open a tab, send its messages, and let the watch look; return whether it was cut."""
    sent = []

    async def serve():
        told = iter(clicks)
        rules = Rules(SITE, lambda: None, (), b"farewell", is_click)
        tab = WebSocketGuard(rules, answers, dict(SCOPE), SITE.read(SCOPE))

        async def receive():
            for message in told:
                return {"type": "websocket.receive", "bytes": message}
            while len(answers.asked) < 1 + len(clicks) + looks and not sent:
                await checkpoint()  # lets the watch look
            return {"type": "websocket.disconnect"}

        async def app(_scope, receive, _send):
            while (await receive())["type"] != "websocket.disconnect":
                pass

        async def send(message):
            sent.append(message)

        async with asyncio.timeout(20):
            await tab.run(app, receive, send)

    run_apart(serve())
    return {"type": "websocket.send", "bytes": b"farewell"} in sent


FAILURES = [
    Unreachable("postgresql://localhost"),
    Conflict("Another import is still being taken in."),
    RuntimeError("whatever it is"),
]


@pytest.fixture(autouse=True)
def _restless(monkeypatch):
    monkeypatch.setattr(tabs, "WATCH", 0)


@pytest.mark.parametrize("failure", FAILURES, ids=lambda error: type(error).__name__)
def test_a_short_outage_throws_nobody_out(failure):
    assert not run(Answers(here(), failure, failure, here()), clicks=[b"a", b"b", b"c"])


@pytest.mark.parametrize("failure", FAILURES, ids=lambda error: type(error).__name__)
def test_nobody_stays_by_an_outage_longer_than_her_session_would_have_lasted(failure):
    assert run(Answers(here(0), failure), clicks=[b"a"])


@pytest.mark.parametrize("failure", FAILURES, ids=lambda error: type(error).__name__)
def test_the_watch_goes_on_after_a_failure_and_still_cuts(failure):
    answers = Answers(here(), failure, failure, Admission("people", None))
    assert run(answers, looks=4)
    assert answers.asked[1:] == [False] * 3


def test_a_server_that_is_set_up_wrongly_lets_nobody_stay():
    assert run(Answers(here(), ConfigProblem("ALLAY_SECRET is not set.")), clicks=[b"a"])


def test_what_a_page_sends_by_itself_is_no_click():
    answers = Answers(here())
    run(answers, clicks=[b"auto", b"person"], is_click=lambda message: message != b"auto")
    assert answers.asked[:3] == [True, False, True]


def test_a_page_that_runs_anew_by_itself_is_told_from_a_person():
    message = BackMsg()
    message.rerun_script.query_string = "week=2026-11-16"
    assert is_click(message.SerializeToString())
    message.rerun_script.is_auto_rerun = True
    assert not is_click(message.SerializeToString())
    for other in (b"", b"\xff no message at all"):
        assert is_click(other)


def test_an_answer_holds_as_long_as_the_session_would_without_a_click(sqlite_scope, monkeypatch):
    """Idle from the last click on, not from the last look; and never beyond twelve hours."""
    seen, created = now() - 60, now() - ABSOLUTE + 100
    old = Session("r" * 64, "p1", "Ana", "a@b", "owner", None, "password", seen, seen)
    monkeypatch.setattr("allay_metrics.server.admission.read_session", lambda *_: old)
    monkeypatch.setattr("allay_metrics.server.admission.has_people", lambda _: True)
    admissions = Admissions(lambda: sqlite_scope)
    moment = now()
    assert admissions.find_admission("t", at_keyboard=False, clicks=False).until == seen + IDLE
    assert moment + IDLE <= admissions.find_admission("t", at_keyboard=False).until <= now() + IDLE
    aged = replace(old, created_at=created)
    monkeypatch.setattr("allay_metrics.server.admission.read_session", lambda *_: aged)
    assert admissions.find_admission("t", at_keyboard=False).until == created + ABSOLUTE
