"""A therapist's morning in a browser: the way there, the end of care, two tabs with one note."""

from collections.abc import Callable
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from playwright.sync_api import Page, expect

from allay_metrics.caseload.caseload_families import list_attention, read_families, read_worse
from allay_metrics.caseload.day import read_day
from allay_metrics.caseload.reading_day import compute_today
from allay_metrics.records import Scope, open_practice
from allay_metrics.review.open_check_ins import list_waiting
from allay_metrics.review.owner_tasks import count_needs
from tests.browser.test_tour import SIDEWAYS, SMALL_TARGETS
from tests.support.axe import violations
from tests.support.browser import Watched, press, settle
from tests.support.server import Server

Served = tuple[Server, str]


def maya(url: str) -> Scope:
    return open_practice(url).as_therapist("Maya Lopez")


def address(server: Server, scope: Scope, page: str, **more: str) -> str:
    said = "&".join(f"{key}={value}" for key, value in more.items())
    return f"{server.url}/{page}?as={str(scope.viewer.therapist_id)[:8]}&{said}"


def go(page: Page, url: str) -> None:
    page.goto(url)
    page.locator("h1.al-title").wait_for()
    settle(page)


def test_the_first_screen_of_a_phone_holds_the_next_visit_and_its_three_taps(
    demo: Served, phone: Page
) -> None:
    server, url = demo
    scope = maya(url)
    today = compute_today(scope)
    card = read_day(scope, today).next_one(today.now)
    assert card is not None
    go(phone, address(server, scope, "caseload"))
    shown = phone.locator(".al-visit.next")
    expect(shown).to_contain_text(card.family)
    bar = phone.locator(".st-key-al-thumb").bounding_box()
    assert bar is not None
    for label, link in (
        ("Call", card.call),
        ("Directions", card.directions),
        ("Running late", card.late),
    ):
        tap = shown.get_by_role("link", name=label)
        box = tap.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= bar["y"], label
        assert min(box["width"], box["height"]) >= 44, label
        assert tap.get_attribute("href") == link
    way = urlsplit(shown.get_by_role("link", name="Directions").get_attribute("href") or "")
    assert way.hostname == "www.google.com"
    assert card.city in unquote(parse_qs(way.query)["destination"][0])
    assert phone.evaluate(SMALL_TARGETS) == []
    assert card.family not in phone.url


@pytest.mark.parametrize("size", ["phone", "wide"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_caseload_and_baby_are_within_their_width_and_without_faults(
    demo: Served, watch: Callable[..., Watched], size: str, scheme: str
) -> None:
    server, url = demo
    scope = maya(url)
    families = read_families(scope, compute_today(scope))
    twins = next(family for family in families if sum(p.is_infant for p in family.people) > 1)
    page = watch(size, scheme).page
    for path, more in (("caseload", {}), ("baby", {"client": twins.leads_to})):
        go(page, address(server, scope, path, **more))
        assert page.evaluate(SIDEWAYS) == []
        assert violations(page) == []
        if size == "phone":
            assert page.evaluate(SMALL_TARGETS) == []


def test_twins_stand_side_by_side_on_a_laptop_and_one_below_the_other_on_a_phone(
    demo: Served, watch: Callable[..., Watched]
) -> None:
    server, url = demo
    scope = maya(url)
    families = read_families(scope, compute_today(scope))
    twins = next(family for family in families if sum(p.is_infant for p in family.people) > 1)
    for size, beside in (("wide", True), ("phone", False)):
        page = watch(size).page
        go(page, address(server, scope, "baby", client=twins.leads_to))
        for part in ("note", "visits", "care"):
            cards = page.locator(f'[class*="st-key-al-card-{part}-"]')
            expect(cards).to_have_count(2)
            one, other = (cards.nth(n).bounding_box() for n in (0, 1))
            assert one is not None
            assert other is not None
            assert (other["x"] >= one["x"] + one["width"]) is beside, part
            if not beside:
                assert other["y"] >= one["y"] + one["height"], part


def test_with_large_text_nothing_runs_out_of_the_page(demo: Served, phone: Page) -> None:
    server, url = demo
    go(phone, address(server, maya(url), "caseload"))
    phone.evaluate("document.documentElement.style.fontSize = '200%'")
    phone.add_style_tag(content=".stApp * { font-size: max(1em, 26px) !important; }")
    assert phone.evaluate(SIDEWAYS) == []
    expect(phone.locator(".al-visit.next").get_by_role("link", name="Directions")).to_be_visible()


def test_closing_care_takes_the_family_off_both_lists_and_shows_the_graduation(
    own_demo: Served, phone: Page
) -> None:
    server, url = own_demo
    scope = maya(url)
    today = compute_today(scope)
    waits = list_waiting(scope, today.now)
    looks = list_attention(read_families(scope, today), today, read_worse(scope, today), waits)
    first = looks[0].family
    owner = open_practice(url)
    without = count_needs(owner, today.day).no_next
    go(phone, address(server, scope, "caseload"))
    phone.locator(".al-looks button").first.click()
    expect(phone.locator("h1.al-title")).to_contain_text(f"{first.name} family")
    assert first.name not in phone.url
    settle(phone)
    shut = phone.locator("[class*=st-key-al-card-care]")
    shut.locator("summary").click()
    shut.get_by_role("button", name="Close ").click()
    expect(phone.get_by_role("status")).to_contain_text("Graduated, goals met")
    settle(phone)
    assert count_needs(owner, today.day).no_next == without - (first.next_on is None)
    phone.reload()  # the phone slept: the same client again
    expect(phone.locator("h1.al-title")).to_contain_text(f"{first.name} family")
    expect(phone.locator("[class*=st-key-al-card-care]")).to_contain_text("Graduated, goals met")
    phone.get_by_role("link", name="Caseload").first.click()
    expect(phone.locator(".al-visit.next")).to_be_visible()
    settle(phone)
    expect(phone.locator(".al-looks li").first).not_to_contain_text(first.name)


def test_of_two_tabs_the_second_sees_both_texts_and_loses_neither(
    own_demo: Served, watch: Callable[..., Watched]
) -> None:
    server, url = own_demo
    scope = maya(url)
    client = read_families(scope, compute_today(scope))[0].leads_to
    one, other = watch().page, watch().page
    for page in (one, other):
        go(page, address(server, scope, "baby", client=client))
    for page, text in ((one, "Ask about the PT"), (other, "Bring the scale")):
        field = page.get_by_placeholder("What to remember, ask or bring")
        field.fill(text)
        field.blur()
        settle(page)
    expect(other.get_by_text("changed meanwhile")).to_contain_text("Ask about the PT")
    expect(other.get_by_placeholder("What to remember")).to_have_value("Bring the scale")
    press(other.get_by_role("button", name="Keep both"))
    one.reload()
    expect(one.get_by_placeholder("What to remember")).to_have_value(
        "Ask about the PT\nBring the scale"
    )
