"""A practice that asks: protocol signed, a family in care, a link made; and requests by hand."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

from allay_metrics.actions.check_in_requests import make_link
from allay_metrics.actions.parent_form import save_consent, save_signs
from allay_metrics.actions.protocol import Duty, sign_protocol
from allay_metrics.outcomes.reader_steps import reader_steps
from allay_metrics.outcomes.reading_hours import EVERY_DAY, ReadingHours
from tests.support.apart import run_apart
from tests.support.exports import ZONE, appointment
from tests.support.on_file import client_ids, visits

READER, STAND_IN = "ada@care.test", "bea@care.test"
DUTY = Duty(
    reader="Ada Owner",
    reader_email=READER,
    stand_in="Bea Moss",
    stand_in_email=STAND_IN,
    within=120,
    hours=ReadingHours(EVERY_DAY, 0, 24),
    steps=reader_steps(),
)


def signed(scope, duty=DUTY, **told):
    """Sign a protocol: check-ins are on. Nobody it names has to be listed as one who signs in."""
    known = {"unmailed": True, "unable": duty.recipients}
    sign_protocol(scope, "Ada Owner", duty, "What we do.", **{**known, **told})


def days_ago(days, hour=10):
    """Return a wall time so many days before today in the practice's zone."""
    return f"{datetime.now(ZONE).date() - timedelta(days=days)} {hour:02}:00"


def in_care(desk, *rows):
    """Take in visits; without any, of Mia a week ago. Return client ids by name."""
    told = rows or (seen("1", 7),)
    desk.take_in(told, f"{datetime.now(ZONE):%Y-%m-%d %H:%M}")
    found = {}
    for (family_id,) in visits(desk.scope, "family_id"):
        found |= client_ids(desk.scope, family_id)
    return found


def seen(key, days, infants="Mia", **cells):
    """Return the row of a visit so many days ago."""
    return appointment(key, days_ago(days), infants=infants, **cells)


def token_of(link):
    """Return the secret part of a link."""
    return link.url_path.removeprefix("/c/")


def asked(desk, *rows, name="Mia", moment="day7"):
    """Sign, take in, and return the token of a link to the named client's check-in."""
    clients = in_care(desk, *rows)
    signed(desk.scope)
    return token_of(make_link(desk.scope, clients[name], moment))


def ticked(scope, client_id, *which):
    """Have a parent tick signs; return the id of the check-in."""
    link = make_link(scope, client_id, "day7")
    save_consent(scope, token_of(link), in_totals=True, language="en")
    save_signs(scope, token_of(link), which)
    return link.check_in_id


class Answer:
    """What a server answered: status, headers by lower-case name, text."""

    def __init__(self, messages):
        start, *rest = messages
        self.status = start["status"]
        self.headers = {name.decode(): value.decode() for name, value in start["headers"]}
        self.body = b"".join(message.get("body", b"") for message in rest)
        self.text = self.body.decode()


def request(app, method, path, fields=None, **told):
    """Ask an ASGI endpoint under /c/ once and return its answer."""
    return run_apart(call(app, method, path, fields, **told))


async def call(app, method, path, fields=None, *, query="", host="10.0.0.1", **headers):
    """Ask as `request` does, beside others in one loop."""
    body = urlencode(fields or {}, doseq=True).encode()
    sent = []

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": f"/c/{path}",
        "path_params": {"rest": path},
        "query_string": query.encode(),
        "headers": [
            (name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()
        ],
        "client": (host, 1),
        "server": ("testserver", 80),
        "scheme": "http",
    }
    await app(scope, receive, send)
    return Answer(sent)
