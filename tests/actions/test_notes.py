"""Notes, marks and points of history: kept by her who cares, and never lost to another."""

import pytest
from sqlalchemy import select

from allay_metrics.actions.notes import add_tag, mark_client, remove_tag, save_client_note
from allay_metrics.errors import Conflict, NotFound, QuestionProblem
from allay_metrics.records.tables import client_note, client_tag
from tests.support.exports import appointment
from tests.support.on_file import client_ids, fingerprint, visits


@pytest.fixture
def mia(desk):
    desk.take_in([appointment("1", "2026-03-02 10:00", infants="Mia")], "2026-06-01 08:00")
    return client_ids(desk.scope, visits(desk.scope, "family_id")[0][0])["Mia"]


@pytest.fixture
def maya(desk, mia):  # noqa: ARG001  on file
    return desk.scope.as_therapist("Maya Lopez")


def noted(scope):
    columns = ("text", "attention", "written_by", "version")
    with scope.read() as conn:
        return [tuple(row) for row in conn.execute(select(*(client_note.c[c] for c in columns)))]


def tags(scope):
    with scope.read() as conn:
        return sorted(conn.execute(select(client_tag.c.tag)).scalars())


def test_the_second_of_two_who_write_at_once_is_told_the_others_words(desk, maya, mia):
    assert save_client_note(maya, mia, "ask about the PT", 0) == 1
    with pytest.raises(Conflict, match="It now says: ask about the PT"):
        save_client_note(desk.scope, mia, "bring the scale", 0)
    assert noted(desk.scope) == [("ask about the PT", 0, "Maya Lopez", 1)]
    assert save_client_note(desk.scope, mia, "both", 1) == 2
    assert noted(desk.scope) == [("both", 0, "owner", 2)]


def test_the_same_words_again_are_no_conflict(maya, mia):
    save_client_note(maya, mia, "ask", 0)
    assert save_client_note(maya, mia, "ask", 0) == 1


def test_a_mark_disturbs_nobody_who_writes(maya, desk, mia):
    mark_client(maya, mia, attention=True)
    save_client_note(maya, mia, "ask", 0)
    mark_client(desk.scope, mia, attention=True)
    assert save_client_note(maya, mia, "ask twice", 1) == 2
    assert noted(desk.scope) == [("ask twice", 1, "Maya Lopez", 2)]
    mark_client(maya, mia, attention=False)
    assert noted(desk.scope) == [("ask twice", 0, "Maya Lopez", 2)]


def test_a_point_of_history_is_there_once_and_goes_again(maya, desk, mia):
    for tag in ("NICU", " nicu ", "C-section"):
        add_tag(maya, mia, tag)
    assert tags(desk.scope) == ["C-section", "NICU"]
    remove_tag(maya, mia, "NICU")
    remove_tag(maya, mia, "NICU")
    assert tags(desk.scope) == ["C-section"]


@pytest.mark.parametrize("tag", ["", "  ", "x" * 61])
def test_an_empty_or_endless_point_is_refused(maya, desk, mia, tag):
    with pytest.raises(QuestionProblem):
        add_tag(maya, mia, tag)
    assert tags(desk.scope) == []


@pytest.mark.parametrize(
    "act",
    [
        lambda scope, id_: save_client_note(scope, id_, "x", 0),
        lambda scope, id_: mark_client(scope, id_, attention=True),
        lambda scope, id_: add_tag(scope, id_, "NICU"),
        lambda scope, id_: remove_tag(scope, id_, "NICU"),
    ],
)
def test_a_colleague_who_never_met_the_family_writes_nothing(desk, mia, act):
    desk.take_in(
        [appointment("2", "2026-03-02 12:00", "Bo Ray", therapist="Ines Park")],
        "2026-06-02 08:00", covers=None,
    )  # fmt: skip
    before = fingerprint(desk.scope)
    with pytest.raises(NotFound):
        act(desk.scope.as_therapist("Ines Park"), mia)
    assert fingerprint(desk.scope) == before
