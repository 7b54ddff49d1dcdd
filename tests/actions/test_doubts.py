"""Whose check-in it is: found by e-mail, name and date, or asked, and answered by the owner."""

import pytest
from sqlalchemy import select

from allay_metrics.actions.ingest import ingest_file
from allay_metrics.actions.match_decisions import reopen_match, save_match
from allay_metrics.errors import Conflict, NotFound
from allay_metrics.records.tables import check_in, client
from allay_metrics.review.unmatched_check_ins import read_dismissed_check_ins, read_open_doubts
from tests.support.exports import appointment, instant

HEAD = "Timestamp,Email,Your name,Baby's name,How hard was it to settle your baby?"
PAIN = "Timestamp,Email,Your name,How bad was the pain or tightness you came for?"


@pytest.fixture
def practice(desk):
    rows = [
        appointment("1", "2026-03-02 10:00", infants="Mia"),
        appointment("2", "2026-03-02 13:00", who="Bo Kim", infants="Leo and Mia"),
        appointment("3", "2026-03-04 13:00", who="Bo Kim", type="Postpartum massage"),
    ]
    desk.take_in(rows, "2026-03-09 08:00")
    return desk


def _answered(desk, line, head=HEAD):
    path = desk.folder / "form.csv"
    path.write_text(f"{head}\n{line}\n", encoding="utf-8")
    ingest_file(desk.scope, path, as_of=instant("2026-06-01 08:00"))
    return _found(desk.scope)


def _found(scope):
    whose = select(
        client.c.name, check_in.c.doubt, check_in.c.moment, check_in.c.id
    ).outerjoin_from(check_in, client, client.c.id == check_in.c.client_id)
    with scope.read() as conn:
        return tuple(conn.execute(whose).one())[:3]


@pytest.mark.parametrize(
    ("line", "who"),
    [
        ("3/9/2026 8:00,bo.kim@example.org,,leo ,4", "Leo"),
        ("3/9/2026 8:00,ana.lee@example.org,,,4", "Mia"),
        ("3/9/2026 8:00,,ana  LEE,Mia,4", "Mia"),
    ],
)
def test_a_person_is_found_by_e_mail_or_by_name_and_date(practice, line, who):
    assert _answered(practice, line) == (who, None, "day7")


def test_the_parents_own_pain_is_about_the_parent(practice):
    line = "3/18/2026 8:00,bo.kim@example.org,Bo Kim,4"
    assert _answered(practice, line, PAIN) == ("Bo Kim", None, "day14")


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("3/9/2026 8:00,bo.kim@example.org,,,4", "nobody of this name"),
        ("3/9/2026 8:00,other@example.org,Ana Lee,Mia,4", "the e-mail does not"),
        ("3/9/2025 8:00,,Ana Lee,Mia,4", "nobody of that name was in care then"),
        ("3/9/2026 8:00,,Cy Roe,Mia,4", "has this e-mail or name"),
        ("3/9/2026 8:00,,,Mia,4", "has this e-mail"),
    ],
)
def test_a_doubt_is_asked_with_who_may_be_meant(practice, line, asked):
    who, doubt, moment = _answered(practice, line)
    assert (who, moment) == (None, "other")
    assert asked in doubt
    count, (open_doubt,) = read_open_doubts(practice.scope, 5)
    assert count == 1
    assert open_doubt.question == doubt


def test_who_speaks_most_for_it_stands_first(practice):
    _answered(practice, "3/9/2026 8:00,other@example.org,Ana Lee,Mia,4")
    _, (doubt,) = read_open_doubts(practice.scope, 5)
    assert doubt.candidates[0].label.startswith("Mia (Lee)")
    assert doubt.candidates[0].why == "same name and same parent"
    assert len(doubt.candidates) == 4


def test_the_owner_says_whose_it_is_and_may_be_asked_again(practice):
    before = _answered(practice, "3/9/2026 8:00,,Cy Roe,Mia,4")
    _, (doubt,) = read_open_doubts(practice.scope, 5)
    save_match(practice.scope, doubt.check_in_id, doubt.candidates[0].client_id)
    assert _found(practice.scope) == ("Mia", None, "day7")
    with pytest.raises(Conflict):
        save_match(practice.scope, doubt.check_in_id, None)
    reopen_match(practice.scope, doubt.check_in_id)
    assert _found(practice.scope)[::2] == before[::2]
    assert read_open_doubts(practice.scope, 5)[0] == 1


def test_what_is_nobodys_stays_nobodys_when_the_file_comes_again(practice):
    line = "3/9/2026 8:00,,Cy Roe,Mia,4"
    _answered(practice, line)
    _, (doubt,) = read_open_doubts(practice.scope, 5)
    save_match(practice.scope, doubt.check_in_id, None)
    assert _answered(practice, line) == (None, None, "other")
    assert read_open_doubts(practice.scope, 5) == (0, [])
    assert [each.check_in_id for each in read_dismissed_check_ins(practice.scope, 5)] == [
        doubt.check_in_id
    ]


def test_a_match_of_the_owners_outlasts_a_newer_file(practice):
    _answered(practice, "3/9/2026 8:00,,Cy Roe,Mia,4")
    _, (doubt,) = read_open_doubts(practice.scope, 5)
    save_match(practice.scope, doubt.check_in_id, doubt.candidates[0].client_id)
    assert _answered(practice, "3/9/2026 8:00,,Cy Roe,Mia,5") == ("Mia", None, "day7")


def test_only_clients_on_file_are_taken(practice):
    _answered(practice, "3/9/2026 8:00,,Cy Roe,Mia,4")
    _, (doubt,) = read_open_doubts(practice.scope, 5)
    with pytest.raises(NotFound):
        save_match(practice.scope, doubt.check_in_id, "no-client")
    with pytest.raises(NotFound):
        save_match(practice.scope, "no-check-in", None)
