"""The dashboard as a person walks through it, and the command line asked the same things."""

import io
import json
import re
from contextlib import nullcontext, redirect_stdout
from typing import Any

from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as TookTooLong

from allay_metrics.cli import main
from tests.support.browser import PATIENCE, answered, settle
from tests.support.server import Server

# path -> (name in the navigation, the page's title begins with, a heading further down)
PAGES = {
    "": ("Week", "Week of", "Needs you"),
    "cities": ("Cities", "Cities", "City by city"),
    "types": ("Visit types", "Visit types", "The path families take"),
    "records": ("Records", "Records", "Imports"),
    "check-ins": ("Check-ins", "Check-ins", "To ask now"),
    "practice": ("Practice", "Practice", "Therapists"),
    "definitions": ("Definitions", "Definitions", "Rates"),
}
DEMO = "every family, visit and number here is invented"


def visit(page: Page, server: Server, path: str = "") -> None:
    """Open an address of the server and wait until its page stands."""
    page.goto(f"{server.url}/{path}")
    expect(page.locator("h1.al-title")).to_be_visible()
    settle(page)
    expect(page.get_by_role("dialog")).to_have_count(0)


def go(page: Page, name: str) -> None:
    """Follow a link of the top row to another page."""
    page.locator(".st-key-al-nav").get_by_role("link", name=name).click()
    title = next(title for shown, title, _ in PAGES.values() if shown == name)
    expect(page.locator("h1.al-title")).to_contain_text(title)
    settle(page)


def choose(within: Page | Locator, label: str, option: str, *, exact: bool = True) -> None:
    """Choose an option of a select box, by a part of its name where not `exact`.

    It is typed, for a long list draws only what is in view. A page that still answers what was
    clicked before closes an open list: then it is opened once more. What is chosen already, or
    belongs to a form that is sent as a whole, the page does not answer.
    """
    page = within if isinstance(within, Page) else within.page
    box = within.get_by_role("combobox", name=label, exact=True)
    wanted = page.get_by_role("option", name=option, exact=exact).first
    in_form = box.evaluate("each => Boolean(each.closest('[data-testid=\"stForm\"]'))")
    for patience in (10_000, PATIENCE):
        before = box.input_value()
        box.click()
        box.fill(option)
        try:
            is_new = wanted.inner_text(timeout=patience).strip() != before.strip()
            with answered(page) if is_new and not in_form else nullcontext():
                wanted.click(timeout=patience)
        except TookTooLong:
            continue
        break
    expect(page.get_by_role("listbox")).to_have_count(0)  # what was typed is chosen now
    if exact:
        expect(box).to_have_value(option)
    settle(page)


def chosen(page: Page, label: str, option: str) -> None:
    """Wait until a select box shows this option, and the page has followed."""
    expect(page.get_by_role("combobox", name=label)).to_have_value(option)
    settle(page)


def tile(page: Page, key: str) -> Locator:
    """Return a tile of the Week."""
    return page.locator(f".st-key-al-tile-{key}")


def tile_value(page: Page, key: str) -> str:
    """Return a tile's number as it stands there, without its unit."""
    return tile(page, key).locator(".al-v").evaluate("each => each.firstChild.textContent")


def drawer(page: Page) -> Locator:
    """Return the open drawer once its content is there."""
    opened = page.get_by_role("dialog")
    expect(opened).to_be_visible()
    settle(page)
    return opened


def large(opened: Locator) -> str:
    """Return the large number of a drawer, without its unit."""
    return opened.locator(".al-v").first.evaluate("each => each.firstChild.textContent")


def visits_listed(opened: Locator) -> int:
    """Return how many visits a drawer lists."""
    return opened.locator("table.al tbody tr").count()


def close(page: Page) -> None:
    """Close the drawer as a keyboard does."""
    settle(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    settle(page)


def command(url: str, *arguments: str) -> Any:
    """Return what a command of ours answers as JSON about the records at `url`."""
    out = io.StringIO()
    with redirect_stdout(out):
        assert main([*arguments, "--database", url]) == 0
    return json.loads(out.getvalue())


def week(url: str, *day: str) -> dict[str, Any]:
    """Return the week in review as the command line tells it."""
    return command(url, "week", "--json", *day)


def numbers(
    url: str, metrics: str, first: str, last: str, **where: str
) -> dict[str, dict[str, Any]]:
    """Return metric -> value, numerator, denominator, reason, as the command line tells them.

    What it notes about visits left out is no metric.
    """
    chosen = [word for pair in where.items() for word in ("--where", "=".join(pair))]
    period = ("--from", first, "--to", last)
    (row,) = command(url, "query", metrics, *period, *chosen, "--format", "json")
    return {name: cell for name, cell in row.items() if name != "note"}


def digits(text: str) -> int:
    """Return the first whole number of a text: `1,234 rows` is 1234."""
    found = re.search(r"\d[\d,]*", text)
    assert found, text
    return int(found[0].replace(",", ""))
