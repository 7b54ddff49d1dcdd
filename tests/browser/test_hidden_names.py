"""Names hidden for a screen that others see: none in any page, drawer, address or file, nor a log.

Every column that says who somebody is holds an unmistakable word before the tour begins.
"""

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from allay_metrics.records import name_masking
from allay_metrics.records.tables import metadata
from tests.support.browser import Watched, press, settle
from tests.support.dashboard import choose, visit
from tests.support.server import Server

SEED = "zqxwort"  # in no name of a file, no hash and no token
DIGITS = "4155557319"  # every phone, and as it is shown
SHOWN = r"415\D{1,3}555\D?7319"
OWNERS = (
    "", "cities", "types", "outcomes", "records", "check-ins", "therapists", "practice",
    "definitions",
)  # fmt: skip
THERAPISTS = ("caseload", "check-ins")
BABY = ".al-visit .al-n"  # what leads to one, on the caseload
# What opens a drawer on a page; each is clicked once.
OPENERS = {
    "": (".st-key-al-tile-completed button", "[class*='st-key-al-need-'] button"),
    "cities": (".al-n",),
    "records": (
        "[class*='st-key-al-mend-open-'] button",
        "[class*='st-key-al-changes-'] button",
    ),
}
_SEEDED = {
    name_masking.Name: "'Zqxwort' || substr(hex({column}), 1, 6) || ' Zqxwortson'",
    name_masking.PrivateText: "'zqxwort words of ' || substr({column}, 1, 3)",
    name_masking.RawRowJson: (
        "json_object('First Name', 'Zqxwort', 'Start Time', 'zqxwort o clock')"
    ),
}
_CONTACTS = {
    "phone": f"'+1{DIGITS}'",
    "email": "'zqxwort' || lower(hex(randomblob(6))) || '@example.org'",
    "respondent_email": "'zqxwort@example.org'",
    "address": "'12 Zqxwort Lane'",
}


def _seed(path: Path) -> int:
    """Put the word into every private column; return how many columns hold it."""
    seeded = 0
    with closing(sqlite3.connect(path)) as conn, conn:
        for table in metadata.sorted_tables:
            for column in table.columns:
                made = (
                    _CONTACTS.get(column.name)
                    if isinstance(column.type, name_masking.PrivateContact)
                    else None
                )
                made = made or _SEEDED.get(type(column.type))
                if made:
                    told = made.format(column=f'"{column.name}"')
                    conn.execute(
                        f'UPDATE "{table.name}" SET "{column.name}" = {told} '
                        f"WHERE coalesce(\"{column.name}\", '') <> ''"
                    )
                    seeded += 1
        conn.execute("UPDATE practice SET version = version + 1")
    return seeded


def _told(page: Page) -> str:
    """Return everything the browser holds of the page, and its address and title."""
    return f"{page.content()} {page.url} {page.title()}".lower()


def _hits(page: Page) -> list[str]:
    """Return where the word or the phone stands, with what is around it."""
    told = _told(page)
    found = re.finditer(f"{SEED}|{DIGITS}|{SHOWN}", told)
    return [told[max(0, hit.start() - 60) : hit.end() + 20] for hit in found]


def _tour(page: Page, server: Server, path: str, query: str) -> list[str]:
    """Open a page and, one after another, what opens on it; return where the word stands."""
    visit(page, server, f"{path}?{query}")
    found = [f"{path}: {hit}" for hit in _hits(page)]
    openers = OPENERS.get(path, ())
    for opener in openers:
        button = page.locator(f".stMain {opener}").first
        press(button)
        found += [f"{path} {opener}: {hit}" for hit in _hits(page)]
        is_elsewhere = page.url.split("?")[0] != f"{server.url}/{path}"
        if opener != openers[-1] and (is_elsewhere or page.get_by_role("dialog").count()):
            visit(page, server, f"{path}?{query}")
    return found


