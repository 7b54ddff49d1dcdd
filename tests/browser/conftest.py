"""Fixtures that drive a real browser. Nothing here is shared between two tests but the browser."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, Page, expect

from allay_metrics.demo.load import load_demo
from allay_metrics.review.snapshot import keep_due_snapshots
from tests.support.browser import PATIENCE, Watched, open_browser, open_page
from tests.support.server import Server, start_server

expect.set_options(timeout=PATIENCE)
# The demo of one day, a Wednesday: the same numbers whenever the tests run.
DEMO_DAY = date(2026, 11, 18)


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


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The demo practice, made once for all workers, to be copied."""
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    made = shared / "demo-template" / "demo.sqlite"
    with FileLock(shared / "demo-template.lock"):
        if not made.exists():
            scope = load_demo(made, until=DEMO_DAY)
            keep_due_snapshots(scope)
            scope.close()
    return made


@pytest.fixture(scope="session")
def demo(
    demo_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, str]]:
    """A server of the demo and the URL of its records, for tests that only look."""
    with _demo_served(demo_template, tmp_path_factory.mktemp("demo")) as served:
        yield served


@pytest.fixture
def own_demo(demo_template: Path, tmp_path: Path) -> Iterator[tuple[Server, str]]:
    """A server of a demo that this test may change, and the URL of its records."""
    with _demo_served(demo_template, tmp_path / "demo") as served:
        yield served


@contextmanager
def _demo_served(template: Path, folder: Path) -> Iterator[tuple[Server, str]]:
    folder.mkdir(exist_ok=True)
    shutil.copy(template, folder)
    with start_server(folder) as server:
        yield server, f"sqlite:///{folder / template.name}"


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
