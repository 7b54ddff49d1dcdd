"""Hands one plain e-mail to the practice's mail server, and says in a sentence why it could not.

TLS is required: what is written to parents and therapists does not travel in the open. Exempt are
a mail server on this computer, and one the practice vouches for by ALLAY_SMTP_PLAIN=1; a password
is told over TLS alone, wherever.

A conversation ends within LONGEST, however slowly the server speaks: who counts on that may take a
mail for lost afterwards and send it again.
"""

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
from urllib.parse import SplitResult, unquote, urlsplit

from allay_metrics import config
from allay_metrics.errors import ConfigProblem, Conflict

# Seconds. For each step of the conversation; for the steps before the text together; and for each
# answer about the text, which a server may look through before it takes it.
_PATIENCE, _BEFORE_TEXT, _OVER_TEXT = 20.0, 80.0, 95.0
LONGEST = 280
_WHO_ARE_YOU = 530  # the answer of a server that takes mail of those alone who log in
_PORTS = {"smtp": 587, "smtps": 465}

Failure = Literal[
    "unnamed", "settings", "unreachable", "no answer", "no encryption", "certificate", "password",
    "sender", "recipient", "refused", "broken off",
]  # fmt: skip
# What each kind of failure is called to a person, with the way on.
SENTENCES: dict[Failure, str] = {
    "unnamed": "No mail server is named: set ALLAY_SMTP_URL, ALLAY_MAIL_FROM and ALLAY_PUBLIC_URL.",
    "settings": (
        "ALLAY_SMTP_URL begins with smtp:// or smtps:// and names a server, one that encrypts "
        "where it is told a password."
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


class _Plain(smtplib.SMTP):
    """A conversation in which each answer has come after so many seconds, or never comes."""

    patience = 0.0

    def getreply(self) -> tuple[int, bytes]:
        """Return the next answer. Raises SMTPServerDisconnected where it took too long.

        The socket's own timeout begins anew with every byte a server sends.
        """
        with _hung_up_after(self.patience or _PATIENCE, self):
            return super().getreply()


class _Encrypted(smtplib.SMTP_SSL):
    """The same over TLS from the start."""

    patience = 0.0

    def getreply(self) -> tuple[int, bytes]:
        """Return the next answer, as `_Plain` does."""
        with _hung_up_after(self.patience or _PATIENCE, self):
            return super().getreply()


class MailFailed(Conflict):
    """A mail that did not go out, or of which nobody knows; `kind` is one of SENTENCES."""

    def __init__(self, kind: Failure) -> None:
        """Say it in the kind's sentence: never with what is in the mail."""
        super().__init__(SENTENCES[kind])
        self.kind = kind

    @property
    def is_uncertain(self) -> bool:
        """Return whether the mail may have gone out."""
        return self.kind == "broken off"


def can_send() -> bool:
    """Return whether links can be e-mailed: mail server, sender and public address are named."""
    return config.mail() is not None and config.public_url() is not None


def send_mail(to: str, subject: str, text: str, *, message_id: str = "") -> None:
    """Send one plain e-mail. Raises ConfigProblem or MailFailed, never with what is in it.

    Sent twice under one `message_id`, many mail servers deliver it once.
    """
    told = config.mail()
    if told is None:
        raise ConfigProblem("Name the mail server and the sender first.")
    server, sender = told
    if not to.isascii():
        raise MailFailed("recipient")  # no server we could ask understands it
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender, to, " ".join(subject.split())
    letter["Date"] = format_datetime(localtime())
    domain = sender.rpartition("@")[2].rstrip("> ") or "localhost"
    letter["Message-ID"] = f"<{message_id}@{domain}>" if message_id else make_msgid(domain=domain)
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(text)
    latest = monotonic() + _BEFORE_TEXT
    with _conversation(server) as connection:
        _hand_over(connection, letter, sender, to, latest)


@contextmanager
def _hung_up_after(seconds: float, connection: smtplib.SMTP) -> Iterator[None]:
    """End a connection that is still waited on after so many seconds.

    Raises SMTPServerDisconnected then: half an answer is none.
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
def _conversation(server: str) -> Iterator[_Plain | _Encrypted]:
    """Yield an open connection, ready for a mail. Raises ConfigProblem or MailFailed."""
    parts = urlsplit(server)
    try:
        port = parts.port or _PORTS[parts.scheme]
    except (KeyError, ValueError):
        raise ConfigProblem(SENTENCES["settings"]) from None
    if not parts.hostname:
        raise ConfigProblem(SENTENCES["settings"])
    try:
        connection = _connect(parts, parts.hostname, port)
    except ssl.SSLError as error:
        invalid = isinstance(error, ssl.SSLCertVerificationError)
        raise MailFailed("certificate" if invalid else "no encryption") from None
    except TimeoutError:
        raise MailFailed("no answer") from None
    except smtplib.SMTPServerDisconnected:  # it keeps silent, or hangs up
        raise MailFailed("no answer") from None
    except smtplib.SMTPResponseException:
        raise MailFailed("refused") from None
    except (OSError, smtplib.SMTPException):
        raise MailFailed("unreachable") from None
    try:
        _log_in(connection, parts)
        yield connection
    finally:
        connection.patience = 1  # the result is known: nobody waits for the farewell
        with suppress(OSError, smtplib.SMTPException):
            connection.quit()
        connection.close()


def _connect(parts: SplitResult, host: str, port: int) -> _Plain | _Encrypted:
    """Return a connection that is encrypted where it must be."""
    if parts.scheme == "smtps":
        context = ssl.create_default_context()
        return _Encrypted(host, port, timeout=_PATIENCE, context=context)
    found = _Plain(host, port, timeout=_PATIENCE)
    try:
        _encrypt(found, parts, host)
    except BaseException:
        found.close()
        raise
    return found


def _encrypt(connection: smtplib.SMTP, parts: SplitResult, host: str) -> None:
    """Have the conversation go on over TLS, or raise where it may not do without."""
    connection.ehlo()
    if connection.has_extn("starttls"):
        connection.starttls(context=ssl.create_default_context())
        connection.ehlo()
    elif parts.username:
        raise ConfigProblem("The mail server does not encrypt: no password is told to it.")
    elif not (config.is_loopback(host) or config.mail_in_the_open()):
        raise MailFailed("no encryption")


def _log_in(connection: smtplib.SMTP, parts: SplitResult) -> None:
    if not parts.username:
        return
    try:
        connection.login(unquote(parts.username), unquote(parts.password or ""))
    except smtplib.SMTPServerDisconnected:
        raise MailFailed("no answer") from None
    except smtplib.SMTPException:
        raise MailFailed("password") from None


def _hand_over(
    connection: _Plain | _Encrypted,
    letter: EmailMessage,
    sender: str,
    recipient: str,
    latest: float,
) -> None:
    """Hand a mail over. Raises MailFailed: `broken off` where it may have been taken.

    No text is handed over after `latest`, a moment of the monotonic clock.
    """
    try:
        code, _ = connection.mail(sender)
        if code // 100 != 2:
            raise MailFailed("password" if code == _WHO_ARE_YOU else "sender")
        if connection.rcpt(recipient)[0] // 100 != 2:
            raise MailFailed("recipient")
    except (OSError, smtplib.SMTPException):
        raise MailFailed("no answer") from None
    if monotonic() > latest or connection.sock is None:
        raise MailFailed("no answer")
    connection.patience = _OVER_TEXT
    connection.sock.settimeout(_OVER_TEXT)
    try:
        code, _ = connection.data(letter.as_bytes(policy=policy.SMTP))
    except smtplib.SMTPDataError:
        raise MailFailed("refused") from None
    except (OSError, smtplib.SMTPException):
        raise MailFailed("broken off") from None
    if code // 100 != 2:
        raise MailFailed("refused")
