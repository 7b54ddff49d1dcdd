"""Appointments from the API of Acuity Scheduling, as the columns of an export.

The same profile reads both and gives the same visits. The API limits the rows of a response and
has no cursor: a window of days with a full response is requested again in halves. It sets `noShow`
on cancelled appointments only, writes money and lengths as text, and puts the answers to questions
into `forms`.
Source: https://developers.acuityscheduling.com/reference/get-appointments
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

MOST = 100  # rows of a response: the API's default limit; a larger one is not relied on
WINDOW = timedelta(days=28)
_PATH = "/api/v1/appointments"
_LARGEST = 64_000_000  # bytes of a response: far more than `MOST` appointments need

Appointment = dict[str, Any]


@dataclass(frozen=True)
class AcuityAccount:
    """The address of the API, the user id and the key; `repr` leaves out the key."""

    url: str
    user: str
    key: str = field(repr=False)

    def __post_init__(self) -> None:
        """Raise ConfigProblem for an address that would send the key unencrypted."""
        if not is_private(self.url):
            raise ConfigProblem(
                "ALLAY_ACUITY_URL must begin with https://, so that the key is safe."
            )


@dataclass(frozen=True)
class RequestPolicy:
    """How often to try and how long to wait, in seconds; `pause` comes before every request."""

    pause: float = 0.2
    tries: int = 5
    first_wait: float = 1.0
    longest_wait: float = 120.0
    timeout: float = 30.0
    sleep: Callable[[float], None] = time.sleep


class AcuityClient:
    """Reads the appointments of one account."""

    def __init__(self, account: AcuityAccount, policy: RequestPolicy | None = None) -> None:
        self._account = account
        self._policy = policy or RequestPolicy()

    def windows(self, first: date, last: date) -> Iterator[tuple[date, date, list[Appointment]]]:
        """Yield (first day, last day, appointments) for windows that cover `first` to `last`.

        Cancelled appointments are included. Raises ConfigProblem for a refused key, FileProblem
        for any other failure that a retry cannot solve.
        """
        while first <= last:
            until = min(first + WINDOW - timedelta(days=1), last)
            yield from self._split_window(first, until)
            first = until + timedelta(days=1)

    def _split_window(
        self, first: date, last: date
    ) -> Iterator[tuple[date, date, list[Appointment]]]:
        rows = self._request(first, last)
        if len(rows) < MOST:
            yield first, last, rows
            return
        if first == last:
            raise FileProblem(
                f"Acuity has {MOST} appointments or more on {first}: the API returns no more "
                "than that for one day, so the day cannot be read completely."
            )
        middle = first + (last - first) // 2
        yield from self._split_window(first, middle)
        yield from self._split_window(middle + timedelta(days=1), last)

    def _request(self, first: date, last: date) -> list[Appointment]:
        parameters = {
            "minDate": first.isoformat(),
            "maxDate": last.isoformat(),
            "max": MOST,
            "showall": "true",
        }
        policy, wait = self._policy, self._policy.first_wait
        for tries_left in range(policy.tries - 1, -1, -1):
            policy.sleep(policy.pause)
            try:
                status, retry_after, body = self._get(f"{_PATH}?{urlencode(parameters)}")
            except (OSError, http.client.HTTPException):
                status, retry_after, body = 0, None, b""
            if status == 200:
                return _rows(body)
            if status in (401, 403):
                raise ConfigProblem(
                    "Acuity refuses the user id and key: look at ALLAY_ACUITY_USER and "
                    "ALLAY_ACUITY_KEY."
                )
            if status not in (0, 429) and status < 500:
                raise FileProblem(f"Acuity answers {status} where appointments were asked for.")
            if tries_left:
                policy.sleep(
                    min(retry_after if retry_after is not None else wait, policy.longest_wait)
                )
                wait *= 2
        why = "does not answer" if status == 0 else f"answers {status}"
        raise FileProblem(
            f"Acuity {why}, {policy.tries} times in a row: what came is kept, try again later."
        )

    def _get(self, path: str) -> tuple[int, float | None, bytes]:
        """Return status, seconds to wait if the response says so, and body.

        Redirects are not followed.
        """
        parts = urlsplit(self._account.url)
        connection_class = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        connection = connection_class(parts.netloc, timeout=self._policy.timeout)
        credentials = f"{self._account.user}:{self._account.key}".encode()
        headers = {
            "Authorization": f"Basic {base64.b64encode(credentials).decode()}",
            "Accept": "application/json",
        }
        try:
            connection.request("GET", parts.path.rstrip("/") + path, headers=headers)
            response = connection.getresponse()
            expected_length = response.length or 0
            body = response.read(_LARGEST + 1)
            # With a number of bytes to read, the library treats a broken connection as the end.
            if len(body) < min(expected_length, _LARGEST + 1):
                raise http.client.IncompleteRead(body)
            return response.status, _parse_retry_after(response.getheader("Retry-After")), body
        finally:
            connection.close()


def _parse_retry_after(text: str | None) -> float | None:
    """Return the seconds of a Retry-After header, which holds seconds or a date."""
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
    """Return the header and the records of an export of these appointments.

    Each question is a column. If no question asks for an address, the location is a column, too.
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
    """Return the answers by question; of a question in two forms the first answer counts."""
    answers: dict[str, str] = {}
    for form in row.get("forms") or []:
        for field_values in form.get("values") or []:
            name = _text(field_values, "name").strip()
            if name and name not in _COLUMNS and not answers.get(name):
                answers[name] = _text(field_values, "value")
    return answers


def _end(row: Appointment) -> str:
    """Return the end with its offset from UTC, like the start."""
    try:
        start = datetime.strptime(_text(row, "datetime"), "%Y-%m-%dT%H:%M:%S%z")
        return (start + timedelta(minutes=float(_text(row, "duration")))).isoformat()
    except ValueError:
        return f"{_text(row, 'date')} {_text(row, 'endTime')}".strip()


def _text(row: Any, name: str) -> str:
    value = row.get(name) if isinstance(row, dict) else None
    return "" if value is None else str(value)


# Columns of an export, and how each is read from an appointment of the API.
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
