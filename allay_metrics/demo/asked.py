"""What the demo practice asks now: its protocol signed, some links out, one warning sign open.

All of it is invented, and says so.
"""

from allay_metrics.actions.check_ins import PATH, make_link
from allay_metrics.actions.parent_form import consent, screen
from allay_metrics.actions.protocol import protocol_template, sign_protocol
from allay_metrics.records import Scope
from allay_metrics.review.check_ins import due

SIGNER = "Invented Owner (demo)"
READER = "The invented owner of this demo"
WITHIN = "one working day"
SIGN = 10  # not back to birth weight: a call within 24 hours
_LINKS = 3


def ask_some(scope: Scope) -> None:
    """Sign the demo's protocol and ask a few of those who are due; one parent ticked a sign."""
    note = "Demo: this protocol, its signature and the practice are invented.\n\n"
    sign_protocol(scope, SIGNER, READER, WITHIN, note + protocol_template())
    waiting = [one for one in due(scope) if one.course.kind == "infant"]
    for place, one in enumerate(waiting[:_LINKS]):
        link = make_link(scope, one.course.client_id, one.asking.moment)
        if place == 0:
            token = link.url_path.removeprefix(PATH)
            consent(scope, token, in_totals=False, language="en")
            screen(scope, token, [SIGN])
