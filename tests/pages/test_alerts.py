"""On the pages: the sign a mail's link opens, who was not told, and a protocol to sign again."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from allay_metrics.actions.alerts import send_alerts
from allay_metrics.actions.check_in_requests import acknowledge
from allay_metrics.actions.protocol import read_current_protocol
from allay_metrics.outcomes.reader_steps import reader_steps
from allay_metrics.outcomes.wording import signs
from allay_metrics.records.tables import safety_protocol
from tests.support.asked import DUTY, READER, in_care, seen, signed, ticked
from tests.support.exports import Desk
from tests.support.mail_box import Box, mail_server, name_server
from tests.support.on_file import check_ins
from tests.support.on_page import bodies, page_of, run, text

PAGE, WEEK, CASELOAD = "practice/check_ins", "owner/week", "therapist/caseload"
FEVER, BIRTH_WEIGHT = 3, 10


@pytest.fixture
def clients(own_scope, tmp_path):
    found = in_care(
        Desk(own_scope, tmp_path),
        seen("1", 7),
        seen("2", 7, "Idalina", who="Bea Moss", therapist="Ines Park", phone="+1 415 555 0142"),
    )
    signed(own_scope)
    return found


def opened(id_, name=PAGE, **told):
    """Return the page as a mail's link opens it."""
    at = page_of(name)
    for key, value in {"sign": id_, **told}.items():
        at.query_params[key] = value
    return run(at)


def as_(scope, name):
    """Return the part of the address by which the owner looks as a therapist."""
    return str(scope.as_therapist(name).viewer.therapist_id)[:8]


def button(at, label):
    return next(widget for widget in at.button if widget.label == label)


def test_the_link_opens_its_sign_first_with_call_text_and_the_readers_own_step(own_scope, clients):
    ticked(own_scope, clients["Mia"], FEVER)
    id_ = ticked(own_scope, clients["Idalina"], BIRTH_WEIGHT)
    at = opened(id_)
    said = text(at)
    assert said.index("Idalina") < said.index("Mia"), "though hers is the less urgent one"
    assert 'href="tel:+14155550142"' in bodies(at)
    assert 'href="sms:+14155550142"' in bodies(at)
    assert reader_steps()[2] in said
    assert reader_steps()[1] in said
    assert signs("en")[BIRTH_WEIGHT - 1].question in said
    assert f"The parent was told: {signs('en')[BIRTH_WEIGHT - 1].action}" in said
    at.text_input[0].set_value("Called her mother")
    button(at, "Acknowledge").click()
    run(at)
    assert "Every sign of this check-in was read" in text(at)
    assert "Called her mother" in text(at)


def test_the_practices_own_step_stands_in_place_of_the_template(own_scope, clients):
    signed(own_scope, replace(DUTY, steps=("One.", "Ring the bell twice.", *"34567")))
    at = opened(ticked(own_scope, clients["Mia"], FEVER))
    assert "Ring the bell twice." in text(at)


def test_a_family_without_a_phone_says_so(own_scope, clients):
    at = opened(ticked(own_scope, clients["Mia"], FEVER))
    assert "No phone number of theirs is on file: look in the scheduling system." in text(at)


def test_a_therapist_who_does_not_care_for_the_family_is_told_so(own_scope, clients):
    id_ = ticked(own_scope, clients["Idalina"], FEVER)
    at = opened(id_, **{"as": as_(own_scope, "Maya Lopez")})
    assert "is not of a family in your care" in text(at)
    assert "Idalina" not in text(at)
    assert "Idalina" in text(opened(id_, **{"as": as_(own_scope, "Ines Park")}))


def test_a_link_to_nothing_is_said(own_scope, clients):  # noqa: ARG001  on file
    assert "no longer on file" in text(opened("00000000-0000-0000-0000-000000000000"))


@pytest.mark.parametrize("page", [WEEK, PAGE, "practice/definitions"])
def test_every_page_says_that_nobody_was_told_until_a_mail_went_out(
    own_scope, clients, monkeypatch, page
):
    ticked(own_scope, clients["Mia"], FEVER)
    at = run(page_of(page))
    assert "1 warning sign waits , and no mail about it went out" in text(at)
    assert "No mail server is named" in text(at)
    with mail_server(Box()) as port:
        name_server(monkeypatch, port)
        assert send_alerts(own_scope).mails == 2
        assert "no mail about" not in text(run(page_of(page)))


def test_what_the_mail_server_said_stands_there_until_the_sign_is_acknowledged(
    own_scope, clients, monkeypatch
):
    id_ = ticked(own_scope, clients["Mia"], FEVER, BIRTH_WEIGHT)
    box = Box()
    box.fault = "recipient"
    with mail_server(box) as port:
        name_server(monkeypatch, port)
        send_alerts(own_scope)
        said = text(run(page_of(WEEK)))
        assert "2 warning signs wait , and no mail about them went out" in said
        assert "The mail server refused the recipient" in said
        assert READER not in said
        for sign in (FEVER, BIRTH_WEIGHT):
            acknowledge(own_scope, id_, sign, "Called")
        assert "no mail about" not in text(run(page_of(WEEK)))


def test_a_therapist_is_told_of_families_of_hers_alone(own_scope, clients):
    ticked(own_scope, clients["Mia"], FEVER)
    for name, is_hers in (("Maya Lopez", True), ("Ines Park", False)):
        at = page_of(CASELOAD)
        at.query_params["as"] = as_(own_scope, name)
        assert ("in your care , and no mail about it went out" in text(run(at))) == is_hers


@pytest.mark.usefixtures("clients")
def test_an_old_protocol_counts_and_asks_the_owner_to_sign_again(own_scope):
    with own_scope.write("make the protocol an old one") as conn:
        conn.execute(update(safety_protocol).values(within_minutes=None))
    assert read_current_protocol(own_scope).duty is None
    assert "Sign your safety protocol again" in text(run(page_of(WEEK)))
    at = run(page_of(PAGE))
    assert "Name reader, stand-in and hours" in text(at)
    assert "To ask now" in text(at)
    for field, said in zip(at.text_input, ("Ada", READER, "", "", "Ada Owner"), strict=True):
        field.set_value(said)
    at.checkbox[0].check()
    button(at, "Sign it again").click()
    run(at)
    assert read_current_protocol(own_scope).duty.recipients == (READER,)
    assert len(check_ins(own_scope, "id")) == 0
    assert "Sign your safety protocol again" not in text(run(page_of(WEEK)))


def test_where_a_mail_server_is_named_no_tick_is_asked_for(own_scope, tmp_path, monkeypatch):
    name_server(monkeypatch, 25)
    in_care(Desk(own_scope, tmp_path), seen("1", 7))
    at = run(page_of(PAGE))
    assert not at.checkbox
    assert "nobody is told" not in text(at)
    for field, said in zip(at.text_input, ("Ada", READER, "", "", "Ada Owner"), strict=True):
        field.set_value(said)
    button(at, "Sign and switch check-ins on").click()
    run(at)
    assert "Ada reads every warning sign within 2 hours" in " ".join(text(at).split())
