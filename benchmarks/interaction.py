"""How long a person waits: a city chosen, until nothing on the page changes any more."""

from collections.abc import Sequence
from statistics import median

from playwright.sync_api import Browser, Page

# The last change of the page before it stays still. A figure counts: it is SVG in the page. What a
# list says to screen readers, and takes back seconds later, nobody sees.
_WATCH = """
() => {
  window.changed = 0;
  const seen = (each) => !(each.target.closest ? each.target : each.target.parentElement)
    ?.closest("[data-live-announcer], [role=log]");
  const see = (changes) => { if (changes.some(seen)) window.changed = performance.now(); };
  new MutationObserver(see).observe(document.body,
    {subtree: true, childList: true, attributes: true, characterData: true});
}
"""
# When it was, once it has been still for a while: the page and this program look at one moment.
_STILL = """
() => document.querySelector('[data-test-script-state="notRunning"]') !== null
  && performance.now() - window.changed > 700 && window.changed > window.chosen
  && window.changed - window.chosen
"""
VIEW = {"width": 1400, "height": 2400}
ROUNDS = 6


def city_changes_ms(
    browser: Browser, urls: Sequence[str], label: str, cities: Sequence[str]
) -> list[float]:
    """Return for each page the median milliseconds from choosing a city to its last change.

    Each city is chosen six times, on one page after the other; the first round does not count.
    """
    pages = [_opened(browser, url, label) for url in urls]
    taken: list[list[float]] = [[] for _ in pages]
    for round_ in range(ROUNDS):
        for city in cities:
            for page, its in zip(pages, taken, strict=True):
                page.bring_to_front()
                ms = _choose(page, label, city)
                if round_:
                    its.append(ms)
    for page in pages:
        page.close()
    return [median(its) for its in taken]


def _opened(browser: Browser, url: str, label: str) -> Page:
    page = browser.new_page(viewport=VIEW)
    page.goto(url)
    page.wait_for_selector(f'[aria-label*="{label}"]', timeout=60_000)
    page.evaluate(_WATCH)
    page.wait_for_timeout(3_000)
    return page


def cold_loads_ms(browser: Browser, urls: Sequence[str]) -> list[float]:
    """Return for each page the median milliseconds of five loads with an empty cache, in turn."""
    taken = [[_cold_load_ms(browser, url) for url in urls] for _ in range(5)]
    return [median(its) for its in zip(*taken, strict=True)]


def _cold_load_ms(browser: Browser, url: str) -> float:
    """Return milliseconds from asking for the page to its last change."""
    page = browser.new_page(viewport=VIEW)
    page.add_init_script(
        "document.addEventListener('DOMContentLoaded', () => {("
        + _WATCH
        + ")(); window.chosen = 0})"
    )
    page.goto(url)
    page.wait_for_selector('[data-test-script-state="notRunning"]', timeout=60_000)
    taken = float(page.wait_for_function(_STILL, timeout=60_000).json_value())
    page.close()
    return taken


def _choose(page: Page, label: str, city: str) -> float:
    box = page.get_by_role("combobox", name=label).first
    box.click()
    box.fill(city)  # a long list draws only what is in view
    option = page.get_by_role("option", name=city, exact=True)
    option.wait_for()
    page.evaluate("window.chosen = performance.now()")
    option.click()
    return float(page.wait_for_function(_STILL, timeout=60_000).json_value())
