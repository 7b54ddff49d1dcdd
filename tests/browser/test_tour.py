"""A tour of all pages, wide and on a phone, light and dark: whole, quiet and within reach."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.axe import violations
from tests.support.browser import Watched, settle
from tests.support.dashboard import DEMO, PAGES, close, drawer, go, tile, visit
from tests.support.server import Server

# Of every deep link Streamlit asks its base path twice before it knows better; a 404 each.
STREAMLITS_PROBES = "Failed to load resource: the server responded with a status of 404"
# What of the page sticks out at the side, as someone with a thumb would find out.
SIDEWAYS = """() => {
    const main = document.querySelector('[data-testid="stMain"]');
    const room = document.documentElement.clientWidth;
    if (main.scrollWidth <= room && document.documentElement.scrollWidth <= room) return [];
    return [...main.querySelectorAll('*')]
        .filter((each) => each.getBoundingClientRect().right > room + 1)
        .map((each) => each.outerHTML.slice(0, 120));
}"""
# Whatever answers a touch and is seen: a button, a link, a field, a box to tick. Inside a running
# text a link may be smaller (WCAG 2.5.8), and a hit area may be larger than what is seen (::after).
SMALL_TARGETS = """() => {
    const hit = (each) => {
        const box = each.getBoundingClientRect();
        const more = getComputedStyle(each, '::after');
        const sized = more.content !== 'none' && more.position === 'absolute';
        const side = (name) => sized ? Math.max(0, -parseFloat(more[name]) || 0) : 0;
        return [box.width + side('left') + side('right'), box.height + side('top') + side('bottom')];
    };
    const within = (each) => each.closest('label') || each.closest('[data-baseweb="select"]') || each;
    const kinds = 'button, a[href], select, summary, textarea, input:not([type="hidden"]), [role="button"], [role="radio"], [role="tab"]';
    const seen = (each) => each.checkVisibility({checkOpacity: false, checkVisibilityCSS: true})
        && each.getBoundingClientRect().width > 1;
    return [...document.querySelectorAll(kinds)]
        .map(within)
        .filter((each, at, all) => all.indexOf(each) === at && seen(each))
        .filter((each) => !each.closest('p, li, .al-sub, [data-testid="stToolbar"]'))
        .filter((each) => hit(each)[1] < 43.5)
        .map((each) => `${hit(each).map(Math.round)} ${each.outerHTML.slice(0, 160)}`);
}"""


def _check(page: Page, path: str) -> None:
    """Look at one page: its content, no exception, no fault of accessibility."""
    _, title, further = PAGES[path]
    expect(page.locator("h1.al-title")).to_contain_text(title)
    expect(page.get_by_text(DEMO)).to_be_visible()
    expect(page.get_by_role("heading", name=further)).to_be_visible()
    settle(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_text("This did not work")).to_have_count(0)
    assert page.evaluate(SIDEWAYS) == [], path
    assert violations(page) == [], path


def _quiet(watched: Watched) -> None:
    assert watched.outside == []
    assert [line for line in watched.errors if STREAMLITS_PROBES not in line] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_laptop_shows_every_page_whole(
    demo: tuple[Server, str], watch: Callable[..., Watched], scheme: str
) -> None:
    watched = watch("wide", scheme)
    page = watched.page
    visit(page, demo[0])
    _check(page, "")
    tile(page, "completed").get_by_role("button").click()
    drawer(page)
    assert violations(page) == []
    close(page)
    for path, (name, _, _) in list(PAGES.items())[1:]:
        go(page, name)
        _check(page, path)
    _quiet(watched)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_every_page_within_its_width_and_within_reach(
    demo: tuple[Server, str], watch: Callable[..., Watched], scheme: str
) -> None:
    watched = watch("phone", scheme)
    page = watched.page
    small = {}
    for path in PAGES:
        visit(page, demo[0], path)
        _check(page, path)
        small[path] = page.evaluate(SMALL_TARGETS)
        page.set_viewport_size({"width": 320, "height": 640})
        page.wait_for_timeout(300)
        settle(page)
        assert page.evaluate(SIDEWAYS) == [], f"{path} at 320"
        page.set_viewport_size({"width": 390, "height": 844})
    assert {path: found for path, found in small.items() if found} == {}
    _quiet(watched)


def test_the_thumb_bar_of_a_phone_leads_to_its_pages(demo: tuple[Server, str], phone: Page) -> None:
    visit(phone, demo[0])
    bar = phone.locator(".st-key-al-thumb")
    for name, title in (("Cities", "Cities"), ("Types", "Visit types"), ("Records", "Records")):
        bar.get_by_role("link", name=name).tap()
        expect(phone.locator("h1.al-title")).to_contain_text(title)
        settle(phone)
    # The row of a laptop is not there beside it.
    expect(phone.locator(".st-key-al-nav").get_by_role("link", name="Week")).to_be_hidden()


def test_a_drawer_on_a_phone_is_whole(demo: tuple[Server, str], phone: Page) -> None:
    visit(phone, demo[0])
    tile(phone, "completed").tap()
    opened = drawer(phone)
    expect(opened.get_by_role("table")).to_be_visible()
    assert violations(phone) == []
    assert opened.evaluate("each => each.scrollWidth - each.clientWidth") <= 1
