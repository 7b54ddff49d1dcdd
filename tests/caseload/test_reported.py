"""What parents reported of one client, and whom it puts first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from allay_metrics.actions.check_in_requests import make_link, mark_words_read
from allay_metrics.actions.death import save_death
from allay_metrics.actions.open_episodes import local_now
from allay_metrics.actions.parent_form import save_answer, save_consent, save_signs, submit
from allay_metrics.actions.protocol import switch_off
from allay_metrics.caseload.caseload_families import list_attention, read_families, read_worse
from allay_metrics.caseload.parent_answers import read_answers, read_parent_words
from allay_metrics.caseload.reading_day import compute_today
from allay_metrics.metrics import Question, query
from allay_metrics.records import OWNER, Viewer
from allay_metrics.records.keys import key_of
from allay_metrics.records.tables import import_
from allay_metrics.review.open_check_ins import list_waiting
from allay_metrics.review.week import review_week
from tests.support.answered import (
    MEASURES,
    put_babies_on_file,
    put_check_ins_on_file,
    stays_plainly,
)
from tests.support.asked import in_care, seen, signed, token_of
from tests.support.exports import Desk
from tests.support.practices import START, Invented, booked

NOTHING = dict.fromkeys(MEASURES, 0)
FORM = (9 * 3600, True, 0)


@pytest.fixture
def desk(sqlite_scope, tmp_path):
    return Desk(sqlite_scope, tmp_path)


@pytest.fixture
def two_families(scope):
    """Adams got worse on day 28, Brown did not; neither agreed to be counted in totals."""
    bookings = [booked("Adams", START), booked("Brown", START, 11)]
    named = [(name, "Mia", START - timedelta(days=30), "gassy") for name in ("Adams", "Brown")]
    put_babies_on_file(Invented(bookings), named, scope)
    stays = stays_plainly(scope)
    drawn = [
        (place, day, *FORM, NOTHING | {"tummy": value}, "day28")
        for place in (0, 1)
        for day, value in ((-1, 5), (28, 8 if place == 0 else 4))
    ]
    put_check_ins_on_file(scope, stays, drawn)
    therapist = key_of(scope.practice_id, "therapist", "Maya Lopez")
    hers = replace(scope, viewer=Viewer("therapist", therapist))
    return hers, stays


def _today(scope):
    clock = datetime(2026, 2, 5, 18, tzinfo=UTC)
    return replace(compute_today(scope), now=clock.astimezone(scope.zone))


def test_who_got_worse_comes_first(two_families):
    hers, stays = two_families
    today = _today(hers)
    (worse,) = read_worse(hers, today)
    assert (worse.client_id, worse.before, worse.after) == (stays[0].client, 5, 8)
    first = list_attention(read_families(hers, today, START), today, [worse])[0]
    assert "bothered by the tummy went up 5 → 8 of 10" in first.what


def test_what_got_worse_long_ago_is_not_looked_for(two_families):
    hers, _ = two_families
    later = replace(_today(hers), now=datetime(2026, 3, 20, 18, tzinfo=UTC))
    assert read_worse(hers, later) == ()


def test_the_concerns_own_measure_stands_first_on_the_babys_page(two_families):
    hers, stays = two_families
    found = read_answers(hers, stays[0].client)
    assert found[0].measure.id == "tummy"
    assert [value for _, value in found[0].points] == [5, 8]
    assert found[0].points[0][0] == pytest.approx(29 / 7)


def test_a_therapist_who_never_met_the_family_reads_nothing(two_families):
    hers, stays = two_families
    other = replace(hers, viewer=Viewer("therapist", "x"))
    assert read_answers(other, stays[0].client) == ()
    assert read_worse(other, _today(hers)) == ()


def test_the_owners_week_counts_who_got_worse(two_families):
    hers, _ = two_families
    owner = replace(hers, viewer=OWNER)
    with owner.write("export again") as conn:
        told = int(datetime(2026, 2, 5, 18, tzinfo=UTC).timestamp())
        conn.execute(update(import_).values(as_of=told))
    assert review_week(owner).worse == 1


def test_a_baby_who_died_is_looked_for_no_more_and_was_not_asked_after_it(two_families):
    """Both were asked the day before their first visit and on day 28, and answered."""
    hers, stays = two_families
    owner, died = replace(hers, viewer=OWNER), stays[0]

    def asked():
        days = {"first": START - timedelta(days=7), "last": START + timedelta(days=60)}
        question = Question(metrics=("response_rate",), **days)
        (row,) = query(question, owner).to_dict("records")
        return row["denominator"]

    assert asked() == 4
    save_death(hers, died.client, START + timedelta(days=28))
    assert read_worse(hers, _today(hers)) == ()
    assert asked() == 3


def test_every_question_with_answers_has_a_line(two_families):
    hers, stays = two_families
    found = [answer.measure.id for answer in read_answers(hers, stays[0].client)]
    assert set(found) == set(MEASURES)
    assert len(found) == 5


@pytest.fixture
def said(desk):
    """Mia's mother wrote twice, and of a family of Ines's somebody wrote, too."""
    signed(desk.scope)
    clients = in_care(
        desk, seen("1", 12), seen("2", 12, "Zed", who="Eva Foreign", therapist="Ines Park")
    )
    for name, moment, text in (("Mia", "day14", "Better now"), ("Zed", "day14", "Not hers")):
        token = token_of(make_link(desk.scope, clients[name], moment))
        save_consent(desk.scope, token, in_totals=False, language="en")
        save_signs(desk.scope, token, [])
        save_answer(desk.scope, token, "harms", 1, "A rash")
        submit(desk.scope, token, text)
    return clients


def test_a_parents_words_stand_on_the_babys_page_until_read_and_after(desk, said):
    maya = desk.scope.as_therapist("Maya Lopez")
    (entry,) = read_parent_words(maya, said["Mia"])
    assert entry.texts == (("harms", "A rash"), ("words", "Better now"))
    assert (entry.read_by, entry.read_on) == ("", None)
    mark_words_read(maya, entry.check_in_id)
    (entry,) = read_parent_words(maya, said["Mia"])
    assert (entry.read_by, entry.read_on) == ("Maya Lopez", local_now(maya).date())
    assert read_parent_words(maya, said["Zed"]) == (), "a family she never met"


def test_words_and_overdue_check_ins_come_before_who_went_quiet(desk, said):
    maya = desk.scope.as_therapist("Maya Lopez")
    # Day 14 was answered; six days past it, week 8 and day 28 lie ahead: nothing is overdue.
    assert [line.what for line in list_waiting(maya)] == ["a parent's words to read"]
    late = datetime.now(UTC) + timedelta(days=18)
    told = list_waiting(maya, late)
    assert [(line.what, line.weight) for line in told] == [
        ("a parent's words to read", "act"), ("check-in day 28 not asked yet", "act"),
    ]  # fmt: skip
    today = compute_today(maya)
    looks = list_attention(read_families(maya, today), today, (), told)
    assert [line.what for line in looks] == [
        "Mia: a parent's words to read", "Mia: check-in day 28 not asked yet", "no next visit",
    ]  # fmt: skip
    assert looks[0].leads_to == said["Mia"]


def test_one_that_was_asked_and_is_not_answered_waits_for_the_parent(desk, said):
    maya = desk.scope.as_therapist("Maya Lopez")
    make_link(maya, said["Mia"], "day28")
    late = datetime.now(UTC) + timedelta(days=18)
    assert list_waiting(maya, late)[-1].what == "check-in day 28 not answered yet"
    assert list_waiting(maya, late)[-1].weight == "soon"


@pytest.mark.usefixtures("said")
def test_nothing_is_overdue_while_check_ins_are_off(desk):
    switch_off(desk.scope)
    late = datetime.now(UTC) + timedelta(days=18)
    assert [line.weight for line in list_waiting(desk.scope.as_therapist("Maya Lopez"), late)] == [
        "act"
    ]
