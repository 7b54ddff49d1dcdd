"""The parent form: all requests under /c/.

It shows no name and opens only the check-in of its token. Tokens, answers and addresses are never
logged. A wrong, used or expired link gets the same page, after the same lookup.
"""

import hmac
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from urllib.parse import parse_qs
from uuid import uuid4

from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from allay_metrics.actions import parent_form
from allay_metrics.actions.open_form import BIRTH, WORDS, OpenForm
from allay_metrics.actions.parent_form import NOBODY, FormEnd
from allay_metrics.errors import AllayError, NotFound, QuestionProblem, RecordsDamaged
from allay_metrics.outcomes.wording import LANGUAGES
from allay_metrics.plausibility import read_day, read_decimal, read_whole
from allay_metrics.records import Scope as Practice
from allay_metrics.server.form_html import CLOSED, DAMAGED, POLICY, WAIT, away_page, message_page
from allay_metrics.server.form_pages import FormStep, last_page
from allay_metrics.server.headers import ALWAYS, HSTS
from allay_metrics.server.limits import Limit
from allay_metrics.server.outage import AGAIN
from allay_metrics.server.site import Site

log = logging.getLogger("allay_metrics.form")

LARGEST = 16_384  # bytes of a request body; the longest free text has 2,000 characters
FIELDS = 64
PER_LINK = 120  # requests a minute; a quick parent needs thirty
MISSES = 30  # wrong links a minute from one address, before its requests queue
MOST_AT_ONCE = 8  # concurrent link lookups of all clients
_ENDINGS = {"done": "thanks", "left": "left"}
_LAST = {
    WORDS: "thanks",
    "told": "stopped",
    "leave": "left",
}  # the last page by the step that ends the form
_HEADERS = {
    **ALWAYS,
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Content-Type": "text/html; charset=utf-8",
}


@dataclass(frozen=True)
class FormRequest:
    """A parsed request: the token of its link, its fields, and the preferred language."""

    token: str
    query: Mapping[str, str]
    fields: Mapping[str, str]
    signs: tuple[str, ...]
    prefers: str

    @property
    def key(self) -> str:
        """Return the key that every save of this link must contain; only the link reveals it."""
        return sha256(f"form\0{self.token}".encode()).hexdigest()[:32]

    @property
    def sent(self) -> list[tuple[str, str]]:
        """Return the fields of a save as sent, in order."""
        rest = [(name, value) for name, value in self.fields.items() if name != "sign"]
        return [*rest, *(("sign", sign) for sign in self.signs)]

    @property
    def is_ours(self) -> bool:
        """Return whether a save was sent by a page of this link."""
        return hmac.compare_digest(self.fields.get("key", "").encode(), self.key.encode())


