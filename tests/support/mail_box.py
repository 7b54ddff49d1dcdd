"""A real mail server on this computer that takes every letter, or has one fault of many."""

import asyncio
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from functools import partial
from pathlib import Path
from threading import Event, Thread

from aiosmtpd.controller import Controller

from tests.support.ports import free_port

SENDER = "care@example.org"
PUBLIC = "https://care.example.org"


class Box:
    """Takes every letter; `fault` has it refuse, keep silent or break off instead.

    `while_taking` is called with the recipient while a letter is being handed over.
    `is_full` is set as soon as `expected` letters have come.
    """

    def __init__(self, expected=1):
        self.letters, self.tried = [], []
        self.fault, self.seconds = "", 0.0
        self.port = 0  # where it is, while it is served
        self.while_taking = lambda _to: None
        self.is_full, self._expected = Event(), expected

    async def handle_MAIL(self, _server, _session, envelope, address, _options):  # noqa: N802
        if self.fault == "sender":
            return "550 not you"
        envelope.mail_from = address
        return "250 fine"

    async def handle_RCPT(self, server, _session, envelope, address, _options):  # noqa: N802
        self.tried.append(address)
        if self.fault in ("recipient", f"refuses {address}"):
            return "550 nobody of that name"
        if self.fault == "hangs up":
            server.transport.abort()
        if self.fault == "hangs":
            await asyncio.sleep(60)
        if self.fault == "drops at DATA":
            server.check_auth_needed = partial(_hang_up, server)  # asked next by DATA
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802
        if self.fault == "refuses":
            return "554 not today"
        letter = message_from_bytes(envelope.content, policy=policy.default)
        self.letters.append((envelope.rcpt_tos, letter))
        if len(self.letters) >= self._expected:
            self.is_full.set()
        if self.fault == "drops after DATA":
            server.transport.abort()
        # A thread of its own: what it does may send mail here, too.
        await asyncio.to_thread(self.while_taking, envelope.rcpt_tos[0])
        if self.fault == "refuses late":
            return "554 not today"
        if self.fault == "slow after DATA":
            await asyncio.sleep(self.seconds)
        if self.fault == "hangs after DATA":
            await asyncio.sleep(60)
        return "250 taken"

    @property
    def recipients(self):
        """Return to whom letters went, in order."""
        return [to for tos, _ in self.letters for to in tos]

    @property
    def texts(self):
        """Return everything that was sent, headers and all."""
        return [letter.as_string() for _, letter in self.letters]


async def _hang_up(server, _command):
    server.transport.abort()
    return True


@contextmanager
def mail_server(box, **settings) -> Iterator[int]:
    """Yield the port of a mail server that hands what comes to `box`."""
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), **settings)
    controller.start()
    box.port = controller.port
    try:
        yield controller.port
    finally:
        controller.stop()


@contextmanager
def silent_server() -> Iterator[int]:
    """Yield a port at which somebody listens and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", free_port()))
        listening.listen()
        yield listening.getsockname()[1]


@contextmanager
def dribbling_server(seconds: float) -> Iterator[int]:
    """Yield a port at which somebody begins to greet, one letter after so many seconds each."""
    ended = Event()

    def greet(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection, suppress(OSError):
            while not ended.wait(seconds):
                connection.sendall(b"2")

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", free_port()))
        listening.listen()
        greeting = Thread(target=greet, args=(listening,), daemon=True)
        greeting.start()
        try:
            yield listening.getsockname()[1]
        finally:
            ended.set()
            greeting.join()


def own_certificate(folder: Path) -> ssl.SSLContext:
    """Return the context of a server whose certificate nobody vouches for."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def name_server(monkeypatch, port, scheme="smtp", host="127.0.0.1"):
    """Name a mail server, a sender and a public address in the environment."""
    monkeypatch.setenv("ALLAY_SMTP_URL", f"{scheme}://{host}:{port}")
    monkeypatch.setenv("ALLAY_MAIL_FROM", SENDER)
    monkeypatch.setenv("ALLAY_PUBLIC_URL", PUBLIC)
