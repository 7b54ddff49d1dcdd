"""The mail settings, validated strictly before any mail is sent; each error is a sentence.

No sentence quotes a setting: it may contain a password.
"""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

from allay_metrics import config
from allay_metrics.errors import ConfigProblem

_PORTS = {"smtp": 587, "smtps": 465}
_HOST = re.compile(r"[A-Za-z0-9._:-]+")  # a host name, or an IP address
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_URL = (
    "ALLAY_SMTP_URL begins with smtp:// or smtps:// and names a server, such as "
    "smtps://user:password@mail.example.org:465."
)
_HOST_WRONG = (
    "ALLAY_SMTP_URL names no server that can exist: look at its name, after smtp:// or smtps://."
)
_PORT_WRONG = (
    "The port in ALLAY_SMTP_URL is no number from 1 to 65535; in user name and password, "
    "characters such as @, / and # are written as %40, %2F and %23."
)
_LOGIN_WRONG = (
    "User name or password in ALLAY_SMTP_URL has a letter that a mail server cannot be told, such "
    "as ü: choose one of plain letters, digits and signs."
)
_SENDER_WRONG = (
    "ALLAY_MAIL_FROM is one e-mail address of plain letters, such as care@example.org or "
    "Our practice <care@example.org>."
)
_PUBLIC_WRONG = "ALLAY_PUBLIC_URL is an address that begins with https:// and names this server."

Gap = Literal["unnamed", "settings"]


@dataclass(frozen=True)
class MailServer:
    """The mail server to send through; without a user name there is no login."""

    is_encrypted: bool
    host: str
    port: int
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Sender:
    """The sender: the From header, and the bare address."""

    shown: str
    address: str

    @property
    def domain(self) -> str:
        """Return the part after the @."""
        return self.address.rpartition("@")[2]


def find_mail_gap() -> Gap | None:
    """Return why no mail can be sent: a setting is missing or wrong. None where it can.

    The server itself is not contacted.
    """
    if config.mail() is None or config.public_url() is None:
        return "unnamed"
    return "settings" if find_settings_gap() else None


def find_settings_gap() -> str:
    """Return a sentence for the first invalid setting; '' where all are valid."""
    settings = config.mail()
    if settings is None:
        return ""
    try:
        read_server(settings[0])
        read_sender(settings[1])
        _check_public_url()
    except ConfigProblem as problem:
        return str(problem)
    return ""


def read_server(url: str) -> MailServer:
    """Parse an smtp:// or smtps:// URL. Raises ConfigProblem."""
    try:
        parts = urlsplit(url)
    except ValueError:  # unbalanced brackets
        raise ConfigProblem(_HOST_WRONG) from None
    if parts.scheme not in _PORTS or not parts.netloc:
        raise ConfigProblem(_URL)
    try:
        port = parts.port
    except ValueError:
        raise ConfigProblem(_PORT_WRONG) from None
    if port == 0 or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ConfigProblem(_PORT_WRONG)
    return MailServer(
        is_encrypted=parts.scheme == "smtps",
        host=_read_host(parts),
        port=port or _PORTS[parts.scheme],
        user=_read_login(parts.username),
        password=_read_login(parts.password),
    )


def read_sender(text: str) -> Sender:
    """Parse the sender. Raises ConfigProblem for anything but one address."""
    head = EmailMessage()
    with suppress(ValueError, IndexError, AttributeError):  # of an invalid header
        head["From"] = text
        (sender,) = head["From"].addresses
        address: str = sender.addr_spec
        if not head["From"].defects and _ADDRESS.fullmatch(address) and address.isascii():
            return Sender(text, address)
    raise ConfigProblem(_SENDER_WRONG)


def _read_host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if not host:
        raise ConfigProblem(_URL)
    try:
        name = host if ":" in host else host.encode("idna").decode("ascii")
    except UnicodeError:  # a label that is empty or too long
        raise ConfigProblem(_HOST_WRONG) from None
    if not _HOST.fullmatch(name):
        raise ConfigProblem(_HOST_WRONG)
    return name


def _read_login(quoted: str | None) -> str:
    text = unquote(quoted or "")
    if not text.isascii():
        raise ConfigProblem(_LOGIN_WRONG)
    return text


def _check_public_url() -> None:
    """Raise ConfigProblem for a public address whose links would not open."""
    url = config.public_url()
    if url is None:
        return
    try:
        parts = urlsplit(url)
        is_right = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_right = False
    if not is_right or not url.isprintable() or " " in url:
        raise ConfigProblem(_PUBLIC_WRONG)
