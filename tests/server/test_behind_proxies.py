"""Every limit behind real proxies: it meets whoever asks too often, and nobody else there."""

import shutil
import sys
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from secrets import token_urlsafe

import pytest
from starlette.applications import Starlette

from allay_metrics.actions.devices import remember_device
from allay_metrics.actions.sessions import open_session, read_session
from allay_metrics.actions.users import invite
from allay_metrics.records import open_practice
from allay_metrics.server import auth_context, auth_middleware, form_routes, login_throttle
from allay_metrics.server.app import build_middleware as gate_of
from allay_metrics.server.app import build_routes
from allay_metrics.server.auth_middleware import LARGEST_UPLOAD, _announced_length
from allay_metrics.server.site import Site, parse_networks
from tests.support.asked import asked
from tests.support.exports import Desk
from tests.support.gated import Answer, people_of
from tests.support.oidc_server import CLIENT, vouching
from tests.support.oidc_server import SECRET as OIDC_SECRET
from tests.support.people import ANA, MAYA, SECRET
from tests.support.proxied import caddy, fetch, find_program, nginx, proxy, served

pytestmark = [
    pytest.mark.skipif(
        sys.platform != "linux", reason="asks from several addresses of 127.0.0.0/8: Linux has them"
    ),
    pytest.mark.usefixtures("practice"),
]
HOST = "care.example.test"
GUESSER, OTHER, THIRD = "127.0.0.11", "127.0.0.12", "127.0.0.13"
OUTER = "127.0.0.2"
SITE = Site("127.0.0.1", 8501, f"https://{HOST}", parse_networks(["127.0.0.1", OUTER]))
FEW = 2  # of what takes a while to check
PIN = "583927"


@dataclass(frozen=True)
class Practice:
    """What is on file: an open link, and who may come in by what."""

    link: str
    device: str
    sessions: tuple[str, str]
    invitation: str


@dataclass(frozen=True)
class Line:
    """A way to the server, through whatever stands in front of it."""

    url: str

    def ask(self, path: str, method: str = "GET", *, client: str, **told) -> Answer:
        return fetch(self.url, path, method, client=client, host=HOST, **told)

    def guess(self, client: str, **told) -> int:
        """Try a link that never was; return the status of the answer."""
        return self.ask(f"/c/{token_urlsafe(32)}", client=client, **told).status

    def wrong(self, client: str, email: str = "nobody@example.test", **told) -> int:
        fields = {"email": email, "password": "wrong", "code": "000000"}
        return self.ask("/login", "POST", client=client, fields=fields, **told).status


@pytest.fixture(scope="module")
def practice(tmp_path_factory, sqlite_template):
    """A practice with people and a check-in that is asked; the server serves it."""
    folder = tmp_path_factory.mktemp("proxied")
    url = f"sqlite:///{shutil.copy(sqlite_template, folder / 'records.sqlite')}"
    with pytest.MonkeyPatch.context() as patch, vouching() as provider:
        patch.setenv("ALLAY_SECRET", SECRET)
        patch.setenv("ALLAY_DATABASE_URL", url)
        patch.setenv("ALLAY_OIDC_ISSUER", provider.url)
        patch.setenv("ALLAY_OIDC_CLIENT_ID", CLIENT)
        patch.setenv("ALLAY_OIDC_CLIENT_SECRET", OIDC_SECRET)
        scope = open_practice(url, name="Test practice")
        link = asked(Desk(scope, folder))
        door, ana, _ = people_of(scope)
        with door.write_accounts() as conn:
            told = {"way": "password", "label": "x"}
            first, second, third = (
                open_session(conn, door.practice_id, ana.id, **told) for _ in range(3)
            )
        device = remember_device(door, read_session(door, third), PIN, label="Phone")
        bea = invite(scope, "bea@example.test", "Bea Moss", "owner", None)
        yield Practice(link, device, (first, second), bea.url_path)
        scope.close()


@pytest.fixture
def app(monkeypatch) -> Callable[[Site], Starlette]:
    """Make what is served anew, with limits that are soon reached."""
    for module, name in (
        (form_routes, "MISSES"),
        (auth_middleware, "REFUSALS"),
        (auth_context, "_PER_ADDRESS"),
    ):
        monkeypatch.setattr(module, name, FEW)
    monkeypatch.setattr(login_throttle, "FREE", FEW)
    return lambda site: Starlette(routes=build_routes(site), middleware=[gate_of(site, b"", bool)])


