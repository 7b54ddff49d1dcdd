"""A tour of all pages, wide and on a phone, light and dark: whole, quiet and within reach."""

from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as TookTooLong

from tests.support.axe import violations
from tests.support.browser import PATIENCE, Watched, settle
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
# What answers a thumb, probed as a thumb would: how far from its middle it still answers. A number
# within a table, a row or a sentence may be lower: WCAG 2.5.8 asks for 24 px there.
SMALL_TARGETS = """() => {
    const reach = (each, x, y, dx, dy) => {
        let n = 0;
        while (n < 44 && each.contains(document.elementFromPoint(x + (n + 1) * dx,
                                                                 y + (n + 1) * dy))) n++;
        return n;
    };
    const size = (each) => {
        each.scrollIntoView({block: 'center', behavior: 'instant'});
        const box = each.getBoundingClientRect();
        const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
        return [reach(each, x, y, -1, 0) + reach(each, x, y, 1, 0) + 1,
                reach(each, x, y, 0, -1) + reach(each, x, y, 0, 1) + 1];
    };
    const whole = (each) => each.closest('label, [role="group"], [data-testid="stTextArea"], '
        + '[data-testid="stTextInputRootElement"]') || each;
    const kinds = 'button, a[href], summary, textarea, input, [role="radio"]';
    return [...new Set([...document.querySelectorAll(kinds)].map(whole))]
        .filter((each) => each.checkVisibility({visibilityProperty: true, opacityProperty: true})
            && each.getBoundingClientRect().height > 1 && !each.textContent.startsWith('Skip to'))
        .map((each) => [each, ...size(each)])
        .filter(([each, wide, high]) => each.matches('.al-n') ? Math.min(wide, high) < 24
            : Math.min(wide, high) < 43)
        .map(([each, wide, high]) => `${wide} x ${high}: `
            + `${each.textContent.slice(0, 40)} ${each.outerHTML.slice(0, 110)}`);
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
        _becomes_narrow(page)
        assert page.evaluate(SIDEWAYS) == [], f"{path} at 320"
        page.set_viewport_size({"width": 390, "height": 844})
    assert {path: found for path, found in small.items() if found} == {}
    _quiet(watched)


def _becomes_narrow(page: Page) -> None:
    """Wait until the page is laid out for 320 px; where something keeps sticking out, go on too."""
    page.wait_for_function("() => document.documentElement.clientWidth === 320")
    settle(page)
    with suppress(TookTooLong):
        page.wait_for_function(f"() => ({SIDEWAYS})().length === 0", timeout=PATIENCE / 4)


IN_THE_BAR = {"Cities": "Cities", "Types": "Visit types", "Outcomes": "Outcomes", "Week": "Week of"}
IN_THE_SHEET = ("Records", "Check-ins", "Therapists", "Practice", "Definitions")


def test_the_thumb_reaches_every_page_of_a_phone(demo: tuple[Server, str], phone: Page) -> None:
    visit(phone, demo[0])
    bar = phone.locator(".st-key-al-thumb")
    more = bar.get_by_role("button", name="More")
    for name, title in IN_THE_BAR.items():
        bar.get_by_role("link", name=name).tap()
        expect(phone.locator("h1.al-title")).to_contain_text(title)
        settle(phone)
    for name in IN_THE_SHEET:
        more.tap()
        phone.get_by_role("dialog", name="More").get_by_role("link", name=name).tap()
        expect(phone.locator("h1.al-title")).to_contain_text(name)
        settle(phone)
        # It closed behind her, and the bar says where she is.
        expect(phone.get_by_role("dialog")).to_have_count(0)
        expect(bar.locator(".st-key-al-more-here")).to_have_count(1)
    # The row of a laptop is not there beside it, and holds the same pages.
    top = phone.locator(".st-key-al-nav").get_by_role("link", include_hidden=True)
    assert len(top.all()) == len(IN_THE_BAR) + len(IN_THE_SHEET)
    expect(top.first).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390])
def test_the_sheet_of_more_pages_is_within_reach_and_opens_by_keyboard(
    demo: tuple[Server, str], watch: Callable[..., Watched], scheme: str, width: int
) -> None:
    phone = watch("phone", scheme).page
    phone.set_viewport_size({"width": width, "height": 640})
    visit(phone, demo[0], "practice")
    more = phone.locator(".st-key-al-thumb").get_by_role("button", name="More")
    sizes = [more.bounding_box()]
    more.focus()
    phone.keyboard.press("Enter")
    sheet = phone.get_by_role("dialog", name="More")
    expect(sheet).to_be_visible()
    links = sheet.get_by_role("link").all()
    sizes += [link.bounding_box() for link in links]
    assert len(links) == len(IN_THE_SHEET)
    assert min(min(box["width"], box["height"]) for box in sizes if box) >= 44
    tops = [box["y"] for box in sizes[1:] if box]
    assert all(below - above >= 44 for above, below in pairwise(tops))
    assert violations(phone) == []
    assert phone.evaluate(SIDEWAYS) == []
    phone.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    expect(more).to_be_focused()
    phone.keyboard.press("Enter")
    phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")
    expect(phone.locator("h1.al-title")).to_contain_text("Records")


def test_a_drawer_on_a_phone_is_whole(demo: tuple[Server, str], phone: Page) -> None:
    visit(phone, demo[0])
    tile(phone, "completed").tap()
    opened = drawer(phone)
    expect(opened.get_by_role("table")).to_be_visible()
    assert violations(phone) == []
    assert opened.evaluate("each => each.scrollWidth - each.clientWidth") <= 1
