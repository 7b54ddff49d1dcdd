"""Signing in as people do: an invitation, a phone, a PIN, an account elsewhere, the way out."""

import shutil
from dataclasses import replace

import pyotp
import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from allay_metrics.actions.own_sign_in import forget_device, list_devices
from allay_metrics.actions.sessions import read_session
from allay_metrics.actions.users import invite, read_people
from allay_metrics.records import DOOR, UNKNOWN, open_practice
from allay_metrics.records.column_types import now
from allay_metrics.records.tables import login_session, practice
from allay_metrics.review.practice_settings import therapists
from tests.support.axe import violations
from tests.support.browser import open_page, press, settle
from tests.support.dashboard import choose
from tests.support.oidc_server import CLIENT, independent
from tests.support.oidc_server import SECRET as CLIENT_SECRET
from tests.support.people import MAYA, PASSWORD, SECRET, Someone, ana

PIN, WRONG = "592817", "825194"


@pytest.fixture
def owned(demo_template, tmp_path, monkeypatch):
    """A practice of its own, with the demo's records, and the owner who has joined."""
    monkeypatch.setenv("ALLAY_SECRET", SECRET)
    folder = tmp_path / "owned"
    folder.mkdir()
    path = folder / "practice.sqlite"
    shutil.copy(demo_template, path)
    scope = open_practice(f"sqlite:///{path}")
    with scope.write("make it a practice of its own") as conn:
        conn.execute(update(practice).values(is_demo=0))
    scope = replace(scope, is_demo=False)
    yield scope, ana(scope, replace(scope, viewer=DOOR)), folder
    scope.close()


@pytest.fixture
def served(owned, serve):
    """A server of that practice."""
    return serve(data_dir=owned[2], environment={"ALLAY_SECRET": SECRET})


@pytest.fixture
def hers(owned):
    """The therapist on file whose caseload is Maya's."""
    return next(therapist for therapist in therapists(owned[0]) if therapist.name != UNKNOWN)


def maya_of(owned, hers):
    scope = owned[0]
    invited = invite(scope, MAYA, hers.name, "therapist", hers.id)
    return Someone(replace(scope, viewer=DOOR), invited)


def holds(page, server, **cookies):
    """Let a page hold cookies of the server's doors."""
    page.context.add_cookies(
        [{"name": name, "value": value, "url": server.url} for name, value in cookies.items()]
    )


def opened(page, server, path=""):
    page.goto(f"{server.url}/{path}")
    expect(page.locator("h1.al-title")).to_be_visible()
    settle(page)


def click(page, label):
    press(page.get_by_role("button", name=label, exact=True))


def invited(page, server, hers):
    """Let the owner invite Maya on the People page; return the link it shows."""
    opened(page, server, "people")
    form = page.locator(".st-key-al-card-invite")
    form.get_by_label("Name").fill(hers.name)
    form.get_by_label("E-mail").fill(MAYA)
    choose(form, "Caseload, for a therapist", hers.name, exact=False)
    click(page, "Invite")
    expect(page.get_by_text(f"{hers.name} is invited.")).to_be_visible()
    assert violations(page) == []
    return page.locator(".st-key-al-card-invitation code").inner_text()


def set_up(phone, link):
    """Open an invitation, connect an authenticator and choose a password."""
    phone.goto(link)
    assert violations(phone) == []
    phone.get_by_text("Enter the key by hand").click()
    totp = pyotp.TOTP(phone.locator("code").inner_text().replace(" ", ""))
    phone.get_by_label("New password").fill(PASSWORD)
    phone.get_by_label("The same password again").fill(PASSWORD)
    phone.get_by_label("Code from your authenticator app").fill(totp.now())
    phone.get_by_role("button", name="Set up").click()
    expect(phone.get_by_role("heading", name="Recovery codes")).to_be_visible()
    phone.get_by_role("link", name="Open the dashboard").click()
    expect(phone.locator("h1.al-title")).to_be_visible()
    settle(phone)


def test_from_the_invitation_to_the_caseload_and_out_again(owned, served, hers, page, watch):
    holds(page, served, sid=owned[1].token)
    link = invited(page, served, hers)
    assert link.startswith(f"{served.url}/join/")
    phone = watch("phone").page
    set_up(phone, link)
    assert phone.url.split("?")[0] == f"{served.url}/caseload"
    assert "$" not in phone.get_by_test_id("stMain").inner_text()
    # What is the owner's is not hers, by its address either.
    phone.goto(f"{served.url}/people")
    settle(phone)
    assert "Who may sign in" not in phone.locator("body").inner_text()
    again = watch("phone").page
    again.goto(link)
    expect(again.get_by_text("used, too old or not known")).to_be_visible()
    opened(phone, served, "me")
    assert violations(phone) == []

    opened(page, served, "people")
    choose(page, "Change", MAYA, exact=False)
    click(page, "Shut out")
    expect(page.get_by_text("may not sign in any more")).to_be_visible()
    # Her tab that stood open: the next click ends it.
    phone.get_by_role("link", name="Caseload").first.click()
    expect(phone.get_by_role("heading", name="Sign in")).to_be_visible()
    assert [person.email for person in read_people(owned[0]) if person.disabled_at] == [MAYA]


