"""The parents' form over the wire: every step, every refusal, every header."""

import asyncio
import re
import threading
from datetime import datetime, timedelta

import pytest
from anyio.lowlevel import checkpoint
from hypothesis import HealthCheck, settings
from hypothesis import given as given_by
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from allay_metrics.actions import parent_form
from allay_metrics.actions.check_in_requests import make_link
from allay_metrics.actions.protocol import switch_off
from allay_metrics.errors import NotFound
from allay_metrics.outcomes.check_in_periods import choose_measures
from allay_metrics.outcomes.wording import phrases, signs, wordings
from allay_metrics.records import Scope
from allay_metrics.server import form_routes
from allay_metrics.server.form_routes import FormRoutes
from allay_metrics.server.limits import Limit
from allay_metrics.server.site import Site
from tests.support.apart import run_apart
from tests.support.asked import asked, call, in_care, request, seen, signed, token_of
from tests.support.exports import ZONE, Desk
from tests.support.on_file import check_ins, given, raised
from tests.support.parent import Parent, hidden

HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow",
    "x-content-type-options": "nosniff",
}


@pytest.fixture
def desk(sqlite_scope, tmp_path):
    return Desk(sqlite_scope, tmp_path)


@pytest.fixture
def door(desk):
    return FormRoutes(lambda: desk.scope, Site("127.0.0.1", 8501))


def day_from_now(days):
    """Return a day so many days ahead as a form sends it."""
    return (datetime.now(ZONE).date() + timedelta(days=days)).isoformat()


def through(parent):
    """Press on to the end, always the first choice, and return every page seen."""
    before = ({"totals": "1"}, {"none": "1"}, {"weeks": "39", "born": "2026-10-20"})
    pages = [parent.page, *(parent.press(**fields) for fields in before)]
    while "textarea" not in parent.page.text or 'name="value"' in parent.page.text:
        value = re.search(r'name="value" value="([^"]+)"', parent.page.text)[1]
        pages.append(parent.press(value=value))
    return [*pages, parent.press(text="All is well")]


def test_a_form_is_answered_step_by_step_and_then_its_link_is_closed(desk, door):
    parent = Parent(door, asked(desk))
    pages = through(parent)
    assert [page.status for page in pages] == [200] * len(pages)
    assert parent.title() == phrases("en")["thanks_title"]
    measures = choose_measures(None, "infant", "day7", taken=1)
    assert given(desk.scope)["words"] == (None, "All is well")
    assert {measure.id for measure in measures} | {"birth", "words"} == given(desk.scope).keys()
    ((moment, answered, in_totals),) = check_ins(desk.scope, "moment", "answered_at", "in_totals")
    assert (moment, bool(answered), in_totals) == ("day7", True, 1)
    assert request(door, "GET", parent.token).status == 404


def test_every_page_is_small_and_asks_for_nothing_outside(desk, door):
    for page in through(Parent(door, asked(desk))):
        assert len(page.body) < 10_240
        assert "<script" not in page.text
        assert re.findall(r'(?:src|href)="(?!\?|data:,|tel:|sms:)[^"]*"', page.text) == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
def test_every_answer_bears_every_header(desk, door, method, monkeypatch):
    token = asked(desk)
    answers = [request(door, method, path) for path in (token, "no-such-link", "done/es", "a/b/c")]
    answers.append(request(door, method, token, {"text": "x" * form_routes.LARGEST}))
    monkeypatch.setattr(door, "_opened", lambda: 1 / 0)
    answers.append(request(door, method, token))
    for answer in answers:
        assert HEADERS.items() <= answer.headers.items()
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "set-cookie" not in answer.headers


