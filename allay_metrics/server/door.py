"""The door: signing in and out, setting up an invitation, one's own account. Plain HTML.

The gate has refused other sites' requests before they come here. What is entered is in no log.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import parse_qs, quote

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from allay_metrics.actions import sign_in as signing
from allay_metrics.actions.sessions import ABSOLUTE, Session, end, look
from allay_metrics.errors import AllayError, NotAllowed, NotFound
from allay_metrics.records import DOOR
from allay_metrics.records import Scope as Practice
from allay_metrics.server import door_pages
from allay_metrics.server.browsers import browser_name
from allay_metrics.server.door_html import BUSY, POLICY, notice
from allay_metrics.server.limits import Limit
from allay_metrics.server.rules import cookie_name, session_token
from allay_metrics.server.site import Site
from allay_metrics.server.waits import Waits

DOORS = ("/login", "/logout", "/join", "/account")
_PER_ADDRESS = 60  # tries a minute from one address, whoever is meant
_CHECKS = 2  # at once; whoever comes third waits without a thread
_WAITING = 100
_LONGEST = 512  # characters of one field
_PATH = re.compile(r"/[\w\-./~%]*(?:\?[\w\-./~%=&+]*)?", re.ASCII)
log = logging.getLogger("allay_metrics.door")

Answer = TypeVar("Answer")


class Door:
    """Answers at the doors' paths for the practice that `opened` returns at that moment."""

    def __init__(self, opened: Callable[[], Practice], site: Site, others: str = "") -> None:
        """Serve that practice; `others` is HTML of other ways to sign in."""
        self._opened, self._site, self._others = opened, site, others
        self._waits, self._addresses = Waits(), Limit(_PER_ADDRESS)
        self._limiter: CapacityLimiter | None = None

    def routes(self) -> list[Route]:
        """Return where it answers."""
        get, post = ["GET"], ["POST"]
        return [
            Route("/login", self._safely(self._login), methods=get),
            Route("/login", self._safely(self._sign_in), methods=post),
            Route("/logout", self._safely(self._leave), methods=[*get, *post]),
            Route("/join/{code}", self._safely(self._invitation), methods=get),
            Route("/join/{code}", self._safely(self._join), methods=post),
            Route("/account", self._safely(self._account), methods=get),
            Route("/account/password", self._safely(self._change), methods=post),
            Route("/account/codes", self._safely(self._renew), methods=post),
        ]

    async def _login(self, request: Request) -> Response:
        wanted = own_path(request.query_params.get("next", "/"))
        if await self._here(request):
            return RedirectResponse(wanted, 303)
        return _page(door_pages.sign_in_page(wanted, others=self._others))

    async def _sign_in(self, request: Request) -> Response:
        told = await _fields(request)
        wanted, email = own_path(told.get("next", "/")), told.get("email", "").strip().lower()
        client = self._site.read(request.scope).client
        if (late := self._late(email, client)) is not None:
            return late
        code = told.get("code") or told.get("recovery", "")
        label = browser_name(request.headers.get("user-agent", ""))
        try:
            token = await self._checked(
                lambda: signing.sign_in(
                    self._practice(), email, told.get("password", ""), code, label=label
                )
            )
        except NotAllowed as error:
            again = door_pages.sign_in_page(wanted, mistake=str(error), others=self._others)
            return _page(again, 403)
        self._waits.right(email, client)
        return self._let_in(request, token, RedirectResponse(wanted, 303))

    async def _leave(self, request: Request) -> Response:
        # A link on another site may not sign anybody out: it is asked first.
        ours = request.headers.get("sec-fetch-site") == "same-origin"
        if request.method == "GET" and not ours:
            return _page(door_pages.leave_page())
        if token := self._token(request):
            await to_thread.run_sync(end, self._practice(), token)
        response = RedirectResponse("/login", 303)
        response.delete_cookie(**self._cookie(request))
        return response

    async def _invitation(self, request: Request) -> Response:
        code = request.path_params["code"]
        invited = await to_thread.run_sync(signing.invitation, self._practice(), code)
        return _page(door_pages.join_page(request.url.path, invited))

    async def _join(self, request: Request) -> Response:
        code, told = request.path_params["code"], await _fields(request)
        client = self._site.read(request.scope).client
        invited = await to_thread.run_sync(signing.invitation, self._practice(), code)
        if (late := self._late(code, client)) is not None:
            return late
        password, label = told.get("password", ""), _label(request)
        try:
            _same(password, told.get("again", ""))
            joined = await self._checked(
                lambda: signing.join(
                    self._practice(), code, password, told.get("code", ""), label=label
                )
            )
        except NotFound:
            raise
        except AllayError as error:
            again = door_pages.join_page(request.url.path, invited, mistake=str(error))
            return _page(again, 422)
        self._waits.right(code, client)
        return self._let_in(request, joined.token, _page(door_pages.joined_page(joined)))

    async def _account(self, request: Request) -> Response:
        here = await self._here(request)
        if here is None:
            return _to_login("/account")
        return _page(door_pages.account_page(here.name, here.email))

    async def _change(self, request: Request) -> Response:
        async def change(here: Session, told: Mapping[str, str]) -> Response:
            new, label = told.get("new", ""), _label(request)
            _same(new, told.get("again", ""))
            old, code = told.get("password", ""), told.get("code", "")
            token = await self._checked(
                lambda: signing.change_password(
                    self._practice(), here.person_id, old, code, new, label=label
                )
            )
            done = door_pages.account_page(here.name, here.email, done="Your password is changed.")
            return self._let_in(request, token, _page(done))

        return await self._on_account(request, change)

    async def _renew(self, request: Request) -> Response:
        async def renew(here: Session, told: Mapping[str, str]) -> Response:
            password, code = told.get("password", ""), told.get("code", "")
            fresh = await self._checked(
                lambda: signing.renew_codes(self._practice(), here.person_id, password, code)
            )
            return _page(door_pages.renewed_page(fresh))

        return await self._on_account(request, renew)

    async def _on_account(
        self, request: Request, act: Callable[[Session, Mapping[str, str]], Awaitable[Response]]
    ) -> Response:
        """Do something for whoever is signed in; what goes wrong is said on her account's page."""
        here = await self._here(request)
        if here is None:
            return _to_login("/account")
        client = self._site.read(request.scope).client
        if (late := self._late(here.email, client)) is not None:
            return late
        try:
            response = await act(here, await _fields(request))
        except AllayError as error:
            again = door_pages.account_page(here.name, here.email, mistake=str(error))
            return _page(again, 422)
        self._waits.right(here.email, client)
        return response

    def _practice(self) -> Practice:
        return replace(self._opened(), viewer=DOOR)

    def _token(self, request: Request) -> str:
        asked = self._site.read(request.scope)
        return session_token(request.headers, is_tls=asked.is_tls)

    async def _here(self, request: Request) -> Session | None:
        token = self._token(request)
        return await to_thread.run_sync(look, self._practice(), token) if token else None

    def _cookie(self, request: Request) -> dict[str, Any]:
        is_tls = self._site.read(request.scope).is_tls
        key = cookie_name(is_tls=is_tls)
        return {"key": key, "path": "/", "secure": is_tls, "httponly": True, "samesite": "lax"}

    def _let_in(self, request: Request, token: str, response: Response) -> Response:
        response.set_cookie(value=token, max_age=ABSOLUTE, **self._cookie(request))
        return response

    def _late(self, email: str, client: str) -> Response | None:
        """Return what somebody is told who tries too often; None lets her try."""
        if not self._addresses.passes(client) or self._queue() > _WAITING:
            return _page(BUSY, 429, {"Retry-After": "60"})
        seconds = self._waits.begin(email, client)
        if not seconds:
            return None
        minutes = -(-seconds // 60)
        said = f"There were several wrong tries: wait {minutes} min, then try again."
        return _page(notice("One moment", said), 429, {"Retry-After": str(seconds)})

    def _queue(self) -> int:
        return self._limiter.statistics().tasks_waiting if self._limiter else 0

    async def _checked(self, check: Callable[[], Answer]) -> Answer:
        """Run what hashes a password, two at once: 64 MiB each, and the others go on."""
        if self._limiter is None:
            self._limiter = CapacityLimiter(_CHECKS)
        return await to_thread.run_sync(check, limiter=self._limiter)

    def _safely(
        self, answer: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """Return an endpoint whose foreseen errors are a page with one sentence."""

        async def safely(request: Request) -> Response:
            try:
                response = await answer(request)
            except NotFound as error:
                response = _page(notice("Nothing here", str(error)), 404)
            except AllayError as error:
                log.error("Nobody is let in: %s", error)  # noqa: TRY400
                response = _page(notice("Nobody can sign in", "The server's log says why."), 503)
            response.headers["Content-Security-Policy"] = POLICY
            return response

        return safely


def own_path(told: str) -> str:
    """Return a path of this server to go to, `/` for anything else."""
    fits = len(told) <= _LONGEST * 2 and _PATH.fullmatch(told) and not told.startswith("//")
    return told if fits and not told.startswith(DOORS) else "/"


def _page(html: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(html, status, headers, media_type="text/html")


def _to_login(wanted: str) -> Response:
    return RedirectResponse(f"/login?next={quote(wanted, safe='')}", 303)


def _label(request: Request) -> str:
    return browser_name(request.headers.get("user-agent", ""))


def _same(password: str, again: str) -> None:
    if password != again:
        raise NotAllowed("The two passwords differ: enter the same one twice.")


async def _fields(request: Request) -> dict[str, str]:
    """Return what a form says, the last of each field; the gate has bounded its size."""
    body = (await request.body()).decode("utf-8", "replace")
    told = parse_qs(body, keep_blank_values=True, max_num_fields=20)
    return {name: values[-1][:_LONGEST] for name, values in told.items()}
