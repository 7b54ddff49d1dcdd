"""How long a person waits: a city chosen, until nothing on the page changes any more."""

from statistics import median

from playwright.sync_api import Browser, Page

# The last change of the page before it stays still. A figure counts: it is SVG in the page.
_WATCH = """
() => {
  window.changed = 0;
  const see = () => { window.changed = performance.now(); };
  new MutationObserver(see).observe(document.body,
    {subtree: true, childList: true, attributes: true, characterData: true});
}
"""
_STILL = """
() => document.querySelector('[data-test-script-state="notRunning"]') !== null
  && performance.now() - window.changed > 700 && window.changed > window.chosen
"""
VIEW = {"width": 1400, "height": 2400}


def city_change_ms(browser: Browser, url: str, label: str, cities: tuple[str, ...]) -> float:
    """Return the median milliseconds from choosing a city to the page's last change.

    Each city is chosen three times; the first round does not count.
    """
    page = browser.new_page(viewport=VIEW)
    page.goto(url)
    page.wait_for_selector(f'[aria-label*="{label}"]', timeout=60_000)
    page.evaluate(_WATCH)
    page.wait_for_timeout(3_000)
    taken = [[_choose(page, label, city) for city in cities] for _ in range(4)]
    page.close()
    return median(ms for round_ in taken[1:] for ms in round_)


def cold_load_ms(browser: Browser, url: str) -> float:
    """Return milliseconds from asking for the page to its last change, with an empty cache."""
    page = browser.new_page(viewport=VIEW)
    page.add_init_script(
        "document.addEventListener('DOMContentLoaded', () => {("
        + _WATCH
        + ")(); window.chosen = 0})"
    )
    page.goto(url)
    page.wait_for_selector('[data-test-script-state="notRunning"]', timeout=60_000)
    page.wait_for_function(_STILL, timeout=60_000)
    taken = float(page.evaluate("window.changed"))
    page.close()
    return taken


def _choose(page: Page, label: str, city: str) -> float:
    page.get_by_role("combobox", name=label).first.click()
    option = page.get_by_role("option", name=city, exact=True)
    option.wait_for()
    page.evaluate("window.chosen = performance.now()")
    option.click()
    page.wait_for_function(_STILL, timeout=60_000)
    return float(page.evaluate("window.changed - window.chosen"))