def test_wrong_used_expired_and_switched_off_links_look_the_same(desk, door, monkeypatch):
    clients = in_care(desk, seen("1", 7), seen("2", 7, "Leo", who="Bea Moss"))
    signed(desk.scope)
    used, other = (token_of(make_link(desk.scope, clients[n], "day7")) for n in ("Mia", "Leo"))
    through(Parent(door, used))
    dead = [request(door, "GET", token) for token in ("wrong", used)]
    late = 4_000_000_000
    with monkeypatch.context() as patch:
        patch.setattr("allay_metrics.actions.parent_form.now", lambda: late)
        dead.append(request(door, "GET", other))
    assert request(door, "GET", other).status == 200
    switch_off(desk.scope)
    dead.append(request(door, "GET", other))
    assert {(page.status, page.text) for page in dead} == {(404, dead[0].text)}
    assert phrases("en")["closed_title"] in dead[0].text
    assert phrases("es")["closed_title"] in dead[0].text


def test_a_second_submission_is_refused(desk, door):
    parent = Parent(door, asked(desk))
    through(parent)
    before = given(desk.scope)
    key = form_routes.FormRequest(parent.token, {}, {}, (), "").key
    again = request(door, "POST", parent.token, {"step": "words", "key": key, "text": "again"})
    assert again.status == 404
    assert given(desk.scope) == before


def test_a_ticked_sign_is_raised_and_its_instruction_comes_before_anything_else(desk, door):
    parent = Parent(door, asked(desk))
    parent.press()
    parent.press(sign=["8", "1", "13"])
    assert raised(desk.scope) == {1, 8, 13}
    assert signs("en")[0].action in parent.page.text
    assert 'href="tel:911"' in parent.page.text
    assert 'name="value"' not in parent.page.text
    # Whatever else is asked for, the instruction stands until it was read.
    assert request(door, "GET", parent.token, query="at=consent").text == parent.page.text
    assert signs("en")[0].action not in parent.press().text


@pytest.mark.parametrize(
    ("sign", "links"),
    [
        ("13", ["tel:988", "sms:988", "tel:911"]),
        ("14", ["tel:+18338526262", "sms:+18338526262", "tel:988", "sms:988"]),
        ("8", ["tel:911"]),
    ],
)
def test_a_sign_leads_to_its_own_numbers(desk, door, sign, links):
    parent = Parent(door, asked(desk))
    parent.press()
    parent.press(sign=sign)
    assert re.findall(r'href="((?:tel|sms):[^"]+)"', parent.page.text) == links


def test_a_tick_counts_even_beside_none_of_these(desk, door):
    parent = Parent(door, asked(desk))
    parent.press()
    parent.press(sign="3", none="1")
    assert raised(desk.scope) == {3}


def test_the_signs_cannot_be_passed_over(desk, door):
    parent = Parent(door, asked(desk))
    parent.press()
    page = parent.press()
    assert page.status == 422
    assert "Tick what is so" in page.text
    sent = {**hidden(page), "step": "words", "text": "x"}
    assert request(door, "POST", parent.token, sent).status == 422
    assert check_ins(desk.scope, "answered_at") == [(None,)]


def test_the_form_speaks_spanish_and_says_so(desk, door):
    token = asked(desk)
    page = request(door, "GET", token, accept_language="es-MX,es;q=0.9")
    assert page.text.startswith('<!doctype html><html lang="es">')
    assert f"<title>{phrases('es')['title']}</title>" in page.text
    parent = Parent(door, token)
    parent.page = request(door, "GET", token, query="lang=es")
    pages = through(parent)
    assert parent.title() == phrases("es")["thanks_title"]
    assert all('<html lang="es">' in page.text for page in pages[1:])
    assert wordings("es")["settle"].question in "".join(page.text for page in pages)
    assert check_ins(desk.scope, "language") == [("es",)]


def test_the_language_may_change_in_the_middle(desk, door):
    parent = Parent(door, asked(desk))
    parent.press()
    sent = {**hidden(parent.page), "step": "language", "to": "es"}
    assert request(door, "POST", parent.token, sent).status == 303
    assert phrases("es")["signs_title"] in request(door, "GET", parent.token).text


