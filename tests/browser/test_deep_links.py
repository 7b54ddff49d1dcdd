"""A fresh server whose first request is a deep link, before dashboard.py has ever run there."""

import shutil
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from allay_metrics.records import open_practice
from tests.support.browser import settle
from tests.support.dashboard import DEMO, PAGES
from tests.support.server import ROOT, Server

# Streamlit's command instead of ours, which refuses to serve such records on every address.
TO_EVERYBODY = (
    f'exec "{sys.executable}" -m streamlit run dashboard.py'
    ' --server.address 0.0.0.0 --server.port "$2"'
)


@pytest.fixture
def fresh(serve: Callable[..., Server], demo_template: Path, tmp_path: Path) -> Server:
    """A server of the demo that nobody has asked for a page yet."""
    (tmp_path / "data").mkdir()
    shutil.copy(demo_template, tmp_path / "data")
    return serve()


@pytest.mark.parametrize("path", ["cities", "records"])
def test_the_first_request_of_a_server_finds_the_framed_page(
    fresh: Server, page: Page, path: str
) -> None:
    page.goto(f"{fresh.url}/{path}")
    _, title, further = PAGES[path]
    expect(page.locator("h1.al-title")).to_contain_text(title)
    settle(page)
    for name, _, _ in PAGES.values():
        expect(page.locator(".st-key-al-nav").get_by_role("link", name=name)).to_be_visible()
    expect(page.get_by_text(DEMO)).to_be_visible()
    expect(page.get_by_role("heading", name=further)).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    # Streamlit's own navigation would list files of pages/, were they taken for pages.
    expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)


def test_files_of_pages_are_not_pages(fresh: Server, page: Page) -> None:
    for name in ("visit_types", "week", "owner"):
        page.goto(f"{fresh.url}/{name}")
        # What is no page of ours gets the first page, in its frame and behind its guard.
        expect(page.locator("h1.al-title")).to_contain_text("Week of")
        expect(page.get_by_text(DEMO)).to_be_visible()
        expect(page.get_by_role("dialog")).to_contain_text("Page not found")


def test_no_source_and_no_records_are_served(fresh: Server) -> None:
    for path in (
        "pages/owner/week.py",
        "dashboard.py",
        "app/static/../dashboard.py",
        "app/static/%2e%2e/dashboard.py",
        "app/static/../data/practice/practice.sqlite",
        "data/demo.sqlite",
        ".streamlit/config.toml",
    ):
        try:
            with urllib.request.urlopen(f"{fresh.url}/{path}") as answer:
                body = answer.read()
        except urllib.error.HTTPError as error:
            body = error.read()
        assert b"import streamlit" not in body, path
        assert b"SQLite format" not in body, path
        assert b"gatherUsageStats = " not in body, path


def test_records_on_a_server_that_others_reach_are_shown_to_nobody(
    serve: Callable[..., Server], page: Page, sqlite_template: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own.sqlite"
    shutil.copy(sqlite_template, own)
    open_practice(f"sqlite:///{own}", name="Rivera Family Care").close()
    server = serve(f"sqlite:///{own}", command=("sh", "-c", TO_EVERYBODY, "sh"), cwd=ROOT)
    for path in PAGES:
        page.goto(f"{server.url}/{path}")
        expect(page.get_by_role("heading", name="This page is not for you")).to_be_visible()
        settle(page)
        assert page.locator("h1.al-title").count() == 1
        expect(page.get_by_test_id("stFileUploader")).to_have_count(0)
