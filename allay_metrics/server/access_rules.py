"""The kinds of paths, protected or open, and the lookup of who is asking."""

import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Literal

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import Scope

from allay_metrics.errors import ConfigProblem
from allay_metrics.records import Scope as Practice
from allay_metrics.server.admission import Admission, Admissions
from allay_metrics.server.site import RequestInfo, Site

Kind = Literal["health", "open", "nothing", "door", "upload", "inside", "page"]

STREAM = "/_stcore/stream"
SESSION = "sid"  # the session cookie
_HEALTH = "/_stcore/health"
_UPLOAD = "/_stcore/upload_file"
# The parent form has links of its own; the sign-in page uses the typeface, too.
_OPEN = ("/c/", "/app/static/fonts/")
# Streamlit's own sign-in, agent and metrics endpoints are not used here.
_NOTHING = (
    "/_stcore/metrics",
    "/_stcore/agent",
    "/_stcore/script-health-check",
    "/auth",
    "/oauth2callback",
)
_INSIDE = ("/_stcore", "/media", "/component", "/static", "/app")
# Streamlit's scripts are the same for everybody, and a page loads a hundred of them.
_BUNDLES = "/static/"
_BUNDLES_FOR = 10.0  # seconds
_IN_THE_OPEN = "People sign in at the address ALLAY_PUBLIC_URL names, over TLS, and at no other."
_TOKEN = re.compile(r"[\w-]{43}", re.ASCII)


@dataclass(frozen=True)
class Rules:
    """The configuration of the middleware: the site, the practice, and the open paths.

    `doors` are the sign-in paths; `farewell` is the message that makes an open tab reload its page,
    and `is_click` returns whether a tab's message was sent by a person.
    """

    site: Site
    opened: Callable[[], Practice]
    doors: tuple[str, ...]
    farewell: bytes
    is_click: Callable[[bytes], bool]

    def kind(self, path: str) -> Kind:
        """Return the kind of a path."""
        if path == _HEALTH:
            return "health"
        if path.startswith(_OPEN) and ".." not in path:
            return "open"
        if _starts_with_any(path, _NOTHING):
            return "nothing"
        if _starts_with_any(path, self.doors):
            return "door"
        if _starts_with_any(path, (_UPLOAD,)):
            return "upload"
        return "inside" if _starts_with_any(path, _INSIDE) else "page"


class Lookups:
    """Finds out who is asking, by the cookie of a request or of a tab's handshake."""

    def __init__(self, rules: Rules) -> None:
        """Look up sessions in the practice of the rules."""
        self._site = rules.site
        self._admissions = Admissions(rules.opened)
        self._bundles: dict[str, tuple[float, Admission]] = {}

    async def find_admission(
        self, scope: Scope, request_info: RequestInfo, *, clicks: bool = True
    ) -> Admission:
        """Return the admission of the current request. Raises ConfigProblem."""
        token = session_token(Headers(scope=scope), is_tls=request_info.is_tls)
        # For Streamlit's own scripts a result a few seconds old is good enough.
        moment, kept = time.monotonic(), self._bundles.get(token)
        bundle = scope["path"].startswith(_BUNDLES)
        if bundle and token and kept and moment < kept[0]:
            return kept[1]
        admission = await run_in_threadpool(
            self._admissions.find_admission,
            token,
            at_keyboard=self._site.is_keyboard(request_info),
            clicks=clicks,
        )
        if admission.runs == "people" and not self._site.may_sign_in(request_info):
            raise ConfigProblem(_IN_THE_OPEN)
        # Only valid sessions are cached: random tokens cannot fill the memory.
        if bundle and token and admission.runs == "people" and admission.who is not None:
            fresh = {key: entry for key, entry in self._bundles.items() if moment < entry[0]}
            self._bundles = {**fresh, token: (moment + _BUNDLES_FOR, admission)}
        return admission


def cookie_name(name: str = SESSION, *, is_tls: bool) -> str:
    """Return the full name of a cookie: over TLS with the prefix that no other site can set."""
    return f"__Host-{name}" if is_tls else name


def session_token(headers: Headers, *, is_tls: bool) -> str:
    """Return the session id of a request, empty for none."""
    return cookie_token(headers, SESSION, is_tls=is_tls)


def cookie_token(headers: Headers, name: str, *, is_tls: bool) -> str:
    """Return the token in one of our cookies, empty for none and for an invalid one."""
    jar: SimpleCookie = SimpleCookie()
    with suppress(CookieError):
        jar.load(headers.get("cookie", ""))
    cookie = jar.get(cookie_name(name, is_tls=is_tls))
    return cookie.value if cookie and _TOKEN.fullmatch(cookie.value) else ""


def _starts_with_any(path: str, starts: tuple[str, ...]) -> bool:
    prefixes = [start.rstrip("/") for start in starts]
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in prefixes)
