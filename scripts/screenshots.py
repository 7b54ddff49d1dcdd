"""Take docs/screenshots anew: every page of the demo practice, wide and phone, light and dark."""

import os
import secrets
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page  # noqa: E402
from sqlalchemy import update  # noqa: E402

from allay_metrics.actions.check_in_requests import make_link  # noqa: E402
from allay_metrics.actions.devices import remember_device  # noqa: E402
from allay_metrics.actions.sessions import read_session  # noqa: E402
from allay_metrics.actions.users import Invitation, disable, invite, invite_first_owner  # noqa: E402
from allay_metrics.caseload.day import read_day  # noqa: E402
from allay_metrics.caseload.reading_day import compute_today  # noqa: E402
from allay_metrics.demo.load import load_demo  # noqa: E402
from allay_metrics.outcomes.wording import phrases, signs  # noqa: E402
from allay_metrics.records import DOOR, Scope, open_practice  # noqa: E402
from allay_metrics.records.tables import practice  # noqa: E402
from allay_metrics.review.practice_settings import therapists  # noqa: E402
from tests.support.asked import in_care, seen, signed  # noqa: E402
from tests.support.browser import open_browser, open_page, settle  # noqa: E402
from tests.support.exports import Desk  # noqa: E402
from tests.support.people import Someone  # noqa: E402
from tests.support.server import start_server  # noqa: E402

FOLDER = ROOT / "docs" / "screenshots"
PAGES = {"week": "", "cities": "cities", "types": "types", "outcomes": "outcomes",
         "records": "records", "check_ins": "check-ins", "therapists": "therapists",
         "practice": "practice", "definitions": "definitions"}  # fmt: skip
# What a therapist of the demo sees; her id is made of the practice's, which is new every time.
THERAPIST = "Maya Lopez"
# The demo of one day: pictures change when the product does, not with the calendar.
DAY = date(2026, 11, 16)
HOW = [(size, scheme) for scheme in ("light", "dark") for size in ("wide", "phone")]


def main() -> None:
    """Take each page in each size and scheme, and the drawer behind a number."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        demo = load_demo(Path(folder) / "demo.sqlite", until=DAY)
        pages = PAGES | _her_pages(demo)
        demo.close()
        with start_server(Path(folder)) as server, open_browser() as browser:
            for how in HOW:
                for name, path in pages.items():
                    picture = FOLDER / f"{name}_{'_'.join(how)}.png"
                    _take(browser, f"{server.url}/{path}", picture, how)
            _take_drawer(browser, server.url)
    with tempfile.TemporaryDirectory() as folder:
        _take_people(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        _take_forms(Path(folder))


def _take_people(folder: Path) -> None:
    """Take what people who sign in see, in a practice of the demo's records."""
    os.environ["ALLAY_SECRET"] = secrets.token_urlsafe(32)
    seen = _signed_in(folder)
    environment = {"ALLAY_SECRET": os.environ["ALLAY_SECRET"]}
    with start_server(folder, environment=environment) as server, open_browser() as browser:
        for name, (path, cookies) in seen.items():
            for how in HOW:
                picture = FOLDER / f"{name}_{'_'.join(how)}.png"
                _take(browser, f"{server.url}{path}", picture, how, cookies)


def _take_forms(folder: Path) -> None:
    """Take a parent's form: what it is for, a warning sign, a question."""
    scope = open_practice(f"sqlite:///{folder / 'practice.sqlite'}", name="Demo practice")
    signed(scope)
    rows = [seen(str(n), 7, name) for n, name in enumerate(("Mia", "Leo", "Ida", "Ben"))]
    clients = in_care(Desk(scope, folder), *rows)
    links = [make_link(scope, client, "day7").url_path for client in clients.values()]
    scope.close()
    with start_server(folder) as server, open_browser() as browser:
        for link, how in zip(links, HOW, strict=True):
            with open_page(browser, *how) as watched:
                _take_form(watched.page, f"{server.url}{link}", "_".join(how))


