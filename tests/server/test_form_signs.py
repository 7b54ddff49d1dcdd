"""A parent who ticked warning signs: each instruction, its numbers on later pages, the end."""

import re
from dataclasses import replace
from datetime import datetime

import pytest

from allay_metrics.actions import parent_form
from allay_metrics.actions.check_in_requests import make_link
from allay_metrics.outcomes.reading_hours import EVERY_DAY, ReadingHours
from allay_metrics.outcomes.safety import red_flags
from allay_metrics.outcomes.wording import phrases, signs
from allay_metrics.review.open_check_ins import read_open_flags
from allay_metrics.server.form_routes import FormRoutes
from allay_metrics.server.site import Site
from tests.support.asked import DUTY, asked, in_care, request, seen, signed, token_of
from tests.support.exports import Desk
from tests.support.on_file import check_ins, given, raised
from tests.support.parent import Parent, hidden

FEVER, LOW, HARM, LIMP = 3, 14, 13, 1
LARGEST = 10_240  # bytes
CALLS = re.compile(r'href="((?:tel|sms):[^"]+)"')
ON_ONE_LINE = re.compile(r'<span class="tel">([^<]*)</span>')


@pytest.fixture
def desk(sqlite_scope, tmp_path):
    return Desk(sqlite_scope, tmp_path)


@pytest.fixture
def told():
    """How often somebody was to be told of a sign."""
    return []


@pytest.fixture
def door(desk, told):
    return FormRoutes(lambda: desk.scope, Site("127.0.0.1", 8501), lambda: told.append(1))


def begun(door, token, language, *ticked):
    """Return a parent who agreed and ticked these signs."""
    parent = Parent(door, token)
    parent.page = request(door, "GET", token, query=f"lang={language}")
    parent.press()
    parent.press(sign=[str(sign) for sign in ticked])
    return parent


def actions(text, language, *ids):
    """Return which of these signs' instructions a page says, in its own order."""
    worded = {sign.id: sign.action for sign in signs(language)}
    plain = ON_ONE_LINE.sub(r"\1", text)
    places = {sign: plain.find(f">{worded[sign]}<") for sign in ids}
    return sorted((sign for sign in ids if places[sign] >= 0), key=places.__getitem__)


def numbers_that_may_break(text):
    """Return the telephone numbers of a page's words that a line's end may cut in two."""
    shown = re.sub(r"<style>.*?</style>|<[^>]+>", " ", ON_ONE_LINE.sub(" ", text), flags=re.DOTALL)
    return re.findall(r"\d-\d{3}-\w+", shown)


def to_the_end(parent):
    """Go on from the instructions to the last page, skipping, and return every later page."""
    pages = [parent.press()]
    while 'name="text" rows' not in parent.page.text or 'name="skip"' in parent.page.text:
        pages.append(parent.press(skip="1"))
    return [*pages, parent.press(text="")]


@pytest.mark.parametrize("language", ["en", "es"])
def test_fever_and_low_mood_are_two_instructions_and_their_numbers_stay_to_the_end(
    desk, door, language
):
    parent = begun(door, asked(desk), language, LOW, FEVER)
    assert actions(parent.page.text, language, LOW, FEVER) == [FEVER, LOW]
    first = ["tel:911", "tel:+18338526262", "sms:+18338526262", "tel:988", "sms:988"]
    assert CALLS.findall(parent.page.text) == first
    pages = to_the_end(parent)
    assert len(pages) > 5
    for page in pages[:-1]:
        assert CALLS.findall(page.text) == ["tel:911", "tel:+18338526262", "tel:988"]
        assert f'<html lang="{language}">' in page.text
    last = pages[-1].text
    for each in (parent.page.text, *(page.text for page in pages)):
        assert ".tel{white-space:nowrap}" in each
        assert numbers_that_may_break(each) == []
    assert "1-833-852-6262" in ON_ONE_LINE.findall(last)
    assert f"<h1>{phrases(language)['thanks_title']}</h1>" in last
    assert actions(last, language, LOW, FEVER) == [FEVER, LOW]
    assert CALLS.findall(last) == first


def test_the_numbers_stay_on_earlier_pages_too_and_lead_back_to_what_to_do(desk, door):
    parent = begun(door, asked(desk), "en", FEVER)
    parent.press()
    for at in ("consent", "signs", "leave"):
        page = request(door, "GET", parent.token, query=f"at={at}")
        assert CALLS.findall(page.text) == ["tel:911"]
        assert 'href="?at=act"' in page.text
    again = request(door, "GET", parent.token, query="at=act")
    assert actions(again.text, "en", FEVER) == [FEVER]


def test_whoever_ticked_nothing_sees_no_numbers_and_cannot_ask_for_instructions(desk, door):
    parent = Parent(door, asked(desk))
    parent.press()
    parent.press(none="1")
    for page in (parent.page, request(door, "GET", parent.token, query="at=act")):
        assert CALLS.findall(page.text) == []
        assert "<h1>" in page.text


