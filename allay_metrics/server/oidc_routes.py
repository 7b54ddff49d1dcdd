"""Routes to sign in through a provider: the redirect to it, and the way back."""

import hmac
import logging
from dataclasses import asdict
from secrets import token_bytes

from anyio import to_thread
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from allay_metrics.actions.oidc_sign_in import REFUSED, sign_in_by_oidc
from allay_metrics.errors import NotAllowed
from allay_metrics.server.auth_context import AuthContext, answer_page, browser_label, own_path
from allay_metrics.server.auth_pages import sign_in_page
from allay_metrics.server.oidc import OidcRefused, PendingSignIn, Provider

_UNDERWAY = "oidc"  # the cookie of a sign-in between its two requests
_FOR = 10 * 60  # seconds
_BACK = "/login/oidc/back"
log = logging.getLogger("allay_metrics.door")


class OidcRoutes:
    """The redirect to the provider and the callback from it."""

    def __init__(self, auth: AuthContext, provider: Provider) -> None:
        """Use the shared context; a sign-in in progress when this process ends must start again."""
        self._auth, self._provider = auth, provider
        self._seal = URLSafeTimedSerializer(token_bytes(32), salt="oidc")

    def routes(self) -> list[Route]:
        """Return the routes."""
        safely = self._auth.handle_errors
        return [
            Route("/login/oidc", safely(self._begin), methods=["GET"]),
            Route(_BACK, safely(self._back), methods=["GET"]),
        ]

    async def _begin(self, request: Request) -> Response:
        if (busy := self._auth.check_load(request)) is not None:
            return busy
        try:
            where, pending_sign_in = await to_thread.run_sync(
                self._provider.begin, self._address(request)
            )
        except OidcRefused as refused:
            return self._refuse(str(refused))
        wanted = own_path(request.query_params.get("next", "/"))
        response = RedirectResponse(where, 303)
        underway = str(self._seal.dumps({**asdict(pending_sign_in), "wanted": wanted}))
        cookie = self._auth.cookie(request, _UNDERWAY)
        response.set_cookie(value=underway, max_age=_FOR, **cookie)
        return response

    async def _back(self, request: Request) -> Response:
        if (busy := self._auth.check_load(request)) is not None:
            return busy
        try:
            pending_sign_in, wanted = self._underway(request)
            response = await self._let_in(request, pending_sign_in, wanted)
        except OidcRefused as refused:
            response = self._refuse(str(refused))
        except NotAllowed:
            response = self._refuse("nobody of that kind is invited")
        response.delete_cookie(**self._auth.cookie(request, _UNDERWAY))
        return response

    def _underway(self, request: Request) -> tuple[PendingSignIn, str]:
        """Return the state of this browser's sign-in. Raises Refused for one it did not begin."""
        sealed = request.cookies.get(self._auth.cookie(request, _UNDERWAY)["key"], "")
        try:
            values = self._seal.loads(sealed, max_age=_FOR)
        except BadSignature:
            raise OidcRefused("no sign-in is under way in this browser") from None
        wanted = values.pop("wanted")
        pending_sign_in = PendingSignIn(**values)
        state = request.query_params.get("state", "")
        if not hmac.compare_digest(state.encode(), pending_sign_in.state.encode()):
            raise OidcRefused("the answer belongs to another sign-in")
        return pending_sign_in, wanted

    async def _let_in(
        self, request: Request, pending_sign_in: PendingSignIn, wanted: str
    ) -> Response:
        code, back = request.query_params.get("code", ""), self._address(request)
        if not code:
            raise OidcRefused("the provider sent nobody")
        who = await to_thread.run_sync(self._provider.finish, pending_sign_in, code, back)
        practice, label = self._auth.practice(), browser_label(request)
        token = await to_thread.run_sync(
            lambda: sign_in_by_oidc(practice, who.issuer, who.subject, who.email, label=label)
        )
        return self._auth.let_in(request, token, RedirectResponse(wanted, 303))

    def _refuse(self, why: str) -> Response:
        """Return the sign-in page with one sentence; the log has the reason, without any token."""
        log.warning("A sign-in by an account elsewhere is refused: %s", why)
        label = self._provider.settings.label
        return answer_page(sign_in_page("/", mistake=REFUSED, vouches=label), 403)

    def _address(self, request: Request) -> str:
        return f"{self._auth.address(request)}{_BACK}"
