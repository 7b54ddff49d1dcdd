"""Sends one plain e-mail through the practice's mail server; failures become one sentence each.

TLS is required: mail to parents and therapists is not sent unencrypted. Exempt are a mail server on
this computer, and one that the practice trusts by ALLAY_SMTP_PLAIN=1; a password is sent over TLS
only, always.

A conversation that reaches the text ends within LONGEST, however slow the server is: after that
time a caller may take the mail for lost and send it again.

A mail may have gone out only once its text was begun. Whatever went wrong before that, foreseen or
not, the mail was not sent.
"""

import logging
import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, localtime, make_msgid
from threading import Event, Timer
from time import monotonic
from typing import Literal

from allay_metrics import config
from allay_metrics.actions.mail_settings import (
    MailServer,
    Sender,
    find_mail_gap,
    read_sender,
    read_server,
)
from allay_metrics.errors import AllayError, ConfigProblem, Conflict
from allay_metrics.log import format_error

log = logging.getLogger("allay_metrics.mail")

# Seconds: for each step of the conversation; for all steps before the text; and for each reply
# about the text, which a server may scan before it accepts it.
_PATIENCE, _BEFORE_TEXT, _OVER_TEXT = 20.0, 80.0, 95.0
LONGEST = int(_BEFORE_TEXT + 2 * _OVER_TEXT) + 10
_AUTH_REQUIRED = 530  # reply of a server that requires a login
_START_MAIL_INPUT = 354  # reply of a server that waits for the text
_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")

Failure = Literal[
    "unnamed", "settings", "unreachable", "no answer", "no encryption", "certificate", "password",
    "sender", "recipient", "refused", "broken off",
]  # fmt: skip
# The sentence for each kind of failure, with what to do.
SENTENCES: dict[Failure, str] = {
    "unnamed": "No mail server is named: set ALLAY_SMTP_URL, ALLAY_MAIL_FROM and ALLAY_PUBLIC_URL.",
    "settings": (
        "Mail cannot be sent by these settings: ALLAY_SMTP_URL begins with smtp:// or smtps:// and "
        "names a server, one that encrypts where it is told a password."
    ),
    "unreachable": "The mail server cannot be reached: look whether ALLAY_SMTP_URL names it right.",
    "no answer": "The mail server does not answer: look whether it is well.",
    "no encryption": (
        "The mail server does not encrypt, and nothing is sent in the open: name it by smtps://, "
        "or set ALLAY_SMTP_PLAIN=1 where the way to it is safe."
    ),
    "certificate": "The mail server's certificate is not valid: name it as its certificate does.",
    "password": "The mail server refused user name or password: look at ALLAY_SMTP_URL.",
    "sender": "The mail server refused the sender: look at ALLAY_MAIL_FROM.",
    "recipient": "The mail server refused the recipient: look whether the address is right.",
    "refused": "The mail server takes no mail from here now: its own log says why.",
    "broken off": "The mail server broke off before it said whether it took the mail.",
}


class _PlainConnection(smtplib.SMTP):
    """An SMTP connection with a deadline for each reply as a whole."""

    patience = 0.0

    def getreply(self) -> tuple[int, bytes]:
        """Return the next reply. Raises SMTPServerDisconnected when it takes too long.

        The socket's own timeout restarts with every byte received.
        """
        with _close_after(self.patience or _PATIENCE, self):
            return super().getreply()


class _TlsConnection(smtplib.SMTP_SSL):
    """The same connection with TLS from the start."""

    patience = 0.0

    def getreply(self) -> tuple[int, bytes]:
        """Return the next reply, as `_PlainConnection` does."""
        with _close_after(self.patience or _PATIENCE, self):
            return super().getreply()


class MailFailed(Conflict):
    """A mail that was not sent, or may not have been; `kind` is a key of SENTENCES."""

    def __init__(self, kind: Failure) -> None:
        """Take the sentence of the kind; it never contains the mail's content."""
        super().__init__(SENTENCES[kind])
        self.kind = kind

    @property
    def is_uncertain(self) -> bool:
        """Return whether the mail may have gone out."""
        return self.kind == "broken off"


def can_send() -> bool:
    """Return whether links can be mailed: server, sender and public address are set and valid."""
    return find_mail_gap() is None


def send_mail(to: str, subject: str, text: str, *, message_id: str = "") -> None:
    """Send one plain e-mail. Raises ConfigProblem or MailFailed, never with the mail's content.

    A mail sent twice with the same `message_id` is delivered once by many mail servers.
    """
    settings = config.mail()
    if settings is None:
        raise ConfigProblem("Name the mail server and the sender first.")
    server, sender = read_server(settings[0]), read_sender(settings[1])
    if not to.isascii() or not _ADDRESS.fullmatch(to):
        raise MailFailed("recipient")  # no mail server accepts such an address
    latest = monotonic() + _BEFORE_TEXT
    try:
        letter = _build_letter(sender, to, subject, text, message_id)
        with _open_conversation(server) as connection:
            _announce(connection, sender, to, latest)
            _hand_over(connection, letter)
    except AllayError:
        raise
    except Exception as error:  # noqa: BLE001  whatever it was, it is a sentence
        # An unforeseen error before the text; later ones are MailFailed.
        # Its type and place only: a message may contain an address or a password.
        log.error("A mail was not sent: %s", format_error(error))  # noqa: TRY400
        raise MailFailed("unreachable") from None


