"""A practice with people who sign in, behind the gate of a real server."""

import http.client
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from sqlalchemy import select, update

from allay_metrics.actions.users import invite
from allay_metrics.demo.load import load_demo
from allay_metrics.records import DOOR, Scope, open_practice
from allay_metrics.records.tables import client, family, practice, therapist
from tests.support.people import MAYA, SECRET, Someone, ana
from tests.support.server import Server, start_server

VISITS = 300  # enough for every page to have something to show


@dataclass(frozen=True)
class Answer:
    """What a server answered: status, headers with small letters, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Gated:
    """A server, the owner's and the door's scope of its records, and two who have joined."""

    server: Server
    scope: Scope
    door: Scope
    ana: Someone
    maya: Someone

    def names(self) -> list[bytes]:
        """Return the names of all families and clients: none of them may be told to a stranger."""
        with self.scope.read() as conn:
            found = [
                *conn.execute(select(family.c.name)).scalars(),
                *conn.execute(select(client.c.name)).scalars(),
            ]
        return [name.encode() for name in found if len(name) > 3]

    def ask(self, path: str, method: str = "GET", **told: object) -> Answer:
        """Return the answer to one request; `token`, `fields` and `headers` may be given."""
        return ask(self.server.url, path, method, **told)


def ask(
    url: str,
    path: str,
    method: str = "GET",
    *,
    token: str = "",
    fields: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Return the answer to one request, redirects not followed."""
    there = urlsplit(url)
    line = http.client.HTTPConnection(there.hostname, there.port, timeout=120)
    sent = {"Origin": url} if method not in ("GET", "HEAD") else {}
    if token:
        sent["Cookie"] = f"sid={token}"
    body = None
    if fields is not None:
        body = urlencode(fields)
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    line.request(method, path, body, {**sent, **(headers or {})})
    got = line.getresponse()
    told = Answer(got.status, {k.lower(): v for k, v in got.getheaders()}, got.read())
    line.close()
    return told


def make_records(folder: Path) -> str:
    """Put an invented practice on file as if it were the practice's own; return its URL."""
    folder.mkdir(parents=True, exist_ok=True)
    scope = load_demo(folder / "practice.sqlite", visits=VISITS)
    with scope.write("take the demo for the practice's own") as conn:
        conn.execute(update(practice).values(is_demo=0))
    scope.close()
    return f"sqlite:///{folder / 'practice.sqlite'}"


def people_of(scope: Scope) -> tuple[Scope, Someone, Someone]:
    """Return the door's scope, the owner and a therapist, both joined. Needs ALLAY_SECRET set."""
    door = replace(scope, viewer=DOOR)
    owner = ana(scope, door)
    with scope.read() as conn:
        asked = select(therapist.c.id).where(therapist.c.name != "unknown").order_by("name")
        whose = conn.execute(asked).scalars().first()
    return door, owner, Someone(door, invite(scope, MAYA, "Maya Lopez", "therapist", whose))


@contextmanager
def gated(folder: Path) -> Iterator[Gated]:
    """Yield a practice with people, served on this computer; ALLAY_SECRET is set meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALLAY_SECRET", SECRET)
        scope = open_practice(make_records(folder))
        door, owner, maya = people_of(scope)
        with start_server(folder, environment={"ALLAY_SECRET": SECRET}) as server:
            yield Gated(server, scope, door, owner, maya)
        scope.close()
