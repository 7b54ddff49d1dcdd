"""The ASGI app: middleware, sign-in routes, the parent form, and the dashboard."""

from collections.abc import Callable

from starlette.middleware import Middleware
from starlette.routing import Route
from streamlit.starlette import App

from allay_metrics import config
from allay_metrics.demo.active import recorded_practice
from allay_metrics.server.account_door import AccountDoor
from allay_metrics.server.door import Door
from allay_metrics.server.form_door import FormDoor
from allay_metrics.server.gate import Gate
from allay_metrics.server.oidc import Provider
from allay_metrics.server.oidc_door import OidcDoor
from allay_metrics.server.pin_door import PinDoor
from allay_metrics.server.porch import DOORS, Porch
from allay_metrics.server.rules import Rules
from allay_metrics.server.site import Site, networks


def dashboard_app(
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
    site = Site(address, port, config.public_url(), networks(config.proxies()))
    return App(
        config.ROOT / "dashboard.py",
        routes=routes(site, on_sign),
        middleware=[gate(site, farewell, is_click)],
        on_script_error=on_error,
    )


def routes(site: Site, on_sign: Callable[[], None] = lambda: None) -> list[Route]:
    """Return the routes beside the dashboard: the parent form, and signing in."""
    porch, vouching = Porch(recorded_practice, site), config.oidc()
    return [
        Route("/c/{rest:path}", FormDoor(recorded_practice, site, on_sign)),
        *Door(porch, vouching.label if vouching else "").routes(),
        *PinDoor(porch).routes(),
        *AccountDoor(porch).routes(),
        *(OidcDoor(porch, Provider(vouching)).routes() if vouching else ()),
    ]


def gate(site: Site, farewell: bytes, is_click: Callable[[bytes], bool]) -> Middleware:
    """Return the middleware in front of everything served."""
    return Middleware(Gate, rules=Rules(site, recorded_practice, DOORS, farewell, is_click))
