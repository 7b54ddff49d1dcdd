"""One open tab: its WebSocket to Streamlit, checked with every message and every 30 seconds.

Signing out, a disabled account or a new password closes a tab at its next click, or within that
time.
"""

import asyncio
import logging
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from allay_metrics.errors import ConfigProblem
from allay_metrics.records.column_types import now
from allay_metrics.server.access_rules import STREAM, Lookups, Rules, session_token
from allay_metrics.server.identity import HEADER, Identity, seal
from allay_metrics.server.site import RequestInfo

log = logging.getLogger("allay_metrics.gate")

WATCH = 30  # seconds
_VIOLATION = 1008


class WebSocketGuard:
    """Passes one WebSocket on for as long as the person who opened it may use it."""

    def __init__(
        self, rules: Rules, lookups: Lookups, scope: Scope, request_info: RequestInfo
    ) -> None:
        """Keep the handshake of the socket."""
        self._rules, self._lookups, self._scope, self._request_info = (
            rules,
            lookups,
            scope,
            request_info,
        )
        self._who: Identity | None = None
        self._until = 0  # seconds since 1970 UTC: end of her session without another click
        self._ended = False

    async def run(self, app: ASGIApp, receive: Receive, send: Send) -> None:
        """Serve the socket until either side closes it."""
        refused = await self._refused()
        if refused:
            has_token = session_token(Headers(scope=self._scope), is_tls=self._request_info.is_tls)
            if refused == 401 and has_token:
                # A tab that wakes up after its session ended is reloaded, to sign in again.
                await _accept(self._scope, send)
                await self._part(send)
            else:
                await _deny(refused, self._scope, send)
            return
        assert self._who is not None
        self._scope["headers"].append((HEADER.encode(), seal(self._who).encode()))
        watch = asyncio.create_task(self._watch(send))
        try:
            await app(self._scope, self._checked(receive, send), self._until_ended(send))
        finally:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch

    async def _refused(self) -> int:
        """Return the status to refuse the handshake with, 0 to accept it."""
        site = self._rules.site
        # Before Streamlit sees it: for a foreign origin it would ask an outside service.
        if not site.knows(self._request_info) or not site.is_own_origin(self._request_info):
            return 403
        if self._scope["path"] != STREAM:
            return 404
        try:
            admission = await self._lookups.find_admission(self._scope, self._request_info)
        except ConfigProblem as error:
            log.error("Nobody is let in: %s", error)  # noqa: TRY400
            return 503
        except Exception as error:  # noqa: BLE001  the browser tries again by itself
            log.warning("A tab cannot be let in: %s", type(error).__name__)
            return 503
        self._who, self._until = admission.who, admission.until
        if admission.who is None:
            return 401 if admission.runs == "people" else 403
        return 0

    async def _is_here(self, *, clicks: bool) -> bool:
        """Return whether the person who opened the tab may still use it.

        While the records are unreachable she may for as long as her session would last without
        another click: a short outage signs nobody out, and a long one keeps nobody signed in.
        """
        try:
            admission = await self._lookups.find_admission(
                self._scope, self._request_info, clicks=clicks
            )
        except ConfigProblem:
            return False
        except Exception as error:  # noqa: BLE001  whatever it is, the next check tries again
            log.warning("A tab cannot be checked: %s", type(error).__name__)
            return now() < self._until
        self._until = admission.until
        return admission.who == self._who

    def _checked(self, receive: Receive, send: Send) -> Receive:
        async def checked() -> Message:
            message = await receive()
            if message["type"] != "websocket.receive":
                return message
            if await self._is_here(clicks=self._rules.is_click(message.get("bytes") or b"")):
                return message
            await self._part(send)
            return {"type": "websocket.disconnect", "code": _VIOLATION, "reason": ""}

        return checked

    def _until_ended(self, send: Send) -> Send:
        async def until_ended(message: Message) -> None:
            if not self._ended:
                await send(message)

        return until_ended

    async def _watch(self, send: Send) -> None:
        while not self._ended:
            await asyncio.sleep(WATCH)
            if not await self._is_here(clicks=False):
                await self._part(send)

    async def _part(self, send: Send) -> None:
        """Make the tab reload its page, and close the socket."""
        if self._ended:
            return
        self._ended = True
        # The tab may have disconnected already.
        with suppress(Exception):
            await send({"type": "websocket.send", "bytes": self._rules.farewell})
            await send({"type": "websocket.close", "code": _VIOLATION})


async def _accept(scope: Scope, send: Send) -> None:
    offered = scope.get("subprotocols") or [None]
    await send({"type": "websocket.accept", "subprotocol": offered[0], "headers": []})


async def _deny(status: int, scope: Scope, send: Send) -> None:
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": _VIOLATION})
        return
    start = {"type": "websocket.http.response.start", "status": status, "headers": []}
    await send(start)
    await send({"type": "websocket.http.response.body", "body": b""})
