"""The other ways in, over the wire against the server as it is served: PIN, and who vouches."""

import re
from dataclasses import replace

import httpx
import pyotp
import pytest
from sqlalchemy import func, select

from allay_metrics.actions.oidc_sign_in import REFUSED
from allay_metrics.actions.second_factor import STEP
from allay_metrics.actions.sessions import read_session
from allay_metrics.records import DOOR, open_practice
from allay_metrics.records.column_types import now
from allay_metrics.records.tables import login_session
from tests.support.forged import with_another_letter
from tests.support.oidc_server import CLIENT, CORRUPT, vouching
from tests.support.oidc_server import SECRET as CLIENT_SECRET
from tests.support.people import ANA, MAYA, PASSWORD, SECRET, ana, maya_invited, wrong_code
from tests.support.server import start_server

PIN, WRONG = "592817", "825194"
JWT = "eyJhbGciOi"  # how every signed token begins: {"alg":


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A server of a practice with an owner and an invited therapist, and a provider beside it."""
    folder = tmp_path_factory.mktemp("ways")
    with pytest.MonkeyPatch.context() as patch, vouching(email=MAYA) as provider:
        patch.setenv("ALLAY_SECRET", SECRET)
        scope = open_practice(f"sqlite:///{folder / 'practice.sqlite'}", name="Test practice")
        door = replace(scope, viewer=DOOR)
        told = {
            "ALLAY_SECRET": SECRET,
            "ALLAY_OIDC_ISSUER": provider.url,
            "ALLAY_OIDC_CLIENT_ID": CLIENT,
            "ALLAY_OIDC_CLIENT_SECRET": CLIENT_SECRET,
            "ALLAY_OIDC_LABEL": "Our provider",
        }
        people = ana(scope, door), maya_invited(scope)
        with start_server(folder, environment=told) as server:
            yield server, door, provider, people
        scope.close()


@pytest.fixture
def door(served, monkeypatch):
    monkeypatch.setenv("ALLAY_SECRET", SECRET)
    return served[1]


@pytest.fixture
def provider(served):
    """The provider, honest again after each test."""
    yield served[2]
    served[2].corrupt, served[2].more, served[2].email, served[2].verified = "", {}, MAYA, True


@pytest.fixture
def browser(served):
    """Somebody at the server's own address, with cookies, who follows no redirect by herself."""
    with httpx.Client(base_url=served[0].url, headers={"user-agent": "Firefox/1 Linux"}) as client:
        yield client


def sessions(door):
    with door.read() as conn:
        return conn.execute(select(func.count()).select_from(login_session)).scalar_one()


def vouched_for(browser, wanted="/"):
    """Go out to the provider and come back; return the answer on the way back."""
    out = browser.get("/login/oidc", params={"next": wanted})
    assert out.status_code == 303
    sent = httpx.get(out.headers["location"])
    return browser.get(sent.headers["location"])


def refused(answer):
    return answer.status_code == 403 and REFUSED.split(":")[0] in answer.text


@pytest.mark.parametrize("how", [*CORRUPT, "unverified e-mail", "unknown person"])
def test_nine_of_nine_are_refused_with_one_sentence_and_no_session(door, provider, browser, how):
    before = sessions(door)
    if how in CORRUPT:
        provider.corrupt = how
    elif how == "unverified e-mail":
        provider.verified = False
    else:
        provider.email, provider.more = "eve@example.test", {"sub": "sub-of-eve"}
    answer = vouched_for(browser)
    assert refused(answer)
    assert sessions(door) == before
    assert "sid" not in browser.cookies
    assert browser.get("/").headers["location"] == "/login"


def test_an_answer_to_a_sign_in_of_another_browser_or_to_none_is_refused(door, browser, served):
    before = sessions(door)
    out = browser.get("/login/oidc")
    back = httpx.get(out.headers["location"]).headers["location"]
    with httpx.Client(base_url=served[0].url) as other:
        assert refused(other.get(back))
        other.get("/login/oidc")
        assert refused(other.get(back))
    assert refused(browser.get(re.sub("state=[^&]+", "state=of-another", back)))
    assert refused(browser.get("/login/oidc/back", params={"error": "access_denied"}))
    assert sessions(door) == before


def test_who_is_invited_comes_in_by_her_account_and_lands_where_she_wanted(door, browser):
    answer = vouched_for(browser, "/caseload")
    assert (answer.status_code, answer.headers["location"]) == (303, "/caseload")
    session = read_session(door, browser.cookies["sid"])
    assert (session.email, session.way) == (MAYA, "oidc")
    assert "oidc" not in browser.cookies
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize("wanted", ["https://else.example/", "//else.example", "/login/oidc"])
def test_nobody_is_led_elsewhere_after_signing_in(browser, wanted):
    assert vouched_for(browser, wanted).headers["location"] == "/"


