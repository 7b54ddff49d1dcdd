"""People and My sign-in: what the owner and a therapist see, change and end there."""

from dataclasses import replace

import pytest
import streamlit as st

from allay_metrics.actions.devices import remember_device
from allay_metrics.actions.oidc_sign_in import sign_in_by_oidc
from allay_metrics.actions.own_sign_in import list_devices, list_open_sessions
from allay_metrics.actions.protocol import read_current_protocol
from allay_metrics.actions.sessions import read_session
from allay_metrics.actions.sign_in import read_invitation
from allay_metrics.actions.users import invite, read_people, reset_sign_in
from allay_metrics.records import DOOR, UNKNOWN
from allay_metrics.review.practice_settings import therapists
from allay_metrics.server.identity import HEADER, Identity, seal
from allay_metrics.ui.session import WHO
from tests.support.asked import DUTY, signed
from tests.support.on_page import page_of, run, table_rows, text
from tests.support.people import MAYA, SECRET, Someone, ana


@pytest.fixture
def door(small, monkeypatch):
    """The gate's own scope of the small practice, in which people sign in."""
    monkeypatch.setenv("ALLAY_SECRET", SECRET)
    monkeypatch.setenv("ALLAY_PUBLIC_URL", "https://allay.example")
    return replace(small, viewer=DOOR)


@pytest.fixture
def owner(small, door):
    return ana(small, door)


@pytest.fixture
def hers(small):
    """The id of the therapist on file whose caseload is Maya's."""
    return next(therapist.id for therapist in therapists(small) if therapist.name != UNKNOWN)


@pytest.fixture
def maya(small, door, owner, hers):  # noqa: ARG001  the first who joins is the owner
    return Someone(door, invite(small, MAYA, "Maya Lopez", "therapist", hers))


@pytest.fixture
def as_seen_by(monkeypatch, door):
    """`as_seen_by(someone, page)` opens a page as the gate lets it be seen by who signed in."""
    get_option = st.get_option
    told = {"server.trustedUserHeaders": {HEADER: WHO}}
    monkeypatch.setattr(st, "get_option", lambda name: told.get(name, get_option(name)))

    def seen(someone, page):
        here = read_session(door, someone.token)
        who = Identity(
            "person", here.ref[:16], here.person_id, here.name, here.role, here.therapist_id
        )
        at = page_of(page)
        at.user = {WHO: seal(who)}
        return run(at)

    return seen


def listed(scope, email=MAYA):
    return next(person for person in read_people(scope) if person.email == email)


def press(at, label):
    """Press the button of this label."""
    next(button for button in at.button if button.label == label).click()
    return run(at)


def fill(at, name, email, **role):
    """Fill in the form that invites."""
    fields = {field.label: field for field in at.text_input}
    fields["Name"].set_value(name)
    fields["E-mail"].set_value(email)
    boxes = [widget for widget in at.selectbox if widget.key.startswith("al-invite-")]
    for box, value in zip(boxes, role.values(), strict=True):
        box.set_value(value)
    return press(at, "Invite")


def test_on_this_computer_only_the_page_says_how_to_switch(small):  # noqa: ARG001  open in it
    at = run(page_of("practice/people"))
    assert "Whoever sits at this computer is the owner." in text(at)
    said = " ".join(code.value for code in at.code)
    assert "accounts first-owner" in said
    assert "Invite" not in [button.label for button in at.button]


def test_the_owner_sees_everybody_and_nobodys_id(small, as_seen_by, owner, maya):
    at = as_seen_by(owner, "practice/people")
    rows = table_rows(at, "People who may sign in")
    name = listed(small).name
    assert rows["Ana Reyes"] == ["ana@example.test", "everything", "set up", "now, 1 place"]
    assert rows[name][0] == MAYA
    assert rows[name][1].startswith("caseload of ")
    for hidden in (owner.id, maya.id, list_open_sessions(small, maya.id)[0].ref):
        assert hidden not in text(at)


def test_inviting_gives_a_link_that_opens_once_and_is_shown_once(small, as_seen_by, owner, hers):
    at = fill(as_seen_by(owner, "practice/people"), "June Park", "june@example.test",
              role="therapist", whose=hers)  # fmt: skip
    (shown,) = [block.value for block in at.code]
    start, _, code = shown.rpartition("/join/")
    assert start == "https://allay.example"
    assert read_invitation(replace(small, viewer=DOOR), code).email == "june@example.test"
    assert "June Park is invited." in text(at)
    at = press(at, "Done")
    assert not at.code
    assert "invited, link works until" in table_rows(at, "People who may sign in")["June Park"][2]


def test_an_invitation_without_a_caseload_is_refused_in_a_sentence(as_seen_by, owner, small):
    at = as_seen_by(owner, "practice/people")
    next(field for field in at.text_input if field.label == "Name").set_value("June")
    next(field for field in at.text_input if field.label == "E-mail").set_value("june@example.test")
    next(button for button in at.button if button.label == "Invite").click()
    at.run()
    assert "Say whose caseload she sees" in text(at) + " ".join(
        text_part.value for text_part in at.text
    )
    assert [person.email for person in read_people(small)] == ["ana@example.test"]


def test_nobody_is_invited_where_the_link_would_have_no_address(
    small, as_seen_by, owner, hers, monkeypatch
):
    monkeypatch.delenv("ALLAY_PUBLIC_URL")
    at = as_seen_by(owner, "practice/people")
    with pytest.raises(AssertionError):
        fill(at, "June Park", "june@example.test", role="therapist", whose=hers)
    assert "Name the public address first" in " ".join(text_part.value for text_part in at.text)
    assert [person.email for person in read_people(small)] == ["ana@example.test"]


