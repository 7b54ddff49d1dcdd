"""Paths, URLs and secrets from the environment, which only this module reads.

| variable | meaning | default |
|---|---|---|
| `ALLAY_DATABASE_URL` | the practice's own records | `practice.sqlite` in the data folder |
| `ALLAY_DATABASE_KEY` | key that records in a file, and backups, are encrypted with | plain files |
| `ALLAY_DATA_DIR` | folder of the practice's own files | `data/practice` beside dashboard.py |
| `ALLAY_SECRET` | what sessions are made with; a new one signs everybody out | none |
| `ALLAY_PUBLIC_URL` | address at which parents reach this server | links work here only |
| `ALLAY_PROXY` | addresses or networks, comma separated, of the TLS proxy in front | none |
| `ALLAY_SMTP_URL` | mail server: `smtp[s]://user:password@host:port` | nothing is e-mailed |
| `ALLAY_MAIL_FROM` | address e-mails come from | nothing is e-mailed |
| `ALLAY_SMTP_PLAIN` | `1` sends to a mail server that does not encrypt, never a password | TLS |
| `ALLAY_LOG_SQL` | `1` logs every statement, never its values | off |
| `ALLAY_ACUITY_USER` | user id of the Acuity account that `sync acuity` asks | none |
| `ALLAY_ACUITY_KEY` | API key of that account; it is shown and logged nowhere | none |
| `ALLAY_ACUITY_URL` | address of Acuity | `https://acuityscheduling.com` |
| `ALLAY_OIDC_ISSUER` | who vouches for people: `https://accounts.google.com`, or yours | none |
| `ALLAY_OIDC_CLIENT_ID` | what this dashboard is called there | none |
| `ALLAY_OIDC_CLIENT_SECRET` | its secret there; it is shown and logged nowhere | none |
| `ALLAY_OIDC_LABEL` | what the button says after *Sign in with* | Google, Microsoft, or the host |
"""

import os
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from allay_metrics.errors import ConfigProblem

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "data" / "reference"
FONTS = ROOT / "static" / "fonts"
TIME_ZONE = "America/Los_Angeles"
SHORTEST_KEY = 20
_SHORTEST, _LETTERS = 32, 10
# Secrets from published examples, which everybody can know.
_DEFAULTS = (
    "changeme",
    "change-me",
    "change_me",
    "secret",
    "password",
    "example",
    "default",
)
_MAKE_ONE = 'make one with python -c "import secrets; print(secrets.token_urlsafe(32))".'


def data_dir() -> Path:
    """Return the folder of the practice's own files; it may not exist yet."""
    return Path(os.environ.get("ALLAY_DATA_DIR") or ROOT / "data" / "practice")


def own_database_url() -> str:
    """Return the URL of the practice's own database."""
    return os.environ.get("ALLAY_DATABASE_URL") or sqlite_url(data_dir() / "practice.sqlite")


def database_key() -> str | None:
    """Return the key that SQLite files are encrypted with. Raises ConfigProblem for a weak one."""
    key = os.environ.get("ALLAY_DATABASE_KEY") or None
    if key and len(key) < SHORTEST_KEY:
        raise ConfigProblem(
            f"ALLAY_DATABASE_KEY is shorter than {SHORTEST_KEY} characters: make one by "
            "`openssl rand -hex 32` and keep it where the records are not."
        )
    return key


def demo_database_path() -> Path:
    """Return the path of the demo practice's database."""
    return data_dir() / "demo.sqlite"


def sqlite_url(path: Path) -> str:
    """Return the SQLAlchemy URL of an SQLite file."""
    return f"sqlite:///{path}"


def is_sql_logged() -> bool:
    """Return whether statements are written to the log."""
    return os.environ.get("ALLAY_LOG_SQL") == "1"


