"""The gate in a browser: one tour of everything, framing, a lost connection, a restarted server."""

import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from allay_metrics.records import open_practice
from allay_metrics.records.tables import family
from tests.support.axe import violations
from tests.support.browser import settle
from tests.support.dashboard import PAGES
from tests.support.gated import gated, make_records, people_of
from tests.support.people import ANA, MAYA, PASSWORD, SECRET
from tests.support.ports import free_port
from tests.support.server import start_server

MUST = ("content-security-policy", "x-content-type-options", "referrer-policy", "x-frame-options")
OUTSIDE = '![a](http://evil.test/a.png)<img src="http://evil.test/b.png">'


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A practice with people behind its gate."""
    with gated(tmp_path_factory.mktemp("gated")) as running:
        yield running


def _sign_in(page, someone, email):
    """Sign in on the page that asks for it."""
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_text("My phone is not here").click()
    page.get_by_label("Recovery code").fill(someone.recovery_codes[someone.used])
    someone.used += 1
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("h1.al-title")).to_be_visible()
    settle(page)


@pytest.fixture(autouse=True)
def _codes(here):
    for someone in (here.ana, here.maya):
        someone.used = getattr(someone, "used", 0)


def test_a_tour_of_everything_carries_every_header_and_asks_nothing_outside(here, watch):
    with here.scope.write("name a family after an image") as conn:
        conn.execute(update(family).values(name=OUTSIDE))
    watched = watch()
    page, bare, seen = watched.page, [], set()

    def look(response):
        seen.add(response.status)
        if not response.url.startswith(here.server.url):
            return
        if missing := [name for name in MUST if name not in response.headers]:
            bare.append((response.url, missing))

    page.on("response", look)
    page.goto(f"{here.server.url}/cities?city=Oakland")
    _sign_in(page, here.ana, ANA)
    assert page.url.startswith(f"{here.server.url}/cities")
    assert "city=Oakland" in page.url
    for path in PAGES:
        page.goto(f"{here.server.url}/{path}")
        expect(page.locator("h1.al-title")).to_be_visible()
        settle(page)
    page.goto(f"{here.server.url}/account")
    assert violations(page) == []
    page.goto(f"{here.server.url}/_stcore/metrics")
    assert bare == []
    assert {200, 303, 404} <= seen
    assert watched.outside == []
    assert [error for error in watched.errors if "Content Security Policy" in error] == []


class _Frames(BaseHTTPRequestHandler):
    """Another page of this computer, with one frame."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f'<iframe src="{self.server.framed}"></iframe>'.encode())

    def log_message(self, *_told):
        """Say nothing."""


@pytest.fixture
def other_page(here):
    """The address of a page elsewhere that frames the page to sign in."""
    with ThreadingHTTPServer(("127.0.0.1", free_port()), _Frames) as server:
        server.framed = f"{here.server.url}/login"
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_no_other_page_may_frame_it(here, other_page, watch):
    page = watch().page
    with page.expect_event("requestfailed") as refused:
        page.goto(other_page)
    assert refused.value.url == f"{here.server.url}/login"
    assert refused.value.failure == "net::ERR_BLOCKED_BY_RESPONSE"
    assert page.frames[1].get_by_label("E-mail").count() == 0


def test_a_therapist_has_her_pages_and_a_way_out_on_her_phone(here, phone):
    phone.goto(here.server.url)
    _sign_in(phone, here.maya, MAYA)
    assert phone.url.startswith(f"{here.server.url}/caseload")
    bar = phone.locator(".st-key-al-thumb")
    assert bar.get_by_role("link", name="Week").count() == 0
    bar.get_by_role("button", name="More").click()
    way_out = phone.get_by_role("link", name="Sign out")
    expect(way_out).to_be_visible()
    assert way_out.bounding_box()["height"] >= 44
    way_out.click()
    expect(phone.get_by_role("heading", name="Sign in")).to_be_visible()
    phone.goto(f"{here.server.url}/caseload")
    expect(phone.get_by_role("heading", name="Sign in")).to_be_visible()


def test_signing_out_in_one_tab_ends_the_other_at_its_next_click(here, watch):
    first = watch().page
    first.goto(f"{here.server.url}/types")
    _sign_in(first, here.ana, ANA)
    second = first.context.new_page()
    second.goto(f"{here.server.url}/logout")  # not from a page of ours: it asks
    second.get_by_role("button", name="Sign out").click()
    expect(second.get_by_role("heading", name="Sign in")).to_be_visible()
    first.locator(".st-key-al-nav").get_by_role("link", name="Cities").click()
    expect(first.get_by_role("heading", name="Sign in")).to_be_visible()
    assert "next=%2F" in first.url


NOTE = "what I want to remember"
TYPED = "Ask Maya about Tuesday"


def _is_as_it_was(page):
    """The text somebody typed, and who she is: still there, and the next click is answered."""
    expect(page.get_by_placeholder(NOTE).first).to_have_value(TYPED)
    expect(page.locator(".st-key-al-nav").get_by_role("button", name="Ana Reyes")).to_be_visible()
    page.locator(".st-key-al-nav").get_by_role("link", name="Cities").click()
    expect(page.locator("h1.al-title")).to_contain_text("Cities")


def test_a_connection_lost_for_three_seconds_loses_no_text_and_no_identity(here, watch):
    page, lines, lost, noticed = watch().page, [], [], []

    def join(line):
        if lost and (lost[0] > time.monotonic() or not noticed):
            line.close()
            return
        line.connect_to_server()
        lines.append(line)

    page.route_web_socket("**/_stcore/stream", join)
    page.goto(f"{here.server.url}/login")
    _sign_in(page, here.ana, ANA)
    page.get_by_placeholder(NOTE).first.fill(TYPED)
    button = page.get_by_role("button", name="The week before")
    lost.append(time.monotonic() + 3)
    lines[-1].close()
    expect(button).to_be_disabled()
    noticed.append(page)
    expect(button).to_be_enabled()  # and joined again by itself
    settle(page)
    assert len(lines) == 2
    _is_as_it_was(page)


def test_a_server_started_anew_while_a_form_is_open_loses_no_text_and_no_identity(
    tmp_path, watch, monkeypatch
):
    monkeypatch.setenv("ALLAY_SECRET", SECRET)
    scope = open_practice(make_records(tmp_path))
    _, ana, _ = people_of(scope)
    ana.used = 0
    scope.close()
    told = {"port": free_port(), "environment": {"ALLAY_SECRET": SECRET}}
    page = watch().page
    with start_server(tmp_path, **told) as server:
        page.goto(f"{server.url}/login")
        _sign_in(page, ana, ANA)
        page.get_by_placeholder(NOTE).first.fill(TYPED)
    button = page.get_by_role("button", name="The week before")
    expect(button).to_be_disabled()  # the page has noticed
    with start_server(tmp_path, **told):
        expect(button).to_be_enabled()
        settle(page)
        _is_as_it_was(page)
