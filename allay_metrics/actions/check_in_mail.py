"""A check-in's link by e-mail, where the practice has named its mail server."""

from datetime import datetime

from allay_metrics import config
from allay_metrics.actions.check_in_requests import Link, make_link, mark_sent
from allay_metrics.actions.mail_server import MailFailed, send_mail
from allay_metrics.actions.mail_settings import find_settings_gap
from allay_metrics.actions.open_episodes import local_now, read_open_episodes
from allay_metrics.errors import ConfigProblem, Conflict, NotFound
from allay_metrics.outcomes.wording import phrases
from allay_metrics.records import Scope
from allay_metrics.records.practice import read_practice_name


def send_link(scope: Scope, client_id: str, moment: str, language: str = "en") -> Link:
    """Make the link to a check-in and e-mail it to the family; it names nobody.

    Raises ConfigProblem where nothing can be sent from here, NotFound for a family without an
    e-mail address, Conflict when the mail server does not take it: the link then stands, unsent.
    Else as `make_link`.
    """
    public = config.public_url()
    if config.mail() is None or public is None:
        raise ConfigProblem("Name the mail server, the sender and the public address first.")
    if wrong := find_settings_gap():
        raise ConfigProblem(wrong)
    to = _address(scope, client_id)
    link = make_link(scope, client_id, moment, language)
    until = datetime.fromtimestamp(link.expires_at - 1, scope.zone)
    parts = {
        "practice": read_practice_name(scope),
        "until": f"{until:%Y-%m-%d}",
        "link": f"{public}{link.url_path}",
    }
    templates = phrases(language)
    subject, text = (templates[key].format(**parts) for key in ("mail_subject", "mail_text"))
    try:
        send_mail(to, subject, text)
    except MailFailed as error:
        raise Conflict(f"{error} The link can be sent in another way.") from None
    mark_sent(scope, link.check_in_id)
    return link


def _address(scope: Scope, client_id: str) -> str:
    with scope.read() as conn:
        client_courses = read_open_episodes(conn, scope, local_now(scope).date(), [client_id])
    if not client_courses or not client_courses[0].email:
        raise NotFound("No e-mail address of this family is on file.")
    return client_courses[0].email
