"""An invitation by e-mail, where the practice has named its mail server."""

from datetime import datetime

from allay_metrics import config
from allay_metrics.actions.mail_server import MailFailed, send_mail
from allay_metrics.actions.users import Invitation
from allay_metrics.errors import ConfigProblem, Conflict
from allay_metrics.records import Scope
from allay_metrics.records.practice import read_practice_name

_SUBJECT = "Your sign-in at {practice}"
_TEXT = """\
You are invited to sign in to the dashboard of {practice}.

Set up your sign-in here. The link works once, until {until}:
{link}

If you did not expect this, leave it: without the link nobody can sign in in your name.
"""


def mail_invitation(scope: Scope, email: str, invitation: Invitation) -> None:
    """E-mail an invitation to whom it is for.

    Raises ConfigProblem where nothing can be sent from here, Conflict when the mail server does
    not take it: the invitation then stands, to be handed over in another way.
    """
    public = config.public_url()
    if public is None:
        raise ConfigProblem("Name the public address first: a link needs one.")
    until = datetime.fromtimestamp(invitation.expires_at - 1, scope.zone)
    practice = read_practice_name(scope)
    link = f"{public}{invitation.url_path}"
    text = _TEXT.format(practice=practice, until=f"{until:%Y-%m-%d}", link=link)
    try:
        send_mail(email, _SUBJECT.format(practice=practice), text)
    except MailFailed as error:
        raise Conflict(f"{error} The link can be handed over in another way.") from None
