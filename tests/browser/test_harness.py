"""The harness itself: what it starts, counts and forgives."""

import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.support.axe import violations
from tests.support.browser import Watched, open_page, settle
from tests.support.server import ROOT, Server, start_server


@pytest.fixture(scope="module")
def harness(tmp_path_factory: pytest.TempPathFactory):
    """A server of the small page, with the product's own theme and static files."""
    home = tmp_path_factory.mktemp("harness")
    for shared in (".streamlit", "static"):
        (home / shared).symlink_to(ROOT / shared)
    app = home / "app.py"
    app.write_text((Path(__file__).parent / "harness_app.py").read_text())
    # start_server adds `--port N`, which Streamlit spells otherwise.
    run = f'exec "{sys.executable}" -m streamlit run "{app}" --server.port "$2"'
    with start_server(home / "data", command=("sh", "-c", run, "sh"), cwd=home) as server:
        yield server


def test_a_page_is_seen_in_each_size_and_scheme(harness: Server, any_page: Page) -> None:
    any_page.goto(harness.url)
    settle(any_page)
    assert any_page.get_by_role("heading", name="Harness").is_visible()
    assert violations(any_page) == []


def test_the_typeface_is_served_and_used(harness: Server, page: Page) -> None:
    page.goto(harness.url)
    settle(page)
    assert page.evaluate("document.fonts.check('15px \"Hanken Grotesk\"')")
    family = "getComputedStyle(document.querySelector('h1')).fontFamily"
    assert "Hanken Grotesk" in page.evaluate(family)
    font = f"{harness.url}/app/static/fonts/hanken-grotesk-latin-wght-normal.woff2"
    with urllib.request.urlopen(font) as answer:
        assert answer.read(4) == b"wOF2"


def test_the_scheme_of_the_computer_decides_light_or_dark(
    harness: Server, watch: Callable[..., Watched]
) -> None:
    background = "getComputedStyle(document.querySelector('.stApp')).backgroundColor"
    colours = {}
    for scheme in ("light", "dark"):
        page = watch(scheme=scheme).page
        page.goto(harness.url)
        settle(page)
        background = (
            "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
        )
        colours[scheme] = page.evaluate(background)
    assert colours == {"light": "rgb(248, 245, 239)", "dark": "rgb(22, 21, 19)"}


def test_faults_of_streamlit_are_forgiven_and_ours_are_not(harness: Server, page: Page) -> None:
    page.goto(f"{harness.url}/?picture=1")
    settle(page)
    assert [line.split(":")[0] for line in violations(page)] == ["image-alt"]
    assert len(violations(page, forgiven={})) > 1


def test_a_request_to_another_host_is_counted(harness: Server, browser: Browser) -> None:
    with open_page(browser) as watched:
        watched.page.goto(f"{harness.url}/?outside=1")
        settle(watched.page)
        assert watched.outside == ["https://outside.example/picture.png"]
