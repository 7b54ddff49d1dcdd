"""Routes to sign in and out by password and code, and to accept an invitation. Plain HTML."""

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from allay_metrics.actions import sign_in as signing
from allay_metrics.actions.devices import find_device
from allay_metrics.actions.sessions import close_session
from allay_metrics.errors import AllayError, NotAllowed, NotFound, RecordsDamaged
from allay_metrics.server import auth_pages
from allay_metrics.server.auth_context import (
    AuthContext,
    answer_page,
    browser_label,
    own_path,
    read_fields,
)
from allay_metrics.server.pin_pages import pin_page
from allay_metrics.server.pin_routes import DEVICE, device_path


class SignInRoutes:
    """The pages to sign in, sign out, and accept an invitation."""

    def __init__(self, auth: AuthContext, label: str = "") -> None:
        """Use the shared context; `label` names the identity provider, if one is configured."""
        self._auth, self._label = auth, label

    def routes(self) -> list[Route]:
        """Return the routes."""
        get, post, safely = ["GET"], ["POST"], self._auth.handle_errors
        return [
            Route("/login", safely(self._login), methods=get),
            Route("/login", safely(self._sign_in), methods=post),
            Route("/logout", safely(self._leave), methods=[*get, *post]),
            Route("/join/{code}", safely(self._invitation), methods=get),
            Route("/join/{code}", safely(self._join), methods=post),
        ]

    async def _login(self, request: Request) -> Response:
        wanted = own_path(request.query_params.get("next", "/"))
        if await self._auth.current_session(request):
            return RedirectResponse(wanted, 303)
        token = self._auth.token(request, DEVICE)
        if token and request.query_params.get("way") != "password":
            device = await to_thread.run_sync(find_device, self._auth.practice(), token)
            if device is not None:
                return answer_page(pin_page(device.name, wanted))
        return answer_page(auth_pages.sign_in_page(wanted, vouches=self._label))

    async def _sign_in(self, request: Request) -> Response:
        form_fields = await read_fields(request)
        wanted, email = (
            own_path(form_fields.get("next", "/")),
            form_fields.get("email", "").strip().lower(),
        )
        if (
            late := self._auth.check_load(request) or self._auth.check_throttle(email, request)
        ) is not None:
            return late
        code = form_fields.get("code") or form_fields.get("recovery", "")
        practice, label = self._auth.practice(), browser_label(request)
        try:
            token = await self._auth.run_hash_check(
                lambda: signing.sign_in(
                    practice, email, form_fields.get("password", ""), code, label=label
                )
            )
        except NotAllowed as error:
            again = auth_pages.sign_in_page(wanted, mistake=str(error), vouches=self._label)
            return answer_page(again, 403)
        self._auth.clear_throttle(email, request)
        where = device_path(wanted) if "remember" in form_fields else wanted
        return self._auth.let_in(request, token, RedirectResponse(where, 303))

    async def _leave(self, request: Request) -> Response:
        # A link on another site must not sign anybody out: it asks first.
        is_own = request.headers.get("sec-fetch-site") == "same-origin"
        if request.method == "GET" and not is_own:
            return answer_page(auth_pages.leave_page())
        if token := self._auth.token(request):
            await to_thread.run_sync(close_session, self._auth.practice(), token)
        response = RedirectResponse("/login", 303)
        response.delete_cookie(**self._auth.cookie(request))
        return response

    async def _invitation(self, request: Request) -> Response:
        code = request.path_params["code"]
        invited = await to_thread.run_sync(signing.read_invitation, self._auth.practice(), code)
        return answer_page(auth_pages.join_page(request.url.path, invited, vouches=self._label))

    async def _join(self, request: Request) -> Response:
        code, form_fields = request.path_params["code"], await read_fields(request)
        practice, label = self._auth.practice(), browser_label(request)
        invited = await to_thread.run_sync(signing.read_invitation, practice, code)
        if (late := self._auth.check_throttle(code, request)) is not None:
            return late
        password = form_fields.get("password", "")
        try:
            signing.check_repeated_password(password, form_fields.get("again", ""))
            joined = await self._auth.run_hash_check(
                lambda: signing.join(
                    practice, code, password, form_fields.get("code", ""), label=label
                )
            )
        except (NotFound, RecordsDamaged):
            raise
        except AllayError as error:
            again = auth_pages.join_page(
                request.url.path, invited, mistake=str(error), vouches=self._label
            )
            return answer_page(again, 422)
        self._auth.clear_throttle(code, request)
        page = answer_page(auth_pages.joined_page(joined))
        return self._auth.let_in(request, joined.token, page)
