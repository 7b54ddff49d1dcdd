"""A visit moved by a correction moves in every number at once; Undo brings all back."""

from datetime import date, timedelta

from playwright.sync_api import Page, expect

from tests.support.axe import violations
from tests.support.browser import press, settle
from tests.support.dashboard import choose, command, drawer, go, tile, visit, week
from tests.support.server import Server


def _by_city(url: str, monday: str) -> dict[str, int]:
    """Return the bookings of half a year by city, as the command line tells them."""
    first = date.fromisoformat(monday) - timedelta(weeks=26)
    period = ("--from", str(first), "--to", str(date.fromisoformat(monday) + timedelta(days=27)))
    rows = command(url, "query", "bookings", *period, "--by", "city", "--format", "json")
    return {row["city"]: row["bookings"]["value"] for row in rows}


def test_visits_are_placed_and_go_back(own_demo: tuple[Server, str], page: Page) -> None:
    server, url = own_demo
    monday = week(url)["week"]
    before = _by_city(url, monday)
    visit(page, server, "cities")
    page.get_by_role("link", name="Place the visits of unknown cities").click()
    expect(page.get_by_role("heading", name="Visits without a certain city")).to_be_visible()
    settle(page)
    for box in page.locator(".st-key-al-picks-unplaced label").all()[:3]:
        press(box)
    choose(page, "They were in", "Palo Alto")
    page.get_by_role("button", name="Place ", exact=False).click()
    told = page.locator(".st-key-al-card-saved")
    expect(told).to_contain_text("to Palo Alto")
    settle(page)
    after = _by_city(url, monday)
    moved = after["Palo Alto"] - before.get("Palo Alto", 0)
    assert moved > 0
    assert sum(after.values()) == sum(before.values())
    told.get_by_role("button", name="Undo").click()
    expect(told).to_contain_text("Undone.")
    settle(page)
    assert _by_city(url, monday) == before


def test_a_name_is_assigned_by_one_tap_on_a_phone(
    own_demo: tuple[Server, str], phone: Page
) -> None:
    server, url = own_demo
    visit(phone, server, "practice?part=Visit+types")
    line = phone.locator('[class*="st-key-al-line-name-0"]')
    line.get_by_role("button", name="Massage").tap()
    told = phone.locator(".st-key-al-card-saved")
    expect(told).to_contain_text("moved from Other to Massage.")
    settle(phone)
    go_back = told.get_by_role("button", name="Undo")
    assert go_back.bounding_box()["height"] >= 43
    go_back.tap()
    expect(told).to_contain_text("changed back.")
    assert week(url)


def test_one_visit_is_corrected_in_the_list_behind_a_number(
    own_demo: tuple[Server, str], page: Page
) -> None:
    server, url = own_demo
    monday = week(url)["week"]
    before, told = _by_city(url, monday), week(url)["numbers"]
    visit(page, server)
    tile(page, "completed").get_by_role("button").click()
    opened = drawer(page)
    opened.get_by_text("Correct a visit").click()
    choose(opened, "Visit", "Oakland", exact=False)
    for label, answer in (("It was", "Massage + lactation"), ("It was in", "Palo Alto")):
        choose(opened, label, answer, exact=False)
    expect(opened).to_be_visible()
    assert violations(page) == []
    opened.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    saved = page.locator(".st-key-al-card-saved")
    expect(saved).to_contain_text("to Palo Alto")
    expect(saved).to_contain_text("to Massage + lactation")
    settle(page)
    after = _by_city(url, monday)
    moved = {city: after[city] - before.get(city, 0) for city in after}
    assert {city: by for city, by in moved.items() if by} == {"Palo Alto": 1, "Oakland": -1}
    assert week(url)["numbers"]["completed"] == told["completed"]
    saved.get_by_role("button", name="Undo").click()
    expect(saved).to_contain_text("1 visit changed back.")
    assert _by_city(url, monday) == before
    go(page, "Cities")
    expect(saved).to_have_count(0)
