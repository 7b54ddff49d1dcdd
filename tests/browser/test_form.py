"""A parent with a phone and a link, without JavaScript: the form from consent to thank you."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from allay_metrics.actions.check_in_requests import acknowledge, make_link
from allay_metrics.outcomes.wording import phrases, signs
from allay_metrics.records import Scope, open_practice
from allay_metrics.review.open_check_ins import read_open_flags, read_unread_words
from tests.support.asked import in_care, seen, signed
from tests.support.axe import violations
from tests.support.browser import PATIENCE
from tests.support.dashboard import visit
from tests.support.exports import Desk
from tests.support.server import Server, start_server

LARGEST = 10_240  # bytes of a page


@pytest.fixture(scope="module")
def asking(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, Scope, dict[str, str]]]:
    """A server of a practice that asks, its scope, and the ids of six babies by name."""
    folder = tmp_path_factory.mktemp("asking")
    path = folder / "practice.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    scope = open_practice(f"sqlite:///{path}", name="Test practice")
    signed(scope)
    parents = ("Ana Lee", "Bea Moss", "Cleo Ray", "Dora Fox", "Eli Hart", "Fay Quinn")
    babies = zip(("Mia", "Leo", "Ida", "Ben", "Eva", "Gus"), parents, strict=True)
    rows = [seen(str(n), 7, name, who=who) for n, (name, who) in enumerate(babies)]
    clients = in_care(Desk(scope, folder), *rows)
    with start_server(folder, database_url=f"sqlite:///{path}") as server:
        yield server, scope, clients
    scope.close()


class Phone:
    """A phone without JavaScript, and what it was sent and asked elsewhere."""

    def __init__(self, browser: Browser, locale: str, scheme: str = "light") -> None:
        self.context = browser.new_context(
            viewport={"width": 390, "height": 844},
            is_mobile=True,
            has_touch=True,
            java_script_enabled=False,
            locale=locale,
            color_scheme=scheme,
        )
        self.context.set_default_timeout(PATIENCE)
        self.page = self.context.new_page()
        self.asked: list[str] = []
        self.sizes: list[int] = []
        self.headers: list[dict[str, str]] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("response", self._keep)

    def _keep(self, response) -> None:
        self.headers.append(response.headers)
        if response.status != 303:
            self.sizes.append(len(response.body()))


@pytest.fixture
def phone_in(browser: Browser) -> Iterator[Callable[..., Phone]]:
    """`phone_in("es")` is a phone whose owner reads Spanish."""
    phones: list[Phone] = []

    def _open(locale: str, scheme: str = "light") -> Phone:
        phones.append(Phone(browser, locale, scheme))
        return phones[-1]

    yield _open
    for phone in phones:
        phone.context.close()


def link(asking: tuple[Server, Scope, dict[str, str]], name: str) -> str:
    """Return the address of a new link to a baby's check-in."""
    server, scope, clients = asking
    return f"{server.url}{make_link(scope, clients[name], 'day7').url_path}"


def press(page: Page, label: str) -> None:
    """Press a button of the form and wait for the page it leads to."""
    with page.expect_navigation():
        page.get_by_role("button", name=label, exact=True).click()


def answer_all(page: Page) -> int:
    """Tap the third choice of every question that comes, or the last; return how many came."""
    taps = 0
    while (choices := page.locator("button[name=value]")).count():
        # On a slow machine nothing is on the page for a moment: it is no end of the questions.
        with page.expect_navigation():
            choices.nth(min(2, choices.count() - 1)).click()
        taps += 1
    return taps


def test_a_parent_answers_in_a_few_taps_and_the_link_is_dead(asking, phone_in) -> None:
    phone = phone_in("en-US")
    page, said = phone.page, phrases("en")
    address = link(asking, "Mia")
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text(said["welcome"])
    page.get_by_role("checkbox").check()
    press(page, said["agree"])
    press(page, said["signs_none"])
    page.locator("input[name=weeks]").fill("38")
    page.locator("input[name=born]").fill("2026-10-01")
    press(page, said["go_on"])
    assert answer_all(page) <= 8
    page.get_by_role("textbox").fill("She sleeps better.")
    press(page, said["send"])
    expect(page.get_by_role("heading", level=1)).to_have_text(said["thanks_title"])
    # Nothing of the link is left in the address of the last page.
    assert page.url.endswith("/c/done/en")
    _, scope, clients = asking
    assert [word.texts[-1] for word in read_unread_words(scope)] == [
        ("words", "She sleeps better.")
    ]
    # A second submission: the same link again, and the way back.
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text(said["closed_title"])
    page.go_back()
    page.go_back()
    if page.get_by_role("button", name=said["send"]).count():
        press(page, said["send"])
    expect(page.get_by_role("heading", level=1)).to_have_text(said["closed_title"])
    assert len(read_unread_words(scope)) == 1
    assert clients["Mia"] == read_unread_words(scope)[0].client_id
    _asked_nothing_else(phone)