def test_neither_secret_nor_code_nor_token_is_in_the_log(served, browser, provider):
    provider.corrupt = "wrong signature"
    vouched_for(browser)
    text = served[0].log.read_text()
    assert "the token is refused: bad_signature" in text
    for hidden in (CLIENT_SECRET, SECRET, "code=", JWT):
        assert hidden not in text


def test_the_page_to_sign_in_offers_the_account(browser):
    assert "Sign in with Our provider" in browser.get("/login").text


@pytest.fixture
def device(served, browser):
    """Ana's browser, on which she chose to remember the device, signed out since."""
    code = served[3][0].recovery_codes[-1]
    served[3][0].recovery_codes = served[3][0].recovery_codes[:-1]
    told = {"email": ANA, "password": PASSWORD, "recovery": code, "remember": "1"}
    answer = browser.post("/login", data={**told, "next": "/cities"})
    assert answer.headers["location"] == "/account/device?next=%2Fcities"
    assert "Firefox on Linux" in browser.get("/account/device").text
    answer = browser.post("/account/device", data={"pin": PIN, "again": PIN, "next": "/cities"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/cities")
    browser.cookies.delete("sid")
    return browser


def test_a_pin_opens_the_page_that_was_wanted(device, door):
    page = device.get("/login", params={"next": "/cities"})
    assert "Hello Ana." in page.text
    assert 'inputmode="numeric"' in page.text
    answer = device.post("/login/pin", data={"pin": PIN, "next": "/cities"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/cities")
    assert read_session(door, device.cookies["sid"]).way == "pin"
    assert device.get("/").status_code == 200


def test_a_remembered_device_still_lets_sign_in_by_password(device):
    assert "Password" in device.get("/login", params={"way": "password"}).text


def test_five_wrong_pins_and_the_device_is_one_like_any_other(device, door):
    before = sessions(door)
    for left in ("4 tries are left", "3 tries are left", "2 tries are left", "One try is left"):
        answer = device.post("/login/pin", data={"pin": WRONG})
        assert (answer.status_code, left in answer.text) == (403, True)
    answer = device.post("/login/pin", data={"pin": WRONG})
    assert "not remembered any more" in answer.text
    assert "device" not in device.cookies
    assert "Hello Ana." not in device.get("/login").text
    assert sessions(door) == before


def test_the_doors_cookies_are_for_no_script_and_no_other_site(device, browser):
    answers = (
        device.post("/login/pin", data={"pin": PIN}),
        device.post("/account/device", data={"pin": PIN, "again": PIN}),
        browser.get("/login/oidc"),
    )
    for answer in answers:
        told = answer.headers["set-cookie"].lower()
        assert "httponly" in told
        assert "samesite=lax" in told
        assert "path=/" in told


def test_another_site_presses_no_button_here(device, served):
    told = {"origin": "https://else.example"}
    for path in ("/login/pin", "/account/device", "/account/phone"):
        answer = device.post(path, data={"pin": PIN}, headers=told)
        assert answer.status_code == 403
    assert served[0].url not in answer.text


def test_nobody_remembers_a_device_or_changes_a_phone_without_being_signed_in(browser):
    for path in ("/account/device", "/account/phone"):
        for answer in (browser.get(path), browser.post(path, data={"pin": PIN, "again": PIN})):
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/login")


def test_another_phone_takes_over_and_every_other_place_is_signed_out(device, served, door):
    device.post("/login/pin", data={"pin": PIN})
    here = device.cookies["sid"]
    page = device.get("/account/phone").text
    sealed = re.search(r'name="sealed" value="([^"]+)"', page)[1]
    phone = pyotp.TOTP(re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", ""))
    ana = served[3][0]
    told = {"password": PASSWORD, "code": ana.recovery_codes[0], "fresh": wrong_code(phone)}
    answer = device.post("/account/phone", data={**told, "sealed": sealed})
    assert (answer.status_code, "not the code the new phone shows" in answer.text) == (422, True)
    assert re.search(r"<code>([A-Z2-7 ]+)</code>", answer.text)[1].replace(" ", "") == phone.secret
    # Of the signature's last letter a few bits count alone: another one may mean the same.
    forged = with_another_letter(sealed, -9)
    other = device.post("/account/phone", data={**told, "sealed": forged})
    assert "open for too long" in other.text
    answer = device.post("/account/phone", data={**told, "fresh": phone.now(), "sealed": sealed})
    assert "Your new phone is connected" in answer.text
    assert read_session(door, here) is None
    assert read_session(door, device.cookies["sid"]).email == ANA
    ana.totp, ana.recovery_codes = phone, ana.recovery_codes[1:]
    signed = device.post(
        "/login", data={"email": ANA, "password": PASSWORD, "code": phone.at(now() + STEP)}
    )
    assert signed.status_code == 303
