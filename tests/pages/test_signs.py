"""Warning signs on the pages: what whoever reads them does first, and what the parent was told."""

from dataclasses import replace
from datetime import datetime

import pytest
import streamlit as st
from sqlalchemy import update

from allay_metrics.actions.contact_changes import set_contact
from allay_metrics.actions.death import save_death
from allay_metrics.actions.protocol import read_current_protocol, sign_protocol
from allay_metrics.actions.sessions import read_session
from allay_metrics.actions.users import invite
from allay_metrics.outcomes.reader_steps import reader_steps
from allay_metrics.outcomes.wording import signs
from allay_metrics.records import DOOR
from allay_metrics.records.tables import check_in
from allay_metrics.review.open_check_ins import acknowledged_flags, read_open_flags
from allay_metrics.server.identity import HEADER, Identity, seal
from allay_metrics.ui.session import WHO
from tests.support.asked import DUTY, READER, in_care, seen, signed, ticked
from tests.support.exports import ZONE, Desk
from tests.support.mail_box import name_server
from tests.support.on_page import bodies, page_of, run, text
from tests.support.people import ANA, MAYA, SECRET, Someone, ana

PAGE, WEEK, CASELOAD, BABY = (
    "practice/check_ins", "owner/week", "therapist/caseload", "therapist/baby",
)  # fmt: skip
FEVER, HARM, LOW, LIMP = 3, 13, 14, 1
PHONE = "+14155550142"


@pytest.fixture
def clients(own_scope, tmp_path):
    """Two babies of two families in care, by name; Mia's has a phone on file."""
    found = in_care(
        Desk(own_scope, tmp_path),
        seen("1", 7, phone="+1 415 555 0142"),
        seen("2", 7, "Leo", who="Bea Moss"),
    )
    signed(own_scope)
    return found


def family_of(scope, client_id):
    return next(flag.family_id for flag in read_open_flags(scope, client_id))


def page(scope, name, **told):
    at = page_of(name)
    if name in (CASELOAD, BABY):
        told["as"] = str(scope.as_therapist("Maya Lopez").viewer.therapist_id)[:8]
    for key, value in told.items():
        at.query_params[key] = value
    return " ".join(text(run(at)).split())


def test_a_family_nobody_may_call_has_its_sign_and_all_that_stands_below(own_scope, clients):
    ticked(own_scope, clients["Mia"], FEVER)
    ticked(own_scope, clients["Leo"], FEVER)
    set_contact(own_scope, family_of(own_scope, clients["Mia"]), "none", "asked")
    at = run(page_of(PAGE))
    said = " ".join(text(at).split())
    assert "What to do: No contact: they asked. Do not call or text; the owner decides" in said
    assert said.count(reader_steps()[1]) == 1, "that is Leo's"
    assert f"tel:{PHONE}" not in bodies(at)
    assert [widget.label for widget in at.button].count("Acknowledge") == 2
    assert "To ask now" in said
    assert "Safety protocol" in said


def test_low_mood_is_no_fever(own_scope, clients):
    ticked(own_scope, clients["Mia"], LOW)
    said = page(own_scope, PAGE)
    assert reader_steps()[6].split("Offer")[0] in said
    assert "before a doctor has said so" not in said


@pytest.mark.parametrize("name", [WEEK, CASELOAD, BABY, PAGE])
def test_every_page_says_her_step_first_then_what_the_parent_was_told_with_the_ways(
    own_scope, clients, name
):
    ticked(own_scope, clients["Mia"], FEVER)
    told = {"client": clients["Mia"]} if name == BABY else {}
    said = page(own_scope, name, **told)
    told_parent = f"The parent was told: {signs('en')[FEVER - 1].action}"
    step = f"What to do: {reader_steps()[1]}"
    assert 0 <= said.index(step) < said.index(told_parent) < said.index("Text")


def test_where_a_life_may_be_in_danger_and_nobody_may_call_there_is_a_way(own_scope, clients):
    ticked(own_scope, clients["Mia"], HARM)
    set_contact(own_scope, family_of(own_scope, clients["Mia"]), "none", "other")
    assert "ask 911 for a welfare check" in page(own_scope, PAGE)


@pytest.mark.parametrize("level", ["none", "practical", "yes"])
def test_after_a_death_nobody_asks_whether_a_doctor_has_seen_the_baby(own_scope, clients, level):
    ticked(own_scope, clients["Mia"], FEVER, LIMP)
    save_death(own_scope, clients["Mia"], datetime.now(ZONE).date(), level)
    said = page(own_scope, PAGE)
    assert "the owner decides" in said
    assert "has seen the baby" not in said
    assert "Call the family" not in said


def test_two_signs_of_one_family_are_one_card_with_one_answer(own_scope, clients):
    ticked(own_scope, clients["Mia"], LIMP, LOW)
    ticked(own_scope, clients["Leo"], FEVER)
    at = run(page_of(PAGE))
    labels = [widget.label for widget in at.button if widget.label.startswith("Acknowledge")]
    assert labels == ["Acknowledge both", "Acknowledge"]
    at.text_input[0].set_value("Called her mother")
    next(widget for widget in at.button if widget.label == "Acknowledge both").click()
    run(at)
    assert [flag.done for flag in acknowledged_flags(own_scope)] == ["Called her mother"] * 2
    assert [flag.client for flag in read_open_flags(own_scope)] == ["Leo"]


