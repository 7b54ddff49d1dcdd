"""A desk where exports come in, on both engines or on SQLite alone; the door people sign in at."""

from dataclasses import replace

import pytest

from allay_metrics.records import DOOR
from tests.support.exports import Desk
from tests.support.mail_box import Box, mail_server, name_server
from tests.support.people import SECRET


@pytest.fixture
def desk(scope, tmp_path):
    """Where exports come in; the test runs once on each engine."""
    return Desk(scope, tmp_path)


@pytest.fixture
def sqlite_desk(sqlite_scope, tmp_path):
    """Where exports come in, for what does not depend on the engine."""
    return Desk(sqlite_scope, tmp_path)


@pytest.fixture
def door(scope, monkeypatch):
    """The gate's own scope of the practice, on a server that has a secret."""
    monkeypatch.setenv("ALLAY_SECRET", SECRET)
    return replace(scope, viewer=DOOR)


@pytest.fixture
def box(monkeypatch):
    """A mail server that is named, and what came to it."""
    taken = Box()
    with mail_server(taken) as port:
        name_server(monkeypatch, port)
        yield taken
