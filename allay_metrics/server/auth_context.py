"""What the sign-in routes share: the session, cookies, throttling, errors as one sentence.

The middleware has refused other sites' requests before. What is entered is never logged.
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

from allay_metrics.actions.sessions import ABSOLUTE, Session, read_session
from allay_metrics.errors import AllayError, Conflict, NotFound, RecordsDamaged, Unreachable
from allay_metrics.records import DOOR
from allay_metrics.records import Scope as Practice
from allay_metrics.server.access_rules import SESSION, cookie_name, cookie_token
from allay_metrics.server.auth_html import BUSY, DAMAGED, POLICY, notice_page
from allay_metrics.server.browsers import browser_name
from allay_metrics.server.limits import Limit
from allay_metrics.server.login_throttle import LoginThrottle
from allay_metrics.server.outage import outage_page
from allay_metrics.server.site import Site

DOORS = ("/login", "/logout", "/join", "/account")
_PER_ADDRESS = 60  # tries per minute from one address, for any account
_CHECKS = 2  # at once; the third waits without a thread
_WAITING = 100
_FIELDS = 20
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")  # not allowed in passwords; databases reject NUL
_LONGEST = 512  # characters of one field
_PATH = re.compile(r"/[\w\-./~%]*(?:\?[\w\-./~%=&+]*)?", re.ASCII)
log = logging.getLogger("allay_metrics.door")

Answer = TypeVar("Answer")
Endpoint = Callable[[Request], Awaitable[Response]]


class AuthContext:
    """Context of all sign-in routes, for the practice that `opened` returns at that moment."""

    def __init__(self, opened: Callable[[], Practice], site: Site) -> None:
        """Start with no try counted."""
        self._opened, self._site = opened, site
        self._throttle, self._addresses = LoginThrottle(), Limit(_PER_ADDRESS)
        self._limiter: CapacityLimiter | None = None

    def practice(self) -> Practice:
        """Return the practice in the scope of the sign-in routes."""
        return replace(self._opened(), viewer=DOOR)

    def address(self, request: Request) -> str:
        """Return the address of this server in the request, without a trailing slash."""
        request_info = self._site.read(request.scope)
        return f"{'https' if request_info.is_tls else 'http'}://{request_info.host}"

    def token(self, request: Request, name: str = SESSION) -> str:
        """Return the token in one of our cookies, empty for none."""
        is_tls = self._site.read(request.scope).is_tls
        return cookie_token(request.headers, name, is_tls=is_tls)

    def cookie(self, request: Request, name: str = SESSION) -> dict[str, Any]:
        """Return the attributes of one of our cookies, without its value."""
        is_tls = self._site.read(request.scope).is_tls
        key = cookie_name(name, is_tls=is_tls)
        return {"key": key, "path": "/", "secure": is_tls, "httponly": True, "samesite": "lax"}

    async def current_session(self, request: Request) -> Session | None:
        """Return the session of the request; None where there is none."""
        token = self.token(request)
        return await to_thread.run_sync(read_session, self.practice(), token) if token else None

    def let_in(self, request: Request, token: str, response: Response) -> Response:
        """Return the response with a new session's cookie."""
        response.set_cookie(value=token, max_age=ABSOLUTE, **self.cookie(request))
        return response

    def check_load(self, request: Request) -> Response | None:
        """Return the refusal for an address with too many tries, for any account; None allows it.

        Only before anything is proven: a device, an invitation or a session is never refused for
        the tries of others at the same address.
        """
        if self._addresses.passes(self._client(request)):
            return None
        return answer_page(BUSY, 429, {"Retry-After": "60"})

    def check_throttle(self, account: str, request: Request) -> Response | None:
        """Return the refusal after several wrong tries; None allows another.

        `account` is what is tried: an account, an invitation, a device or a session.
        """
        if self._queue() > _WAITING:
            return answer_page(BUSY, 429, {"Retry-After": "60"})
        seconds = self._throttle.count_try(account, self._client(request))
        if not seconds:
            return None
        minutes = -(-seconds // 60)
        message = f"There were several wrong tries: wait {minutes} min, then try again."
        return answer_page(notice_page("One moment", message), 429, {"Retry-After": str(seconds)})

    def clear_throttle(self, account: str, request: Request) -> None:
        """Clear the wrong tries after a right one."""
        self._throttle.clear_tries(account, self._client(request))

    async def run_hash_check(self, check: Callable[[], Answer]) -> Answer:
        """Run a password check, at most two at once: each takes 64 MiB."""
        if self._limiter is None:
            self._limiter = CapacityLimiter(_CHECKS)
        return await to_thread.run_sync(check, limiter=self._limiter)

    def handle_errors(self, answer: Endpoint) -> Endpoint:
        """Wrap an endpoint: expected errors become a page with one sentence."""

        async def safely(request: Request) -> Response:
            try:
                response = await answer(request)
            except NotFound as error:
                response = answer_page(notice_page("Nothing here", str(error)), 404)
            except RecordsDamaged as error:
                log.error("Nobody is let in: %s", str(error))  # noqa: TRY400
                response = answer_page(DAMAGED, 503)
            except (Unreachable, Conflict) as error:
                log.warning("A sign-in page cannot read the records: %s", type(error).__name__)
                response = outage_page(error, request.method)
            except AllayError as error:
                log.error("Nobody is let in: %s", error)  # noqa: TRY400
                notice_html = notice_page("Nobody can sign in", "The server's log says why.")
                response = answer_page(notice_html, 503)
            response.headers["Content-Security-Policy"] = POLICY
            return response

        return safely

    def _client(self, request: Request) -> str:
        return self._site.read(request.scope).throttle_key

    def _queue(self) -> int:
        return self._limiter.statistics().tasks_waiting if self._limiter else 0


def own_path(path: str) -> str:
    """Return the path if it belongs to this server, else `/`."""
    fits = len(path) <= _LONGEST * 2 and _PATH.fullmatch(path) and not path.startswith("//")
    return path if fits and not path.startswith(DOORS) else "/"


def answer_page(html: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a page as a response."""
    return Response(html, status, headers, media_type="text/html")


def redirect_to_login(wanted: str) -> Response:
    """Return the way to the page to sign in, and from there to `wanted`."""
    return RedirectResponse(f"/login?next={quote(wanted, safe='')}", 303)


def browser_label(request: Request) -> str:
    """Return the browser's name as the list of sessions shows it."""
    return browser_name(request.headers.get("user-agent", ""))


async def read_fields(request: Request) -> dict[str, str]:
    """Return what a form says, the last of each field; the gate has bounded its size."""
    body = (await request.body()).decode("utf-8", "replace")
    if body.count("&") >= _FIELDS:
        return {}  # no form of ours
    form_values = parse_qs(body, keep_blank_values=True)
    return {name: _CONTROL.sub("", values[-1])[:_LONGEST] for name, values in form_values.items()}
