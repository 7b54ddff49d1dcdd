"""Fixtures that drive a real browser. Nothing here is shared between two tests but the browser."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser import Watched, open_browser, open_page
from tests.support.server import Server, start_server


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless browser for each worker."""
    with open_browser() as opened:
        yield opened


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """`serve(database_url=None, **more)` starts a fresh server on a data folder of its own."""
    with ExitStack() as stack:
        yield lambda database_url=None, data_dir=tmp_path / "data", **more: stack.enter_context(
            start_server(data_dir, database_url=database_url, **more)
        )


@pytest.fixture
def watch(browser: Browser) -> Iterator[Callable[..., Watched]]:
    """`watch(size="wide", scheme="light")` opens a page; the test fails if it asked outside."""
    opened: list[Watched] = []
    with ExitStack() as stack:

        def _open(size: str = "wide", scheme: str = "light") -> Watched:
            opened.append(stack.enter_context(open_page(browser, size, scheme)))
            return opened[-1]

        yield _open
    assert [url for watched in opened for url in watched.outside] == []


@pytest.fixture(params=["wide-light", "wide-dark", "phone-light", "phone-dark"])
def any_page(request: pytest.FixtureRequest, watch: Callable[..., Watched]) -> Page:
    """A page in each size and colour scheme, in turn."""
    return watch(*request.param.split("-")).page


@pytest.fixture
def page(watch: Callable[..., Watched]) -> Page:
    """A wide, light page."""
    return watch().page


@pytest.fixture
def phone(watch: Callable[..., Watched]) -> Page:
    """A light page on a phone."""
    return watch("phone").page
