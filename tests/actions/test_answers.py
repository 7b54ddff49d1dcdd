"""Check-ins kept in bulk: matched by e-mail and name, asked where doubtful, kept once."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from allay_metrics.actions.answers import ReportedCheckIn, SaveCounts, save_answers
from allay_metrics.errors import NotAllowed
from allay_metrics.records import Viewer
from allay_metrics.records.tables import answer, check_in, client
from tests.support.exports import appointment

FORM = ReportedCheckIn(
    source_key="1",
    email="ana.lee@example.org",
    name="Mia",
    moment="day28",
    due_on=date(2026, 3, 30),
    asked_at=1_000,
    answered_at=2_000,
    values={"cry_min": 60.0, "harms": 1.0},
    texts={"harms": "started formula"},
)


@pytest.fixture
def with_twins(desk):
    rows = [appointment("1", "2026-03-02 10:00", infants="Mia & Leo")]
    desk.take_in(rows, "2026-03-09 08:00")
    return desk.scope


def _clients(scope):
    with scope.read() as conn:
        return dict(map(tuple, conn.execute(select(client.c.name, client.c.id))))


def _rows(scope, *columns):
    with scope.read() as conn:
        return [tuple(row) for row in conn.execute(select(*columns).order_by(*columns))]


def test_answers_are_kept_for_the_baby_named_at_the_e_mail(with_twins):
    told = replace(FORM, email="ANA.lee@example.org", name=" mia ")
    assert save_answers(with_twins, "sheet", [told]) == SaveCounts(1, 0, 0, 0)
    assert _rows(with_twins, check_in.c.client_id, check_in.c.doubt) == [
        (_clients(with_twins)["Mia"], None)
    ]
    assert _rows(with_twins, answer.c.measure, answer.c.value, answer.c.text) == [
        ("cry_min", 60.0, None),
        ("harms", 1.0, "started formula"),
    ]


def test_keeping_the_same_again_changes_nothing(with_twins):
    save_answers(with_twins, "sheet", [FORM])
    assert save_answers(with_twins, "sheet", [FORM]) == SaveCounts(0, 0, 1, 0)
    assert len(_rows(with_twins, answer.c.measure)) == 2


def test_an_answer_given_later_replaces_what_was_asked(with_twins):
    asked = replace(FORM, answered_at=None)
    assert save_answers(with_twins, "sheet", [asked]) == SaveCounts(1, 0, 0, 0)
    assert _rows(with_twins, answer.c.measure) == []
    assert save_answers(with_twins, "sheet", [FORM]) == SaveCounts(0, 1, 0, 0)
    assert _rows(with_twins, check_in.c.answered_at) == [(2_000,)]
    changed = replace(FORM, values={"cry_min": 30.0}, texts={})
    assert save_answers(with_twins, "sheet", [changed]) == SaveCounts(0, 1, 0, 0)
    assert _rows(with_twins, answer.c.value) == [(30.0,)]


@pytest.mark.parametrize(
    ("told", "question"),
    [
        ({"email": "nobody@example.org"}, "No family on file"),
        ({"email": None}, "No family on file"),
        ({"name": "Noa"}, "nobody of this name"),
        ({"name": ""}, "nobody of this name"),
    ],
)
def test_a_doubtful_match_is_a_question_not_a_guess(with_twins, told, question):
    assert save_answers(with_twins, "sheet", [replace(FORM, **told)]) == SaveCounts(1, 0, 0, 1)
    ((client_id, doubt),) = _rows(with_twins, check_in.c.client_id, check_in.c.doubt)
    assert client_id is None
    assert question in doubt


def test_a_family_found_meanwhile_answers_the_question(desk):
    assert save_answers(desk.scope, "sheet", [FORM]).doubtful == 1
    rows = [appointment("1", "2026-03-02 10:00", infants="Mia")]
    desk.take_in(rows, "2026-03-09 08:00")
    assert save_answers(desk.scope, "sheet", [FORM]).doubtful == 0
    assert _rows(desk.scope, check_in.c.client_id) == [(_clients(desk.scope)["Mia"],)]


def test_only_the_owner_keeps_them_in_bulk(with_twins):
    hers = replace(with_twins, viewer=Viewer("therapist", "x"))
    with pytest.raises(NotAllowed):
        save_answers(hers, "sheet", [FORM])
