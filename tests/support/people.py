"""People who may sign in, as tests list them and as they set up their sign-in."""

import pyotp
from sqlalchemy import select

from allay_metrics.actions.second_factor import STEP
from allay_metrics.actions.sign_in import join, read_invitation
from allay_metrics.actions.users import invite, invite_first_owner
from allay_metrics.records.column_types import now
from allay_metrics.records.tables import audit, therapist

SECRET = "kJ8vQ2mZ7rT4wX9yB3nL6pD1sF5hG0cE"
PASSWORD = "seven quiet herons"
ANA, MAYA = "ana@example.test", "maya@example.test"


def wrong_code(totp):
    """Return six digits that are no code of this authenticator for minutes around."""
    moments = range(now() - 10 * STEP, now() + 20 * STEP, STEP)
    return min({f"{n:06}" for n in range(31)} - {totp.at(moment) for moment in moments})


class Someone:
    """A person who has joined: her id, authenticator and the session that joining opened."""

    def __init__(self, door, invited):
        code = invited.url_path.removeprefix("/join/")
        self.id = invited.person_id
        self.totp = pyotp.TOTP(read_invitation(door, code).totp_secret)
        joined = join(door, code, PASSWORD, self.totp.now(), label="Firefox on Windows")
        self.token, self.recovery_codes = joined.token, joined.recovery_codes

    def next_code(self):
        """Return the code of the next half minute: joining used up the one of this."""
        return self.totp.at(now() + STEP)


def ana(scope, door):
    """Return the first owner, joined."""
    return Someone(door, invite_first_owner(scope, ANA, "Ana Reyes"))


def maya_invited(scope):
    """Return the invitation of a therapist, who is put on file for it."""
    row = {"practice_id": scope.practice_id, "id": "t1", "name": "Maya Lopez"}
    with scope.write("add a therapist") as conn:
        conn.execute(therapist.insert().values(row))
    return invite(scope, MAYA, "Maya Lopez", "therapist", "t1")


def trail(scope):
    """Return what the audit trail says was done, in order, and about whom."""
    with scope.read() as conn:
        asked = select(audit.c.action, audit.c.about).order_by(audit.c.number)
        return [tuple(row) for row in conn.execute(asked)]
