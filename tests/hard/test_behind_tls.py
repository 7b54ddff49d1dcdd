"""The dashboard behind the proxy that ships with it: the way a practice's server runs."""

import json
import shutil
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from websockets import InvalidStatus, connect

from allay_metrics.records import open_practice
from tests.support.apart import run_apart
from tests.support.gated import ask, make_records, people_of
from tests.support.people import SECRET
from tests.support.ports import free_port
from tests.support.server import ROOT, start_server
from tests.support.wire import STREAM, run_page

CADDY = shutil.which("caddy")
pytestmark = pytest.mark.skipif(CADDY is None, reason="needs Caddy: on Debian, apt install caddy")
COOKIE = "__Host-sid"


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_told):
        return None


@pytest.fixture(scope="module")
def practice(tmp_path_factory):
    """A practice with people, on this computer, known by an address with TLS in front of it."""
    folder, port = tmp_path_factory.mktemp("tls"), free_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALLAY_SECRET", SECRET)
        scope = open_practice(make_records(folder))
        _, ana, _ = people_of(scope)
        settings = {
            "ALLAY_SECRET": SECRET,
            "ALLAY_PUBLIC_URL": f"https://localhost:{port}",
            "ALLAY_PROXY": "127.0.0.1",
        }
        with (
            start_server(folder, environment=settings) as server,
            _caddy(folder, port, server.url) as authority,
        ):
            yield f"https://localhost:{port}", server.url, ana, authority, folder / "caddy.log"
        scope.close()


@contextmanager
def _caddy(folder: Path, port: int, upstream: str) -> Iterator[Path]:
    """Run Caddy with our Caddyfile and yield the certificate of its own authority."""
    variables = {
        "ALLAY_HOST": f"localhost:{port}",
        "ALLAY_UPSTREAM": upstream.removeprefix("http://"),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "HOME": str(folder),
        "PATH": "/usr/bin:/bin",
    }
    config = folder / "caddy.json"
    config.write_text(json.dumps(_adapted(variables)))
    authority = folder / "data/caddy/pki/authorities/local/root.crt"
    with (folder / "caddy.log").open("wb") as log:
        command = [CADDY, "run", "--config", config]
        process = subprocess.Popen(command, env=variables, stdout=log, stderr=log)
        try:
            _wait_for(lambda: authority.exists() and _answers(port), folder / "caddy.log")
            yield authority
        finally:
            process.terminate()
            process.wait(20)


def _adapted(variables: dict[str, str]) -> dict:
    """Our Caddyfile as Caddy reads it, with what a machine shared with others asks for."""
    command = [CADDY, "adapt", "--adapter", "caddyfile", "--config", ROOT / "deploy" / "Caddyfile"]
    told = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)
    config = json.loads(told.stdout)
    config["admin"] = {"disabled": True}
    config["apps"]["http"]["http_port"] = free_port()
    authorities = {"certificate_authorities": {"local": {"install_trust": False}}}
    config["apps"]["pki"] = authorities
    return config


def _wait_for(is_so: Callable[[], bool], log: Path) -> None:
    for _ in range(300):
        if is_so():
            return
        time.sleep(0.1)
    raise RuntimeError(log.read_text()[-2000:])


def _answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def _get(url, authority, **headers):
    """Status, headers and body over TLS, redirects not followed."""
    trust = ssl.create_default_context(cafile=str(authority))
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=trust), _Stay())
    try:
        with opener.open(urllib.request.Request(url, headers=headers), timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def test_a_stranger_is_sent_to_sign_in_and_told_to_come_over_tls_alone(practice):
    url, _, _, authority, _ = practice
    status, headers, _ = _get(f"{url}/cities", authority)
    assert (status, headers["Location"]) == (303, "/login?next=%2Fcities")
    assert headers["Strict-Transport-Security"].startswith("max-age=")
    assert headers["Content-Security-Policy"]


def test_the_owner_gets_her_page_over_tls_and_its_scripts_small(practice, record_property):
    url, _, ana, authority, _ = practice
    cookie = {"Cookie": f"{COOKIE}={ana.token}", "Accept-Encoding": "zstd, gzip"}
    status, _, _ = _get(f"{url}/", authority, **cookie)
    assert status == 200
    trust = ssl.create_default_context(cafile=str(authority))

    async def week():
        wire = await connect(
            url.replace("https", "wss") + STREAM,
            ssl=trust,
            origin=url,
            subprotocols=["streamlit"],
            additional_headers={"Cookie": f"{COOKIE}={ana.token}"},
            max_size=None,
        )
        ran = await run_page(wire)
        await wire.close()
        return ran

    ran = run_apart(week())
    assert ran.holds("Week of")
    record_property("hardening", f"behind Caddy over TLS the Week runs in {ran.seconds:.2f} s")


def test_the_cookie_of_plain_http_opens_nothing_over_tls(practice):
    url, _, ana, authority, _ = practice
    status, _, _ = _get(f"{url}/cities", authority, Cookie=f"sid={ana.token}")
    assert status == 303


def test_nobody_walks_around_the_proxy(practice):
    """Who reaches the server's own port, and says what the proxy would say, is still refused."""
    _, inside, ana, _, _ = practice
    told = {"Host": "evil.test", "Cookie": f"{COOKIE}={ana.token}", "X-Forwarded-Proto": "https"}
    assert ask(inside, "/", headers=told).status == 403


def test_another_sites_socket_is_refused_behind_the_proxy_too(practice):
    url, _, ana, authority, _ = practice
    trust = ssl.create_default_context(cafile=str(authority))

    async def knock():
        with pytest.raises(InvalidStatus) as refused:
            await connect(
                url.replace("https", "wss") + STREAM,
                ssl=trust,
                origin="https://evil.test",
                subprotocols=["streamlit"],
                additional_headers={"Cookie": f"{COOKIE}={ana.token}"},
            )
        return refused.value.response.status_code

    assert run_apart(knock()) == 403


def test_the_proxys_log_holds_no_link_of_a_check_in_and_no_cookie(practice):
    url, _, ana, authority, log = practice
    token = "A" * 43
    _get(f"{url}/c/{token}", authority, Cookie=f"{COOKIE}={ana.token}")
    time.sleep(1)
    said = log.read_text()
    assert "/c/-" in said, "the request itself is in the log"
    assert token not in said
    assert ana.token not in said
