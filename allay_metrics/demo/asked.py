"""What the demo practice asks now: its protocol signed, some links out, one warning sign open.

All of it is invented, and says so.
"""

from allay_metrics.actions.check_ins import PATH, make_link
from allay_metrics.actions.parent_form import consent, screen
from allay_metrics.actions.protocol import (
    Duty,
    protocol_template,
    sign_protocol,
)
from allay_metrics.outcomes.reader_steps import reader_steps
from allay_metrics.outcomes.reading_hours import EVERY_DAY, ReadingHours
from allay_metrics.records import Scope
from allay_metrics.review.check_ins import due

SIGNER = "Invented Owner (demo)"
DUTY = Duty(
    reader="The invented owner of this demo",
    reader_email="owner@demo.example",
    stand_in="An invented stand-in",
    stand_in_email="stand-in@demo.example",
    within=120,
    hours=ReadingHours(EVERY_DAY, 8, 20),
    steps=reader_steps(),
)
SIGN = 10  # not back to birth weight: a call within 24 hours
_LINKS = 3


def ask_some(scope: Scope) -> None:
    """Sign the demo's protocol and ask a few of those who are due; one parent ticked a sign."""
    note = "Demo: this protocol, its signature and the practice are invented.\n\n"
    # Nothing is ever mailed from an invented practice.
    sign_protocol(scope, SIGNER, DUTY, note + protocol_template(), unmailed=True)
    waiting = [one for one in due(scope) if one.course.kind == "infant"]
    for place, one in enumerate(waiting[:_LINKS]):
        link = make_link(scope, one.course.client_id, one.asking.moment)
        if place == 0:
            token = link.url_path.removeprefix(PATH)
            consent(scope, token, in_totals=False, language="en")
            screen(scope, token, [SIGN])
