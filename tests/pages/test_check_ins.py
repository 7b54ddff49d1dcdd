"""The page of check-ins: signs and words first, whom to ask, and nothing before the protocol."""

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from allay_metrics.actions.check_in_requests import make_link
from allay_metrics.actions.parent_form import save_answer, save_consent, save_signs, submit
from allay_metrics.actions.protocol import read_current_protocol
from allay_metrics.actions.undo import undo_import
from allay_metrics.records.tables import import_
from allay_metrics.review.open_check_ins import (
    find_due_check_ins,
    read_open_flags,
    read_unread_words,
)
from tests.support.asked import READER, in_care, seen, signed, token_of
from tests.support.exports import Desk
from tests.support.on_page import bodies, page_of, run, text

PAGE = "practice/check_ins"


@pytest.fixture
def clients(own_scope, tmp_path):
    return in_care(Desk(own_scope, tmp_path), seen("1", 7))


def answered(scope, client_id, *signs):
    token = token_of(make_link(scope, client_id, "day7"))
    save_consent(scope, token, in_totals=True, language="en")
    save_signs(scope, token, signs)
    if not signs:
        save_answer(scope, token, "harms", 1, "<b>She cried</b> all night")
        submit(scope, token)


def problems(at):
    return " ".join(each.value for each in at.text)


def button(at, label):
    return next(widget for widget in at.button if widget.label == label)


@pytest.mark.usefixtures("clients")
def test_nothing_is_asked_before_the_protocol_is_signed(own_scope):
    at = run(page_of(PAGE))
    assert "First: your safety protocol" in text(at)
    assert "To ask now" not in text(at)
    button(at, "Sign and switch check-ins on").click().run()
    assert "A protocol says who reads" in problems(at)
    for field, said in zip(at.text_input, ("Ada", READER, "", "", "Ada Owner"), strict=True):
        field.set_value(said)
    button(at, "Sign and switch check-ins on").click().run()
    assert "nobody will be told of a warning sign until they sign in" in problems(at)
    assert read_current_protocol(own_scope) is None
    at.checkbox[0].check()
    button(at, "Sign and switch check-ins on").click().run()
    assert read_current_protocol(own_scope).signed_by == "Ada Owner"
    assert "To ask now" in text(at)
    assert "Mia" in text(at)
    button(at, "Switch off").click().run()
    assert read_current_protocol(own_scope) is None


def test_a_sign_goes_when_somebody_says_what_was_done(own_scope, clients):
    signed(own_scope)
    answered(own_scope, clients["Mia"], 1)
    at = run(page_of(PAGE))
    assert "Emergency" in text(at)
    button(at, "Acknowledge").click().run()
    assert "Say in a few words what was done." in problems(at)
    at.text_input[0].set_value("Called, seen by the ER")
    button(at, "Acknowledge").click().run()
    assert read_open_flags(own_scope) == ()
    assert "Called, seen by the ER" in text(at)


@pytest.mark.parametrize("public", ["", "https://care.example.org"])
def test_a_letter_or_text_is_offered_only_with_a_link_that_parents_can_open(
    own_scope, clients, monkeypatch, public
):
    monkeypatch.setenv("ALLAY_PUBLIC_URL", public)
    signed(own_scope)
    asked = next(
        due_check_in
        for due_check_in in find_due_check_ins(own_scope)
        if due_check_in.course.client_id == clients["Mia"]
    )
    made = make_link(own_scope, clients["Mia"], "day7")

    def drawn(scope, due, made):
        # A drawer lives in a run of its own, which a whole page's test does not have.
        from allay_metrics.ui.check_ins.due import draw_link

        draw_link(scope, due, made)

    at = run(AppTest.from_function(drawn, args=(own_scope, asked, made)))
    assert ("Works on this computer only" in text(at)) is not bool(public)
    assert ('href="mailto:' in bodies(at)) is bool(public)
    assert ("al-qr" in bodies(at)) is bool(public)


def visits_go(scope):
    with scope.read() as conn:
        (first,) = conn.execute(select(import_.c.id)).scalars()
    undo_import(scope, first)


def test_a_sign_of_a_client_who_is_gone_says_whose_it_was_and_is_acknowledged(own_scope, clients):
    signed(own_scope)
    answered(own_scope, clients["Mia"], 1)
    visits_go(own_scope)
    at = run(page_of(PAGE))
    assert "Not matched: Mia, ana.lee@example.org" in text(at)
    assert "no visit of this client is on file now" in text(at)
    at.text_input[0].set_value("Wrote to the address")
    button(at, "Acknowledge").click().run()
    assert read_open_flags(own_scope) == ()


def test_words_about_a_client_who_is_gone_are_read_all_the_same(own_scope, clients):
    signed(own_scope)
    answered(own_scope, clients["Mia"])
    visits_go(own_scope)
    at = run(page_of(PAGE))
    assert "Read me: Not matched: Mia, ana.lee@example.org" in text(at)
    button(at, "I have read it").click().run()
    assert read_unread_words(own_scope) == ()


def test_a_parents_words_stand_until_they_are_read_and_stay_text(own_scope, clients):
    signed(own_scope)
    answered(own_scope, clients["Mia"])
    at = run(page_of(PAGE))
    assert "Read me: Mia" in text(at)
    assert "&lt;b&gt;She cried&lt;/b&gt;" in bodies(at)
    button(at, "I have read it").click().run()
    assert read_unread_words(own_scope) == ()
    assert "Read me" not in text(at)


def test_a_sign_is_on_top_of_the_week(own_scope, clients):
    signed(own_scope)
    answered(own_scope, clients["Mia"], 13)
    at = run(page_of("owner/week"))
    assert "A parent ticked a warning sign" in text(at)