def _build_letter(sender: Sender, to: str, subject: str, text: str, message_id: str) -> bytes:
    """Return a mail as bytes for DATA, before dot-stuffing."""
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender.shown, to, " ".join(subject.split())
    letter["Date"] = format_datetime(localtime())
    domain = sender.domain
    letter["Message-ID"] = f"<{message_id}@{domain}>" if message_id else make_msgid(domain=domain)
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(text)
    return letter.as_bytes(policy=policy.SMTP)


@contextmanager
def _close_after(seconds: float, connection: smtplib.SMTP) -> Iterator[None]:
    """Close a connection that is still busy after so many seconds.

    Raises SMTPServerDisconnected then: a partial reply is no reply.
    """
    ended = Event()

    def hang_up() -> None:
        ended.set()
        with suppress(OSError):
            if connection.sock is not None:
                connection.sock.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
    if ended.is_set():
        connection.close()
        raise smtplib.SMTPServerDisconnected


@contextmanager
def _open_conversation(server: MailServer) -> Iterator[_PlainConnection | _TlsConnection]:
    """Yield an open connection that is ready for a mail. Raises ConfigProblem or MailFailed."""
    try:
        connection = _connect(server)
    except ssl.SSLError as error:
        invalid = isinstance(error, ssl.SSLCertVerificationError)
        raise MailFailed("certificate" if invalid else "no encryption") from None
    except TimeoutError:
        raise MailFailed("no answer") from None
    except smtplib.SMTPServerDisconnected:  # no reply, or disconnected
        raise MailFailed("no answer") from None
    except smtplib.SMTPResponseException:
        raise MailFailed("refused") from None
    except (OSError, smtplib.SMTPException):
        raise MailFailed("unreachable") from None
    try:
        _log_in(connection, server)
        yield connection
    finally:
        connection.patience = 1  # the result is known: do not wait for QUIT
        with suppress(Exception):  # errors of QUIT do not change the result
            connection.quit()
        connection.close()


def _connect(server: MailServer) -> _PlainConnection | _TlsConnection:
    """Return a connection, encrypted where that is required."""
    if server.is_encrypted:
        context = ssl.create_default_context()
        return _TlsConnection(server.host, server.port, timeout=_PATIENCE, context=context)
    connection = _PlainConnection(server.host, server.port, timeout=_PATIENCE)
    try:
        _encrypt(connection, server)
    except BaseException:
        connection.close()
        raise
    return connection


def _encrypt(connection: smtplib.SMTP, server: MailServer) -> None:
    """Start TLS; raise MailFailed where it is required and not offered."""
    connection.ehlo()
    if connection.has_extn("starttls"):
        connection.starttls(context=ssl.create_default_context())
        connection.ehlo()
    elif server.user:
        raise ConfigProblem("The mail server offers no encryption, so the password was not sent.")
    elif not (config.is_loopback(server.host) or config.is_plain_mail_allowed()):
        raise MailFailed("no encryption")


def _log_in(connection: smtplib.SMTP, server: MailServer) -> None:
    if not server.user:
        return
    try:
        connection.login(server.user, server.password)
    except smtplib.SMTPServerDisconnected:
        raise MailFailed("no answer") from None
    except smtplib.SMTPException:
        raise MailFailed("password") from None
    except OSError:
        raise MailFailed("no answer") from None


def _announce(
    connection: _PlainConnection | _TlsConnection, sender: Sender, recipient: str, latest: float
) -> None:
    """Send the envelope and DATA. Raises MailFailed: the mail was not sent then.

    DATA is not sent after `latest`, a moment of the monotonic clock.
    """
    try:
        code, _ = connection.mail(sender.address)
        if code // 100 != 2:
            raise MailFailed("password" if code == _AUTH_REQUIRED else "sender")
        if connection.rcpt(recipient)[0] // 100 != 2:
            raise MailFailed("recipient")
        if monotonic() > latest or connection.sock is None:
            raise MailFailed("no answer")
        connection.patience = _OVER_TEXT
        connection.sock.settimeout(_OVER_TEXT)
        if connection.docmd("DATA")[0] != _START_MAIL_INPUT:
            raise MailFailed("refused")
    except (OSError, smtplib.SMTPException):
        raise MailFailed("no answer") from None


def _hand_over(connection: _PlainConnection | _TlsConnection, letter: bytes) -> None:
    """Send the text. Raises MailFailed; `broken off` where the server may have accepted it."""
    text = re.sub(rb"(?m)^\.", b"..", letter)  # a line of one dot would end it
    end = b".\r\n" if text.endswith(b"\r\n") else b"\r\n.\r\n"
    try:
        connection.send(text + end)
        code, _ = connection.getreply()
    except Exception:  # noqa: BLE001  whatever it was: nobody knows whether it was taken
        raise MailFailed("broken off") from None
    if code // 100 in (4, 5):
        raise MailFailed("refused")
    if code // 100 != 2:
        raise MailFailed("broken off")
