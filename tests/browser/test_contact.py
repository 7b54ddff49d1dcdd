"""On a phone: a visit in doubt keeps its place, and one tap keeps everybody from ringing."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from allay_metrics.actions.check_in_requests import make_link
from allay_metrics.records import Scope, open_practice
from tests.browser.test_tour import SIDEWAYS, SMALL_TARGETS
from tests.support.asked import in_care, seen, signed
from tests.support.axe import violations
from tests.support.browser import Watched, press
from tests.support.dashboard import choose, close, drawer, visit
from tests.support.exports import ZONE, Desk
from tests.support.server import Server, start_server

PHONE = {"phone": "510-555-0101", "address": "12 Elm St, Oakland, CA 94610"}
BEFORE = [
    seen("1", 40, "Mia", who="Ana Lee", **PHONE),
    seen("2", 7, "Leo & Uma", who="Bea Moss", **PHONE),
    seen("3", 8, "Ida", who="Cleo Ray", **PHONE),
]
TOMORROW = seen("4", -1, "Nora", who="Dora Fox", **PHONE)
LATER = seen("5", -9, "Ida", who="Cleo Ray", **PHONE)
CLOSED = "This link is not open"


class Practice:
    """A served practice of today, and who is in its care."""

    def __init__(self, server: Server, desk: Desk) -> None:
        self.server, self.scope = server, desk.scope
        self.clients = in_care(desk, *BEFORE, TOMORROW, LATER)
        signed(self.scope)
        self.maya: Scope = self.scope.as_therapist("Maya Lopez")
        newer = datetime.now(ZONE) + timedelta(minutes=2)
        desk.take_in([*BEFORE, LATER], f"{newer:%Y-%m-%d %H:%M}")

    def open(self, page: Page, path: str, **more: str) -> None:
        said = "&".join(f"{key}={value}" for key, value in more.items())
        visit(page, self.server, f"{path}?as={str(self.maya.viewer.therapist_id)[:8]}&{said}")

    def baby(self, page: Page, name: str) -> None:
        self.open(page, "baby", client=self.clients[name])


@pytest.fixture
def practice(sqlite_template: Path, tmp_path: Path) -> Iterator[Practice]:
    path = tmp_path / "practice.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    scope = open_practice(f"sqlite:///{path}", name="Test practice")
    with start_server(tmp_path / "data", database_url=f"sqlite:///{path}") as server:
        yield Practice(server, Desk(scope, tmp_path))
    scope.close()


def set_contact(page: Page, level: str, reason: str) -> None:
    page.get_by_role("button", name=re.compile("^(Contact: yes|Change contact)$")).click()
    kept = {"Practical only": "practical", "No contact": "none"}[level]
    because = page.locator(f'[class*="st-key-al-contact-{kept}-"]')
    press(because.get_by_role("radio", name=reason))


def as_usual(page: Page) -> None:
    press(page.get_by_role("button", name="Yes, as usual"))


def died_today(asked: Locator) -> None:
    year = asked.get_by_role("spinbutton", name="year, Day of death")
    year.press_sequentially(f"{datetime.now(ZONE):%Y}")
    asked.page.keyboard.type(f"{datetime.now(ZONE):%m%d}")


def to_call(page: Page, practice: Practice) -> str:
    """Return the families that the Week says to call, as the list behind its row names them."""
    visit(page, practice.server)
    row = page.locator('[class*="st-key-al-need-no-next"]')
    row.get_by_role("button").click()
    opened = drawer(page)
    expect(opened.get_by_role("table")).to_be_visible()
    said = opened.get_by_role("table").inner_text()
    close(page)
    return said


def test_a_visit_a_newer_export_lacks_stands_on_her_day_and_says_to_ask(
    practice: Practice, phone: Page
) -> None:
    practice.open(phone, "caseload")
    card = phone.locator(".al-visit.next")
    expect(card).to_contain_text("Fox")
    said = f"Not in the export of {datetime.now(ZONE).day} {datetime.now(ZONE):%b}"
    expect(card.locator(".ask")).to_have_text(f"{said}: ask before you drive")
    expect(card.get_by_role("link", name="Call")).to_be_visible()
    expect(phone.locator(".al-day")).to_contain_text("1 visit (1 to ask about)")
    assert phone.evaluate(SIDEWAYS) == []
    assert violations(phone) == []
    phone.get_by_role("button", name="Open Fox").click()
    expect(phone.locator("h1.al-title")).to_contain_text("Nora")


def test_no_contact_ends_calls_lists_and_links_until_undo(practice: Practice, phone: Page) -> None:
    link = make_link(practice.maya, practice.clients["Leo"], "day7").url_path

    def form() -> str:
        phone.goto(f"{practice.server.url}{link}")
        return phone.locator("main, body").first.inner_text()

    assert "Moss" in to_call(phone, practice)
    practice.open(phone, "caseload")
    expect(phone.locator(".al-looks")).to_contain_text("Moss")
    practice.baby(phone, "Leo")
    set_contact(phone, "No contact", "Bereaved")
    expect(phone.get_by_role("status")).to_have_text("Kept.")
    expect(phone.locator(".al-contact")).to_contain_text("No contact: bereaved")
    assert phone.evaluate(SMALL_TARGETS) == []
    assert violations(phone) == []
    assert "Moss" not in to_call(phone, practice)
    practice.open(phone, "caseload")
    expect(phone.locator(".al-looks")).not_to_contain_text("Moss")
    assert CLOSED in form()

    practice.baby(phone, "Leo")
    set_contact(phone, "Practical only", "Bereaved")
    press(phone.get_by_role("button", name="Undo"))
    expect(phone.get_by_role("status")).to_contain_text("Undone")
    expect(phone.locator(".al-contact")).to_contain_text("No contact: bereaved")
    phone.get_by_role("button", name="Change contact").click()
    as_usual(phone)
    expect(phone.locator(".al-contact")).to_have_count(0)
    assert "Moss" in to_call(phone, practice)
    assert CLOSED not in form()


def test_when_one_twin_died_the_page_says_so_with_care_and_undo_takes_it_back(
    practice: Practice, phone: Page
) -> None:
    practice.baby(phone, "Leo")
    asked = phone.locator('[class*="st-key-al-card-care-"]').first
    asked.locator("summary").click()
    choose(asked, "Reason", "The baby died")
    expect(asked).to_contain_text("Uma's care stays open")
    died_today(asked)
    press(asked.get_by_role("button", name="Keep that Leo died"))
    # Confirmed on the card where she tapped, and in sight wherever the page stands now.
    expect(phone.get_by_test_id("stToast")).to_contain_text("Kept that Leo died.")
    expect(phone.get_by_test_id("stToast")).to_be_in_viewport()
    expect(asked.get_by_role("status")).to_have_text("Kept that Leo died.")
    today = datetime.now(ZONE)
    expect(phone.locator("p.al-died").first).to_have_text(f"Leo died on {today.day} {today:%b}.")
    expect(phone.locator(".al-contact")).to_contain_text("Practical contact only: bereaved")
    expect(asked).to_contain_text("Leo died on")
    assert violations(phone) == []
    assert phone.evaluate(SIDEWAYS) == []
    press(phone.get_by_role("button", name="Undo"))
    expect(phone.locator(".al-contact")).to_have_count(0)
    expect(asked).not_to_contain_text("Leo died on")


def test_the_owner_sets_contact_where_she_looks_and_finds_it_again(
    practice: Practice, watch: Callable[..., Watched]
) -> None:
    page = watch().page
    visit(page, practice.server)
    page.locator('[class*="st-key-al-need-no-next"]').get_by_role("button").click()
    opened = drawer(page)
    opened.get_by_text("Contact with a family").click()
    choose(opened, "Family", "Lee", exact=False)
    set_contact(page, "No contact", "In hospital")
    expect(opened.get_by_role("status")).to_contain_text("no contact, in hospital")
    expect(opened.get_by_role("table")).not_to_contain_text("Lee")
    # The menu went with the family: no part of the drawer has the keyboard's focus to close it by.
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    visit(page, practice.server, "practice?part=Families")
    row = page.locator('[class*="st-key-al-contact-row-"]')
    expect(row).to_contain_text("No contact: in hospital. Set by owner")
    page.get_by_role("button", name="Change contact").click()
    as_usual(page)
    expect(row).to_have_count(0)
    assert violations(page) == []


def test_a_death_is_offered_with_nothing_looser_than_contact_stands(
    practice: Practice, phone: Page
) -> None:
    practice.baby(phone, "Leo")
    set_contact(phone, "No contact", "they asked")
    asked = phone.locator('[class*="st-key-al-card-care-"]').first
    asked.locator("summary").click()
    choose(asked, "Reason", "The baby died")
    offered = asked.get_by_role("combobox", name="Contact with the family")
    expect(offered).to_have_value("No contact")
    offered.click()
    expect(phone.get_by_role("option")).to_have_text(["No contact"])
    phone.keyboard.press("Escape")
    died_today(asked)
    press(asked.get_by_role("button", name="Keep that Leo died"))
    expect(asked.get_by_role("status")).to_have_text("Kept that Leo died.")
    asked.get_by_role("button", name="Entered by mistake").click()
    press(phone.get_by_role("button", name="Leo did not die: take it back"))
    expect(phone.locator(".al-contact")).to_contain_text("No contact: they asked")
