"""A warning sign in a file of answers is raised once, holds its scores back, and goes with undo."""

import csv

import pytest
from sqlalchemy import func, select

from allay_metrics.actions.check_in_requests import acknowledge
from allay_metrics.actions.ingest import ingest_file
from allay_metrics.actions.undo import undo_import
from allay_metrics.caseload.parent_answers import read_answers
from allay_metrics.metrics.outcome_metrics import read_episodes
from allay_metrics.records.tables import check_in, red_flag
from allay_metrics.review.open_check_ins import acknowledged_flags, read_open_flags
from tests.support.exports import appointment, instant
from tests.support.on_file import fingerprint

CRY = "Yesterday, roughly how long in total did your baby cry or fuss?"
HEAD = ["Timestamp", "Email Address", "Baby's name", CRY, "Is your baby refusing to feed?"]
WELL = ["3/9/2026 7:31", "ana.lee@example.org", "Mia", "90", "No"]
ILL = ["3/30/2026 18:00", "ana.lee@example.org", "Mia", "30", "Yes, since noon"]
STRANGER = ["3/30/2026 19:00", "nobody@example.org", "Ivo", "30", "yes"]


@pytest.fixture
def practice(desk):
    desk.take_in([appointment("1", "2026-03-02 10:00", infants="Mia")], "2026-04-09 08:00")
    return desk


def _take_in(desk, path, *rows, head=HEAD, as_of="2026-06-01 08:00"):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])
    return ingest_file(desk.scope, path, as_of=instant(as_of))


def _scores(scope):
    return [answer.value for each in read_episodes(scope, totals=False) for answer in each.answers]


def test_a_yes_is_raised_and_its_scores_wait_until_somebody_says_what_was_done(practice, tmp_path):
    scope = practice.scope
    report = _take_in(practice, tmp_path / "form.csv", WELL, ILL)
    assert (report.added, report.set_aside) == (2, [])
    assert "1 warning sign ticked" in report.notes[0]
    (flag,) = read_open_flags(scope)
    assert (flag.client, flag.flag.id) == ("Mia", 8)
    assert flag.raised_at == instant("2026-03-30 18:00"), "when it was ticked, not when it came in"
    assert _scores(scope) == [90]
    assert [
        value for answer in read_answers(scope, flag.client_id) for _, value in answer.points
    ] == [90]
    acknowledge(scope, flag.check_in_id, 8, "Called: seen by her doctor")
    assert read_open_flags(scope) == ()
    assert _scores(scope) == [90, 30]


def test_it_is_raised_once(practice, tmp_path):
    scope = practice.scope
    _take_in(practice, tmp_path / "form.csv", WELL, ILL)
    (flag,) = read_open_flags(scope)
    acknowledge(scope, flag.check_in_id, 8, "Called")
    before = fingerprint(scope)
    again = _take_in(practice, tmp_path / "form.csv", WELL, ILL)
    assert (again.added, again.updated, again.unchanged) == (0, 0, 2)
    assert read_open_flags(scope) == ()
    undo_import(scope, again.import_id)
    assert fingerprint(scope) == before


def test_a_newer_file_raises_what_is_new_and_undo_takes_that_alone_back(practice, tmp_path):
    """The same answer, now with a column it was not asked before."""
    scope = practice.scope
    _take_in(practice, tmp_path / "form.csv", WELL, ILL)
    before = fingerprint(scope)
    more = [*HEAD, "Does your baby have a fever?"]
    report = _take_in(
        practice, tmp_path / "more.csv", [*WELL, ""], [*ILL, "101"],
        head=more, as_of="2026-06-02 08:00",
    )  # fmt: skip
    assert (report.added, report.updated, report.unchanged) == (0, 1, 1)
    assert [flag.flag.id for flag in read_open_flags(scope)] == [3, 8]
    undo_import(scope, report.import_id)
    assert [flag.flag.id for flag in read_open_flags(scope)] == [8]
    assert fingerprint(scope) == before


def test_what_a_newer_file_no_longer_ticks_stays_raised(practice, tmp_path):
    _take_in(practice, tmp_path / "form.csv", ILL)
    _take_in(practice, tmp_path / "new.csv", [*ILL[:4], "No"], as_of="2026-06-02 08:00")
    assert len(read_open_flags(practice.scope)) == 1


def test_undo_leaves_no_sign(practice, tmp_path):
    before = fingerprint(practice.scope)
    report = _take_in(practice, tmp_path / "form.csv", WELL, ILL)
    undo_import(practice.scope, report.import_id)
    assert read_open_flags(practice.scope) == ()
    assert fingerprint(practice.scope) == before
    with practice.scope.read() as conn:
        assert conn.execute(select(func.count()).select_from(red_flag)).scalar_one() == 0


def test_a_sign_of_somebody_nobody_knows_stands_before_the_owner(practice, tmp_path):
    scope = practice.scope
    _take_in(practice, tmp_path / "form.csv", STRANGER)
    (flag,) = read_open_flags(scope)
    assert (flag.client, flag.client_id) == ("Not matched: Ivo", "")
    assert read_open_flags(scope.as_therapist("Maya Lopez")) == ()
    acknowledge(scope, flag.check_in_id, 8, "Wrote to the address")
    assert [acknowledged_flag.client for acknowledged_flag in acknowledged_flags(scope)] == [
        "Not matched: Ivo"
    ]


def test_a_sign_alone_is_an_answer_and_one_in_a_row_set_aside_is_said(practice, tmp_path):
    alone = [*ILL[:3], "", "yes"]
    unreadable = ["some day", *ILL[1:]]
    report = _take_in(practice, tmp_path / "form.csv", alone, unreadable)
    assert (report.added, len(report.set_aside)) == (1, 1)
    assert any("a warning sign is ticked in row 2, set aside" in note for note in report.notes)
    with practice.scope.read() as conn:
        assert conn.execute(select(func.count()).select_from(check_in)).scalar_one() == 1
    assert len(read_open_flags(practice.scope)) == 1