def test_a_remembered_phone_opens_with_a_pin_until_it_is_revoked(owned, served, hers, watch):
    scope, _, _ = owned
    maya, door = maya_of(owned, hers), replace(owned[0], viewer=DOOR)
    phone = watch("phone").page
    phone.goto(f"{served.url}/caseload")
    phone.get_by_label("E-mail").fill(MAYA)
    phone.get_by_label("Password").fill(PASSWORD)
    phone.get_by_label("Code from your authenticator app").fill(maya.next_code())
    phone.get_by_label("Remember this device").check()
    phone.get_by_role("button", name="Sign in").click()
    expect(phone.get_by_role("heading", name="Remember this device")).to_be_visible()
    assert violations(phone) == []
    phone.get_by_label("New PIN").fill(PIN)
    phone.get_by_label("The same PIN again").fill(PIN)
    phone.keyboard.press("Enter")
    expect(phone.locator("h1.al-title")).to_be_visible()
    assert phone.url.split("?")[0] == f"{served.url}/caseload"

    # A new morning: her session is idle for long, her tab loads the page anew.
    with door.write_accounts() as conn:
        conn.execute(update(login_session).values(seen_at=now() - 3_600))
    phone.goto(f"{served.url}/caseload")
    expect(phone.get_by_text(f"Hello {hers.name.split()[0]}.")).to_be_visible()
    assert violations(phone) == []
    box = phone.get_by_label("PIN", exact=True)
    assert box.get_attribute("inputmode") == "numeric"
    assert box.bounding_box()["height"] >= 44
    assert phone.get_by_role("button", name="Open").bounding_box()["height"] >= 44
    phone.keyboard.type(PIN)  # the field has the focus: no tap is needed
    phone.keyboard.press("Enter")
    expect(phone.locator("h1.al-title")).to_be_visible()
    settle(phone)
    assert phone.url.split("?")[0] == f"{served.url}/caseload"

    forget_device(scope, maya.id, list_devices(scope, maya.id)[0].id)
    phone.goto(f"{served.url}/caseload")
    expect(phone.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(phone.get_by_label("PIN", exact=True)).to_have_count(0)


def test_a_pin_wrong_five_times_asks_for_the_password_again(owned, served, hers, watch):
    maya = maya_of(owned, hers)
    phone = watch("phone").page
    holds(phone, served, sid=maya.token)
    phone.goto(f"{served.url}/account/device")
    for name in ("New PIN", "The same PIN again"):
        phone.get_by_label(name).fill(PIN)
    phone.get_by_role("button", name="Remember this device").click()
    expect(phone.locator("h1.al-title")).to_be_visible()
    phone.context.clear_cookies(name="sid")
    phone.goto(served.url)
    for left in ("4 tries are left", "3 tries are left", "2 tries are left", "One try is left"):
        phone.get_by_label("PIN", exact=True).fill(WRONG)
        phone.get_by_role("button", name="Open").click()
        expect(phone.get_by_role("alert")).to_contain_text(left)
    assert violations(phone) == []
    phone.get_by_label("PIN", exact=True).fill(WRONG)
    phone.get_by_role("button", name="Open").click()
    expect(phone.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(phone.get_by_role("alert")).to_contain_text("not remembered any more")
    phone.goto(served.url)
    expect(phone.get_by_label("E-mail")).to_be_visible()
    expect(phone.get_by_label("PIN", exact=True)).to_have_count(0)


def test_an_account_elsewhere_signs_in_across_sites(owned, serve, hers, browser, tmp_path):
    scope, _, folder = owned
    invite(scope, MAYA, hers.name, "therapist", hers.id)
    person = {"sub": "1090", "email": MAYA, "email_verified": True}
    # The provider under another host name than the dashboard: the way back is cross-site.
    with independent("127.0.0.1", tmp_path, person) as issuer, open_page(browser) as watched:
        told = {
            "ALLAY_SECRET": SECRET,
            "ALLAY_OIDC_ISSUER": issuer,
            "ALLAY_OIDC_CLIENT_ID": CLIENT,
            "ALLAY_OIDC_CLIENT_SECRET": CLIENT_SECRET,
            "ALLAY_OIDC_LABEL": "our provider",
        }
        server = serve(data_dir=folder, environment=told)
        here = server.url.replace("127.0.0.1", "localhost")
        page = watched.page
        page.goto(f"{here}/caseload")
        page.get_by_role("link", name="Sign in with our provider").click()
        assert page.url.startswith(issuer)
        known = page.get_by_role("button", name="1090")
        expect(known).to_be_visible()
        page.wait_for_load_state()
        theirs = len(watched.outside)  # what the provider's own page is made of
        known.click()
        expect(page.locator("h1.al-title")).to_be_visible()
        settle(page)
        assert page.url.split("?")[0] == f"{here}/caseload"
        (sid,) = [cookie for cookie in page.context.cookies() if cookie["name"] == "sid"]
        assert sid["sameSite"] == "Lax"
        session = read_session(replace(scope, viewer=DOOR), sid["value"])
        assert (session.email, session.way) == (MAYA, "oidc")
        assert watched.outside[theirs:] == []


def test_the_way_out_stands_behind_ones_name(owned, served, page):
    _, owner, _ = owned
    holds(page, served, sid=owner.token)
    opened(page, served)
    page.locator(".st-key-al-nav").get_by_role("button", name="Ana Reyes").click()
    page.get_by_role("link", name="My sign-in").click()
    expect(page.locator("h1.al-title")).to_contain_text("My sign-in")
    settle(page)
    page.get_by_role("link", name="Sign out").first.click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert read_session(replace(owned[0], viewer=DOOR), owner.token) is None
    page.goto(f"{served.url}/me")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
