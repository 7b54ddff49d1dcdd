"""The ASGI app: middleware, sign-in routes, the parent form, and the dashboard."""

from collections.abc import Callable

from starlette.middleware import Middleware
from starlette.routing import Route
from streamlit.starlette import App

from allay_metrics import config
from allay_metrics.demo.practice_choice import open_recorded_practice
from allay_metrics.server.access_rules import Rules
from allay_metrics.server.account_routes import AccountRoutes
from allay_metrics.server.auth_context import DOORS, AuthContext
from allay_metrics.server.auth_middleware import AuthMiddleware
from allay_metrics.server.form_routes import FormRoutes
from allay_metrics.server.oidc import Provider
from allay_metrics.server.oidc_routes import OidcRoutes
from allay_metrics.server.pin_routes import PinRoutes
from allay_metrics.server.sign_in_routes import SignInRoutes
from allay_metrics.server.site import Site, parse_networks


def build_app(
    address: str,
    port: int,
    farewell: bytes,
    is_click: Callable[[bytes], bool],
    *,
    on_error: Callable[[Exception], bool] | None = None,
    on_sign: Callable[[], None] = lambda: None,
) -> App:
    """Return the dashboard behind its middleware, with the parent form and the sign-in routes.

    `farewell` is the Streamlit message that makes a tab reload its page; `is_click` returns whether
    a message was sent by a person rather than by the page itself; `on_error` draws an exception
    that nothing else caught; `on_sign` is called when a parent ticked a warning sign. The open
    practice is looked up at every request, because the demo may be left meanwhile.
    """
    site = Site(address, port, config.public_url(), parse_networks(config.proxies()))
    return App(
        config.ROOT / "dashboard.py",
        routes=build_routes(site, on_sign),
        middleware=[build_middleware(site, farewell, is_click)],
        on_script_error=on_error,
    )


def build_routes(site: Site, on_sign: Callable[[], None] = lambda: None) -> list[Route]:
    """Return the routes beside the dashboard: the parent form, and signing in."""
    auth, vouching = AuthContext(open_recorded_practice, site), config.oidc()
    return [
        Route("/c/{rest:path}", FormRoutes(open_recorded_practice, site, on_sign)),
        *SignInRoutes(auth, vouching.label if vouching else "").routes(),
        *PinRoutes(auth).routes(),
        *AccountRoutes(auth).routes(),
        *(OidcRoutes(auth, Provider(vouching)).routes() if vouching else ()),
    ]


def build_middleware(site: Site, farewell: bytes, is_click: Callable[[bytes], bool]) -> Middleware:
    """Return the middleware in front of everything served."""
    return Middleware(
        AuthMiddleware, rules=Rules(site, open_recorded_practice, DOORS, farewell, is_click)
    )
