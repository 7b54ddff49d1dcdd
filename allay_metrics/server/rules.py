"""What lies behind the gate and what stands open, and who is asking for it."""

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
SESSION = "sid"  # the cookie of who is signed in
_HEALTH = "/_stcore/health"
_UPLOAD = "/_stcore/upload_file"
# The parents' form has links of its own; the typeface is drawn on the page to sign in, too.
_OPEN = ("/c/", "/app/static/fonts/")
# Streamlit's own sign-in, its door for agents and its figures about visitors are not used here.
_NOTHING = (
    "/_stcore/metrics",
    "/_stcore/agent",
    "/_stcore/script-health-check",
    "/auth",
    "/oauth2callback",
)
_INSIDE = ("/_stcore", "/media", "/component", "/static", "/app")
# Streamlit's scripts are the same for everybody, and a page asks for a hundred of them.
_BUNDLES = "/static/"
_BUNDLES_FOR = 10.0  # seconds
_IN_THE_OPEN = "People sign in at the address ALLAY_PUBLIC_URL names, over TLS, and at no other."
_TOKEN = re.compile(r"[\w-]{43}", re.ASCII)


@dataclass(frozen=True)
class Rules:
    """What a gate is set up with: where it stands, whose practice, and what stands open beside it.

    `doors` are paths of ours for whoever is not known yet; `farewell` is the message that makes an
    open tab load its page anew, and `is_click` says of a message of a tab whether a person sent it.
    """

    site: Site
    opened: Callable[[], Practice]
    doors: tuple[str, ...]
    farewell: bytes
    is_click: Callable[[bytes], bool]

    def kind(self, path: str) -> Kind:
        """Return what a path leads to."""
        if path == _HEALTH:
            return "health"
        if path.startswith(_OPEN) and ".." not in path:
            return "open"
        if _leads(path, _NOTHING):
            return "nothing"
        if _leads(path, self.doors):
            return "door"
        if _leads(path, (_UPLOAD,)):
            return "upload"
        return "inside" if _leads(path, _INSIDE) else "page"


class Lookups:
    """Says who is asking, by the cookie of a request or of a tab that was opened with it."""

    def __init__(self, rules: Rules) -> None:
        """Look people up as the rules say."""
        self._site = rules.site
        self._admissions = Admissions(rules.opened)
        self._bundles: dict[str, tuple[float, Admission]] = {}

    async def who(
        self, scope: Scope, request_info: RequestInfo, *, clicks: bool = True
    ) -> Admission:
        """Return who is asking at this moment. Raises ConfigProblem as `Admissions.look` does."""
        token = session_token(Headers(scope=scope), is_tls=request_info.is_tls)
        # Of Streamlit's own scripts an answer of a few seconds ago is good enough.
        moment, kept = time.monotonic(), self._bundles.get(token)
        bundle = scope["path"].startswith(_BUNDLES)
        if bundle and token and kept and moment < kept[0]:
            return kept[1]
        admission = await run_in_threadpool(
            self._admissions.look,
            token,
            at_keyboard=self._site.is_keyboard(request_info),
            clicks=clicks,
        )
        if admission.runs == "people" and not self._site.may_sign_in(request_info):
            raise ConfigProblem(_IN_THE_OPEN)
        # Nobody's token is kept: whoever sends many, each another one, fills nothing.
        if bundle and token and admission.runs == "people" and admission.who is not None:
            fresh = {one: entry for one, entry in self._bundles.items() if moment < entry[0]}
            self._bundles = {**fresh, token: (moment + _BUNDLES_FOR, admission)}
        return admission


def cookie_name(name: str = SESSION, *, is_tls: bool) -> str:
    """Return the full name of a cookie of ours: over TLS one that no other site can set."""
    return f"__Host-{name}" if is_tls else name


def session_token(headers: Headers, *, is_tls: bool) -> str:
    """Return the session id a request carries, empty for none."""
    return cookie_token(headers, SESSION, is_tls=is_tls)


def cookie_token(headers: Headers, name: str, *, is_tls: bool) -> str:
    """Return the token in a cookie of ours, empty for none and for what is no token."""
    jar: SimpleCookie = SimpleCookie()
    with suppress(CookieError):
        jar.load(headers.get("cookie", ""))
    cookie = jar.get(cookie_name(name, is_tls=is_tls))
    return cookie.value if cookie and _TOKEN.fullmatch(cookie.value) else ""


def _leads(path: str, starts: tuple[str, ...]) -> bool:
    return any(path == one.rstrip("/") or path.startswith(f"{one.rstrip('/')}/") for one in starts)