def chosen(at, someone):
    """Choose a person to change."""
    at.selectbox(key="al-people-pick").set_value(someone.id)
    return run(at)


def test_shutting_out_and_letting_in_again(small, door, as_seen_by, owner, maya):
    at = press(chosen(as_seen_by(owner, "practice/people"), maya), "Shut out")
    assert listed(small).disabled_at is not None
    assert read_session(door, maya.token) is None
    assert "may not sign in any more" in text(at)
    at = press(at, "Let in again")
    assert listed(small).disabled_at is None


def test_whoever_reads_warning_signs_is_not_shut_out_without_a_word(small, as_seen_by, owner, maya):
    signed(small, replace(DUTY, reader_email=MAYA, stand_in="", stand_in_email=""))
    assert "Sign your safety protocol again" not in text(as_seen_by(owner, "owner/week"))
    at = press(chosen(as_seen_by(owner, "practice/people"), maya), "Shut out")
    assert "names her for warning signs, and she opens none now" in text(at)
    week = text(as_seen_by(owner, "owner/week"))
    assert "Sign your safety protocol again" in week
    assert f"{MAYA} is the address of nobody who may sign in now" in week
    at = press(chosen(as_seen_by(owner, "practice/people"), maya), "Let in again")
    assert "she opens those of her own families alone" in text(at)
    assert "Sign your safety protocol again" not in text(as_seen_by(owner, "owner/week"))
    signed(small, replace(DUTY, reader_email=owner_address(small), stand_in="", stand_in_email=""))
    at = press(chosen(as_seen_by(owner, "practice/people"), maya), "Shut out")
    assert "warning signs" not in text(at)


def owner_address(scope):
    return next(person.email for person in read_people(scope) if person.role == "owner")


def test_a_protocol_that_names_nobody_who_signs_in_asks_first(small, as_seen_by, owner):
    at = as_seen_by(owner, "practice/check_ins")

    def fill(*given):
        labels = ("Who reads", "Her e-mail", "Who stands", "The stand-in's", "Signed by")
        for label, value in zip(labels, given, strict=True):
            next(field for field in at.text_input if field.label.startswith(label)).set_value(value)

    def sign():
        next(
            button for button in at.button if button.label == "Sign and switch check-ins on"
        ).click()
        at.run()
        assert not at.exception

    fill("Amy", "amy@care.test", "", "", "Ada Owner")
    next(box for box in at.checkbox if "told by mail" in box.label).check()
    sign()
    said = " ".join(text_part.value for text_part in at.text)
    assert "amy@care.test is the address of nobody who may sign in now" in said
    assert read_current_protocol(small) is None
    next(box for box in at.checkbox if "signs in there" in box.label).check()
    fill("Amy", "may@care.test", "", "", "Ada Owner")
    sign()
    assert read_current_protocol(small) is None, "another address is asked anew"
    next(box for box in at.checkbox if "signs in there" in box.label).check()
    sign()
    assert read_current_protocol(small).duty.recipients == ("may@care.test",)
    assert "may@care.test is the address of nobody" in text(at)


def test_the_last_owner_is_neither_shut_out_nor_made_a_therapist(small, as_seen_by, owner, maya):  # noqa: ARG001
    at = chosen(as_seen_by(owner, "practice/people"), owner)
    next(button for button in at.button if button.label == "Shut out").click()
    at.run()
    assert "no owner left" in " ".join(text_part.value for text_part in at.text)
    assert listed(small, "ana@example.test").disabled_at is None


def test_an_owner_ends_a_session_of_hers(small, door, as_seen_by, owner, maya):
    at = chosen(as_seen_by(owner, "practice/people"), maya)
    at = press(at, "End")
    assert read_session(door, maya.token) is None
    assert "Firefox on Windows has ended" in text(at)
    assert list_open_sessions(small, owner.id)


def test_a_therapist_sees_and_revokes_her_own_devices(small, door, as_seen_by, owner, maya):  # noqa: ARG001
    remember_device(door, read_session(door, maya.token), "592817", label="Safari on iPhone")
    at = as_seen_by(maya, "practice/me")
    assert "Safari on iPhone" in text(at)
    assert "here · by password and code" in text(at)
    assert "Firefox on Windows" in text(at)
    at = press(at, "Revoke")
    assert list_devices(small, maya.id) == []
    assert "is forgotten, and its open sign-in has ended" in text(at)


def test_who_signs_in_by_an_account_elsewhere_has_no_password_to_change(
    small, door, as_seen_by, maya
):
    changes = "Password or recovery codes"
    assert changes in labels(as_seen_by(maya, "practice/me"))
    reset_sign_in(small, maya.id)
    token = sign_in_by_oidc(door, "https://id.example", "1090", MAYA, label="Safari on iPhone")
    maya.token = token
    shown = labels(as_seen_by(maya, "practice/me"))
    assert changes not in shown
    assert "PIN on this device" in shown


def labels(at):
    return [link.proto.label for link in at.get("link_button")]


def test_a_therapist_does_not_open_the_list_of_people(as_seen_by, maya):
    at = as_seen_by(maya, "practice/people")
    assert "People who may sign in" not in text(at)
    assert MAYA not in text(at)


def test_where_nobody_signs_in_my_sign_in_says_so(small):  # noqa: ARG001  open in it
    assert "Nobody signs in here" in text(run(page_of("practice/me")))
