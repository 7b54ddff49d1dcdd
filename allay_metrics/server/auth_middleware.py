"""Middleware in front of everything: nothing passes without a proven identity."""

import logging
import sys
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from allay_metrics.errors import AllayError, ConfigProblem, RecordsDamaged
from allay_metrics.plausibility import read_whole
from allay_metrics.server.access_rules import Lookups, Rules
from allay_metrics.server.admission import Admission
from allay_metrics.server.auth_html import (
    BUSY,
    DAMAGED,
    DAMAGED_TITLE,
    MOVED,
    NOT_HERE,
    NOT_YET,
    TOO_LARGE,
    WRONG,
    notice_page,
)
from allay_metrics.server.headers import add_headers
from allay_metrics.server.identity import HEADER, OURS, seal
from allay_metrics.server.limits import Limit
from allay_metrics.server.outage import outage_page
from allay_metrics.server.site import RequestInfo
from allay_metrics.server.web_socket_guard import WebSocketGuard

log = logging.getLogger("allay_metrics.gate")

LARGEST = 64 * 1024  # bytes of a request's body
LARGEST_UPLOAD = 201 * 1024 * 1024  # one file of the size Streamlit is set to, and its envelope
REFUSALS = 240  # per address and minute
_READS = ("GET", "HEAD")


class AuthMiddleware:
    """ASGI middleware; everything Streamlit serves is behind it."""

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        """Wrap `app`."""
        self._app, self._rules, self._site = app, rules, rules.site
        self._lookups = Lookups(rules)
        self._refused = Limit(REFUSALS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, refuse, or pass a request on."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        request_info = self._site.read(scope)
        # Identity headers sent by a client are dropped; ours is added where the request passes.
        headers = [header for header in scope["headers"] if not header[0].startswith(OURS)]
        scope = {**scope, "headers": headers}
        send = add_headers(send, path=scope["path"], request_info=request_info)
        if scope["type"] == "websocket":
            tab = WebSocketGuard(self._rules, self._lookups, scope, request_info)
            await tab.run(self._app, receive, send)
        else:
            await self._request(scope, receive, send, request_info)

    async def _request(
        self, scope: Scope, receive: Receive, send: Send, request_info: RequestInfo
    ) -> None:
        answer = _TrackedSend(send)
        most = LARGEST_UPLOAD if self._rules.kind(scope["path"]) == "upload" else LARGEST
        try:
            refusal = await self._refusal(scope, request_info, most)
            if refusal is not None:
                await refusal(scope, receive, answer)
                return
            await self._app(scope, _limit_body(receive, most), answer)
        except _TooLarge:
            await answer.instead(Response(TOO_LARGE, 413), scope, receive)
        except Exception as error:  # noqa: BLE001  the last resort: nobody is shown a traceback
            # The type only: the message may hold what somebody entered.
            log.error("Problem %s at the gate: %s", uuid4().hex[:8], type(error).__name__)  # noqa: TRY400
            await answer.instead(Response(WRONG, 500), scope, receive)

    async def _refusal(self, scope: Scope, request_info: RequestInfo, most: int) -> Response | None:
        """Return the refusal of a request; None lets it pass, with the identity as a header."""
        kind = self._rules.kind(scope["path"])
        if kind == "health":
            return None
        if not self._site.knows(request_info):
            return Response(MOVED, 403)
        if _announced_length(scope) > most:
            return Response(TOO_LARGE, 413)
        if kind == "nothing":
            return Response(NOT_HERE, 404)
        if kind == "open":
            return None
        if scope["method"] not in _READS and self._site.is_foreign(request_info):
            return Response(MOVED, 403)
        admission = await self._look(scope, request_info)
        if isinstance(admission, Response):
            return admission
        if kind == "door":
            return None if admission.runs == "people" else _redirect("/")
        if admission.who is None:
            return self._nobody(scope, request_info, admission)
        scope["headers"].append((HEADER.encode(), seal(admission.who).encode()))
        return None

    async def _look(self, scope: Scope, request_info: RequestInfo) -> Admission | Response:
        """Return who is asking, or the response while that cannot be looked up."""
        try:
            return await self._lookups.find_admission(scope, request_info)
        except ConfigProblem as error:
            # Messages about configuration and damage hold no personal data; others are not logged.
            log.error("Nobody is let in: %s", str(error))  # noqa: TRY400
            return Response(self._why_nobody(error, request_info), 503)
        except AllayError as error:
            log.warning("Nobody can be looked up: %s", type(error).__name__)
            return outage_page(error, scope["method"])

    def _why_nobody(self, error: AllayError, request_info: RequestInfo) -> str:
        """Return the page that says why nobody is let in.

        Only the person at this computer is shown the location of files.
        """
        if not isinstance(error, RecordsDamaged):
            return NOT_YET
        return (
            notice_page(DAMAGED_TITLE, str(error))
            if self._site.is_keyboard(request_info)
            else DAMAGED
        )

    def _nobody(self, scope: Scope, request_info: RequestInfo, admission: Admission) -> Response:
        """Return the response for somebody who is not signed in."""
        if not self._refused.passes(request_info.throttle_key):
            return Response(BUSY, 429, {"Retry-After": "60"})
        if admission.runs != "people":
            return Response(MOVED, 403)
        if self._rules.kind(scope["path"]) != "page" or scope["method"] not in _READS:
            return Response(status_code=401)
        query = scope["query_string"].decode("latin-1")
        wanted = quote(scope["path"]) + (f"?{query}" if query else "")
        return _redirect("/login" if wanted == "/" else f"/login?next={quote(wanted, safe='')}")


def _redirect(where: str) -> Response:
    return RedirectResponse(where, 303)


def _announced_length(scope: Scope) -> int:
    """Return the announced bytes; 0 where it is no number: the body is counted as it arrives."""
    header = Headers(scope=scope).get("content-length", "")
    if header.isascii() and header.isdecimal():
        number = read_whole(header)
        return sys.maxsize if number is None else number  # longer than what is read as one
    return 0


class _TooLarge(Exception):
    """A body is longer than allowed."""


def _limit_body(receive: Receive, most: int) -> Receive:
    """Wrap `receive` to stop at a body that is too large, whatever length was announced."""
    received = 0

    async def bounded() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > most:
            raise _TooLarge
        return message

    return bounded


class _TrackedSend:
    """The `send` of a request, which records whether a response has started."""

    def __init__(self, send: Send) -> None:
        self._send, self._started = send, False

    async def __call__(self, message: Any) -> None:
        self._started = True
        await self._send(message)

    async def instead(self, response: Response, scope: Scope, receive: Receive) -> None:
        """Send another response, unless one has started."""
        if not self._started:
            response.headers["content-type"] = "text/html; charset=utf-8"
            await response(scope, receive, self._send)
