"""One scope hands out sessions: who may write, all or nothing, nothing lost between writers."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Integer, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from allay_metrics.errors import NotAllowed, NotFound
from allay_metrics.records import Viewer
from allay_metrics.records.column_types import Instant
from allay_metrics.records.tables import (
    client,
    client_note,
    family,
    goal,
    practice,
    therapist,
    visit,
)
from tests.support.keeper import database_itself

WRITERS, TIMES = 8, 50


def _aims(scope, value):
    return {"practice_id": scope.practice_id, "metric": "completed", "value": value}


def _aim(scope, value):
    return insert(goal).values(_aims(scope, value))


def _goals(scope):
    with scope.read() as conn:
        return conn.execute(select(goal.c.metric, goal.c.value)).all()


def test_a_therapist_may_not_write(scope):
    hers = replace(scope, viewer=Viewer("therapist", "t"))
    with (
        pytest.raises(NotAllowed, match=r"^Only the owner may set goals\.$"),
        hers.write("set goals") as conn,
    ):
        conn.execute(_aim(scope, 40))
    assert _goals(scope) == []


def test_a_write_that_fails_leaves_nothing(scope):
    before = scope.data_version()
    with pytest.raises(IntegrityError), scope.write("set goals") as conn:
        conn.execute(insert(goal), [_aims(scope, 40), _aims(scope, 41)])
    assert _goals(scope) == []
    assert scope.data_version() == before


def test_every_write_has_a_version_of_its_own(scope):
    before = scope.data_version()
    with scope.write("set goals") as conn:
        conn.execute(_aim(scope, 40))
    assert scope.data_version() == before + 1


def test_writers_at_once_lose_nothing(scope):
    """Each reads a number and writes it back one higher: without a lock most are lost."""
    with scope.write("set goals") as conn:
        conn.execute(_aim(scope, 0))
    before = scope.data_version()

    def count_up(_writer):
        for _ in range(TIMES):
            with scope.write("count up") as conn:
                value = conn.execute(select(goal.c.value)).scalar_one()
                conn.execute(update(goal).values(value=value + 1))

    with ThreadPoolExecutor(WRITERS) as writers:
        list(writers.map(count_up, range(WRITERS)))
    assert _goals(scope) == [("completed", WRITERS * TIMES)]
    assert scope.data_version() == before + WRITERS * TIMES


def test_a_reader_sees_one_state_of_the_records(scope):
    counted = select(func.count()).select_from(goal)
    with scope.read() as conn:
        before = conn.execute(counted).scalar_one()
        with scope.write("set goals") as other:
            other.execute(_aim(scope, 40))
        assert conn.execute(counted).scalar_one() == before
    assert len(_goals(scope)) == 1


def test_nothing_is_written_through_a_reader(scope):
    with pytest.raises(Exception, match=r"read-?only|not yours"), scope.read() as conn:
        conn.execute(_aim(scope, 40))
    assert _goals(scope) == []
    with scope.write("set goals") as conn:  # and the connection writes again afterwards
        conn.execute(_aim(scope, 40))


def test_a_therapist_is_found_by_her_address(scope):
    row = {"practice_id": scope.practice_id, "id": "maya", "name": "Maya Lopez"}
    with scope.write("keep therapists") as conn:
        conn.execute(insert(therapist).values(**row, email="maya@example.org"))
    assert scope.as_therapist("Maya@Example.org").viewer.therapist_id == "maya"
    assert not scope.as_therapist("maya@example.org").sees_money
    with pytest.raises(NotFound, match=r"ines@example\.org"):
        scope.as_therapist("ines@example.org")


def test_a_therapist_of_another_practice_is_not_found(scope):
    with database_itself(scope) as conn:
        other = {"practice_id": "other", "name": "Other", "timezone": "UTC", "is_demo": 0}
        conn.execute(insert(practice).values(other))
        row = {"practice_id": "other", "id": "maya", "name": "Maya", "email": "m@example.org"}
        conn.execute(insert(therapist).values(row))
    with pytest.raises(NotFound):
        scope.as_therapist("m@example.org")


def _add(scope, **people):
    rows = [
        {"practice_id": scope.practice_id, "id": id_, "name": name, "email": "both@example.org"}
        for id_, name in people.items()
    ]
    with scope.write("keep therapists") as conn:
        conn.execute(insert(therapist), rows)


def test_two_therapists_who_share_an_address_are_told_apart_by_name(scope):
    _add(scope, maya="Maya Lopez", ines="Ines Park")
    with pytest.raises(NotFound, match=r"^Ines Park and Maya Lopez share the address both@.*name"):
        scope.as_therapist("both@example.org")
    assert scope.as_therapist("Ines Park").viewer.therapist_id == "ines"
    assert scope.as_therapist("maya").viewer.therapist_id == "maya"


# A missing visit is nobody's word that it was called off.
MET = {"completed", "booked", "no_show", "unmarked", "missing"}
CALLED_OFF = {"cancelled", "late_cancelled", "practice_cancelled", "rescheduled"}


@pytest.fixture
def caseload(scope):
    """Ines has one visit of each state, each with a family named after it; Maya has none."""
    practice_id = scope.practice_id
    _add(scope, maya="Maya Lopez", ines="Ines Park")
    with scope.write("keep visits") as conn:
        for state in sorted(MET | CALLED_OFF):
            row = {"practice_id": practice_id, "id": state, "match_key": state, "name": state}
            conn.execute(insert(family), row)
            conn.execute(insert(visit), _visit(practice_id, state))
            baby = {"practice_id": practice_id, "id": f"baby {state}", "family_id": state}
            conn.execute(insert(client), {**baby, "name": "Mia", "kind": "infant"})
    return scope


def _visit(practice_id, state):
    words = {"source": "acuity", "city": "unknown", "visit_type": "cst", "second_type": ""}
    days = dict.fromkeys(("day", "week", "month"), date(2026, 3, 2))
    numbers = {c.name: 0 for c in visit.c if isinstance(c.type, Integer | Instant)}
    more = {"city_how": "none", "referral_source": "unknown", "therapist_id": "ines"}
    ids = {"practice_id": practice_id, "id": state, "family_id": state, "state": state}
    return {**numbers, **words, **days, **more, **ids}


def _note(scope, state):
    told = {"text": "Knock", "attention": 0, "written_by": "Ines Park", "written_at": 0}
    key = {"practice_id": scope.practice_id, "client_id": f"baby {state}"}
    return insert(client_note).values({**key, **told})


def _notes(scope):
    with scope.read() as conn:
        return conn.execute(select(client_note.c.client_id)).all()


def _families(scope):
    with scope.read() as conn:
        return set(conn.execute(scope.own_families()).scalars())


def test_a_caseload_is_the_families_with_a_visit_of_hers_not_called_off(caseload):
    assert _families(caseload.as_therapist("ines")) == MET
    assert _families(caseload.as_therapist("maya")) == set()
    assert _families(caseload) == MET | CALLED_OFF


@pytest.mark.parametrize("state", sorted(MET | CALLED_OFF))
def test_a_therapist_writes_in_families_of_her_caseload_only(caseload, state):
    ines, before = caseload.as_therapist("ines"), caseload.data_version()
    if state in MET:
        with ines.write("write a note", state) as conn:
            conn.execute(_note(caseload, state))
        assert caseload.data_version() == before + 1
        return
    with (
        pytest.raises(NotAllowed, match=r"^You may write a note in families of your own case"),
        ines.write("write a note", state) as conn,
    ):
        conn.execute(_note(caseload, state))
    assert (caseload.data_version(), _notes(caseload)) == (before, [])