def test_a_sign_is_shown_full_screen_with_a_number_to_tap_and_reaches_the_practice(
    asking, phone_in, page: Page
) -> None:
    server, scope, clients = asking
    phone = phone_in("en-US")
    address = link(asking, "Leo")
    phone.page.goto(address)
    press(phone.page, phrases("en")["agree"])
    sign = signs("en")[0]
    phone.page.get_by_label(sign.question).check()
    press(phone.page, phrases("en")["signs_some"])
    expect(phone.page.get_by_role("alert")).to_have_text(sign.action)
    call = phone.page.get_by_role("link", name="Call 911")
    assert call.get_attribute("href") == "tel:911"
    assert call.bounding_box()["height"] >= 60
    # Before the parent goes on, it stands on the owner's pages, and stays when she has left.
    visit(page, server)
    expect(page.get_by_text("A parent ticked a warning sign")).to_be_visible()
    page.get_by_role("link", name="Say what was done").click()
    expect(page.get_by_text(sign.question)).to_be_visible()
    page.get_by_label("What was done?").fill("Called, the baby is with a doctor")
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("Acknowledged, with what was done.")).to_be_visible()
    assert read_open_flags(scope, clients["Leo"]) == ()
    press(phone.page, phrases("en")["told"])
    expect(phone.page.locator("button[name=value], input[name=weeks]").first).to_be_visible()
    press(phone.page, phrases("en")["skip"])
    assert answer_all(phone.page) <= 8
    press(phone.page, phrases("en")["send"])
    expect(phone.page.get_by_role("heading", level=1)).to_have_text(phrases("en")["thanks_title"])
    phone.page.goto(address)
    expect(phone.page.get_by_role("heading", level=1)).to_have_text(phrases("en")["closed_title"])
    _asked_nothing_else(phone)


def test_a_form_in_spanish_is_left_and_taken_up_on_another_phone(asking, phone_in) -> None:
    said = phrases("es")
    address = link(asking, "Ida")
    first = phone_in("es-MX")
    first.page.goto(address)
    assert first.page.locator("html").get_attribute("lang") == "es"
    expect(first.page).to_have_title(said["title"])
    press(first.page, said["agree"])
    press(first.page, said["signs_none"])
    press(first.page, said["skip"])
    with first.page.expect_navigation():
        first.page.locator("button[name=value]").nth(4).click()
    stands = first.page.get_by_role("heading", level=1).inner_text()
    # The language was kept with the form: the other phone prefers none.
    second = phone_in("en-US", "dark")
    second.page.goto(address)
    expect(second.page.get_by_role("heading", level=1)).to_have_text(stands)
    answer_all(second.page)
    press(second.page, said["send"])
    expect(second.page.get_by_role("heading", level=1)).to_have_text(said["thanks_title"])
    for phone in (first, second):
        _asked_nothing_else(phone)


def test_a_family_that_wants_no_more_questions_is_asked_no_more(asking, phone_in) -> None:
    said = phrases("en")
    address = link(asking, "Ben")
    page = phone_in("en-US").page
    page.goto(address)
    page.get_by_role("link", name=said["leave"]).click()
    press(page, said["leave_sure"])
    expect(page.get_by_role("heading", level=1)).to_have_text(said["left_title"])
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text(said["closed_title"])


@pytest.mark.parametrize(("scheme", "name"), [("light", "Eva"), ("dark", "Gus")])
def test_every_page_of_the_form_is_accessible(
    asking, browser: Browser, scheme: str, name: str
) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, color_scheme=scheme, bypass_csp=True
    )
    page, said, faults = context.new_page(), phrases("en"), []

    def look() -> None:
        # Another document each time: axe is brought along anew.
        faults.extend(violations(page, {}))
        wide = page.evaluate("document.documentElement.scrollWidth")
        low = page.evaluate(
            "[...document.querySelectorAll('button, a, label.t, label.f > *')]"
            ".filter(each => each.getBoundingClientRect().height < 44)"
            ".map(each => each.outerHTML)"
        )
        faults.extend([*low, *([] if wide <= 390 else [f"{page.url} is {wide} wide"])])

    page.goto(f"{link(asking, name)}?lang=en")
    look()
    press(page, said["agree"])
    look()
    page.get_by_role("checkbox").nth(12).check()
    press(page, said["signs_some"])
    look()
    press(page, said["told"])
    while not page.get_by_role("button", name=said["send"]).count():
        look()
        with page.expect_navigation():
            page.locator("[name=skip]").last.click()
    look()
    page.goto(page.url.split("/c/")[0] + "/c/nothing")
    look()
    context.close()
    # No other test finds a sign open that is none of its own.
    _, scope, clients = asking
    (flag,) = read_open_flags(scope, clients[name])
    acknowledge(scope, flag.check_in_id, flag.flag.id, "Called")
    assert faults == []


def _asked_nothing_else(phone: Phone) -> None:
    """Insist that the form is small, asks of nobody else, and bears its headers throughout."""
    assert all("/c/" in address for address in phone.asked)
    assert max(phone.sizes) < LARGEST
    for headers in phone.headers:
        assert headers["cache-control"] == "no-store"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == "DENY"
        assert "noindex" in headers["x-robots-tag"]