def test_one_instruction_for_two_signs_is_said_once_and_so_is_if_it_gets_worse(desk, door):
    parent = begun(door, asked(desk), "en", 8, 4, FEVER, LIMP, 15)
    text = parent.page.text
    assert actions(text, "en", LIMP, FEVER, 8) == [LIMP, FEVER, 8]
    assert text.count(f">{signs('en')[LIMP - 1].action}<") == 1
    assert text.count(f">{signs('en')[8 - 1].action}<") == 1
    assert text.count(phrases("en")["emergency"]) == 1


def test_a_crisis_line_stands_beside_the_support_line_whatever_else_is_ticked(desk, door):
    parent = begun(door, asked(desk), "en", LOW, HARM)
    crisis, support = parent.page.text.split('<p class="do">')[0:2]
    assert CALLS.findall(crisis) == ["tel:988", "sms:988", "tel:911"]
    assert CALLS.findall(support) == [
        "tel:+18338526262", "sms:+18338526262", "tel:988", "sms:988"
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "es"])
def test_stopping_there_keeps_what_was_answered_and_the_sign_and_ends_kindly(desk, door, language):
    token = asked(desk)
    parent = Parent(door, token)
    parent.page = request(door, "GET", token, query=f"lang={language}")
    for fields in ({}, {"none": "1"}, {"skip": "1"}, {"value": "4"}):
        parent.press(**fields)
    answers = given(desk.scope)
    parent.page = request(door, "GET", token, query="at=signs")
    parent.press(sign=[str(LOW)])
    page = parent.page
    sent = {**hidden(page), "stop": "1"}
    last = parent.press(stop="1")
    assert (last.status, parent.title()) == (200, phrases(language)["stopped_title"])
    assert actions(last.text, language, LOW) == [LOW]
    assert CALLS.findall(last.text)[0] == "tel:+18338526262"
    assert given(desk.scope) == answers
    assert raised(desk.scope) == {LOW}
    assert [bool(at) for (at,) in check_ins(desk.scope, "answered_at")] == [True]
    assert request(door, "GET", token).status == 404
    again = request(door, "POST", token, sent)
    assert (again.status, again.text) == (200, last.text), "pressed twice it was pressed once"


def test_nothing_is_stopped_where_no_sign_is_ticked(desk, door):
    parent = Parent(door, asked(desk))
    parent.press()
    parent.press(none="1")
    sent = {**hidden(parent.page), "step": "told", "stop": "1"}
    assert request(door, "POST", parent.token, sent).status == 422
    assert check_ins(desk.scope, "answered_at") == [(None,)]


def test_no_address_of_a_form_says_which_sign_was_ticked(desk, door):
    parent = begun(door, asked(desk), "en", FEVER, LOW)
    assert {page.headers.get("location") for page in to_the_end(parent)} == {None}
    for page in (parent.page,):
        assert not re.search(r"href=\"[^\"]*sign", page.text)


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_page_is_small_whatever_is_ticked(desk, door, language):
    parent = begun(door, asked(desk), language, *(flag.id for flag in red_flags()))
    pages = [parent.page, *to_the_end(parent)]
    fresh = in_care(desk, seen("2", 7, "Leo", who="Bea Moss"))["Leo"]
    other = begun(door, token_of(make_link(desk.scope, fresh, "day7")), language, 1, 2, 3, 13, 14)
    pages += [request(door, "GET", other.token, query="at=signs")]
    assert max(len(page.body) for page in pages) < LARGEST
    assert not [page for page in pages if "<script" in page.text]


def test_somebody_is_to_be_told_as_soon_as_a_sign_is_kept(desk, door, told):
    parent = Parent(door, asked(desk))
    parent.press()
    assert told == []
    parent.press(sign=[str(FEVER)])
    assert told == [1]
    assert len(read_open_flags(desk.scope)) == 1


OFFICE = replace(DUTY, hours=ReadingHours((1, 2, 3, 4, 5), 8, 20))


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-11-18 03:00", {"en": "from 8 am.", "es": "a partir de las 8 a. m."}),
        ("2026-11-18 20:00", {"en": "from tomorrow, 8 am.", "es": "de mañana a las 8 a. m."}),
        ("2026-11-20 21:00", {"en": "from Monday, 8 am.", "es": "del lunes a las 8 a. m."}),
        ("2026-11-18 12:00", {"en": "", "es": ""}),
    ],
)
def test_outside_the_readers_hours_the_form_says_from_when_answers_are_read(
    desk, door, monkeypatch, moment, said
):
    token = asked(desk)
    signed(desk.scope, OFFICE)
    at = int(datetime.fromisoformat(moment).replace(tzinfo=desk.scope.zone).timestamp())
    monkeypatch.setattr(parent_form, "now", lambda: at)
    for language, when in said.items():
        page = request(door, "GET", token, query=f"lang={language}")
        sentence = phrases(language)["read_from"].split("{")[0]
        assert (sentence in page.text) == bool(when)
        assert when in page.text


def test_one_o_clock_is_singular_in_spanish(desk, door, monkeypatch):
    token = asked(desk)
    signed(desk.scope, replace(DUTY, hours=ReadingHours(EVERY_DAY, 13, 14)))
    at = int(datetime(2026, 11, 18, 9, tzinfo=desk.scope.zone).timestamp())
    monkeypatch.setattr(parent_form, "now", lambda: at)
    assert "a partir de la 1 p. m." in request(door, "GET", token, query="lang=es").text