def test_answers_of_nobody_lead_to_records_and_to_their_own_address(own_scope, clients):
    id_ = ticked(own_scope, clients["Leo"], FEVER)
    nobodys = {"client_id": None, "respondent_name": "Ivo", "respondent_email": "ivo@example.test"}
    with own_scope.write("make the answers nobody's") as conn:
        conn.execute(update(check_in).where(check_in.c.id == id_).values(nobodys))
    at = run(page_of(PAGE))
    assert "Match these answers on Records" in [link.proto.label for link in at.get("page_link")]
    assert 'href="mailto:ivo@example.test?' in bodies(at)
    assert "look in the scheduling system" in text(at)


def test_without_a_phone_the_familys_address_is_offered_where_it_may_be_written_to(
    own_scope, clients
):
    ticked(own_scope, clients["Leo"], FEVER)
    family_id = family_of(own_scope, clients["Leo"])
    assert 'href="mailto:bea.moss@example.org?' in bodies(run(page_of(PAGE)))
    set_contact(own_scope, family_id, "none", "asked")
    assert "bea.moss@example.org" not in bodies(run(page_of(PAGE)))


@pytest.fixture
def owner_and_maya(own_scope, clients, monkeypatch):  # noqa: ARG001  on file
    """People who sign in, the owner and Maya Lopez; returns the page as the owner opens it."""
    monkeypatch.setenv("ALLAY_SECRET", SECRET)
    door = replace(own_scope, viewer=DOOR)
    owner = ana(own_scope, door)
    therapist_id = own_scope.as_therapist("Maya Lopez").viewer.therapist_id
    Someone(door, invite(own_scope, MAYA, "Maya Lopez", "therapist", therapist_id))
    get_option = st.get_option
    told = {"server.trustedUserHeaders": {HEADER: WHO}}
    monkeypatch.setattr(st, "get_option", lambda name: told.get(name, get_option(name)))

    def opened():
        here = read_session(door, owner.token)
        at = page_of(PAGE)
        at.user = {WHO: seal(Identity("person", here.ref[:16], here.person_id, here.name, "owner"))}
        return run(at)

    return opened


@pytest.mark.parametrize(
    ("stand_in", "others"),
    [
        ("", "Maya Lopez opens signs of her own families only; of all others every owner is told"),
        (ANA, "only; all others are opened by Ana Reyes."),
    ],
)
def test_a_therapist_as_reader_is_said_while_signing_and_beside_the_protocol(
    own_scope, owner_and_maya, monkeypatch, stand_in, others
):
    name_server(monkeypatch, 25)
    at = owner_and_maya()
    assert "own families only" not in text(at)
    for field, said in zip(
        at.text_input, ("M", MAYA, "A" * bool(stand_in), stand_in), strict=False
    ):
        field.set_value(said)
    run(at)
    assert others in text(at)
    at.text_input[4].set_value("Ana Reyes")
    button(at, "Sign it again").click()
    run(at)
    assert read_current_protocol(own_scope).duty.reader_email == MAYA
    assert others in text(owner_and_maya())


def test_where_one_of_the_two_signs_in_no_tick_is_asked_for(own_scope, owner_and_maya, monkeypatch):
    name_server(monkeypatch, 25)
    sign_protocol(own_scope, "Ana", replace(DUTY, reader_email=ANA), "What we do.")
    said = " ".join(text(owner_and_maya()).split())
    assert f"{DUTY.stand_in_email} is the address of nobody who may sign in now." in said
    assert "every owner is told" not in said


@pytest.mark.parametrize("is_mailed", [True, False])
def test_owners_are_told_only_where_there_is_a_mail_server(
    own_scope, owner_and_maya, monkeypatch, is_mailed
):
    if is_mailed:
        name_server(monkeypatch, 25)
    signed(own_scope)
    said = " ".join(text(owner_and_maya()).split())
    assert f"{READER} is the address of nobody who may sign in now." in said
    assert ("every owner is told" in said) == is_mailed
    assert ("nobody is told of a warning sign until they sign in" in said) != is_mailed


def test_why_it_was_not_signed_and_what_to_tick_stand_beside_the_button(owner_and_maya):
    at = owner_and_maya()
    button(at, "Sign it again").click().run()
    parts = [*walk(at.main)]
    places = {
        name: next(n for n, part in enumerate(parts) if is_it(part))
        for name, is_it in {
            "last step": lambda part: part.type == "text_area" and "mood" in part.label.lower(),
            "tick": lambda part: part.type == "checkbox",
            "why": lambda part: part.type == "text" and "is signed with a full name" in part.value,
            "button": lambda part: part.type == "button" and part.label == "Sign it again",
        }.items()
    }
    assert sorted(places, key=places.__getitem__) == ["last step", "tick", "why", "button"]
    assert places["button"] - places["why"] == 1


def button(at, label):
    return next(widget for widget in at.button if widget.label == label)


def walk(block):
    """Yield the elements of a block and of the blocks in it, from the top down."""
    for child in block.children.values():
        if hasattr(child, "children"):
            yield from walk(child)
        else:
            yield child
