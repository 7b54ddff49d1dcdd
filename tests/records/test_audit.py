"""The audit trail: every write leaves a line, and no line can be changed, lost or slipped in."""

from dataclasses import replace

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from allay_metrics.actions.backups import back_up
from allay_metrics.actions.read_audit import record
from allay_metrics.actions.records_check import check_records
from allay_metrics.errors import NotAllowed
from allay_metrics.records import Viewer
from allay_metrics.records.tables import audit, goal
from tests.support.keeper import database_itself

REFUSED = "the audit trail is only added to"


def _lines(scope):
    with scope.read() as conn:
        return conn.execute(select(audit).order_by(audit.c.number)).all()


@pytest.fixture
def kept(scope):
    """A practice with four lines: three goals set, one export taken."""
    for metric in ("completed", "due", "booked"):
        with scope.write("set goals") as conn:
            row = {"practice_id": scope.practice_id, "metric": metric, "value": 1}
            conn.execute(insert(goal).values(row))
    record(scope, "take an export", "week-2026-03-02")
    return scope


def test_a_write_and_a_noted_read_leave_a_line_each(kept):
    lines = [(line.number, line.role, line.action, line.about) for line in _lines(kept)]
    assert lines == [
        (1, "owner", "set goals", ""),
        (2, "owner", "set goals", ""),
        (3, "owner", "set goals", ""),
        (4, "owner", "take an export", "week-2026-03-02"),
    ]
    assert check_records(kept) == []


def test_a_line_says_who_was_signed_in(kept):
    record(replace(kept, viewer=Viewer("therapist", "maya")), "open a family's page", "lee")
    record(replace(kept, viewer=Viewer("owner", person_id="p-1")), "open a family's page", "lee")
    assert [(line.who, line.role) for line in _lines(kept)[-2:]] == [
        ("maya", "therapist"), ("p-1", "owner")
    ]  # fmt: skip


def test_a_noted_read_leaves_what_is_cached_valid(kept):
    before = kept.data_version()
    record(kept, "take an export")
    assert kept.data_version() == before


def test_a_write_that_fails_leaves_no_line(kept):
    with pytest.raises(ZeroDivisionError), kept.write("set goals"):
        raise ZeroDivisionError
    assert len(_lines(kept)) == 4
    assert check_records(kept) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET who = 'somebody else'",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE number = 4",
    ],
)
def test_no_line_is_changed_or_deleted(kept, statement):
    before = _lines(kept)
    with pytest.raises(DBAPIError, match=REFUSED), kept.write("tamper") as conn:
        conn.execute(text(statement))
    assert _lines(kept) == before


def test_no_line_is_replaced(kept):
    values = "SELECT practice_id, number, at, 'x', role, action, about, previous, hash FROM audit"
    how = {
        "sqlite": f"INSERT OR REPLACE INTO audit {values}",
        "postgresql": f"INSERT INTO audit {values} "
        "ON CONFLICT (practice_id, number) DO UPDATE SET who = 'x'",
    }
    before = _lines(kept)
    with pytest.raises(DBAPIError, match=REFUSED), kept.write("tamper") as conn:
        conn.execute(text(how[conn.dialect.name]))
    assert _lines(kept) == before


def test_the_trail_is_not_emptied(kept):
    how = {"sqlite": "DELETE FROM audit WHERE 1", "postgresql": "TRUNCATE audit"}
    # To the records' own login PostgreSQL refuses TRUNCATE before any trigger does.
    refused = pytest.raises((DBAPIError, NotAllowed), match=f"{REFUSED}|not yours")
    with refused, kept.write("tamper") as conn:
        conn.execute(text(how[conn.dialect.name]))
    assert len(_lines(kept)) == 4


def _past_the_triggers(scope, *statements):
    """Change the trail as only somebody can who holds the database itself."""
    with database_itself(scope) as conn:
        if conn.dialect.name == "sqlite":
            for what in ("update", "delete"):
                conn.execute(text(f"DROP TRIGGER audit_no_{what}"))
        else:
            conn.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
        for statement in statements:
            assert conn.execute(text(statement)).rowcount > 0


CHANGED = "Line 2 of the audit trail was changed."
CUT = (
    "UPDATE practice SET (audit_number, audit_hash) = "
    "(SELECT number, hash FROM audit WHERE number = 2)"
)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit SET who = 'x' WHERE number = 2", CHANGED),
        ("UPDATE audit SET at = at + 1 WHERE number = 2", CHANGED),
        ("DELETE FROM audit WHERE number = 1", "The audit trail lacks line 1."),
        ("DELETE FROM audit WHERE number IN (2, 3)", "The audit trail lacks lines 2 to 3."),
        ("DELETE FROM audit WHERE number > 2", "The audit trail was cut: it lacks lines 3 to 4."),
        ("DELETE FROM audit", "The audit trail was cut: it lacks lines 1 to 4."),
        ("UPDATE audit SET hash = 'x' WHERE number = 2", "Line 2 of the audit trail was replaced."),
        ("UPDATE audit SET hash = 'x' WHERE number = 4", "Line 4 of the audit trail was replaced."),
    ],
)
def test_what_was_done_past_the_triggers_is_located(kept, statement, found):
    _past_the_triggers(kept, statement)
    assert found in check_records(kept)


def test_a_cut_that_also_mends_the_practices_row_shows_against_the_last_backup(kept, tmp_path):
    back_up(kept, tmp_path / "kept.allay")
    _past_the_triggers(kept, CUT, "DELETE FROM audit WHERE number > 2")
    assert check_records(kept) == [
        "The audit trail is not the one the last backup knew up to line 4."
    ]
