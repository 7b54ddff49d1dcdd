"""PostgreSQL goes away and comes back, under everything a person has open."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from allay_metrics.records import open_engine, open_practice, upgrade
from allay_metrics.records.database import open_database
from tests.support.apart import run_apart
from tests.support.asked import asked
from tests.support.browser import settle
from tests.support.exports import Desk
from tests.support.gated import ask, people_of
from tests.support.people import ANA, PASSWORD, SECRET, Someone
from tests.support.postgres import Cluster, own_cluster
from tests.support.server import ROOT, Server, start_server
from tests.support.wire import open_wire, run_page

pytestmark = pytest.mark.postgres
AWAY = "The records cannot be reached; nothing was saved."
FUERA = "No se puede acceder a los registros; no se guardó nada."


@dataclass(frozen=True)
class Practice:
    """A practice on a PostgreSQL server of its own, which a test may stop."""

    cluster: Cluster
    url: str
    server: Server
    ana: Someone
    link: str


@pytest.fixture(scope="module")
def practice(tmp_path_factory) -> Iterator[Practice]:
    folder = tmp_path_factory.mktemp("lost")
    with own_cluster(_migrate) as cluster, pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALLAY_SECRET", SECRET)
        url = cluster.create("practice")
        scope = open_practice(url, name="Test practice")
        link = asked(Desk(scope, folder))
        _, ana, _ = people_of(scope)
        scope.close()
        settings = {"ALLAY_SECRET": SECRET}
        with start_server(folder, database_url=url, environment=settings) as server:
            yield Practice(cluster, url, server, ana, link)


def _migrate(url: str) -> None:
    engine = open_engine(url)
    upgrade(engine)
    open_database(engine).dispose()
    engine.dispose()


@pytest.fixture
def away(practice):
    """Run a block while the server is away, and leave it running."""
    practice.cluster.stop()
    yield practice
    practice.cluster.start()


def signed_in(page: Page, practice: Practice) -> Page:
    cookie = {"name": "sid", "value": practice.ana.token, "url": practice.server.url}
    context: BrowserContext = page.context
    context.add_cookies([cookie])
    return page


def test_an_open_page_says_so_and_returns_by_itself(practice, page, record_property):
    signed_in(page, practice).goto(f"{practice.server.url}/cities")
    title = page.locator("h1.al-title")
    expect(title).to_contain_text("Cities")
    settle(page)
    practice.cluster.stop()
    page.locator(".st-key-al-nav").get_by_role("link", name="Visit types").click()
    expect(page.get_by_text(AWAY)).to_be_visible()
    expect(page.get_by_text("This did not work")).to_have_count(1)
    expect(page.get_by_text("Traceback")).to_have_count(0)
    practice.cluster.start()
    expect(title).to_contain_text("Visit types")
    expect(page.get_by_text(AWAY)).to_have_count(0)
    record_property("hardening", "PostgreSQL stopped and started: the page returns by itself")


def test_a_page_opened_meanwhile_says_so_and_returns_by_itself(practice, page):
    practice.cluster.stop()
    signed_in(page, practice).goto(f"{practice.server.url}/cities")
    expect(page.get_by_text(AWAY)).to_be_visible()
    expect(page.get_by_text("This page tries again by itself.")).to_be_visible()
    practice.cluster.start()
    expect(page.locator("h1.al-title")).to_contain_text("Cities")


def test_a_note_that_could_not_be_kept_stands_in_its_field_again(practice, page):
    signed_in(page, practice).goto(practice.server.url)
    note = page.get_by_role("textbox", name="note")
    expect(note).to_be_visible()
    settle(page)
    practice.cluster.stop()
    note.fill("The bridge was closed")
    note.press("Tab")
    expect(page.get_by_text(AWAY)).to_be_visible()
    practice.cluster.start()
    expect(note).to_have_value("The bridge was closed")
    expect(page.get_by_text(AWAY)).to_be_visible()  # it is not kept yet, and says so
    note.press("End")
    note.type(" on Monday")
    note.press("Tab")
    expect(page.get_by_text("Note kept.")).to_be_visible()
    expect(page.get_by_text(AWAY)).to_have_count(0)


def test_a_parents_words_are_sent_once_more_by_a_button(practice, page):
    page.goto(f"{practice.server.url}/c/{practice.link}")
    practice.cluster.stop()
    page.locator("button.go").first.click()
    expect(page.get_by_text(AWAY)).to_be_visible()
    expect(page.get_by_text(FUERA)).to_be_visible()
    practice.cluster.start()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator('input[name="sign"]').first).to_be_visible()


def test_every_door_says_so_in_one_sentence(away):
    form = {"email": ANA, "password": PASSWORD, "code": "000000"}
    for path, method, fields in (
        ("/", "GET", None), ("/login", "GET", None), ("/login", "POST", form),
        ("/account", "GET", None), ("/join/x", "GET", None), ("/login/pin", "POST", {"pin": "1"}),
        (f"/c/{away.link}", "GET", None),
    ):  # fmt: skip
        token = away.ana.token if path == "/account" else ""
        told = ask(away.server.url, path, method, fields=fields, token=token)
        assert told.status == 503, (path, method)
        assert AWAY in told.body.decode(), (path, method)
        assert ("refresh" in told.headers) == (method == "GET"), (path, method)
    log = away.server.log.read_text()
    assert "Traceback" not in log
    assert "Problem" not in log


@pytest.mark.parametrize("command", [("week",), ("caseload", "--as", ANA), ("check",)])
def test_the_command_line_says_so_and_exits_with_two(away, command):
    ran = subprocess.run(
        [sys.executable, "-m", "allay_metrics", "--database", away.url, *command],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(AWAY)
    assert len(ran.stderr.splitlines()) == 1


def test_a_short_outage_throws_nobody_out(practice):
    cookie = {"Cookie": f"sid={practice.ana.token}"}

    async def attempt():
        wire = await open_wire(practice.server.url, headers=cookie)
        await run_page(wire)
        practice.cluster.stop()
        ran = await run_page(wire)
        assert ran.holds(AWAY)
        assert not any(message.WhichOneof("type") == "auth_redirect" for message in ran.messages)
        practice.cluster.start()
        ran = await run_page(wire)
        assert not ran.holds(AWAY)
        assert ran.holds("Week of")
        await wire.close()

    run_apart(attempt())