def test_a_form_left_is_taken_up_where_it_was(desk, door):
    parent = Parent(door, asked(desk))
    for fields in ({}, {"none": "1"}, {"skip": "1"}, {"value": "4"}):
        parent.press(**fields)
    assert request(door, "GET", parent.token).text == parent.page.text
    earlier = request(door, "GET", parent.token, query="at=top_concern")
    assert 'value="4" class=on' in earlier.text


def test_what_is_no_choice_is_refused(desk, door):
    parent = Parent(door, asked(desk))
    for fields in ({}, {"none": "1"}, {"skip": "1"}):
        parent.press(**fields)
    for wrong in ("11", "-1", "0.5", "nan", "inf", "x", ""):
        assert (
            request(door, "POST", parent.token, {**hidden(parent.page), "value": wrong}).status
            == 422
        )
    assert given(desk.scope).keys() == {"birth"}


@pytest.mark.parametrize(
    "fields",
    [
        {"weeks": "12"},
        {"weeks": "45"},
        {"weeks": "x"},
        {"weeks": "9" * 5_000},
        {"weeks": "-1"},
        {"weeks": "nan"},
        {"weeks": "39\0"},
        {"weeks": "39.5"},
        {"weeks": "²"},
        {"weeks": "٣٩"},
        {"born": "2999-01-01"},
        {"born": "yesterday"},
        {"born": "0001-01-01"},
        {"born": "9999-12-31"},
        {"born": "1" * 5_000},
        {"born": "2026-02-30"},
        {"born": day_from_now(-4 * 365)},
        {"born": day_from_now(311)},
    ],
)
def test_a_birth_that_cannot_be_is_asked_again(desk, door, fields):
    parent = Parent(door, asked(desk))
    parent.press()
    parent.press(none="1")
    assert parent.press(**fields).status == 422
    assert phrases("en")["weeks_wrong"] in parent.page.text
    assert given(desk.scope) == {}


@pytest.mark.parametrize("sign", ["9" * 5_000, "99", "²", "-1", "1.0", "x\0"])
def test_a_sign_that_is_none_is_asked_again_and_raises_nothing(desk, door, sign):
    parent = Parent(door, asked(desk))
    parent.press()
    assert parent.press(sign=sign).status == 422
    assert raised(desk.scope) == set()


@pytest.mark.parametrize("days", [-3 * 365, -20, 0, 300])
def test_a_birth_of_the_last_years_or_a_due_date_is_kept(desk, door, days):
    parent = Parent(door, asked(desk))
    parent.press()
    parent.press(none="1")
    assert parent.press(born=day_from_now(days), weeks="39").status == 200
    assert given(desk.scope) == {"birth": (None, None)}


@pytest.fixture
def mia(desk):
    """The client whose check-ins are asked for."""
    clients = in_care(desk)
    signed(desk.scope)
    return clients["Mia"]


# What a browser never sends, and somebody else might.
_ODD = st.one_of(
    st.sampled_from(
        ["9" * 5_000, "-1", "1e999", "nan", "inf", "²", "٣", "0x10", "1_0", "\0", "0001-01-01", ""]
    ),
    st.text(max_size=20),
)
_STEPS = ("consent", "signs", "told", "birth", "settle", "words", "language", "\0", "x" * 300)


