"""The practice's own file goes away and comes back while the dashboard runs."""

from playwright.sync_api import expect

from allay_metrics.records import open_practice
from tests.support.browser import settle
from tests.support.practices import START, Invented, booked, put_on_file
from tests.support.server import start_server

AWAY = "The records cannot be reached; nothing was saved."


def test_pages_say_so_and_show_no_demo_in_their_place(tmp_path, page):
    folder = tmp_path / "practice"
    folder.mkdir()
    for name, is_demo in (("practice.sqlite", False), ("demo.sqlite", True)):
        scope = open_practice(f"sqlite:///{folder / name}", name="Test practice", is_demo=is_demo)
        put_on_file(Invented([booked("A", START)]), scope)
        scope.close()
    with start_server(folder) as server:
        page.goto(f"{server.url}/cities")
        title = page.locator("h1.al-title")
        expect(title).to_contain_text("Cities")
        settle(page)
        away = folder.rename(tmp_path / "unmounted")
        page.goto(f"{server.url}/cities")
        expect(page.get_by_text(AWAY).first).to_be_visible()
        assert "invented" not in page.inner_text("body").lower()
        away.rename(folder)
        expect(title).to_contain_text("Cities")
        expect(page.get_by_text(AWAY)).to_have_count(0)