@pytest.fixture
def seeded(own_demo: tuple[Server, str]) -> tuple[Server, str]:
    """The demo with the word in every private column."""
    server, url = own_demo
    assert _seed(Path(url.removeprefix("sqlite:///"))) >= 20
    return server, url


def _hers(page: Page, server: Server) -> str:
    """Return the part of the address that looks as a therapist."""
    visit(page, server)
    choose(page, "Look as", "Maya Lopez", exact=False)
    expect(page.locator("h1.al-title")).to_be_visible()
    page.wait_for_url(re.compile(r"[?&]as=\w"))
    return re.search(r"as=\w+", page.url)[0]


def test_no_name_is_on_any_page_while_names_are_hidden(
    seeded: tuple[Server, str], watch: Callable[..., Watched]
) -> None:
    server, _ = seeded
    page = watch().page
    visit(page, server, "check-ins")
    assert _hits(page), "the word is on file, and shown where names are"
    hers = _hers(page, server)
    found = [hit for path in OWNERS for hit in _tour(page, server, path, "as=&names=hidden")]
    for path in THERAPISTS:
        found += _tour(page, server, path, f"{hers}&names=hidden")
    visit(page, server, f"caseload?{hers}&names=hidden")
    page.locator(BABY).first.click()
    expect(page).to_have_url(re.compile("/baby"))
    settle(page)
    found += [f"baby: {hit}" for hit in _hits(page)]
    assert found == []


def test_the_switch_hides_at_once_stays_over_pages_and_a_reload_and_an_export_obeys(
    seeded: tuple[Server, str], watch: Callable[..., Watched], tmp_path: Path
) -> None:
    server, _ = seeded
    page = watch().page
    visit(page, server, "check-ins")
    page.get_by_role("button", name="Hide names").click()
    expect(page.get_by_role("button", name="Show names")).to_be_visible()
    settle(page)
    assert _hits(page) == []
    page.reload()
    settle(page)
    assert _hits(page) == []
    press(page.locator(".st-key-al-nav").get_by_role("link", name="Week"))
    page.locator(".st-key-al-tile-completed button").click()
    page.get_by_role("dialog").get_by_role("button", name="Export these visits").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    path = tmp_path / "visits.csv"
    download.value.save_as(path)
    assert "Client" in path.read_text()
    assert SEED not in path.read_text().lower()
    page.keyboard.press("Escape")
    visit(page, server, "check-ins?names=hidden")
    page.get_by_role("button", name="Show names").click()
    expect(page.get_by_role("button", name="Hide names")).to_be_visible()
    settle(page)
    assert _hits(page)


def test_a_phone_hides_them_with_one_thumb(
    seeded: tuple[Server, str], watch: Callable[..., Watched]
) -> None:
    server, _ = seeded
    page = watch("phone").page
    hers = _hers(page, server)
    visit(page, server, f"caseload?{hers}")
    assert _hits(page)
    page.get_by_role("button", name="Hide names").tap()
    expect(page.get_by_role("button", name="Show names")).to_be_visible()
    settle(page)
    assert _hits(page) == []


def test_names_are_in_no_address_title_or_log_even_where_they_are_shown(
    demo_template: Path, tmp_path: Path, serve: Callable[..., Server], watch: Callable[..., Watched]
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / demo_template.name).write_bytes(demo_template.read_bytes())
    _seed(folder / demo_template.name)
    server = serve(data_dir=folder, environment={"ALLAY_LOG_SQL": "1"})
    page = watch().page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    hers = _hers(page, server)
    seen = False
    for path, query in [*((p, "as=") for p in OWNERS), *((p, hers) for p in THERAPISTS)]:
        visit(page, server, f"{path}?{query}")
        seen = bool(_hits(page)) or seen
        assert SEED not in f"{page.title()} {page.url}".lower()
    assert seen, "names are shown"
    log = server.log.read_text(errors="replace").lower()
    assert json.dumps([url for url in asked if SEED in url.lower()]) == "[]"
    assert len(log) > 100
    assert SEED not in log
    assert DIGITS not in log