@contextmanager
def _chain(upstream, _folder):
    with proxy(upstream) as inner, proxy(inner, address=OUTER) as outer:
        yield outer


@contextmanager
def _one(upstream, _folder):
    with proxy(upstream) as url:
        yield url


@contextmanager
def _a_line_each(upstream, _folder):
    with (
        proxy(upstream, adds="a line") as inner,
        proxy(inner, address=OUTER, adds="a line") as outer,
    ):
        yield outer


FRONTS = {
    "one proxy": _one,
    "a chain": _chain,
    "a line each": _a_line_each,
    "caddy": caddy,
    "nginx": nginx,
}


@pytest.fixture(params=FRONTS)
def front(request, app, tmp_path):
    """The server behind each kind of proxy in turn."""
    if request.param in ("caddy", "nginx") and find_program(request.param) is None:
        pytest.skip(f"needs {request.param}: on Debian, apt install {request.param}")
    with served(app(SITE)) as inside, FRONTS[request.param](inside, tmp_path) as url:
        yield Line(url)


@pytest.fixture
def line(app):
    """The server behind a chain of two proxies."""
    with served(app(SITE)) as inside, _chain(inside, None) as url:
        yield Line(url)


def test_wrong_links_slow_down_whoever_tries_them_and_nobody_beside(front, practice):
    found = [front.guess(GUESSER) for _ in range(FEW + 2)]
    assert found == [404] * FEW + [429] * 2
    assert front.guess(OTHER) == 404
    for client in (OTHER, GUESSER):
        assert front.ask(f"/c/{practice.link}", client=client).status == 200


def test_an_address_that_a_client_invents_is_not_counted(front):
    for n in range(FEW):
        assert front.guess(GUESSER, headers={"X-Forwarded-For": f"198.51.100.{n}"}) == 404
    told = {"X-Forwarded-For": "127.0.0.1, 198.51.100.99, [::1]:5, nonsense"}
    assert front.guess(GUESSER, headers=told) == 429
    assert front.guess(OTHER, headers={"X-Forwarded-For": GUESSER}) == 404


def test_a_household_has_one_ipv6_network_and_ipv4_is_ipv4_however_it_is_written(app):
    names = {
        GUESSER: "2001:db8:1:2::7", OTHER: "2001:db8:1:2:ffff::9", THIRD: "2001:db8:1:3::7",
        "127.0.0.21": "198.51.100.7", "127.0.0.22": "::ffff:198.51.100.7",
        "127.0.0.23": "::ffff:198.51.100.8",
    }  # fmt: skip
    with served(app(SITE)) as inside, proxy(inside, names=names) as url:
        line = Line(url)
        for guesser, same, another in (
            (GUESSER, OTHER, THIRD),
            ("127.0.0.21", "127.0.0.22", "127.0.0.23"),
        ):
            assert [line.guess(guesser) for _ in range(FEW)] == [404] * FEW
            assert line.guess(same) == 429
            assert line.guess(another) == 404


def test_whoever_walks_around_the_proxy_is_counted_as_what_the_socket_says(app):
    """A server known by plain http, asked directly by a peer that is no proxy of ours."""
    site = Site("127.0.0.1", 8501, f"http://{HOST}", parse_networks([OUTER]))
    with served(app(site)) as url:
        line = Line(url)
        for n in range(FEW):
            assert line.guess(GUESSER, headers={"X-Forwarded-For": f"198.51.100.{n}"}) == 404
        assert line.guess(GUESSER, headers={"X-Forwarded-For": OTHER}) == 429
        assert line.guess(OTHER) == 404


def test_past_the_proxy_of_a_tls_site_nobody_is_answered_at_all(app, practice):
    with served(app(SITE)) as inside:
        told = {"X-Forwarded-For": OTHER, "X-Forwarded-Proto": "https"}
        around = Line(inside).ask(f"/c/{practice.link}", client=GUESSER, headers=told)
    assert around.status == 403


def test_what_is_refused_to_strangers_at_the_gate_is_counted_for_each(line):
    found = [line.ask("/cities", client=GUESSER).status for _ in range(FEW + 1)]
    assert found == [303] * FEW + [429]
    assert line.ask("/cities", client=OTHER).status == 303