class FormRoutes:
    """ASGI app for /c/ and the practice that `opened` returns at that moment.

    Every link is looked up, so that an open one is never refused because of others' guesses from
    the same address. Guessing is slowed down by concurrency: an address with too many wrong links
    waits in a queue that is served one at a time.
    """

    def __init__(
        self,
        opened: Callable[[], Practice],
        site: Site,
        on_sign: Callable[[], None] = lambda: None,
    ) -> None:
        """Serve the open practice; `site` determines the client of a request.

        `on_sign` is called when a parent ticked a warning sign.
        """
        self._opened, self._site, self._on_sign = opened, site, on_sign
        self._links = Limit(PER_LINK)
        self._misses = Limit(MISSES)
        self._lookups, self._queue = CapacityLimiter(MOST_AT_ONCE), CapacityLimiter(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; an unexpected error is a number in the log."""
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except ClientDisconnect:
            return
        except RecordsDamaged as error:
            log.error("No form is shown: %s", str(error))  # noqa: TRY400
            response = Response(DAMAGED, 503)
        except Exception as error:  # noqa: BLE001  the last resort: no page shows a traceback
            number = uuid4().hex[:8]
            # The type only: the message may hold what a parent wrote.
            log.error("Problem %s in the form: %s", number, type(error).__name__)  # noqa: TRY400
            response = Response(CLOSED, 500)
        response.headers.update(_HEADERS)
        if request.url.scheme == "https":
            response.headers["Strict-Transport-Security"] = HSTS
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        rest: str = request.path_params["rest"]
        ending, _, language = rest.partition("/")
        if ending in _ENDINGS and language in LANGUAGES:
            return Response(message_page(language, _ENDINGS[ending]))
        if request.method not in ("GET", "HEAD", "POST"):
            return Response(CLOSED, 405, {"Allow": "GET, HEAD, POST"})
        if not self._links.passes(rest):
            return _wait_answer()
        form_request = await _read_request(request, rest)
        if form_request is None:
            return Response(CLOSED, 413)
        saves = request.method == "POST"
        if saves and (not form_request.is_ours or _is_foreign(request)):
            return Response(CLOSED, 404)
        client = self._site.read(request.scope).throttle_key
        limiter = self._queue if self._misses.is_reached(client) else self._lookups
        answer = self._save if saves else self._show
        try:
            return await to_thread.run_sync(answer, form_request, limiter=limiter)
        except NotFound:
            return Response(CLOSED, 404) if self._misses.passes(client) else _wait_answer()
        except RecordsDamaged:
            raise
        except AllayError as error:
            log.warning("The form cannot ask the records: %s", type(error).__name__)
            headers = {"Retry-After": str(AGAIN), **({} if saves else {"Refresh": str(AGAIN)})}
            return Response(away_page(form_request.sent if saves else ()), 503, headers)

    def _practice(self) -> Practice:
        return replace(self._opened(), viewer=NOBODY)

    def _show(self, form_request: FormRequest) -> Response:
        form = parent_form.open_link(self._practice(), form_request.token)
        step = FormStep(form, _choose_language(form_request, form), form_request.key)
        return Response(step.draw(_choose_step(form, form_request.query.get("at", ""))))

    def _save(self, form_request: FormRequest) -> Response:
        practice, step = self._practice(), form_request.fields.get("step", "")
        try:
            ended = _SAVES.get(step, _save_answer)(practice, form_request)
        except QuestionProblem:
            form = parent_form.open_link(practice, form_request.token)
            shown = step if step in ("signs", BIRTH) and form.consented else form.step
            wrong = {"signs": "signs_choose", BIRTH: "weeks_wrong"}.get(shown, "")
            again = FormStep(form, _choose_language(form_request, form), form_request.key, wrong)
            return Response(again.draw(shown), 422)
        if step == "signs" and form_request.signs:
            self._on_sign()
        if isinstance(ended, FormEnd):
            return _last_answer(ended, step)
        return Response(status_code=303, headers={"Location": form_request.token})


def _last_answer(ended: FormEnd, step: str) -> Response:
    """Return the last page of a form.

    After a ticked sign it is the response to the save itself: an address of its own would have to
    contain the sign.
    """
    if ended.ticked:
        return Response(last_page(ended, _LAST[step]))
    where = next(name for name, key in _ENDINGS.items() if key == _LAST[step])
    return Response(status_code=303, headers={"Location": f"{where}/{ended.language}"})


def _save_consent(practice: Practice, form_request: FormRequest) -> None:
    parent_form.save_consent(
        practice,
        form_request.token,
        in_totals="totals" in form_request.fields,
        language=form_request.fields.get("lang", LANGUAGES[0]),
    )


def _save_signs(practice: Practice, form_request: FormRequest) -> None:
    """Save the ticked signs; a ticked sign wins over "none of these"."""
    ticked = [sign for text in form_request.signs if (sign := read_whole(text)) is not None]
    if not ticked and "none" not in form_request.fields:
        raise QuestionProblem("No sign was ticked, and 'None of these' was not chosen.")
    parent_form.save_signs(practice, form_request.token, ticked)


def _acknowledge_advice(practice: Practice, form_request: FormRequest) -> FormEnd | None:
    if "stop" in form_request.fields:
        return parent_form.stop_form(practice, form_request.token)
    parent_form.confirm_advice(practice, form_request.token)
    return None


def _save_birth(practice: Practice, form_request: FormRequest) -> None:
    birth_fields = {} if "skip" in form_request.fields else form_request.fields
    born, weeks = (birth_fields.get(name, "").strip() for name in ("born", "weeks"))
    day, number = read_day(born), read_whole(weeks)
    if (born and day is None) or (weeks and number is None):
        raise QuestionProblem("That is no date or number.")
    parent_form.save_birth(practice, form_request.token, day, number)


def _save_answer(practice: Practice, form_request: FormRequest) -> None:
    """Save the answer to a question; `skip` wins over a tapped value."""
    value = (
        None
        if "skip" in form_request.fields
        else read_decimal(form_request.fields.get("value", ""))
    )
    if value is None and "skip" not in form_request.fields:
        raise QuestionProblem("Nothing was answered.")
    text = form_request.fields.get("text", "")
    parent_form.save_answer(
        practice, form_request.token, form_request.fields.get("step", ""), value, text
    )


def _send(practice: Practice, form_request: FormRequest) -> FormEnd:
    return parent_form.submit(practice, form_request.token, form_request.fields.get("text", ""))


def _leave(practice: Practice, form_request: FormRequest) -> FormEnd:
    ended = parent_form.opt_out(practice, form_request.token)
    language = form_request.fields.get("lang", ended.language)
    return replace(ended, language=language) if language in LANGUAGES else ended


def _change_language(practice: Practice, form_request: FormRequest) -> None:
    parent_form.choose_language(
        practice, form_request.token, form_request.fields.get("to", LANGUAGES[0])
    )


_SAVES: Mapping[str, Callable[[Practice, FormRequest], FormEnd | None]] = {
    "consent": _save_consent,
    "signs": _save_signs,
    "told": _acknowledge_advice,
    BIRTH: _save_birth,
    WORDS: _send,
    "leave": _leave,
    "language": _change_language,
}


def _choose_step(form: OpenForm, at: str) -> str:
    """Return the step to show: an earlier step if the address asks for one, else the next."""
    if at == "leave":
        return at
    if at == "act" and form.has_read_advice and form.ticked:
        return at
    order = ("consent", "signs", "act", *form.steps)
    now = form.step
    if at in order and at != "act" and now != "act" and order.index(at) < order.index(now):
        return at
    return now


def _choose_language(form_request: FormRequest, form: OpenForm) -> str:
    """Return the language: from the address before consent, stored with the form afterwards."""
    if form.consented:
        return form.language
    chosen = (
        form_request.query.get("lang")
        or form_request.fields.get("lang")
        or form_request.prefers
        or form.language
    )
    return chosen if chosen in LANGUAGES else form.language


async def _read_request(request: Request, token: str) -> FormRequest | None:
    """Return the parsed request; None where it is too large."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            return None
    text = body.decode("utf-8", "replace") if request.method == "POST" else ""
    if text.count("&") >= FIELDS:
        return None
    form_values = parse_qs(text, keep_blank_values=True)
    return FormRequest(
        token=token,
        query=dict(request.query_params),
        fields={name: values[-1] for name, values in form_values.items()},
        signs=tuple(form_values.get("sign", ())),
        prefers="es" if request.headers.get("accept-language", "").startswith("es") else "",
    )


def _is_foreign(request: Request) -> bool:
    """Return whether the browser reports that another site sent this save."""
    return request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none")


def _wait_answer() -> Response:
    return Response(WAIT, 429, {"Retry-After": "60"})
