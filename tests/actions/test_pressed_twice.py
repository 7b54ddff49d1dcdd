"""A save pressed twice, because the answer to the first never came, is saved once."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from allay_metrics.actions.check_in_requests import acknowledge
from allay_metrics.actions.notes import add_tag, save_client_note
from allay_metrics.actions.parent_form import confirm_advice, save_consent, save_signs, submit
from allay_metrics.actions.therapist_settings import save_goals
from allay_metrics.actions.visit_type_overrides import assign_type
from allay_metrics.actions.week_notes import save_note
from allay_metrics.errors import Conflict, NotFound
from allay_metrics.records.tables import answer, check_in, metadata, red_flag
from tests.support.asked import DUTY, asked, signed
from tests.support.exports import day


@pytest.fixture
def scope(sqlite_desk):
    """A practice that asks, with a form of Mia's that was answered with a sign ticked."""
    token = asked(sqlite_desk)
    scope = sqlite_desk.scope
    save_consent(scope, token, in_totals=True, language="en")
    save_signs(scope, token, [1])
    confirm_advice(scope, token)
    scope_and_token[scope] = token
    return scope


scope_and_token = {}


def _mia(scope):
    with scope.read() as conn:
        return conn.execute(select(check_in.c.id, check_in.c.client_id)).one()


def _rows(scope):
    with scope.read() as conn:
        return {
            table.name: conn.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
            if table.name != "audit"
        }


OTHER = replace(DUTY, within=240)
SAVES = {
    "a week's note": lambda scope: save_note(scope, day("2026-03-02"), "Busy", 0),
    "a client's note": lambda scope: save_client_note(scope, _mia(scope).client_id, "Scale", 0),
    "a point of history": lambda scope: add_tag(scope, _mia(scope).client_id, "NICU"),
    "goals": lambda scope: save_goals(scope, {"completed": 40.0}, {"completed": 0}),
    "a service's type": lambda scope: assign_type(scope, "Infant CST", "massage", version=0),
    "a protocol": lambda scope: signed(scope, OTHER),
    "a sign acknowledged": lambda scope: acknowledge(scope, _mia(scope).id, 1, "Rang the mother"),
    "a form": lambda scope: submit(scope, scope_and_token[scope], "Better nights"),
}


@pytest.mark.parametrize("what", SAVES)
def test_pressed_twice_it_is_saved_once(scope, what):
    before = _rows(scope)
    SAVES[what](scope)
    once = _rows(scope)
    SAVES[what](scope)
    assert _rows(scope) == once
    assert once != before or what in ("a sign acknowledged", "a service's type")


def test_a_form_sent_again_with_other_words_is_refused(scope):
    token = scope_and_token[scope]
    submit(scope, token, "Better nights")
    with pytest.raises(NotFound):
        submit(scope, token, "Worse nights")
    with scope.read() as conn:
        assert conn.execute(select(answer.c.text).where(answer.c.measure == "words")).all() == [
            ("Better nights",)
        ]


def test_who_meant_something_else_sees_both_texts(scope):
    save_goals(scope, {"completed": 45.0}, {"completed": 0})
    with pytest.raises(Conflict, match=r"It now says: 45\.0\. Yours, not saved: 40\.0\."):
        save_goals(scope, {"completed": 40.0}, {"completed": 0})
    acknowledge(scope, _mia(scope).id, 1, "Rang the mother")
    with pytest.raises(Conflict, match=r"by owner: Rang the mother\. .*not kept: Wrote to her"):
        acknowledge(scope, _mia(scope).id, 1, "Wrote to her")
    with scope.read() as conn:
        assert conn.execute(select(red_flag.c.done)).scalar_one() == "Rang the mother"
    with pytest.raises(Conflict, match="Ada Owner signed one meanwhile"):
        signed(scope, OTHER, while_off=True)
