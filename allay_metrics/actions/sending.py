"""A check-in's link by e-mail, where the practice has named its mail server."""

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from allay_metrics import config
from allay_metrics.actions.check_ins import Link, make_link, mark_sent
from allay_metrics.actions.courses import courses, today_in
from allay_metrics.errors import ConfigProblem, Conflict, NotFound
from allay_metrics.outcomes.wording import phrases
from allay_metrics.records import Scope
from allay_metrics.records.practice import practice_name

_PATIENCE = 20  # seconds
_PORTS = {"smtp": 587, "smtps": 465}


def can_send() -> bool:
    """Return whether links can be e-mailed: mail server, sender and public address are named."""
    return config.mail() is not None and config.public_url() is not None


def send_link(scope: Scope, client_id: str, moment: str, language: str = "en") -> Link:
    """Make the link to a check-in and e-mail it to the family; it names nobody.

    Raises ConfigProblem where nothing can be sent from here, NotFound for a family without an
    e-mail address, Conflict when the mail server does not take it: the link then stands, unsent.
    Else as `make_link`.
    """
    public = config.public_url()
    if config.mail() is None or public is None:
        raise ConfigProblem("Name the mail server, the sender and the public address first.")
    to = _address(scope, client_id)
    link = make_link(scope, client_id, moment, language)
    until = datetime.fromtimestamp(link.expires_at - 1, scope.zone)
    parts = {
        "practice": practice_name(scope),
        "until": f"{until:%Y-%m-%d}",
        "link": f"{public}{link.url_path}",
    }
    said = phrases(language)
    subject, text = (said[key].format(**parts) for key in ("mail_subject", "mail_text"))
    send_mail(to, subject, text)
    mark_sent(scope, link.check_in_id)
    return link


def send_mail(to: str, subject: str, text: str) -> None:
    """Send one plain e-mail. Raises ConfigProblem or Conflict, never with what is in it."""
    told = config.mail()
    if told is None:
        raise ConfigProblem("Name the mail server and the sender first.")
    server, sender = told
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender, to, " ".join(subject.split())
    letter.set_content(text)
    try:
        with _connection(server) as connection:
            connection.send_message(letter)
    except (OSError, smtplib.SMTPException) as error:
        raise Conflict(
            f"The mail server did not take it ({type(error).__name__}). The link can be sent in "
            "another way."
        ) from None


def _connection(server: str) -> smtplib.SMTP:
    """Return an open connection; a password is told over an encrypted one only."""
    parts = urlsplit(server)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ConfigProblem("ALLAY_SMTP_URL begins with smtp:// or smtps:// and names a server.")
    port = parts.port or _PORTS[parts.scheme]
    context = ssl.create_default_context()
    if parts.scheme == "smtps":
        found: smtplib.SMTP = smtplib.SMTP_SSL(
            parts.hostname, port, timeout=_PATIENCE, context=context
        )
    else:
        found = smtplib.SMTP(parts.hostname, port, timeout=_PATIENCE)
        found.ehlo()
        if found.has_extn("starttls"):
            found.starttls(context=context)
            found.ehlo()
        elif parts.username:
            found.close()
            raise ConfigProblem("The mail server does not encrypt: no password is told to it.")
    if parts.username:
        found.login(unquote(parts.username), unquote(parts.password or ""))
    return found


def _address(scope: Scope, client_id: str) -> str:
    with scope.read() as conn:
        found = courses(conn, scope, today_in(scope).date(), [client_id])
    if not found or not found[0].email:
        raise NotFound("No e-mail address of this family is on file.")
    return found[0].email
