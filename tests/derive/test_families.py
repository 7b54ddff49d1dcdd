"""A booking's family: by e-mail, else by phone, else by name and address; never guessed."""

import pytest

from allay_metrics.actions.records_check import check_records
from allay_metrics.derive import runner
from allay_metrics.derive.matching import Clues, find_match, name_match
from tests.support.exports import appointment
from tests.support.on_file import bookings, contacts, doubts, families, visits

MONDAY, LATER = "2026-03-09 08:00", "2026-03-30 08:00"
PHONE, OTHER = "510-555-0101", "510-555-0102"
PHONE_FAMILY = "p:+15105550101"


def told(key, who, day=2, **cells):
    """Return a row of March 2026 without e-mail, phone and address, but for those given."""
    blank = {"email": "", "phone": "", "address": ""}
    return appointment(key, f"2026-03-{day:02} 10:00", who, **blank | cells)


def test_two_names_on_one_email_are_one_family(desk):
    rows = [
        told("1", "Ana Lee", email="home@example.org"),
        told("2", "Tom Ford", 3, email="Home@Example.org"),  # e-mails know no case
    ]
    desk.take_in(rows, MONDAY)
    assert families(desk.scope) == {"e:home@example.org": {"1", "2"}}


def test_one_name_on_two_emails_is_two_families(desk):
    rows = [
        told("1", "Ana Lee", email="a@example.org"),
        told("2", "Ana Lee", email="b@example.org"),
    ]
    desk.take_in(rows, MONDAY)
    assert families(desk.scope).keys() == {"e:a@example.org", "e:b@example.org"}


def test_rows_without_an_email_are_one_family_by_their_phone(desk):
    rows = [
        told("1", "Ana Lee", phone="'+1 (510) 555-0101"),
        told("2", "Leo Lee", 3, phone=PHONE),
        told("3", "Ana Lee", 4, phone=OTHER),  # the same name on another phone
    ]
    desk.take_in(rows, MONDAY)
    assert families(desk.scope) == {PHONE_FAMILY: {"1", "2"}, "p:+15105550102": {"3"}}


def test_rows_without_email_and_phone_are_one_family_by_name_and_address(desk):
    rows = [
        told("1", "Ana Lee", address="1 Elm St"),
        told("2", "ana  lee", 3, address="1 ELM ST"),  # case and spaces do not matter
        told("3", "Ana Lee", 4, address="2 Oak St"),
    ]
    desk.take_in(rows, MONDAY)
    found = families(desk.scope)
    assert found == {"n:ana lee|1 elm st": {"1", "2"}, "n:ana lee|2 oak st": {"3"}}


@pytest.mark.parametrize("first", ["quiet", "loud"])
def test_a_row_without_an_email_joins_the_one_family_with_its_phone(desk, first):
    quiet = [told("quiet", "Leo Lee", 3, phone=PHONE)]
    loud = [told("loud", "Ana Lee", 3, email="a@example.org", phone=PHONE)]
    for rows in (quiet, loud) if first == "quiet" else (loud, quiet):
        desk.take_in(rows, MONDAY)
    assert families(desk.scope) == {"e:a@example.org": {"quiet", "loud"}}
    assert check_records(desk.scope) == []


def test_a_row_with_nothing_but_a_name_follows_its_namesake(desk):
    """The third has no phone: it follows the second, which follows the first by its phone."""
    rows = [told("2", "Leo Lee", 3, phone=PHONE), told("3", "Leo Lee", 4)]
    desk.take_in(rows, MONDAY)
    assert families(desk.scope) == {PHONE_FAMILY: {"2", "3"}}
    desk.take_in([told("1", "Ana Lee", 9, email="a@example.org", phone=PHONE)], LATER)
    assert families(desk.scope) == {"e:a@example.org": {"1", "2", "3"}}
    assert check_records(desk.scope) == []


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(("one", "other"), [("Ana Lee", "ANA  lee"), ("Émile Roux", "émile ROUX")])
def test_a_row_with_nothing_but_a_name_is_found_however_it_is_spelt(desk, one, other, order):
    rows = [
        told("loud", one, 2, email="a@example.org", address="1 Elm St"),
        told("quiet", other, 3, address="1 ELM st"),
    ]
    for row, as_of in zip(rows[::order], (MONDAY, LATER), strict=True):
        desk.take_in([row], as_of, covers=None)
    assert families(desk.scope) == {"e:a@example.org": {"loud", "quiet"}}
    assert check_records(desk.scope) == []


