"""Routes of a remembered device: sign in by PIN, and set a PIN."""

from urllib.parse import quote

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from allay_metrics.actions.devices import (
    REMEMBERED_FOR,
    check_pin,
    find_device,
    remember_device,
    sign_in_by_pin,
)
from allay_metrics.errors import NotAllowed, NotFound, QuestionProblem
from allay_metrics.server.auth_context import (
    AuthContext,
    answer_page,
    browser_label,
    own_path,
    read_fields,
    redirect_to_login,
)
from allay_metrics.server.auth_pages import sign_in_page
from allay_metrics.server.pin_pages import device_page, pin_page

DEVICE = "device"
_SET = "/account/device"


class PinRoutes:
    """The pages to sign in by PIN and to remember a device."""

    def __init__(self, auth: AuthContext) -> None:
        """Use the shared context of all sign-in routes."""
        self._auth = auth

    def routes(self) -> list[Route]:
        """Return the routes."""
        get, post, safely = ["GET"], ["POST"], self._auth.handle_errors
        return [
            Route("/login/pin", safely(self._sign_in), methods=post),
            Route(_SET, safely(self._ask), methods=get),
            Route(_SET, safely(self._remember), methods=post),
        ]

    async def _sign_in(self, request: Request) -> Response:
        form_fields, token = await read_fields(request), self._auth.token(request, DEVICE)
        wanted, practice = own_path(form_fields.get("next", "/")), self._auth.practice()
        device = await to_thread.run_sync(find_device, practice, token) if token else None
        if device is None:
            return redirect_to_login(wanted)
        if (late := self._auth.check_throttle(device.id, request)) is not None:
            return late
        label, pin = browser_label(request), form_fields.get("pin", "")
        try:
            session = await self._auth.run_hash_check(
                lambda: sign_in_by_pin(practice, token, pin, label=label)
            )
        except NotAllowed as error:
            return answer_page(pin_page(device.name, wanted, mistake=str(error)), 403)
        except NotFound as error:
            gone = answer_page(sign_in_page(wanted, mistake=str(error)), 403)
            gone.delete_cookie(**self._auth.cookie(request, DEVICE))
            return gone
        self._auth.clear_throttle(device.id, request)
        return self._auth.let_in(request, session, RedirectResponse(wanted, 303))

    async def _ask(self, request: Request) -> Response:
        wanted = own_path(request.query_params.get("next", "/"))
        if await self._auth.current_session(request) is None:
            return redirect_to_login("/")
        return answer_page(device_page(wanted, browser_label(request)))

    async def _remember(self, request: Request) -> Response:
        here, form_fields = await self._auth.current_session(request), await read_fields(request)
        if here is None:
            return redirect_to_login("/")
        wanted, label = own_path(form_fields.get("next", "/")), browser_label(request)
        practice, pin = self._auth.practice(), form_fields.get("pin", "")
        before = self._auth.token(request, DEVICE)
        try:
            check_pin(pin, form_fields.get("again", ""))
            token = await self._auth.run_hash_check(
                lambda: remember_device(practice, here, pin, label=label, before=before)
            )
        except QuestionProblem as error:
            return answer_page(device_page(wanted, label, mistake=str(error)), 422)
        response = RedirectResponse(wanted, 303)
        cookie = self._auth.cookie(request, DEVICE)
        response.set_cookie(value=token, max_age=REMEMBERED_FOR, **cookie)
        return response


def device_path(wanted: str) -> str:
    """Return the path to remember a device; `wanted` is opened afterwards."""
    return f"{_SET}?next={quote(wanted, safe='')}"
