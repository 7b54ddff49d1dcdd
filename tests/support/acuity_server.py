"""A server on this computer that answers for appointments as Acuity's API does, slips included."""

import base64
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from tests.support.exports import ZONE
from tests.support.loopback import listening

USER, KEY = "12345", "a-secret-key-of-acuity"
_EXPECTED = "Basic " + base64.b64encode(f"{USER}:{KEY}".encode()).decode()
_TOLD = {
    "Address": "address",
    "City": "city",
    "ZIP code": "zip",
    "Baby's name": "infants",
    "Baby's date of birth": "born",
    "How did you hear about us?": "heard",
}


def as_told(row: dict[str, str]) -> dict:
    """Return a row of `exports.appointment` as the API tells it."""
    start = datetime.strptime(row["start"], "%B %d, %Y %I:%M %p").replace(tzinfo=ZONE)
    end = datetime.strptime(row["end"], "%B %d, %Y %I:%M %p").replace(tzinfo=ZONE)
    booked = datetime.fromisoformat(row["booked"])
    told = {
        "id": int(row["key"]),
        "firstName": row["first"],
        "lastName": row["last"],
        "phone": row.get("phone", ""),
        "email": row["email"],
        "date": f"{start:%B} {start.day}, {start.year}",
        "endTime": f"{end:%I:%M%p}".lower(),
        "dateCreated": f"{booked:%B} {booked.day}, {booked.year}",
        "datetime": f"{start:%Y-%m-%dT%H:%M:%S%z}",
        "price": row["price"],
        "type": row["type"],
        "duration": str(int((end - start).total_seconds()) // 60),
        "calendar": row["therapist"],
        "location": "",
        "notes": row.get("notes", ""),
        "timezone": "America/Los_Angeles",
        "canceled": row.get("canceled") == "yes",
        "forms": [
            {
                "id": 1,
                "name": "Before we visit",
                "values": [
                    {"fieldID": at, "id": at, "name": name, "value": row.get(key, "")}
                    for at, (name, key) in enumerate(_TOLD.items())
                ],
            }
        ],
        "labels": None,
    }
    if row.get("label") and row["label"] != "no show":
        told["labels"] = [{"id": 3, "name": row["label"], "color": "pink"}]
    if told["canceled"]:
        told["noShow"] = row.get("label") == "no show"
    return told


@dataclass
class Acuity:
    """What the server tells, how it is asked, and its slips, each made once per entry.

    `slips` maps the number of a question (from 1) to `429`, `500` or `drop`.
    """

    rows: list[dict]
    slips: dict[int, str] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    url: str = ""

    def answer(self, asked: dict[str, str]) -> list[dict]:
        """Return at most so many appointments of the days asked for, the newest first."""
        first, last = (date.fromisoformat(asked[name]) for name in ("minDate", "maxDate"))
        found = [
            row
            for row in self.rows
            if first <= datetime.strptime(row["datetime"], "%Y-%m-%dT%H:%M:%S%z").date() <= last
            if asked.get("showall") == "true"
            or row["canceled"] == (asked.get("canceled") == "true")
        ]
        found.sort(key=lambda row: row["datetime"], reverse=True)
        return found[: int(asked.get("max", 100))]


@contextmanager
def acuity(rows, slips=None):
    """Yield the server's doings while it runs; rows are those of `exports.appointment`."""
    told = Acuity([as_told(row) for row in rows], dict(slips or {}))
    with listening(_Handler) as (server, told.url):
        server.told = told
        yield told


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.server.told.asked.append(asked)
        if self.headers.get("Authorization") != _EXPECTED:
            self._say(401, {"status_code": 401, "error": "unauthorized"})
        elif parts.path != "/api/v1/appointments":
            self._say(404, {"status_code": 404})
        elif not self._slip(self.server.told.slips.pop(len(self.server.told.asked), "")):
            self._say(200, self.server.told.answer(asked))

    def _slip(self, slip):
        """Do what may go wrong; return whether it did."""
        if slip == "429":
            self._say(429, {"error": "rate_limit"}, ("Retry-After", "7"))
        elif slip == "500":
            self._say(500, {"error": "oops"})
        elif slip == "drop":
            self._begin(200, 10_000)
            self.wfile.write(b'[{"id": 1, "firstNa')
            self.close_connection = True
        return bool(slip)

    def log_message(self, *_):
        pass

    def _say(self, status, content, *headers):
        body = json.dumps(content).encode()
        self._begin(status, len(body), *headers)
        self.wfile.write(body)

    def _begin(self, status, length, *headers):
        self.send_response(status)
        for name, value in (("Content-Length", str(length)), *headers):
            self.send_header(name, value)
        self.end_headers()