def acuity_account() -> tuple[str, str, str]:
    """Return address, user id and key of the Acuity account. Raises ConfigProblem."""
    user, key = os.environ.get("ALLAY_ACUITY_USER"), os.environ.get("ALLAY_ACUITY_KEY")
    if not user or not key:
        raise ConfigProblem(
            "Set ALLAY_ACUITY_USER and ALLAY_ACUITY_KEY to your account's user id and key: "
            "Acuity shows them under Integrations, API."
        )
    return os.environ.get("ALLAY_ACUITY_URL") or "https://acuityscheduling.com", user, key


def public_url() -> str | None:
    """Return the address at which parents reach this server, without a closing slash."""
    return os.environ.get("ALLAY_PUBLIC_URL", "").strip().rstrip("/") or None


def session_secret() -> bytes:
    """Return the session secret. Raises ConfigProblem for a missing or weak one."""
    value = os.environ.get("ALLAY_SECRET", "")
    if not value:
        raise ConfigProblem(f"ALLAY_SECRET is not set: {_MAKE_ONE}")
    if len(value) < _SHORTEST or len(set(value)) < _LETTERS:
        raise ConfigProblem(f"ALLAY_SECRET is too short or too simple: {_MAKE_ONE}")
    if any(word in value.lower() for word in _DEFAULTS):
        raise ConfigProblem(f"ALLAY_SECRET is an example, not a secret: {_MAKE_ONE}")
    return value.encode()


def mail() -> tuple[str, str] | None:
    """Return the mail server's URL and the address e-mails come from; None without both."""
    # A value read from a file may end in a line break.
    names = ("ALLAY_SMTP_URL", "ALLAY_MAIL_FROM")
    server, sender = (os.environ.get(name, "").strip() for name in names)
    return (server, sender) if server and sender else None


def is_plain_mail_allowed() -> bool:
    """Return whether mail may go to another computer without TLS, where its server offers none."""
    return os.environ.get("ALLAY_SMTP_PLAIN") == "1"


@dataclass(frozen=True)
class OidcSettings:
    """The OpenID Connect provider, and the client id and secret of this dashboard."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    label: str


_LABELS = {"accounts.google.com": "Google", "login.microsoftonline.com": "Microsoft"}
# Microsoft's multi-tenant issuers: each of their tokens names another issuer.
_NO_TENANT = ("", "common", "organizations", "consumers")


def oidc() -> OidcSettings | None:
    """Return the OpenID Connect provider, None without one. Raises ConfigProblem."""
    names = ("ISSUER", "CLIENT_ID", "CLIENT_SECRET")
    values = [os.environ.get(f"ALLAY_OIDC_{name}") or "" for name in names]
    if not any(values):
        return None
    if missing := [
        f"ALLAY_OIDC_{name}" for name, value in zip(names, values, strict=True) if not value
    ]:
        raise ConfigProblem(
            f"Signing in with an account elsewhere needs {' and '.join(missing)} too."
        )
    issuer, client_id, secret = values
    parts = urlsplit(issuer)
    host = parts.hostname or ""
    if not host or not is_private(issuer):
        raise ConfigProblem("ALLAY_OIDC_ISSUER is an address that begins with https://.")
    tenant = parts.path.strip("/").partition("/")[0]
    if host == "login.microsoftonline.com" and tenant in _NO_TENANT:
        raise ConfigProblem(
            "ALLAY_OIDC_ISSUER names your own tenant: "
            "https://login.microsoftonline.com/<tenant id>/v2.0, as Entra's overview shows it."
        )
    label = os.environ.get("ALLAY_OIDC_LABEL") or _LABELS.get(host, host)
    return OidcSettings(issuer, client_id, secret, label)


def proxies() -> tuple[str, ...]:
    """Return addresses and networks of the trusted proxies."""
    return tuple(
        part.strip() for part in os.environ.get("ALLAY_PROXY", "").split(",") if part.strip()
    )


def is_private(url: str) -> bool:
    """Return whether traffic to an address is protected: by TLS, or on this computer."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))


def is_loopback(host: str) -> bool:
    """Return whether a host is this computer."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
