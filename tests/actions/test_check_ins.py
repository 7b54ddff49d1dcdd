"""Check-ins from the practice's side: who may ask whom, and what is kept of a link."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from allay_metrics.actions.care_closing import Closing, close_care
from allay_metrics.actions.check_in_requests import acknowledge, make_link, mark_words_read
from allay_metrics.actions.missing_decisions import decide_missing
from allay_metrics.actions.parent_form import open_link, opt_out, save_consent, save_signs, submit
from allay_metrics.actions.protocol import read_current_protocol, switch_off
from allay_metrics.actions.tokens import hash_token
from allay_metrics.errors import Conflict, NotAllowed, NotFound, QuestionProblem
from allay_metrics.review.open_check_ins import (
    acknowledged_flags,
    find_due_check_ins,
    read_open_flags,
    read_unread_words,
)
from tests.support.asked import DUTY, days_ago, in_care, seen, signed, token_of
from tests.support.exports import ZONE, appointment, instant
from tests.support.on_file import check_ins, fingerprint, given, missing_ids, visits

DAY = 86_400


@pytest.fixture
def clients(desk):
    """Mia, seen by Maya a week ago; Ida, seen by Ines four weeks ago."""
    return in_care(desk, seen("1", 7), seen("2", 28, "Ida", who="Bea Moss", therapist="Ines Park"))


def answered(scope, client_id, moment="day7", words="", signs=()):
    """Return the token of a check-in that a parent filled in and sent."""
    token = token_of(make_link(scope, client_id, moment))
    save_consent(scope, token, in_totals=True, language="en")
    save_signs(scope, token, signs)
    if not signs:
        submit(scope, token, words)
    return token


def whom(scope):
    """Return (client, moment) of everybody to ask who was not asked yet."""
    return [
        (due_check_in.course.name, due_check_in.asking.moment)
        for due_check_in in find_due_check_ins(scope)
        if not due_check_in.waits_for_parent
    ]


def test_nobody_is_asked_before_the_protocol_is_signed(desk, clients):
    with pytest.raises(Conflict, match="until the owner has signed"):
        make_link(desk.scope, clients["Mia"], "day7")
    signed(desk.scope)
    assert make_link(desk.scope, clients["Mia"], "day7").url_path.startswith("/c/")


def test_switching_off_closes_the_links_that_are_out(desk, clients):
    signed(desk.scope)
    token = token_of(make_link(desk.scope, clients["Mia"], "day7"))
    switch_off(desk.scope)
    with pytest.raises(NotFound):
        open_link(desk.scope, token)
    signed(desk.scope)
    assert not open_link(desk.scope, token).consented


def test_a_protocol_says_who_reads_and_the_newest_is_in_force(desk):
    signed(desk.scope)
    with pytest.raises(QuestionProblem):
        signed(desk.scope, replace(DUTY, reader=" "))
    signed(desk.scope, replace(DUTY, reader="Bea"))
    assert read_current_protocol(desk.scope).reader == "Bea"
    switch_off(desk.scope)
    assert read_current_protocol(desk.scope) is None


@pytest.mark.usefixtures("clients")
def test_only_the_owner_signs_and_switches_off(desk):
    signed(desk.scope)
    maya = desk.scope.as_therapist("Maya Lopez")
    with pytest.raises(NotAllowed):
        signed(maya)
    with pytest.raises(NotAllowed):
        switch_off(maya)


def test_of_a_link_its_hash_alone_is_kept(desk, clients):
    signed(desk.scope)
    token = token_of(make_link(desk.scope, clients["Mia"], "day7"))
    assert len(token) == 43  # 32 bytes
    assert check_ins(desk.scope, "token_hash", "asked_by") == [(hash_token(token), "owner")]


def test_a_link_made_again_closes_the_one_before(desk, clients):
    signed(desk.scope)
    old, new = (token_of(make_link(desk.scope, clients["Mia"], "day7")) for _ in range(2))
    with pytest.raises(NotFound):
        open_link(desk.scope, old)
    assert open_link(desk.scope, new).kind == "infant"
    assert len(check_ins(desk.scope, "id")) == 1


def test_a_link_ends_three_days_after_its_window(desk, clients):
    signed(desk.scope)
    ends = make_link(desk.scope, clients["Mia"], "day7").expires_at
    # Two days more than day 7 count, three are grace; it ends with that day.
    (first,) = max(visits(desk.scope, "day"))
    assert ends == instant(f"{first + timedelta(days=7 + 2 + 3 + 1)} 00:00")


def test_a_baselines_link_ends_with_the_first_session(desk):
    start = days_ago(-1)
    row = appointment("1", start, infants="Mia", booked=days_ago(6)[:10])
    clients = in_care(desk, row)
    signed(desk.scope)
    assert make_link(desk.scope, clients["Mia"], "B1").expires_at == instant(start)
    with pytest.raises(Conflict, match="too late"):
        make_link(desk.scope, clients["Mia"], "B0")


def test_a_therapist_asks_families_of_her_own(desk, clients):
    signed(desk.scope)
    maya = desk.scope.as_therapist("Maya Lopez")
    make_link(maya, clients["Mia"], "day7")
    assert check_ins(desk.scope, "asked_by") == [("Maya Lopez",)]
    before = fingerprint(desk.scope)
    with pytest.raises(NotFound):
        make_link(maya, clients["Ida"], "day28")
    assert fingerprint(desk.scope) == before
    assert [due_check_in.course.name for due_check_in in find_due_check_ins(maya)] == ["Mia"]
    assert {due_check_in.course.name for due_check_in in find_due_check_ins(desk.scope)} == {
        "Mia",
        "Ida",
    }


def test_a_therapist_reads_signs_and_words_of_her_own_families_only(desk, clients):
    signed(desk.scope)
    answered(desk.scope, clients["Ida"], "day28", signs=[1])
    answered(desk.scope, clients["Mia"], words="She sleeps")
    maya, ines = map(desk.scope.as_therapist, ("Maya Lopez", "Ines Park"))
    assert (read_open_flags(maya), len(read_open_flags(ines))) == ((), 1)
    assert (len(read_unread_words(maya)), read_unread_words(ines)) == (1, ())
    (flag,), (words,) = read_open_flags(ines), read_unread_words(maya)
    with pytest.raises(NotFound):
        acknowledge(maya, flag.check_in_id, 1, "called")
    with pytest.raises(NotFound):
        mark_words_read(ines, words.check_in_id)
    mark_words_read(maya, words.check_in_id)
    assert read_unread_words(desk.scope) == ()


def test_a_sign_stands_until_somebody_says_what_was_done(desk, clients):
    signed(desk.scope)
    answered(desk.scope, clients["Mia"], signs=[12, 1])
    first, second = read_open_flags(desk.scope)
    assert (first.flag.id, second.flag.id, first.client) == (1, 12, "Mia")
    with pytest.raises(QuestionProblem):
        acknowledge(desk.scope, first.check_in_id, 1, "  ")
    acknowledge(desk.scope, first.check_in_id, 1, "called, seen by the ER")
    assert [flag.flag.id for flag in read_open_flags(desk.scope)] == [12]
    with pytest.raises(Conflict, match="by owner"):
        acknowledge(desk.scope, first.check_in_id, 1, "again")
    (kept,) = acknowledged_flags(desk.scope)
    assert (kept.by, kept.done, kept.flag.id) == ("owner", "called, seen by the ER", 1)
    with pytest.raises(NotFound):
        acknowledge(desk.scope, first.check_in_id, 2, "called")


def test_whoever_is_due_is_asked_once(desk, clients):
    signed(desk.scope)
    # Mia can be asked for two more days, Ida for seven.
    assert whom(desk.scope) == [("Mia", "day7"), ("Ida", "day28")]
    answered(desk.scope, clients["Mia"])
    make_link(desk.scope, clients["Ida"], "day28")
    assert whom(desk.scope) == []
    assert [due_check_in.course.name for due_check_in in find_due_check_ins(desk.scope)] == ["Ida"]
    with pytest.raises(Conflict, match="is answered"):
        make_link(desk.scope, clients["Mia"], "day7")


def test_due_goes_by_the_first_visit_of_the_episode(desk):
    in_care(desk, seen("1", 150), seen("2", 9), seen("3", 2))
    assert [
        (due_check_in.course.first, due_check_in.asking.moment)
        for due_check_in in find_due_check_ins(desk.scope)
    ] == [(find_due_check_ins(desk.scope)[0].asking.due - timedelta(days=7), "day7")]


def test_before_the_first_visit_a_baseline_is_due(desk):
    far = appointment("1", days_ago(-9), infants="Mia", booked=days_ago(1)[:10])
    soon = appointment("2", days_ago(-1), "Bea Moss", infants="Ida", booked=days_ago(9)[:10])
    in_care(desk, far, soon)
    assert sorted(whom(desk.scope)) == [("Ida", "B1"), ("Mia", "B0")]


def test_a_family_that_opted_out_is_asked_no_more(desk, clients):
    signed(desk.scope)
    token = token_of(make_link(desk.scope, clients["Mia"], "day7"))
    opt_out(desk.scope, token)
    assert whom(desk.scope) == [("Ida", "day28")]
    with pytest.raises(Conflict, match="not to be asked"):
        make_link(desk.scope, clients["Mia"], "day7")
    assert given(desk.scope) == {}


def test_closed_care_is_not_asked(desk, clients):
    day = find_due_check_ins(desk.scope)[0].course.first
    close_care(desk.scope, [Closing(clients["Ida"], day, "goals met")])
    assert whom(desk.scope) == [("Mia", "day7")]
    signed(desk.scope)
    with pytest.raises(NotFound, match="not in care at the moment"):
        make_link(desk.scope, clients["Ida"], "day28")


def test_moments_and_languages_are_those_on_the_list(desk, clients):
    signed(desk.scope)
    with pytest.raises(QuestionProblem, match="day7"):
        make_link(desk.scope, clients["Mia"], "day8")
    with pytest.raises(QuestionProblem):
        make_link(desk.scope, clients["Mia"], "day7", "fr")


def test_a_sign_stays_with_her_while_a_newer_export_lacks_the_familys_only_visit(desk):
    """A visit that is missing is nobody's word that it was cancelled."""
    gone = seen("1", -5)
    others = [seen("8", 3, "Ida", who="Bea Moss"), seen("9", -9, "Ida", who="Bea Moss")]
    clients = in_care(desk, gone, *others)
    signed(desk.scope)
    maya = desk.scope.as_therapist("Maya Lopez")
    answered(maya, clients["Mia"], "B0", signs=[1])
    newer = datetime.now(ZONE) + timedelta(minutes=2)
    assert desk.take_in(others, f"{newer:%Y-%m-%d %H:%M}").missing == 1
    assert [flag.client for flag in read_open_flags(maya)] == ["Mia"]
    acknowledge(maya, read_open_flags(maya)[0].check_in_id, 1, "Rang, 911 was called")
    decide_missing(desk.scope, missing_ids(desk.scope), "cancelled")
    with pytest.raises(NotFound, match="none that you care for"):
        make_link(maya, clients["Mia"], "B0")
