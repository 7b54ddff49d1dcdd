"""What a therapist may not see is never read: neither money nor another's families."""

import re
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import Engine, event, select

from allay_metrics.caseload.baby import read_baby, read_note
from allay_metrics.caseload.caseload_families import list_attention, read_families
from allay_metrics.caseload.day import read_day
from allay_metrics.caseload.own_weeks import read_weeks
from allay_metrics.caseload.reading_day import compute_today
from allay_metrics.errors import NotFound
from allay_metrics.records.tables import client, visit
from tests.support.practices import practices, put_on_file

# Rows of these tell who a family is; `visit` and the roll-ups are hers by therapist, too.
OF_FAMILIES = (
    "family", "client", "booking", "visit", "visit_client",
    "client_note", "client_tag", "care_closed",
)  # fmt: skip
NOW = datetime(2026, 5, 4, 18, tzinfo=UTC)


class Log:
    """The statements a database was asked while it was listened to."""

    def __init__(self):
        self.statements = []

    def __enter__(self):
        event.listen(Engine, "before_cursor_execute", self._hear)
        return self

    def __exit__(self, *_):
        event.remove(Engine, "before_cursor_execute", self._hear)

    def _hear(self, _conn, _cursor, statement, parameters, *_):
        self.statements.append((statement, str(parameters)))


def whole_page(scope):
    """Read all that Caseload and Baby show; return it."""
    today = compute_today(scope, NOW)
    families = read_families(scope, today)
    babies = [read_baby(scope, today, p.client_id) for family in families for p in family.people]
    notes = [read_note(scope, p.client_id) for family in families for p in family.people]
    day, weeks = read_day(scope, today), read_weeks(scope, today)
    return families, babies, notes, day, weeks, list_attention(families, today)


def limited(statement, parameters, therapist_id):
    """Return whether a statement is bound to her: by her id, on her visits or her families."""
    her_visits = re.search(r"(?:visit|daily|weekly)\.therapist_id = ", statement)
    return bool(her_visits) and therapist_id in parameters


def reads(statement, table):
    return re.search(rf'\b(?:FROM|JOIN)\s+"?{table}"?\b', statement) is not None


def judge(log, therapist_id):
    assert log.statements
    for statement, parameters in log.statements:
        assert not re.search(r"cents|price|_value|amount|extra", statement), statement
        if any(reads(statement, table) for table in (*OF_FAMILIES, "daily", "weekly")):
            assert limited(statement, parameters, therapist_id), statement


def her_families(practice_rows, therapist_id):
    """Return her families slowly: any visit of hers that was not called off."""
    off = {"cancelled", "late_cancelled", "practice_cancelled", "rescheduled"}
    return {
        r.family_id for r in practice_rows if r.therapist_id == therapist_id and r.state not in off
    }


def test_the_log_hears_money_and_what_is_not_limited(desk):
    with Log() as log, desk.scope.read() as conn:
        conn.execute(select(visit.c.price_cents)).all()
        conn.execute(select(client.c.name)).all()
    heard = [statement for statement in log.statements if "SELECT" in statement[0]]
    assert len(heard) == 2
    for statement in heard:
        with pytest.raises(AssertionError):
            judge(SimpleNamespace(statements=[statement]), "maya")


def test_neither_money_nor_a_foreign_family_is_read(maya):
    with Log() as log:
        shown = whole_page(maya)
    judge(log, maya.viewer.therapist_id)
    assert "Foreign" not in repr(shown)
    assert "Gone" not in repr(shown)


# Not shrunk: the first example that fails names the statement at fault.
@settings(
    max_examples=8,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(practice=practices(most=25))
def test_of_any_practice_each_sees_her_own_families_alone(new_database, practice):
    from allay_metrics.records import open_practice

    scope = open_practice(new_database(), name="Random")
    try:
        put_on_file(practice, scope)
        with scope.read() as conn:
            rows = conn.execute(select(visit)).all()
            clients = {r.id: r.family_id for r in conn.execute(select(client))}
        for therapist_id in {row.therapist_id for row in rows}:
            hers = scope.as_therapist(therapist_id)
            with Log() as log:
                families, babies, *_, day, _weeks, _looks = whole_page(hers)
            judge(log, therapist_id)
            allowed = her_families(rows, therapist_id)
            shown = {shown_part.family_id for shown_part in (*families, *babies, *day.cards)}
            assert shown <= allowed
            assert {family.family_id for family in families} <= allowed
            for id_ in [id_ for id_, family in clients.items() if family not in allowed]:
                with pytest.raises(NotFound):
                    read_baby(hers, compute_today(hers, NOW), id_)
    finally:
        scope.close()
