"""Who may be one family: asked where names and contacts say so, and not asked twice."""

import pytest

from allay_metrics.actions.family_decisions import keep_apart, merge
from allay_metrics.review.family_links import read_family_links
from tests.support.exports import Desk, appointment

MONDAY = "2026-03-09 08:00"
PHONE = "510-555-0101"


def asked(scope):
    """Return the questions as sorted pairs of match keys."""
    return sorted(
        tuple(sorted((question.one.key, question.other.key)))
        for question in read_family_links(scope).questions
    )


@pytest.fixture
def desk(scope, tmp_path):
    return Desk(scope, tmp_path)


def test_one_surname_and_one_phone_or_address_is_a_question(desk):
    rows = [
        appointment("1", "2026-03-02 10:00", "Ana Lee", phone=PHONE),
        appointment("2", "2026-03-02 11:00", "Tom LEE", phone=PHONE, address="1 Elm St"),
        appointment("3", "2026-03-02 12:00", "Eve Lee", address="1 elm  ST"),
        appointment("4", "2026-03-02 13:00", "Bea Moss", phone=PHONE),  # another surname
        appointment("5", "2026-03-02 14:00", "Kim Lee", address="Zoom"),
        appointment("6", "2026-03-02 15:00", "Jo Lee", address="zoom"),  # no home of one family
    ]
    desk.take_in(rows, MONDAY)
    ana, tom, eve = (f"e:{who}.lee@example.org" for who in ("ana", "tom", "eve"))
    assert asked(desk.scope) == [(ana, tom), (eve, tom)]
    keep_apart(desk.scope, [ana, tom])
    assert asked(desk.scope) == [(eve, tom)]
    merge(desk.scope, eve, tom)
    assert asked(desk.scope) == []
    assert [
        (decision.what, decision.match_key) for decision in read_family_links(desk.scope).decided
    ] == [
        ("kept", ana),
        ("merged", eve),
        ("kept", tom),
    ]


def test_a_doubtful_match_is_asked_of_each_it_may_be_one_with(desk):
    rows = [
        appointment("1", "2026-03-02 10:00", "Ana Lee", phone=PHONE),
        appointment("2", "2026-03-02 11:00", "Bea Moss", phone=PHONE),
        appointment("3", "2026-03-02 12:00", "Leo Ford", email="", phone=PHONE),
    ]
    desk.take_in(rows, MONDAY)
    found = read_family_links(desk.scope)
    assert asked(desk.scope) == [
        ("e:ana.lee@example.org", "p:+15105550101"),
        ("e:bea.moss@example.org", "p:+15105550101"),
    ]
    assert {question.why for question in found.questions} == {
        "the same phone, and others have it too"
    }


def test_several_surnames_on_one_email_may_be_split(desk):
    home = {"email": "home@example.org"}
    rows = [
        appointment("1", "2026-03-02 10:00", "Ana Lee", **home),
        appointment("2", "2026-03-03 10:00", "Tom Ford", **home),
        appointment("3", "2026-03-03 11:00", "Eve Moss"),
    ]
    desk.take_in(rows, MONDAY)
    (several,) = read_family_links(desk.scope).several_names
    assert (several.key, several.names) == ("e:home@example.org", {"Ana Lee": 1, "Tom Ford": 1})
