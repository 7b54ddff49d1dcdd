"""Routes of one's own account: change the password, recovery codes, the phone."""

from collections.abc import Awaitable, Callable, Mapping

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from allay_metrics import config
from allay_metrics.actions import sign_in as signing
from allay_metrics.actions.second_factor import new_secret
from allay_metrics.actions.sessions import Session
from allay_metrics.errors import AllayError, QuestionProblem, RecordsDamaged
from allay_metrics.server import auth_pages
from allay_metrics.server.auth_context import (
    AuthContext,
    answer_page,
    browser_label,
    read_fields,
    redirect_to_login,
)
from allay_metrics.server.pin_pages import phone_page

Act = Callable[[Session, Mapping[str, str]], Awaitable[Response]]
RenderAgain = Callable[[Session, Mapping[str, str], str], str]
_CONNECT = 15 * 60  # seconds to connect a phone
_STALE = "This page was open for too long: scan the new code below."


class AccountRoutes:
    """The account pages of the signed-in person."""

    def __init__(self, auth: AuthContext) -> None:
        """Use the shared context of all sign-in routes."""
        self._auth = auth

    def routes(self) -> list[Route]:
        """Return the routes."""
        get, post, safely = ["GET"], ["POST"], self._auth.handle_errors
        return [
            Route("/account", safely(self._account), methods=get),
            Route("/account/password", safely(self._change), methods=post),
            Route("/account/codes", safely(self._renew), methods=post),
            Route("/account/phone", safely(self._phone), methods=get),
            Route("/account/phone", safely(self._connect), methods=post),
        ]

    async def _account(self, request: Request) -> Response:
        here = await self._auth.current_session(request)
        if here is None:
            return redirect_to_login("/account")
        return answer_page(auth_pages.account_page(here.name, here.email))

    async def _change(self, request: Request) -> Response:
        async def change(here: Session, form_fields: Mapping[str, str]) -> Response:
            practice, label = self._auth.practice(), browser_label(request)
            old, code, new = (form_fields.get(name, "") for name in ("password", "code", "new"))
            signing.check_repeated_password(new, form_fields.get("again", ""))
            token = await self._auth.run_hash_check(
                lambda: signing.change_password(
                    practice, here.person_id, old, code, new, label=label
                )
            )
            done = auth_pages.account_page(here.name, here.email, done="Your password is changed.")
            return self._auth.let_in(request, token, answer_page(done))

        return await self._on_account(request, change, _render_account)

    async def _renew(self, request: Request) -> Response:
        async def renew(here: Session, form_fields: Mapping[str, str]) -> Response:
            practice = self._auth.practice()
            password, code = form_fields.get("password", ""), form_fields.get("code", "")
            fresh = await self._auth.run_hash_check(
                lambda: signing.renew_codes(practice, here.person_id, password, code)
            )
            return answer_page(auth_pages.renewed_page(fresh))

        return await self._on_account(request, renew, _render_account)

    async def _phone(self, request: Request) -> Response:
        here = await self._auth.current_session(request)
        if here is None:
            return redirect_to_login("/account/phone")
        return answer_page(_render_phone(here, {}, ""))

    async def _connect(self, request: Request) -> Response:
        async def connect(here: Session, form_fields: Mapping[str, str]) -> Response:
            secret = _unseal(form_fields.get("sealed", ""), here)
            if secret is None:
                raise QuestionProblem(_STALE)
            practice, label = self._auth.practice(), browser_label(request)
            password, code, fresh = (
                form_fields.get(name, "") for name in ("password", "code", "fresh")
            )
            token = await self._auth.run_hash_check(
                lambda: signing.change_phone(
                    practice, here.person_id, password, code, (secret, fresh), label=label
                )
            )
            done = "Your new phone is connected. Use its codes from now on."
            page = answer_page(auth_pages.account_page(here.name, here.email, done=done))
            return self._auth.let_in(request, token, page)

        return await self._on_account(request, connect, _render_phone)

    async def _on_account(self, request: Request, act: Act, again: RenderAgain) -> Response:
        """Run an action of the signed-in person; an error is shown on the page of `again`."""
        here = await self._auth.current_session(request)
        if here is None:
            return redirect_to_login("/account")
        if (late := self._auth.check_throttle(here.ref, request)) is not None:
            return late
        form_fields = await read_fields(request)
        try:
            response = await act(here, form_fields)
        except RecordsDamaged:
            raise
        except AllayError as error:
            return answer_page(again(here, form_fields, str(error)), 422)
        self._auth.clear_throttle(here.ref, request)
        return response


def _render_account(here: Session, _fields: Mapping[str, str], mistake: str) -> str:
    return auth_pages.account_page(here.name, here.email, mistake=mistake)


def _render_phone(here: Session, form_fields: Mapping[str, str], mistake: str) -> str:
    """Return the page with the secret scanned before, while it is still valid."""
    secret = _unseal(form_fields.get("sealed", ""), here) or new_secret()
    sealed = str(_build_serializer().dumps([here.person_id, secret]))
    return phone_page(here.email, secret, sealed, mistake=mistake)


def _unseal(sealed: str, here: Session) -> str | None:
    try:
        person_id, secret = _build_serializer().loads(sealed, max_age=_CONNECT)
    except (BadSignature, ValueError, TypeError):
        return None
    return str(secret) if person_id == here.person_id else None


def _build_serializer() -> URLSafeTimedSerializer:
    """Return the serializer that signs the secret in the page, so that it cannot be replaced."""
    return URLSafeTimedSerializer(config.session_secret(), salt="another phone")
