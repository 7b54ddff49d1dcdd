"""Real servers one behind the other on this computer, and clients with addresses of their own.

All of 127.0.0.0/8 is this computer on Linux: each client asks from an address of its own, and a
proxy of ours tells the next server that address, as proxies do.
"""

import http.client
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Literal
from urllib.parse import urlencode, urlsplit

import uvicorn
from starlette.types import ASGIApp

from tests.support.gated import Answer
from tests.support.loopback import listening
from tests.support.server import free_port

_OF_ONE_HOP = ("connection", "transfer-encoding", "content-length", "keep-alive")
Adds = Literal["to the line", "a line"]


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Yield the address of an application that uvicorn serves as `serve` has it do."""
    settings = uvicorn.Config(
        app, host="127.0.0.1", port=0, proxy_headers=False, lifespan="off", log_config=None
    )
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def proxy(
    upstream: str,
    *,
    address: str = "127.0.0.1",
    adds: Adds = "to the line",
    names: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """Yield the address of a reverse proxy in front of `upstream`, which it asks from `address`.

    It adds the address of whoever asks to X-Forwarded-For: to the line it was sent, or as a line
    of its own, and says that it was asked over TLS. `names` are addresses it takes others for:
    this computer has no network of IPv6 addresses to ask from.
    """
    known, there = names or {}, urlsplit(upstream)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            peer = self.client_address[0]
            client = known.get(peer, peer)
            told = [(n, v) for n, v in self.headers.items() if n.lower() not in _OF_ONE_HOP]
            before = [v for n, v in told if n.lower() == "x-forwarded-for"]
            if adds == "to the line":
                told = [(n, v) for n, v in told if n.lower() != "x-forwarded-for"]
                client = ", ".join([*before, client])
            told += [("X-Forwarded-For", client), ("X-Forwarded-Proto", "https")]
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = _send(there, address, (self.command, self.path), told, body)
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _OF_ONE_HOP:
                    self.send_header(name, value)
            said = answer.read()
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    with listening(Handler, address) as (_, url):
        yield url


_CADDY = """
{
	admin off
	auto_https off
}
http://:%(port)s {
	bind 127.0.0.1
	reverse_proxy %(upstream)s {
		header_up X-Forwarded-Proto https
	}
}
"""
_NGINX = """
daemon off;
pid %(folder)s/pid;
error_log %(folder)s/error.log;
events {}
http {
    access_log off;
    client_body_temp_path %(folder)s/body;
    proxy_temp_path %(folder)s/proxy;
    fastcgi_temp_path %(folder)s/fastcgi;
    uwsgi_temp_path %(folder)s/uwsgi;
    scgi_temp_path %(folder)s/scgi;
    server {
        listen 127.0.0.1:%(port)s;
        location / {
            proxy_pass http://%(upstream)s;
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-Proto https;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        }
    }
}
"""


def find_program(name: str) -> str | None:
    """Return where a server's program is; Debian keeps some where only root looks."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


@contextmanager
def caddy(upstream: str, folder: Path) -> Iterator[str]:
    """Yield the address of a Caddy in front of `upstream`, TLS said to end before it."""
    with _program(["caddy", "run", "--adapter", "caddyfile", "--config"], _CADDY, upstream,
                  folder) as url:  # fmt: skip
        yield url


@contextmanager
def nginx(upstream: str, folder: Path) -> Iterator[str]:
    """Yield the address of an nginx in front of `upstream`, set up as its manual says."""
    with _program(["nginx", "-p", str(folder), "-c"], _NGINX, upstream, folder) as url:
        yield url


@contextmanager
def _program(command: list[str], setting: str, upstream: str, folder: Path) -> Iterator[str]:
    port, said = free_port(), folder / "said"
    told = {"port": port, "folder": folder, "upstream": upstream.removeprefix("http://")}
    file = folder / "settings"
    file.write_text(setting % told)
    program = find_program(command[0]) or command[0]
    with said.open("wb") as log:
        process = subprocess.Popen(
            [program, *command[1:], str(file)],
            stdout=log,
            stderr=log,
            env={"HOME": str(folder), "XDG_DATA_HOME": str(folder), "PATH": "/usr/bin:/bin"},
        )
        try:
            while not _listens(port):
                assert process.poll() is None, said.read_text()[-2000:]
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def fetch(
    url: str,
    path: str,
    method: str = "GET",
    *,
    client: str,
    host: str,
    cookie: str = "",
    fields: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Return the answer to one request that `client`, an address of ours, sends for `host`."""
    body = urlencode(fields or {}).encode()
    told = {"Host": host, "Origin": f"https://{host}", "Sec-Fetch-Site": "same-origin"}
    told |= {"Content-Type": "application/x-www-form-urlencoded"}
    told |= {"Cookie": cookie} if cookie else {}
    sent = [*told.items(), *(headers or {}).items()]
    got = _send(urlsplit(url), client, (method, path), sent, body)
    return Answer(got.status, {k.lower(): v for k, v in got.getheaders()}, got.read())


def _send(there, source, asked, headers, body):
    line = http.client.HTTPConnection(
        there.hostname, there.port, timeout=60, source_address=(source, 0)
    )
    line.putrequest(*asked, skip_host=True, skip_accept_encoding=True)
    for name, value in headers:
        line.putheader(name, value)
    line.putheader("Content-Length", str(len(body)))
    line.putheader("Connection", "close")
    line.endheaders(body)
    return line.getresponse()
