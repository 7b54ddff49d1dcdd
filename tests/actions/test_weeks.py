"""What is kept with a week: its note, its numbers as first told, the owner's goals."""

from datetime import date

import pytest
from sqlalchemy import select

from allay_metrics.actions.undo import undo_import
from allay_metrics.actions.week_notes import save_note, save_snapshots, set_goals
from allay_metrics.errors import Conflict
from allay_metrics.records.tables import goal, week_note, week_snapshot
from tests.support.exports import appointment

WEEK, NEXT = date(2026, 3, 2), date(2026, 3, 9)
ONE = [appointment("1", "2026-03-02 10:00")]


def _notes(scope):
    with scope.read() as conn:
        asked = select(week_note.c.week, week_note.c.text, week_note.c.version)
        return conn.execute(asked.order_by(week_note.c.week)).all()


def test_a_note_is_kept_with_its_week(scope):
    assert save_note(scope, WEEK, "Rain all week", 0) == 1
    assert save_note(scope, NEXT, "Two new families", 0) == 1
    assert save_note(scope, WEEK, "Rain until Friday", 1) == 2
    assert _notes(scope) == [(WEEK, "Rain until Friday", 2), (NEXT, "Two new families", 1)]


@pytest.mark.parametrize("read", [0, 1, 3])
def test_a_note_changed_meanwhile_is_a_conflict_that_loses_neither_text(scope, read):
    save_note(scope, WEEK, "One", 0)
    save_note(scope, WEEK, "Two", 1)
    with pytest.raises(Conflict, match="It now says: Two"):
        save_note(scope, WEEK, "Three", read)
    assert _notes(scope) == [(WEEK, "Two", 2)]


def test_a_note_saved_twice_is_saved_once(scope):
    """A button pressed again after the connection was lost."""
    assert save_note(scope, WEEK, "Rain", 0) == 1
    assert save_note(scope, WEEK, "Rain", 0) == 1


def test_the_numbers_first_told_are_kept(desk):
    report = desk.take_in(ONE, "2026-03-09 08:00")
    told = {"completed": {"value": 1, "numerator": 1, "denominator": None}}
    save_snapshots(desk.scope, report.import_id, {WEEK: told})
    other = {"completed": {"value": 2, "numerator": 2, "denominator": None}}
    save_snapshots(desk.scope, report.import_id, {WEEK: other, NEXT: other})
    with desk.scope.read() as conn:
        asked = select(week_snapshot.c.week, week_snapshot.c.numbers)
        kept = conn.execute(asked.order_by(week_snapshot.c.week)).all()
    assert [week for week, _ in kept] == [WEEK, NEXT]
    assert '"value": 1' in kept[0].numbers


def test_numbers_told_by_an_undone_import_are_gone(desk):
    before = desk.take_in(ONE, "2026-03-09 08:00")
    save_snapshots(desk.scope, before.import_id, {WEEK: {}})
    undo_import(desk.scope, before.import_id)
    with desk.scope.read() as conn:
        assert conn.execute(select(week_snapshot)).all() == []


def test_goals_are_set_and_changed_one_by_one(scope):
    set_goals(scope, {"completed": 40, "rebooked_rate": 0.7})
    set_goals(scope, {"completed": 42})
    with scope.read() as conn:
        rows = conn.execute(select(goal.c.metric, goal.c.value, goal.c.version)).all()
    assert sorted(rows) == [("completed", 42.0, 2), ("rebooked_rate", 0.7, 1)]
