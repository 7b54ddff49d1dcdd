"""Links by e-mail: to a real mail server on this computer, and never with a name in them."""

import os
import re
from dataclasses import replace

import pytest

from allay_metrics.actions.check_in_mail import send_link
from allay_metrics.actions.check_in_requests import FORM
from allay_metrics.actions.invitation_mail import mail_invitation
from allay_metrics.actions.mail_server import can_send
from allay_metrics.actions.parent_form import open_link
from allay_metrics.actions.sign_in import read_invitation
from allay_metrics.actions.users import invite_first_owner
from allay_metrics.errors import ConfigProblem, Conflict, NotFound
from allay_metrics.records import DOOR
from allay_metrics.review.open_check_ins import find_due_check_ins
from tests.support.asked import in_care, seen, signed, token_of
from tests.support.on_file import check_ins
from tests.support.people import SECRET


@pytest.fixture
def clients(sqlite_desk):
    signed(sqlite_desk.scope)
    return in_care(sqlite_desk, seen("1", 7))


def test_a_link_arrives_and_opens_the_form(sqlite_desk, box):
    scope = sqlite_desk.scope
    signed(scope)
    named = {"who": "Quillon Vexworthy", "therapist": "Ottoline Marsh"}
    clients = in_care(sqlite_desk, seen("1", 7, "Mirabilis", **named))
    link = send_link(scope, clients["Mirabilis"], "day7")
    ((to, letter),) = box.letters
    text = letter.get_content()
    assert (to, letter["From"]) == (["quillon.vexworthy@example.org"], "care@example.org")
    assert f"https://care.example.org{link.url_path}\r\n" in text
    assert open_link(scope, token_of(link)).kind == "infant"
    assert find_due_check_ins(scope)[0].sent_at is not None
    said = letter.as_string().replace("quillon.vexworthy@", "")
    assert not re.search("Mirabilis|Quillon|Vexworthy|Ottoline|Marsh", said, re.IGNORECASE)


def test_a_letter_may_be_in_spanish(sqlite_desk, clients, box):
    send_link(sqlite_desk.scope, clients["Mia"], "day7", "es")
    assert "El enlace sirve una vez" in box.letters[0][1].get_content()


def test_a_link_the_mail_server_refuses_stands_unsent(sqlite_desk, clients, box):
    box.fault = "refuses"
    with pytest.raises(Conflict, match="another way"):
        send_link(sqlite_desk.scope, clients["Mia"], "day7")
    assert check_ins(sqlite_desk.scope, "source", "sent_at") == [(FORM, None)]


@pytest.mark.usefixtures("box")
def test_a_password_is_not_told_to_a_server_that_does_not_encrypt(
    sqlite_desk, clients, monkeypatch
):
    told = os.environ["ALLAY_SMTP_URL"].replace("//", "//me:secret@")
    monkeypatch.setenv("ALLAY_SMTP_URL", told)
    with pytest.raises(ConfigProblem, match="password was not sent"):
        send_link(sqlite_desk.scope, clients["Mia"], "day7")


def test_nothing_is_sent_where_nothing_is_named(sqlite_desk, clients, monkeypatch):
    assert not can_send()
    with pytest.raises(ConfigProblem):
        send_link(sqlite_desk.scope, clients["Mia"], "day7")
    monkeypatch.setenv("ALLAY_SMTP_URL", "http://example.org")
    monkeypatch.setenv("ALLAY_MAIL_FROM", "care@example.org")
    monkeypatch.setenv("ALLAY_PUBLIC_URL", "https://care.example.org")
    assert not can_send()
    with pytest.raises(ConfigProblem, match="smtp://"):
        send_link(sqlite_desk.scope, clients["Mia"], "day7")
    assert check_ins(sqlite_desk.scope, "id") == [], "no link that nobody was sent"


@pytest.mark.usefixtures("box")
def test_a_family_without_an_address_is_not_written_to(sqlite_desk):
    signed(sqlite_desk.scope)
    clients = in_care(sqlite_desk, seen("1", 7, email="", phone="+1 415 555 0100"))
    with pytest.raises(NotFound, match="e-mail address"):
        send_link(sqlite_desk.scope, clients["Mia"], "day7")
    assert check_ins(sqlite_desk.scope, "id") == []


def test_an_invitation_goes_to_whom_it_is_for_and_stands_where_the_letter_is_not_taken(
    scope, box, monkeypatch
):
    monkeypatch.setenv("ALLAY_SECRET", SECRET)
    invited = invite_first_owner(scope, "ana@example.test", "Quillonetta Vexworthy")
    mail_invitation(scope, "ana@example.test", invited)
    ((to, letter),) = box.letters
    assert to == ["ana@example.test"]
    assert f"https://care.example.org{invited.url_path}\r\n" in letter.get_content()
    assert not re.search("Quillonetta|Vexworthy", letter.as_string())
    box.fault = "refuses"
    with pytest.raises(Conflict):
        mail_invitation(scope, "ana@example.test", invited)
    door = replace(scope, viewer=DOOR)
    assert (
        read_invitation(door, invited.url_path.removeprefix("/join/")).email == "ana@example.test"
    )