def test_a_phone_of_two_families_is_a_question_not_a_guess(desk):
    rows = [
        told("a", "Ana Lee", email="a@example.org", phone=PHONE),
        told("b", "Bea Moss", 3, email="b@example.org", phone=PHONE),
        told("quiet", "Leo Lee", 4, phone=PHONE),
    ]
    desk.take_in(rows, MONDAY)
    assert families(desk.scope)[PHONE_FAMILY] == {"quiet"}
    assert doubts(desk.scope) == {
        PHONE_FAMILY: "Same phone as 2 other families: is it one of them?"
    }


def test_a_doubt_is_settled_when_one_of_the_two_changes_her_phone(desk):
    bea = told("b", "Bea Moss", 9, email="b@example.org", phone=PHONE)
    rows = [
        told("a", "Ana Lee", 2, email="a@example.org", phone=PHONE),
        told("quiet", "Leo Lee", 3, phone=PHONE),
    ]
    desk.take_in([*rows, bea], MONDAY)
    desk.take_in([bea | {"phone": OTHER}], LATER)
    assert families(desk.scope)["e:a@example.org"] == {"a", "quiet"}
    assert doubts(desk.scope) == {}
    assert check_records(desk.scope) == []


def test_a_changed_email_moves_the_booking_and_drops_the_empty_family(desk):
    desk.take_in([told("1", "Ana Lee", email="a@example.org")], MONDAY)
    desk.take_in([told("1", "Ana Lee", email="new@example.org")], LATER)
    assert families(desk.scope) == {"e:new@example.org": {"1"}}
    assert len(visits(desk.scope, "id")) == 1


@pytest.mark.parametrize("emails", [("a@x.org", "z@x.org"), ("z@x.org", "a@x.org")])
@pytest.mark.parametrize("size", [1, 3_000])
def test_a_booking_moves_between_families_derived_apart(desk, monkeypatch, emails, size):
    """Whichever of the two is derived first: the visit has one id in both."""
    monkeypatch.setattr(runner, "BATCH", size)
    was, now = emails
    keys = [str(number) for number in range(6)]
    for as_of, email in ((MONDAY, was), (LATER, now)):
        rows = [told(key, "Ana Lee", 2 + int(key), email=key + email) for key in keys]
        desk.take_in(rows, as_of)
    assert families(desk.scope) == {f"e:{key}{now}": {key} for key in keys}
    assert len(visits(desk.scope, "id")) == len(keys)
    assert check_records(desk.scope) == []


def test_a_family_keeps_its_email_when_its_newest_booking_lacks_one(desk):
    rows = [
        told("1", "Ana Lee", 2, email="a@example.org", phone=PHONE),
        told("2", "Ana Lee", 3, phone=PHONE),
    ]
    desk.take_in(rows, MONDAY)
    assert contacts(desk.scope) == [("Lee", "a@example.org", "+15105550101")]


def test_a_family_bears_the_name_of_its_newest_booking(desk):
    rows = [
        told("1", "Ana Lee", 2, email="a@example.org"),
        told("2", "Ana Lee Ford", 3, email="a@example.org"),
    ]
    desk.take_in(rows, MONDAY)
    assert contacts(desk.scope) == [("Ford", "a@example.org", None)]


def test_a_practice_is_not_touched_by_one_familys_news(desk):
    desk.take_in([told("1", "Ana Lee", email="a@example.org")], MONDAY)
    before = bookings(desk.scope, "family_id", "row_hash")
    desk.take_in([told("2", "Bea Moss", 9, email="b@example.org")], LATER)
    assert before.items() <= bookings(desk.scope, "family_id", "row_hash").items()


def test_exactly_one_match_is_a_match():
    phones = {"+1": {"e:a"}, "+2": {"e:a", "e:b"}}
    names = {name_match("Ana Lee", "1 Elm St"): {"e:a"}}
    clues = Clues(phones, names)
    assert find_match("+1", "Ana Lee", None, clues, {}) == ("e:a", None)
    assert find_match("+3", "Ana Lee", "1 Elm St", clues, {}) == ("p:+3", None)
    assert find_match(None, "Ana Lee", "1 Elm St", clues, {}) == ("e:a", None)
    match, doubt = find_match("+2", "Ana Lee", None, clues, {})
    assert match == "p:+2"
    assert doubt == "Same phone as 2 other families: is it one of them?"