@given_by(
    step=st.sampled_from(_STEPS),
    fields=st.dictionaries(
        st.sampled_from(("value", "sign", "born", "weeks", "lang", "to", "text", "skip", "totals")),
        _ODD,
        max_size=4,
    ),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_sent_no_step_of_the_form_breaks(desk, door, mia, step, fields):
    token = token_of(make_link(desk.scope, mia, "day7"))
    key = form_routes.FormRequest(token, {}, {}, (), "").key
    assert request(door, "POST", token, {"step": "consent", "key": key}).status == 303
    sent = {name: value.encode("utf-8", "surrogatepass") for name, value in fields.items()}
    answer = request(door, "POST", token, {**sent, "step": step, "key": key})
    assert answer.status in (303, 404, 413, 422)
    assert request(door, "GET", token, query="at=%00&lang=%ED%A0%80").status in (200, 404)


def test_rather_not_say_and_not_breastfeeding_give_no_value(desk, door):
    row = seen("1", 7)
    token = asked(desk, row)
    parent = Parent(door, token)
    for fields in ({}, {"none": "1"}, {"skip": "1"}, {"skip": "1"}):
        parent.press(**fields)
    assert given(desk.scope) == {"birth": (None, None), "top_concern": (None, None)}


def test_opting_out_deletes_what_was_entered_and_closes_the_link(desk, door):
    parent = Parent(door, asked(desk))
    for fields in ({}, {"sign": "12"}, {}, {"skip": "1"}, {"value": "4"}):
        parent.press(**fields)
    sent = {**hidden(parent.page), "step": "leave"}
    left = request(door, "POST", parent.token, sent)
    assert f"<h1>{phrases('en')['left_title']}</h1>" in left.text
    assert signs("en")[11].action in left.text
    assert request(door, "GET", parent.token).status == 404
    assert given(desk.scope) == {}
    assert raised(desk.scope) == {12}


def test_whoever_ticked_nothing_opts_out_to_a_page_of_its_own(desk, door):
    parent = Parent(door, asked(desk))
    sent = {**hidden(parent.page), "step": "leave"}
    assert request(door, "POST", parent.token, sent).headers["location"] == "left/en"


def test_a_save_that_another_site_made_is_refused(desk, door):
    token = asked(desk)
    page = request(door, "GET", token)
    fields = hidden(page)
    foreign = request(door, "POST", token, fields, sec_fetch_site="cross-site")
    forged = request(door, "POST", token, {**fields, "key": "0" * 32})
    assert (foreign.status, forged.status) == (404, 404)
    assert check_ins(desk.scope, "consented_at") == [(None,)]


def test_too_large_a_save_is_refused_unread(desk, door):
    token = asked(desk)
    fields = {**hidden(request(door, "GET", token)), "text": "x" * form_routes.LARGEST}
    assert request(door, "POST", token, fields).status == 413


def test_a_link_is_asked_so_often_and_no_more(desk, door, monkeypatch):
    token = asked(desk)
    monkeypatch.setattr(door, "_links", Limit(3))
    found = [request(door, "GET", token).status for _ in range(5)]
    assert found == [200, 200, 200, 429, 429]


def test_guessing_is_slowed_down_and_a_link_that_is_open_is_answered_meanwhile(desk, door):
    token = asked(desk)
    found = [request(door, "GET", f"guess-{n}").status for n in range(form_routes.MISSES + 5)]
    assert found == [404] * form_routes.MISSES + [429] * 5
    # From the guesser's own address: a family behind the same router, a proxy nobody named.
    parent = Parent(door, token)
    assert parent.page.status == 200
    assert parent.press().status == 200


@pytest.mark.parametrize(
    ("guesses_before", "at_once"), [(0, form_routes.MOST_AT_ONCE), (form_routes.MISSES, 1)]
)
def test_so_many_links_are_looked_up_at_a_time(door, monkeypatch, guesses_before, at_once):
    """Anybody's a few, and one by one those of an address that guessed too often."""
    for n in range(guesses_before):
        request(door, "GET", f"guess-{n}")
    looked_up, most, go_on, beside = [], [], threading.Event(), 3

    def look_up(*_):
        looked_up.append(None)
        most.append(len(looked_up))
        go_on.wait(60)
        looked_up.pop()
        raise NotFound("There is no such link.")

    def is_full():
        waiting = [each.statistics().tasks_waiting for each in (door._lookups, door._queue)]
        return len(looked_up) > at_once or (len(looked_up), sum(waiting)) == (at_once, beside)

    async def guess():
        guesses = [call(door, "GET", f"more-{n}") for n in range(at_once + beside)]
        under_way = asyncio.gather(*guesses)
        while not is_full():
            await checkpoint()  # threads fill it, and the limiter tells no event
        go_on.set()
        return {answer.status for answer in await under_way}

    monkeypatch.setattr(parent_form, "open_link", look_up)
    assert run_apart(guess()) == {429 if guesses_before else 404}
    assert max(most) == at_once


def test_a_guess_takes_no_writers_turn(desk, door, monkeypatch):
    token = asked(desk)
    monkeypatch.setattr(Scope, "write", lambda *_: pytest.fail("a guess began to write"))
    for step in ("consent", "signs", "told", "birth", "settle", "words", "leave", "language"):
        guess = "x" * 43
        key = form_routes.FormRequest(guess, {}, {}, (), "").key
        fields = {"step": step, "key": key, "value": "3", "none": "1"}
        assert request(door, "POST", guess, fields).status == 404
    assert request(door, "GET", token).status == 200


def test_twins_are_told_apart_by_a_letter_and_nobody_is_named(desk, door):
    twins = seen("1", 7, "Mirabilis & Leonid", who="Quillon Vexworthy", therapist="Ottoline Marsh")
    token = asked(desk, twins, name="Mirabilis")
    pages = through(Parent(door, token))
    assert "begins with M." in pages[0].text
    named = re.compile("Mirabilis|Leonid|Quillon|Vexworthy|Ottoline|Marsh", re.IGNORECASE)
    assert not [page.text for page in pages if named.search(page.text)]


def test_nothing_about_a_family_is_in_the_log(desk, door, caplog, monkeypatch):
    token = asked(desk, seen("1", 7, "Mirabilis"), name="Mirabilis")
    through(Parent(door, token))
    monkeypatch.setattr(
        "allay_metrics.actions.parent_form.open_link", lambda *_: int("Mirabilis Lee's own words")
    )
    assert request(door, "GET", token).status == 500
    assert re.fullmatch(r"Problem [0-9a-f]{8} in the form: ValueError", caplog.messages[-1])
    assert token not in caplog.text
    assert "Mirabilis" not in caplog.text
    assert "own words" not in caplog.text


def _statements(run):
    """Return the SQL that a call has the database run, values left out."""
    told = []

    def keep(_conn, _cursor, statement, *_rest):
        told.append(statement)

    event.listen(Engine, "before_cursor_execute", keep)
    try:
        run()
    finally:
        event.remove(Engine, "before_cursor_execute", keep)
    return told


@pytest.mark.parametrize(
    "step", ["", "consent", "signs", "told", "birth", "settle", "words", "leave"]
)
def test_every_link_that_is_refused_costs_the_same_work(desk, door, step, monkeypatch):
    """Unknown, used, expired, replaced, given up and switched off: nothing tells which it is."""
    names = ("Mia", "Leo", "Ida", "Eva")
    rows = [seen(str(n), 7, name, who=f"{name} Lee") for n, name in enumerate(names)]
    clients = in_care(desk, *rows)
    signed(desk.scope)
    made = {name: token_of(make_link(desk.scope, clients[name], "day7")) for name in names}
    through(Parent(door, made["Mia"]))
    parent_form.opt_out(desk.scope, made["Leo"])
    replaced = made["Ida"]
    made["Ida"] = token_of(make_link(desk.scope, clients["Ida"], "day7"))
    refused = {"unknown": "x" * 43, "used": made["Mia"], "given up": made["Leo"],
               "replaced": replaced}  # fmt: skip

    def work(token):
        key = form_routes.FormRequest(token, {}, {}, (), "").key
        fields = {"step": step, "key": key, "value": "3", "none": "1", "text": "hello"}
        asked = ("POST", token, fields) if step else ("GET", token)
        answers = []
        told = _statements(lambda: answers.append(request(door, *asked)))
        return answers[0].status, len(answers[0].body), told

    found = {why: work(token) for why, token in refused.items()}
    with monkeypatch.context() as patch:
        patch.setattr("allay_metrics.actions.parent_form.now", lambda: 4_000_000_000)
        found["expired"] = work(made["Eva"])
    switch_off(desk.scope)
    found["switched off"] = work(made["Eva"])
    assert found["unknown"][0] == 404
    assert found["unknown"][2], "the look-up is made for a link that never was, too"
    assert found == dict.fromkeys(found, found["unknown"])
