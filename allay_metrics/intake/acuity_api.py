"""Appointments straight from Acuity Scheduling: asked for by date windows, as an export has them.

The API gives at most so many rows an answer and has no cursor: a window whose answer is full is
asked for again in halves. It says `noShow` of cancelled appointments only, writes money and
lengths as text, and puts answers to questions into `forms`. What comes out are the columns of an
export, so that the same profile reads both and gives the same visits.
Facts: https://developers.acuityscheduling.com/reference/get-appointments
"""

import base64
import http.client
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from allay_metrics.config import is_private
from allay_metrics.errors import ConfigProblem, FileProblem
from allay_metrics.plausibility import read_whole

MOST = 100  # rows an answer has at most unless asked otherwise; never relied on to be more
WINDOW = timedelta(days=28)
_PATH = "/api/v1/appointments"
_LARGEST = 64_000_000  # bytes: far more than so many appointments fill

Appointment = dict[str, Any]


@dataclass(frozen=True)
class AcuityAccount:
    """Whose appointments: the address, the user id and the key, which no text of it shows."""

    url: str
    user: str
    key: str = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what would send the key in clear. Raises ConfigProblem."""
        if not is_private(self.url):
            raise ConfigProblem(
                "ALLAY_ACUITY_URL must begin with https://, so that the key is safe."
            )


@dataclass(frozen=True)
class Manners:
    """How politely to ask: seconds between answers, how often and how long to try."""

    pause: float = 0.2
    tries: int = 5
    first_wait: float = 1.0
    longest_wait: float = 120.0
    timeout: float = 30.0
    sleep: Callable[[float], None] = time.sleep


class AcuityClient:
    """Asks one account for its appointments."""

    def __init__(self, account: AcuityAccount, manners: Manners | None = None) -> None:
        self._account = account
        self._manners = manners or Manners()

    def windows(self, first: date, last: date) -> Iterator[tuple[date, date, list[Appointment]]]:
        """Yield windows of days that cover `first` to `last`, each with all its appointments.

        Kept and cancelled ones. Raises ConfigProblem for a refused key, FileProblem for anything
        else that cannot be got over by trying again.
        """
        while first <= last:
            until = min(first + WINDOW - timedelta(days=1), last)
            yield from self._halved(first, until)
            first = until + timedelta(days=1)

    def _halved(self, first: date, last: date) -> Iterator[tuple[date, date, list[Appointment]]]:
        rows = self._ask(first, last)
        if len(rows) < MOST:
            yield first, last, rows
            return
        if first == last:
            raise FileProblem(
                f"Acuity has {MOST} appointments or more on {first}: it tells no more of a day."
            )
        middle = first + (last - first) // 2
        yield from self._halved(first, middle)
        yield from self._halved(middle + timedelta(days=1), last)

    def _ask(self, first: date, last: date) -> list[Appointment]:
        parameters = {
            "minDate": first.isoformat(),
            "maxDate": last.isoformat(),
            "max": MOST,
            "showall": "true",
        }
        manners, wait = self._manners, self._manners.first_wait
        for left in range(manners.tries - 1, -1, -1):
            manners.sleep(manners.pause)
            try:
                status, after, body = self._get(f"{_PATH}?{urlencode(parameters)}")
            except (OSError, http.client.HTTPException):
                status, after, body = 0, None, b""
            if status == 200:
                return _rows(body)
            if status in (401, 403):
                raise ConfigProblem(
                    "Acuity refuses the user id and key: look at ALLAY_ACUITY_USER and "
                    "ALLAY_ACUITY_KEY."
                )
            if status not in (0, 429) and status < 500:
                raise FileProblem(f"Acuity answers {status} where appointments were asked for.")
            if left:
                manners.sleep(min(after if after is not None else wait, manners.longest_wait))
                wait *= 2
        why = "does not answer" if status == 0 else f"answers {status}"
        raise FileProblem(
            f"Acuity {why}, {manners.tries} times in a row: what came is kept, try again later."
        )

    def _get(self, path: str) -> tuple[int, float | None, bytes]:
        """Return status, seconds to wait where told, and body. Redirects are not followed."""
        parts = urlsplit(self._account.url)
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        connection = kind(parts.netloc, timeout=self._manners.timeout)
        pair = f"{self._account.user}:{self._account.key}".encode()
        headers = {
            "Authorization": f"Basic {base64.b64encode(pair).decode()}",
            "Accept": "application/json",
        }
        try:
            connection.request("GET", parts.path.rstrip("/") + path, headers=headers)
            answer = connection.getresponse()
            promised = answer.length or 0
            body = answer.read(_LARGEST + 1)
            # Asked for so many bytes, the library takes a connection that broke for the end.
            if len(body) < min(promised, _LARGEST + 1):
                raise http.client.IncompleteRead(body)
            return answer.status, _parse_retry_after(answer.getheader("Retry-After")), body
        finally:
            connection.close()


def _parse_retry_after(text: str | None) -> float | None:
    """Return the seconds of a Retry-After header, given as such or as a date."""
    if not text:
        return None
    if (seconds := read_whole(text)) is not None:
        return float(seconds)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return None


def _rows(body: bytes) -> list[Appointment]:
    try:
        rows = json.loads(body) if len(body) <= _LARGEST else None
    except ValueError:
        rows = None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise FileProblem("Acuity's answer is no list of appointments.")
    return rows


def build_export(appointments: list[Appointment]) -> tuple[list[str], list[list[str]]]:
    """Return header and records as an export of these appointments has them.

    Each question is a column. Where no question asks for an address, the location is one.
    """
    answers = [_answers(row) for row in appointments]
    questions = list(dict.fromkeys(name for row_answers in answers for name in row_answers))
    has_address_question = any("address" in name.casefold() for name in questions)
    places = [] if has_address_question else ["Location address"]
    records = [
        [read(row) for read in _COLUMNS.values()]
        + [row_answers.get(name, "") for name in questions]
        + [_text(row, "location") for _ in places]
        for row, row_answers in zip(appointments, answers, strict=True)
    ]
    return [*_COLUMNS, *questions, *places], records


def _answers(row: Appointment) -> dict[str, str]:
    """Return answer by question; of one asked in two forms the first answer counts."""
    answers: dict[str, str] = {}
    for form in row.get("forms") or []:
        for one in form.get("values") or []:
            name = _text(one, "name").strip()
            if name and name not in _COLUMNS and not answers.get(name):
                answers[name] = _text(one, "value")
    return answers


def _end(row: Appointment) -> str:
    """Return the end as the start is written: with its offset from UTC."""
    try:
        start = datetime.strptime(_text(row, "datetime"), "%Y-%m-%dT%H:%M:%S%z")
        return (start + timedelta(minutes=float(_text(row, "duration")))).isoformat()
    except ValueError:
        return f"{_text(row, 'date')} {_text(row, 'endTime')}".strip()


def _text(row: Any, name: str) -> str:
    value = row.get(name) if isinstance(row, dict) else None
    return "" if value is None else str(value)


# Columns of an export, and what the API says of each.
_COLUMNS: dict[str, Callable[[Appointment], str]] = {
    "Start Time": lambda row: _text(row, "datetime"),
    "End Time": _end,
    "First Name": lambda row: _text(row, "firstName"),
    "Last Name": lambda row: _text(row, "lastName"),
    "Phone": lambda row: _text(row, "phone"),
    "Email": lambda row: _text(row, "email"),
    "Type": lambda row: _text(row, "type"),
    "Calendar": lambda row: _text(row, "calendar"),
    "Appointment Price": lambda row: _text(row, "price"),
    "Notes": lambda row: _text(row, "notes"),
    "Date Scheduled": lambda row: _text(row, "datetimeCreated") or _text(row, "dateCreated"),
    "Label": lambda row: ", ".join(_text(label, "name") for label in row.get("labels") or []),
    "Canceled": lambda row: "yes" if row.get("canceled") is True else "",
    "Status": lambda row: "no show" if row.get("noShow") is True else "",
    "Appointment ID": lambda row: _text(row, "id"),
}
