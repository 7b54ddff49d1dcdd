"""One scope hands out sessions: who may write, all or nothing, nothing lost between writers."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from allay_metrics.errors import NotAllowed, NotFound
from allay_metrics.records import Viewer
from allay_metrics.records.tables import goal, practice, therapist

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
    with pytest.raises(Exception, match=r"read-?only"), scope.read() as conn:
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
    with scope.write("add a practice") as conn:
        other = {"practice_id": "other", "name": "Other", "timezone": "UTC", "is_demo": 0}
        conn.execute(insert(practice).values(other))
        row = {"practice_id": "other", "id": "maya", "name": "Maya", "email": "m@example.org"}
        conn.execute(insert(therapist).values(row))
    with pytest.raises(NotFound):
        scope.as_therapist("m@example.org")
