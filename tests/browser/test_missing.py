"""What an older export held and a newer one does not: decided, and every number follows."""

from playwright.sync_api import Page, expect

from tests.support.dashboard import close, drawer, go, tile, tile_value, visit, week
from tests.support.server import Server


def _decide(page: Page, decision: str) -> None:
    """Decide on the first missing visit of the Week's list."""
    drawer(page).get_by_role("button", name=decision, exact=True).first.click()
    expect(page.get_by_text("1 visit decided.")).to_be_visible()


def test_a_missing_visit_is_decided_on_the_week(own_demo: tuple[Server, str], page: Page) -> None:
    server, url = own_demo
    told = week(url)
    visit(page, server)
    before = int(tile_value(page, "completed"))
    needs = page.get_by_role("button", name=f"{told['needs']['missing']} visits gone from")
    needs.click()
    _decide(page, "Keep as it was")
    close(page)
    expect(tile(page, "completed").locator(".al-v")).to_have_text(str(before + 1))
    assert week(url)["numbers"]["completed"]["value"] == before + 1
    assert week(url)["missing"] == told["missing"] - 1

    # And back again: nothing is decided for good.
    page.locator('[class*="st-key-al-need-missing"]').get_by_role("button").click()
    # A drawer opened anew asks about what is left; Records takes a decision back.
    close(page)
    go(page, "Records")
    page.get_by_text("1 visit decided").click()
    page.locator(".st-key-al-picks-decided").get_by_role("checkbox").check(force=True)
    page.get_by_role("button", name="Open again (1)").click()
    expect(page.get_by_role("status")).to_contain_text("1 visit waits")
    go(page, "Week")
    assert tile_value(page, "completed") == str(before)


def test_missing_visits_are_decided_on_records(own_demo: tuple[Server, str], page: Page) -> None:
    server, url = own_demo
    told = week(url)
    visit(page, server, "records")
    page.get_by_role("button", name=f"Choose all {told['needs']['missing']}").click()
    page.get_by_role("button", name="It stands").click()
    expect(page.get_by_role("status")).to_contain_text("kept as told")
    expect(page.get_by_text("Nothing waits: every visit on file")).to_be_visible()
    go(page, "Week")
    expect(page.locator('[class*="st-key-al-need-missing"]')).to_have_count(0)
    after = week(url)
    assert tile_value(page, "completed") == f"{after['numbers']['completed']['value']:.0f}"
    assert after["numbers"]["completed"]["value"] > told["numbers"]["completed"]["value"]
    assert after["needs"]["missing"] == 0
