"""From a parent's tick to the reader's phone and back: the form, the mail, its link, the sign."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from allay_metrics.actions.alerts import send_alerts
from allay_metrics.actions.check_in_requests import make_link
from allay_metrics.outcomes.wording import phrases, signs
from allay_metrics.records import Scope, open_practice
from allay_metrics.review.open_check_ins import acknowledged_flags, read_open_flags
from tests.support.asked import DUTY, STAND_IN, in_care, seen, signed
from tests.support.axe import violations
from tests.support.browser import PATIENCE, settle
from tests.support.exports import Desk
from tests.support.gated import people_of
from tests.support.mail_box import SENDER, Box, mail_server
from tests.support.people import ANA, PASSWORD, SECRET, Someone
from tests.support.ports import free_port
from tests.support.server import Server, start_server

FEVER, LOW = 3, 14
NAMES = ("Mia", "Leo", "Ida", "Ana Lee", "Moss", "Ray", "Maya")


@dataclass(frozen=True)
class Practice:
    """A practice behind its gate that mails: its server, scope, box, owner and babies by name."""

    server: Server
    scope: Scope
    box: Box
    owner: Someone
    clients: dict[str, str]

    def link(self, name: str) -> str:
        """Return the address of a new link to a baby's check-in."""
        return f"{self.server.url}{make_link(self.scope, self.clients[name], 'day7').url_path}"


@pytest.fixture
def practice(sqlite_template: Path, tmp_path: Path) -> Iterator[Practice]:
    # One a test: letters and open signs of another test would be counted, too.
    path, box, port = tmp_path / "practice.sqlite", Box(2), free_port()
    path.write_bytes(sqlite_template.read_bytes())
    with pytest.MonkeyPatch.context() as patch, mail_server(box) as mail_port:
        mail = {
            "ALLAY_SECRET": SECRET,
            "ALLAY_SMTP_URL": f"smtp://127.0.0.1:{mail_port}",
            "ALLAY_MAIL_FROM": SENDER,
            "ALLAY_PUBLIC_URL": f"http://127.0.0.1:{port}",
        }
        for name, value in mail.items():
            patch.setenv(name, value)
        scope = open_practice(f"sqlite:///{path}", name="Test practice")
        phone = "+1 415 555 0142"
        rows = [
            seen("1", 7, "Mia", phone=phone),
            seen("2", 7, "Leo", who="Bea Moss"),
            seen("3", 7, "Ida", who="Cleo Ray"),
        ]
        clients = in_care(Desk(scope, tmp_path), *rows)
        _, owner, _ = people_of(scope)
        signed(scope, replace(DUTY, reader_email=ANA))
        url = scope.database_url
        with start_server(tmp_path, database_url=url, environment=mail, port=port) as server:
            yield Practice(server, scope, box, owner, clients)
        scope.close()


@pytest.fixture
def parent(browser: Browser) -> Iterator[Page]:
    """A parent's phone, without JavaScript."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, is_mobile=True, java_script_enabled=False
    )
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def press(page: Page, label: str) -> None:
    """Press a button of the form and wait for the page it leads to."""
    with page.expect_navigation():
        page.get_by_role("button", name=label, exact=True).click()


def tick(page: Page, address: str, language: str, *which: int) -> None:
    """Open a form, agree, and tick these signs."""
    said = phrases(language)
    page.goto(f"{address}?lang={language}")
    press(page, said["agree"])
    for wanted in which:
        page.get_by_label(signs(language)[wanted - 1].question).check()
    press(page, said["signs_some"])


def numbers(page: Page) -> list[str]:
    """Return where the links to call lead, in their order on the page."""
    found = page.locator("a[href^='tel:']").all()
    return [str(link.get_attribute("href")) for link in found]


def sign_in(page: Page, someone: Someone) -> None:
    """Sign in on the page that asks for it."""
    page.get_by_label("E-mail").fill(ANA)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_text("My phone is not here").click()
    page.get_by_label("Recovery code").fill(someone.recovery_codes[0])
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("h1.al-title")).to_be_visible()
    settle(page)


def test_a_ticked_sign_is_mailed_its_link_opens_it_and_once_acknowledged_no_mail_follows(
    practice: Practice, parent: Page, phone: Page
) -> None:
    box, scope = practice.box, practice.scope
    tick(parent, practice.link("Mia"), "en", FEVER)
    assert box.is_full.wait(PATIENCE / 1000), "it does not wait for the next look"
    assert sorted(box.recipients) == [ANA, STAND_IN]
    links = {re.search(r"http\S+", letter.get_content())[0] for _, letter in box.letters}
    (link,) = links
    # Somebody not signed in signs in first, and arrives there.
    phone.goto(link)
    expect(phone.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(phone, practice.owner)
    assert phone.url == link
    sign = signs("en")[FEVER - 1]
    expect(phone.get_by_text(sign.question)).to_be_visible()
    for name, start in (("Call", "tel:"), ("Text", "sms:")):
        way = phone.get_by_role("link", name=name, exact=True)
        expect(way).to_have_attribute("href", f"{start}+14155550142")
        assert way.bounding_box()["height"] >= 44
    expect(phone.get_by_text("What to do: Call the family today")).to_be_visible()
    assert violations(phone) == []
    phone.get_by_label("What was done?").fill("Called, she is at the doctor's")
    phone.get_by_role("button", name="Acknowledge").click()
    expect(phone.get_by_text("Acknowledged, with what was done.")).to_be_visible()
    assert read_open_flags(scope) == ()
    (kept,) = acknowledged_flags(scope)
    assert (kept.by, kept.done) == ("owner", "Called, she is at the doctor's")
    # Not when its time has passed either.
    assert send_alerts(scope, lambda: datetime.now(UTC) + timedelta(days=1)).mails == 0
    assert len(box.letters) == 2
    said = [*box.texts, phone.url, parent.url, practice.server.log.read_text()]
    hushed = [*NAMES, sign.question, "fever", "100.4", "415555"]
    assert [word for text in said for word in hushed if word in text] == []


@pytest.mark.parametrize(("language", "name"), [("en", "Leo"), ("es", "Ida")])
def test_fever_and_low_mood_show_both_numbers_to_the_very_last_page(
    practice: Practice, parent: Page, language: str, name: str
) -> None:
    said, worded = phrases(language), signs(language)
    tick(parent, practice.link(name), language, FEVER, LOW)
    told = parent.locator("p.do").all_inner_texts()
    assert told == [worded[FEVER - 1].action, worded[LOW - 1].action]
    each = ["tel:911", "tel:+18338526262", "tel:988"]
    assert numbers(parent) == each
    press(parent, said["told"])
    pages = 0
    while not parent.get_by_role("button", name=said["send"], exact=True).count():
        assert numbers(parent) == each
        assert parent.locator("html").get_attribute("lang") == language
        wide = parent.locator("html").evaluate("each => each.scrollWidth")
        assert wide <= 390
        with parent.expect_navigation():
            parent.locator("[name=skip]").last.click()
        pages += 1
    assert pages > 3
    assert numbers(parent) == each
    press(parent, said["send"])
    expect(parent.get_by_role("heading", level=1)).to_have_text(said["thanks_title"])
    assert parent.locator("p.do").all_inner_texts() == told
    assert numbers(parent) == each
    assert not re.search(r"sign|done", parent.url)