def _take_form(page: Page, url: str, how: str) -> None:
    said, sign = phrases("en"), signs("en")[0]
    page.goto(url)
    page.screenshot(path=FOLDER / f"form_{how}.png")
    page.get_by_role("button", name=said["agree"], exact=True).click()
    page.get_by_label(sign.question).check()
    page.get_by_role("button", name=said["signs_some"], exact=True).click()
    page.get_by_role("alert").wait_for()
    page.screenshot(path=FOLDER / f"form_sign_{how}.png")
    page.get_by_role("button", name=said["told"], exact=True).click()
    page.get_by_role("button", name=said["skip"], exact=True).click()
    page.locator("button[name=value]").first.wait_for()
    page.screenshot(path=FOLDER / f"form_question_{how}.png")


def _signed_in(folder: Path) -> dict[str, tuple[str, dict[str, str]]]:
    """Make a practice with people; return path and cookies of each picture."""
    path = folder / "practice.sqlite"
    load_demo(path, until=DAY).close()
    scope = open_practice(f"sqlite:///{path}")
    with scope.write("let people sign in") as conn:
        conn.execute(update(practice).values(is_demo=0))
    door, hers = (
        replace(scope, viewer=DOOR),
        {therapist.name: therapist.id for therapist in therapists(scope)},
    )
    owner = Someone(door, invite_first_owner(scope, "ana@example.com", "Ana Reyes"))
    maya = Someone(door, _invited(scope, THERAPIST, hers))
    session = read_session(door, maya.token)
    assert session is not None
    device = remember_device(door, session, "592817", label="Safari on iPhone")
    invitation = _invited(scope, next(name for name in hers if name != THERAPIST), hers)
    left = Someone(door, invite(scope, "pat@example.com", "Pat Moreno", "owner"))
    disable(scope, left.id)
    scope.close()
    signed_in = {"sid": owner.token}
    return {
        "sign_in": ("/login", {}),
        "pin": ("/login", {"device": device}),
        "set_up": (invitation.url_path, {}),
        "remember": ("/account/device", signed_in),
        "people": ("/people", signed_in),
        "my_sign_in": ("/me", {"sid": maya.token}),
    }


def _invited(scope: Scope, name: str, ids: Mapping[str, str]) -> Invitation:
    address = f"{name.split(maxsplit=1)[0].lower()}@example.com"
    return invite(scope, address, name, "therapist", ids[name])


def _her_pages(demo: Scope) -> dict[str, str]:
    """Return the addresses of a therapist's pages, that of a baby she sees next among them."""
    hers = demo.as_therapist(THERAPIST)
    id_ = str(hers.viewer.therapist_id)
    cards = read_day(hers, compute_today(hers)).cards
    baby = next(person.client_id for card in cards for person in card.people)
    asked = f"as={id_[:8]}"
    return {"caseload": f"caseload?{asked}", "baby": f"baby?{asked}&client={baby}"}


def _take(
    browser: Browser,
    url: str,
    picture: Path,
    how: tuple[str, str],
    cookies: Mapping[str, str] | None = None,
) -> None:
    with open_page(browser, *how) as watched:
        page = watched.page
        for name, value in (cookies or {}).items():
            page.context.add_cookies([{"name": name, "value": value, "url": url}])
        page.goto(url)
        if page.locator("main > header").count():  # a page beside the dashboard
            page.screenshot(path=picture, full_page=True)
            return
        _settled(page)
        _whole(page)
        page.screenshot(path=picture)


def _take_drawer(browser: Browser, url: str) -> None:
    with open_page(browser, "wide", "light") as watched:
        _open(watched.page, url)
        watched.page.get_by_role("button", name="Completed", exact=False).first.click()
        watched.page.get_by_role("dialog").wait_for()
        watched.page.wait_for_timeout(1200)
        watched.page.screenshot(path=FOLDER / "drawer_wide_light.png")


def _open(page: Page, url: str) -> None:
    page.goto(url)
    _settled(page)


def _settled(page: Page) -> None:
    settle(page)
    page.wait_for_timeout(1500)


def _whole(page: Page) -> None:
    """Make the window as tall as the page, which scrolls inside itself."""
    height = page.evaluate(
        """() => {
            const inside = document.querySelector('[data-testid="stMainBlockContainer"]');
            const bar = document.querySelector('[data-testid="stBottom"]');
            return Math.ceil(inside.getBoundingClientRect().height + (bar ? bar.offsetHeight : 0));
        }"""
    )
    page.set_viewport_size({"width": page.viewport_size["width"], "height": min(height, 6000)})
    page.wait_for_timeout(1200)


if __name__ == "__main__":
    main()
