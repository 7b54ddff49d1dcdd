"""What an older export held and a newer one does not: decided, and every number follows."""

from datetime import date, timedelta

from playwright.sync_api import Locator, Page, expect

from allay_metrics import formatting as fmt
from tests.support.dashboard import close, digits, drawer, go, numbers, visit, week
from tests.support.server import Server

NEEDS = '[class*="st-key-al-need-missing"]'


def _of_the_week(opened: Locator, monday: str) -> Locator:
    """Return a visit of this week among those to decide on."""
    days = [fmt.day(date.fromisoformat(monday) + timedelta(days=n)) for n in range(7)]
    rows = opened.locator('[class*="st-key-al-missing-"]')
    expect(rows.first).to_be_visible()
    return next(row for row in rows.all() if any(day in row.inner_text() for day in days))


def _bookings(page: Page) -> int:
    """Return all bookings of the period on the Cities page."""
    table = page.get_by_role("table", name="Numbers by city")
    return digits(table.locator("tbody tr").last.locator("td").first.inner_text())


def test_a_missing_visit_is_decided_on_the_week(own_demo: tuple[Server, str], page: Page) -> None:
    server, url = own_demo
    told = week(url)
    visit(page, server, "cities")
    before = _bookings(page)
    go(page, "Week")
    expect(page.locator(NEEDS)).to_contain_text(f"{told['needs']['missing']} visits")
    expect(page.locator(".al-asof")).to_contain_text(f"{told['missing']} missing")
    page.locator(NEEDS).get_by_role("button").click()
    opened = drawer(page)
    _of_the_week(opened, told["week"]).get_by_role("button", name="Cancelled").click()
    expect(opened).to_contain_text("1 visit decided.")
    close(page)
    expect(page.locator(".al-asof")).to_contain_text(f"{told['missing'] - 1} missing")
    expect(page.locator(NEEDS)).to_contain_text(f"{told['needs']['missing'] - 1} visit")
    assert week(url)["missing"] == told["missing"] - 1
    # A cancelled visit was booked: it counts again at once, on the other pages as well.
    go(page, "Cities")
    assert _bookings(page) == before + 1
    first = date.fromisoformat(told["week"]) - timedelta(weeks=12)
    last = date.fromisoformat(told["week"]) + timedelta(days=6)
    assert numbers(url, "bookings", str(first), str(last))["bookings"]["value"] == before + 1

    # Nothing is decided for good: Records opens it again.
    go(page, "Records")
    page.get_by_text("1 visit decided").click()
    page.locator(".st-key-al-picks-decided label").first.click()
    page.get_by_role("button", name="Open again (1)").click()
    expect(page.get_by_text("1 visit waits.")).to_be_visible()
    go(page, "Cities")
    assert _bookings(page) == before


def test_missing_visits_are_decided_on_records(own_demo: tuple[Server, str], page: Page) -> None:
    server, url = own_demo
    waiting = week(url)["needs"]["missing"]
    visit(page, server, "cities")
    before = _bookings(page)
    go(page, "Records")
    page.get_by_role("button", name=f"Choose all {waiting}").click()
    page.get_by_role("button", name=f"It stands ({waiting})").click()
    expect(page.get_by_text("kept. Every number follows.")).to_be_visible()
    expect(page.get_by_text("Nothing to decide: no visit is missing")).to_be_visible()
    go(page, "Week")
    expect(page.locator(NEEDS)).to_have_count(0)
    expect(page.locator(".al-asof")).not_to_contain_text("missing")
    assert week(url)["needs"]["missing"] == 0
    go(page, "Cities")
    assert _bookings(page) == before + waiting