def test_tries_to_sign_in_are_counted_for_each_address(line):
    found = [line.wrong(GUESSER, f"{n}@example.test") for n in range(FEW + 1)]
    assert found == [403] * FEW + [429]
    assert line.wrong(OTHER, MAYA) == 403


def test_an_account_waits_where_it_was_tried_in_vain_and_nowhere_else(line, monkeypatch):
    monkeypatch.setattr(login_throttle, "FREE", 1)
    assert [line.wrong(GUESSER, ANA) for _ in range(2)] == [403, 429]
    assert line.wrong(OTHER, ANA) == 403
    assert line.wrong(OTHER, MAYA) == 403


def test_a_remembered_device_is_not_refused_for_guesses_beside_it(line, practice):
    for n in range(FEW + 1):
        line.wrong(GUESSER, f"{n}@example.test")
    cookie = f"__Host-device={practice.device}"
    fields = {"pin": PIN, "next": "/"}
    for client in (GUESSER, OTHER):
        told = line.ask("/login/pin", "POST", client=client, cookie=cookie, fields=fields)
        assert told.status == 303
        assert "__Host-sid=" in told.headers["set-cookie"]


def test_wrong_pins_wait_where_they_were_entered(line, practice, monkeypatch):
    """The device itself ends with the fifth; here a wait is reached before."""
    monkeypatch.setattr(login_throttle, "FREE", 1)

    def enter(pin, client):
        fields = {"pin": pin, "next": "/"}
        cookie = f"__Host-device={practice.device}"
        return line.ask("/login/pin", "POST", client=client, cookie=cookie, fields=fields).status

    assert [enter("111222", GUESSER), enter(PIN, GUESSER)] == [403, 429]
    assert enter(PIN, OTHER) == 303


def test_an_invitation_waits_where_it_was_tried_in_vain_and_nowhere_else(line, practice):
    for n in range(FEW + 1):
        line.wrong(GUESSER, f"{n}@example.test")

    def try_it(client):
        fields = {"password": "seven quiet herons", "again": "seven quiet herons", "code": "1"}
        return line.ask(practice.invitation, "POST", client=client, fields=fields).status

    assert [try_it(GUESSER) for _ in range(FEW + 1)] == [422] * FEW + [429]
    assert try_it(OTHER) == 422


def test_ones_own_account_waits_in_the_session_that_tried_in_vain(line, practice):
    def renew(session, client):
        fields = {"password": "wrong", "code": "000000"}
        cookie = f"__Host-sid={session}"
        path = "/account/codes"
        return line.ask(path, "POST", client=client, cookie=cookie, fields=fields).status

    first, second = practice.sessions
    assert [renew(first, GUESSER) for _ in range(FEW + 1)] == [422] * FEW + [429]
    assert renew(first, OTHER) == 422
    assert renew(second, GUESSER) == 422


@pytest.mark.parametrize(("path", "status"), [("/login/oidc", 303), ("/login/oidc/back", 403)])
def test_the_way_by_an_account_elsewhere_is_counted_for_each_address(line, path, status):
    found = [line.ask(path, client=GUESSER).status for _ in range(FEW + 1)]
    assert found == [status] * FEW + [429]
    assert line.ask(path, client=OTHER).status == status


def test_wrong_sign_ins_without_an_address_close_no_other_way_in(line, monkeypatch):
    monkeypatch.setattr(login_throttle, "FREE_ANYWHERE", 1)
    line.wrong(GUESSER, "")
    assert line.ask("/login/oidc", client=OTHER).status == 303


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/login", {f"f{n}": "x" for n in range(30)}),
        ("/login", {"email": "a\0b@example.test", "password": "\0", "code": "²" * 6}),
        ("/login", {"email": "x" * 60_000, "password": "9" * 1_000, "code": "9" * 1_000}),
    ],
    ids=["fields", "letters", "length"],
)
def test_a_door_takes_whatever_is_sent_to_it(line, path, fields):
    assert line.ask(path, "POST", client=OTHER, fields=fields).status == 403


def test_a_length_that_is_announced_is_read_without_harm():
    for told in ("9" * 5_000, "1000000000"):
        assert _announced_length({"headers": [(b"content-length", told.encode())]}) > LARGEST_UPLOAD
    for told in ("", "²", "٣", "-1", "nan"):
        assert _announced_length({"headers": [(b"content-length", told.encode("utf-8"))]}) == 0
    assert _announced_length({"headers": [(b"content-length", b"70000")]}) == 70_000
