"""Who passes, by what is on file at that moment."""

from dataclasses import replace

import pytest

from allay_metrics.actions.users import disable
from allay_metrics.errors import ConfigProblem, NotFound
from allay_metrics.records import DOOR
from allay_metrics.server.admission import Admissions
from tests.support.people import SECRET, Someone, ana, maya_invited


@pytest.fixture(autouse=True)
def _secret(monkeypatch):
    monkeypatch.setenv("ALLAY_SECRET", SECRET)


def _who(scope, token="", *, at_keyboard):
    return Admissions(lambda: scope).find_admission(token, at_keyboard=at_keyboard)


def test_the_person_at_the_keyboard_stays_the_same_when_she_leaves_the_demo(sqlite_scope):
    before = _who(replace(sqlite_scope, is_demo=True), at_keyboard=True)
    after = _who(sqlite_scope, at_keyboard=True)
    assert (before.runs, after.runs) == ("demo", "computer")
    assert before.who == after.who


def test_a_demos_visitor_is_nobody_once_it_was_left(sqlite_scope):
    visitor = _who(replace(sqlite_scope, is_demo=True), at_keyboard=False)
    assert visitor.who.kind == "demo"
    assert _who(sqlite_scope, at_keyboard=False).who is None


def test_once_somebody_is_listed_the_keyboard_opens_nothing(sqlite_scope):
    door = replace(sqlite_scope, viewer=DOOR)
    owner = ana(sqlite_scope, door)
    assert _who(sqlite_scope, at_keyboard=True).who is None
    assert _who(sqlite_scope, owner.token, at_keyboard=False).who.role == "owner"


def test_a_therapist_is_herself_until_she_is_shut_out(sqlite_scope):
    door = replace(sqlite_scope, viewer=DOOR)
    ana(sqlite_scope, door)
    maya = Someone(door, maya_invited(sqlite_scope))
    who = _who(sqlite_scope, maya.token, at_keyboard=True).who
    assert (who.role, who.therapist_id, who.person_id) == ("therapist", "t1", maya.id)
    disable(sqlite_scope, maya.id)
    assert _who(sqlite_scope, maya.token, at_keyboard=True).who is None


def test_people_without_a_secret_are_a_problem_and_not_an_open_door(sqlite_scope, monkeypatch):
    owner = ana(sqlite_scope, replace(sqlite_scope, viewer=DOOR))
    monkeypatch.delenv("ALLAY_SECRET")
    with pytest.raises(ConfigProblem):
        _who(sqlite_scope, owner.token, at_keyboard=True)


def test_without_any_records_the_person_here_may_begin():
    def nothing():
        raise NotFound("There are no records yet.")

    assert Admissions(nothing).find_admission("", at_keyboard=True).who.kind == "computer"
    assert Admissions(nothing).find_admission("", at_keyboard=False).who is None
