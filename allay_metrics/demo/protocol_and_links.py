"""The demo's check-ins of today: a signed protocol, some open links, one open warning sign.

All of it is invented, and says so.
"""

from allay_metrics.actions.check_in_requests import PATH, make_link
from allay_metrics.actions.parent_form import save_consent, save_signs
from allay_metrics.actions.protocol import (
    Duty,
    read_protocol_template,
    sign_protocol,
)
from allay_metrics.outcomes.reader_steps import reader_steps
from allay_metrics.outcomes.reading_hours import EVERY_DAY, ReadingHours
from allay_metrics.records import Scope
from allay_metrics.review.open_check_ins import find_due_check_ins

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


def sign_and_send_links(scope: Scope) -> None:
    """Sign the demo's protocol and make links for a few due check-ins; one has a ticked sign."""
    note = "Demo: this protocol, its signature and the practice are invented.\n\n"
    # Nothing is ever mailed from an invented practice.
    sign_protocol(scope, SIGNER, DUTY, note + read_protocol_template(), unmailed=True)
    due_check_ins = [
        check_in for check_in in find_due_check_ins(scope) if check_in.course.kind == "infant"
    ]
    for index, check_in in enumerate(due_check_ins[:_LINKS]):
        link = make_link(scope, check_in.course.client_id, check_in.asking.moment)
        if index == 0:
            token = link.url_path.removeprefix(PATH)
            save_consent(scope, token, in_totals=False, language="en")
            save_signs(scope, token, [SIGN])
