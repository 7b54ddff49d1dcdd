"""What is older than it is kept goes, is said and noted; visits and warning signs unread stay."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from allay_metrics.actions.open_episodes import local_now
from allay_metrics.actions.records_check import check_records
from allay_metrics.actions.rederive import rederive_outdated
from allay_metrics.actions.retention import read_retention, remove_old, save_retention
from allay_metrics.errors import ConfigProblem
from allay_metrics.records.tables import answer, audit, check_in, import_, red_flag, set_aside
from tests.support.exports import appointment
from tests.support.on_file import visits

BAD = appointment("bad", "2026-03-03 10:00") | {"start": "never"}
MONDAY = "2026-03-09 08:00"


def _check_in(scope, key, days_ago, *, sign=False):
    ids = {"practice_id": scope.practice_id, "id": key, "source_key": key, "source": "form"}
    due = local_now(scope).date() - timedelta(days=days_ago)
    row = {"moment": "B0", "due_on": due, "language": "en", "in_totals": 1}
    keys = {"practice_id": scope.practice_id, "check_in_id": key}
    with scope.write("put a check-in on file") as conn:
        conn.execute(insert(check_in), {**ids, **row})
        conn.execute(insert(answer), {**keys, "measure": "settle", "value": 1, "saved_at": 1})
        if sign:
            conn.execute(insert(red_flag), {**keys, "sign": 1, "raised_at": 1})


@pytest.fixture
def old(desk):
    """Two visits and a row set aside that came a year ago; check-ins of 400 and of 10 days ago."""
    desk.take_in([appointment("1", "2026-03-02 10:00"), BAD], MONDAY)
    _check_in(desk.scope, "old", 400)
    _check_in(desk.scope, "unread", 400, sign=True)  # stays: nobody acknowledged its sign
    _check_in(desk.scope, "new", 10)
    with desk.scope.write("let it be old") as conn:
        conn.execute(update(import_).values(imported_at=import_.c.imported_at - 400 * 86_400))
    return desk


def _left(scope):
    with scope.read() as conn:
        ids = set(conn.execute(select(check_in.c.id)).scalars())
        rows = len(conn.execute(select(set_aside)).all())
    return ids, rows


def test_nothing_goes_unless_the_owner_said_so(old):
    assert remove_old(old.scope).sentence() == ""
    assert _left(old.scope) == ({"old", "unread", "new"}, 1)


def test_what_is_older_goes_and_the_records_are_whole(old):
    before = visits(old.scope, "state")
    save_retention(old.scope, 12, 12)
    removed = remove_old(old.scope)
    assert removed.sentence() == "1 check-in and 1 row set aside older than you keep them removed"
    assert _left(old.scope) == ({"unread", "new"}, 0)
    assert visits(old.scope, "state") == before
    assert check_records(old.scope) == []
    assert read_retention(old.scope).removed == 1
    assert remove_old(old.scope).sentence() == ""


def test_each_has_its_own_time(old):
    save_retention(old.scope, 24, 3)
    remove_old(old.scope)
    assert _left(old.scope) == ({"old", "unread", "new"}, 0)


def test_the_next_import_removes_and_says_so(old):
    save_retention(old.scope, 12, None)
    report = old.take_in([appointment("2", "2026-03-04 10:00")], "2026-03-10 08:00")
    assert report.notes[-1] == "1 check-in older than you keep them removed"
    assert _left(old.scope) == ({"unread", "new"}, 1)


def test_the_next_start_removes_and_the_trail_knows(old):
    save_retention(old.scope, None, 12)
    rederive_outdated(old.scope)
    assert _left(old.scope)[1] == 0
    with old.scope.read() as conn:
        actions = conn.execute(select(audit.c.action)).scalars().all()
    assert "remove what is older than it is kept" in actions


@pytest.mark.parametrize("months", [0, 2, 241])
def test_a_time_that_makes_no_sense_is_refused(old, months):
    with pytest.raises(ConfigProblem, match="3 to 240 months"):
        save_retention(old.scope, months, None)
