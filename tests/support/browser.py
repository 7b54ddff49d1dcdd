"""A headless Chromium that talks to this computer only."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Playwright,
    WebSocket,
    sync_playwright,
)
from playwright.sync_api import TimeoutError as TookTooLong
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

HOW_TO_GET_IT = (
    "The tests need a Chromium or Chrome: install one (on Debian: apt install chromium), "
    "or run '.venv/bin/playwright install chromium'."
)
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_ON_A_MAC = (
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
)
_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    # Whatever a page asks of another host fails at once, and is counted.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
_lines: WeakKeyDictionary[Page, WebSocket] = WeakKeyDictionary()  # each page's newest one
PATIENCE = 60_000  # ms: a busy machine is no reason to fail
SIZES = {"wide": (1440, 900), "phone": (390, 844)}


def find_browser(playwright: Playwright) -> Path | None:
    """Return a Chromium of this computer, else Playwright's own, else None."""
    on_path = (Path(found) for name in _NAMES if (found := shutil.which(name)))
    own = Path(playwright.chromium.executable_path)
    return next((path for path in (*on_path, *_ON_A_MAC, own) if path.exists()), None)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Yield a headless browser with an empty profile."""
    with sync_playwright() as playwright:
        found = find_browser(playwright)
        if found is None:
            raise RuntimeError(HOW_TO_GET_IT)
        # Chromium's own sandbox refuses root, which a build machine usually is.
        as_root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=found, args=[*_FLAGS, *as_root])
        yield browser
        browser.close()


@dataclass
class Watched:
    """A page, what it asked of other hosts, and the errors its scripts logged."""

    page: Page
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@contextmanager
def open_page(browser: Browser, size: str = "wide", scheme: str = "light") -> Iterator[Watched]:
    """Yield a watched page in a fresh context: `size` wide or phone, `scheme` light or dark."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        has_touch=size == "phone",
        is_mobile=size == "phone",
        locale="en-US",
        timezone_id="America/Los_Angeles",
        accept_downloads=True,
    )
    context.set_default_timeout(PATIENCE)
    context.on("page", lambda page: page.on("websocket", lambda line: _lines.update({page: line})))
    watched = Watched(context.new_page())

    def count(url: str) -> None:
        if _is_outside(url):
            watched.outside.append(url)

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            watched.errors.append(message.text)

    context.on("request", lambda request: count(request.url))
    watched.page.on("websocket", lambda websocket: count(websocket.url))
    watched.page.on("console", note)
    yield watched
    context.close()


def settle(page: Page) -> None:
    """Wait until Streamlit has drawn the page and runs no script."""
    page.get_by_test_id("stApp").wait_for()
    page.wait_for_function(
        """() => {
            const app = document.querySelector('[data-testid="stApp"]');
            return app.dataset.testScriptState === 'notRunning'
                && !document.querySelector('[data-testid="stSkeleton"], [data-stale="true"]');
        }"""
    )
    page.evaluate("document.fonts.ready")


@contextmanager
def answered(page: Page) -> Iterator[list[str]]:
    """Wait, behind what is done inside, until the page was answered; yield what the wire tells.

    Between a choice and its answer the page stands as before and looks settled, and an answer may
    be quicker than the page shows that it is under way: so the wire is listened to. Fails where
    what is done inside asks the server nothing.
    """
    line, heard = _lines[page], []

    def sent(frame: bytes | str) -> None:
        if BackMsg.FromString(frame).WhichOneof("type") == "rerun_script":
            heard.append("asked")

    def received(frame: bytes | str) -> None:
        told = ForwardMsg.FromString(frame)
        is_end = told.WhichOneof("type") == "script_finished"
        if heard and is_end and told.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            heard.append("answered")

    line.on("framesent", sent)
    line.on("framereceived", received)
    try:
        yield heard
        until = time.monotonic() + PATIENCE / 1_000
        while "answered" not in heard:
            if time.monotonic() > until:
                raise TookTooLong(f"the page at {page.url} was not answered: {heard}")
            page.wait_for_timeout(20)  # what came over the wire meanwhile is heard
    finally:
        line.remove_listener("framesent", sent)
        line.remove_listener("framereceived", received)


def asks(page: Page, act: Callable[[], None], patience: int = 2_000) -> bool:
    """Do something, and return whether the page asked the server for it within `patience` ms."""
    line, requests = _lines[page], []

    def sent(frame: bytes | str) -> None:
        if BackMsg.FromString(frame).WhichOneof("type") == "rerun_script":
            requests.append(frame)

    line.on("framesent", sent)
    try:
        act()
        until = time.monotonic() + patience / 1_000
        while not requests and time.monotonic() < until:
            page.wait_for_timeout(20)  # what goes over the wire meanwhile is heard
    finally:
        line.remove_listener("framesent", sent)
    return bool(requests)


def press(target: Locator) -> None:
    """Click what asks the server something, and wait until the page was answered and drawn.

    A click that sent nothing is repeated once: while Streamlit draws, it may exchange the element
    under the mouse, or a popover that is closing takes the click.
    """
    with answered(target.page) as heard:
        target.click()
        until = time.monotonic() + PATIENCE / 4_000
        while not heard and time.monotonic() < until:
            target.page.wait_for_timeout(20)
        if not heard:
            target.click()
    settle(target.page)


def _is_outside(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https", "ws", "wss"):
        return False  # data:, blob: and the like never leave the page
    return parts.hostname not in ("127.0.0.1", "localhost")
