"""Remembered devices: what a PIN opens, what wrong ones cost, and who may revoke."""

from dataclasses import replace
from threading import Thread

import pytest
from sqlalchemy import select, update

from allay_metrics.actions import passwords
from allay_metrics.actions.devices import (
    REMEMBERED_FOR,
    TRIES,
    find_device,
    remember_device,
    sign_in_by_pin,
)
from allay_metrics.actions.own_sign_in import (
    end_session,
    forget_device,
    list_devices,
    list_open_sessions,
)
from allay_metrics.actions.sessions import read_session
from allay_metrics.actions.users import disable, end_sessions, reset_sign_in
from allay_metrics.errors import NotAllowed, NotFound, QuestionProblem
from allay_metrics.records import Viewer
from allay_metrics.records.column_types import now
from allay_metrics.records.tables import device
from tests.support.people import Someone, ana, maya_invited, trail

PIN, WRONG = "592817", "123457"


@pytest.fixture
def owner(scope, door):
    """The first owner, joined."""
    return ana(scope, door)


@pytest.fixture
def maya(scope, door, owner):  # noqa: ARG001  the first who joins is the owner
    """A therapist, joined."""
    return Someone(door, maya_invited(scope))


@pytest.fixture
def token(door, maya):
    """What the phone holds on which Maya set a PIN."""
    return remember_device(door, read_session(door, maya.token), PIN, label="Safari on iPhone")


def as_maya(scope, maya):
    return replace(scope, viewer=Viewer("therapist", "t1", person_id=maya.id))


def test_a_pin_opens_a_session_on_the_device_it_was_set_on(door, maya, token):
    session = read_session(door, sign_in_by_pin(door, token, PIN, label="Safari on iPhone"))
    assert (session.person_id, session.way, session.role) == (maya.id, "pin", "therapist")
    assert session.device_id == find_device(door, token).id


def test_a_pin_opens_nothing_without_the_devices_own_token(door, token):
    for other in ("", token[:-1], token + "x", "a" * 43):
        with pytest.raises(NotFound):
            sign_in_by_pin(door, other, PIN, label="x")
        assert find_device(door, other) is None


def test_neither_token_nor_pin_is_on_file_and_the_hash_is_worth_nothing_alone(door, token):
    with door.read() as conn:
        row = conn.execute(select(device)).one()
    assert token not in repr(row)
    others = {name: str(value) for name, value in row._mapping.items() if "hash" not in name}
    assert [name for name, value in others.items() if PIN in value] == []
    assert row.pin_hash.startswith("$argon2id$")
    assert not passwords.verify_password(row.pin_hash, PIN)


def test_the_fifth_wrong_pin_in_a_row_revokes_the_device_and_ends_what_is_open_on_it(
    scope, door, maya, token
):
    opened = sign_in_by_pin(door, token, PIN, label="x")
    said = []
    for _ in range(TRIES):
        with pytest.raises((NotAllowed, NotFound)) as refused:
            sign_in_by_pin(door, token, WRONG, label="x")
        said.append(str(refused.value))
    assert [sentence.rpartition(". ")[2] for sentence in said[:4]] == [
        "4 tries are left.",
        "3 tries are left.",
        "2 tries are left.",
        "One try is left.",
    ]
    assert "not remembered any more" in said[4]
    assert read_session(door, opened) is None
    assert list_devices(scope, maya.id) == []
    with pytest.raises(NotFound):
        sign_in_by_pin(door, token, PIN, label="x")
    assert trail(scope)[-6:] == [
        *[("refuse a sign-in", maya.id)] * 5,
        ("revoke a device after wrong PINs", maya.id),
    ]


def test_a_right_pin_forgives_the_wrong_ones_before(door, token):
    for _ in range(2):
        for _ in range(TRIES - 1):
            with pytest.raises(NotAllowed):
                sign_in_by_pin(door, token, WRONG, label="x")
        assert find_device(door, token).tries_left == 1
        sign_in_by_pin(door, token, PIN, label="x")
        assert find_device(door, token).tries_left == TRIES


def test_many_wrong_pins_at_once_are_judged_five_times_at_most(door, token, monkeypatch):
    judged, is_right = [], passwords.verify_password

    def count(hash_, pin):
        judged.append(pin)
        return is_right(hash_, pin)

    monkeypatch.setattr(passwords, "verify_password", count)

    def attempt():
        with pytest.raises((NotAllowed, NotFound)):
            sign_in_by_pin(door, token, WRONG, label="x")

    threads = [Thread(target=attempt) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(judged) == TRIES
    assert find_device(door, token) is None


@pytest.mark.parametrize(
    "pin",
    ["", "12345", "1234567", "12345a", "123456", "654321", "111111", "121212", "592592", "½¼¾"],
)
def test_a_pin_that_is_none_or_easily_guessed_is_not_taken(door, maya, pin):
    with pytest.raises(QuestionProblem):
        remember_device(door, read_session(door, maya.token), pin, label="x")


def test_a_device_is_remembered_for_thirty_days(door, token):
    with door.write_accounts() as conn:
        conn.execute(update(device).values(created_at=now() - REMEMBERED_FOR + 60))
    assert find_device(door, token) is not None
    with door.write_accounts() as conn:
        conn.execute(update(device).values(created_at=now() - REMEMBERED_FOR))
    assert find_device(door, token) is None
    with pytest.raises(NotFound):
        sign_in_by_pin(door, token, PIN, label="x")


def test_a_new_pin_takes_the_place_of_the_one_before_and_nobody_is_signed_out(
    scope, door, maya, token
):
    fresh = remember_device(
        door, read_session(door, maya.token), "804263", label="Safari on iPhone", before=token
    )
    assert read_session(door, maya.token) is not None
    assert len(list_devices(scope, maya.id)) == 1
    assert find_device(door, token) is None
    assert read_session(door, sign_in_by_pin(door, fresh, "804263", label="x")) is not None


@pytest.mark.parametrize("how", [disable, end_sessions, reset_sign_in])
def test_whoever_the_owner_sends_out_is_out_on_remembered_devices_too(
    scope, door, maya, token, how
):
    opened = sign_in_by_pin(door, token, PIN, label="x")
    how(scope, maya.id)
    assert read_session(door, opened) is None
    assert find_device(door, token) is None


def test_everybody_sees_her_own_sessions_and_devices_without_an_id_to_show(
    scope, door, maya, token
):
    sign_in_by_pin(door, token, PIN, label="Safari on iPhone")
    mine = as_maya(scope, maya)
    assert {(session.label, session.way) for session in list_open_sessions(mine, maya.id)} == {
        ("Safari on iPhone", "pin"),
        ("Firefox on Windows", "password"),
    }
    assert [known_device.label for known_device in list_devices(mine, maya.id)] == [
        "Safari on iPhone"
    ]


def test_nobody_but_the_owner_sees_or_ends_those_of_others(scope, door, owner, maya, token):
    mine = as_maya(scope, maya)
    ref = list_open_sessions(scope, owner.id)[0].ref
    for asked in (
        lambda: list_open_sessions(mine, owner.id),
        lambda: list_devices(mine, owner.id),
        lambda: end_session(mine, owner.id, ref),
        lambda: list_open_sessions(replace(scope, viewer=Viewer("therapist", "t1")), ""),
    ):
        with pytest.raises(NotAllowed):
            asked()
    # Her own name does not reach the session or device of somebody else.
    with pytest.raises(NotFound):
        end_session(mine, maya.id, ref)
    with pytest.raises(NotFound):
        forget_device(scope, owner.id, list_devices(mine, maya.id)[0].id)
    assert read_session(door, owner.token) is not None
    assert find_device(door, token) is not None


def test_an_ended_session_is_ended_however_often_it_is_asked_for(scope, door, maya):
    mine = as_maya(scope, maya)
    ref = list_open_sessions(mine, maya.id)[0].ref
    for _ in range(2):
        end_session(mine, maya.id, ref)
        assert read_session(door, maya.token) is None
    assert trail(scope)[-1] == ("end a session", maya.id)


def test_a_revoked_device_opens_nothing_and_what_was_open_on_it_ends(scope, door, maya, token):
    opened = sign_in_by_pin(door, token, PIN, label="x")
    id_ = list_devices(scope, maya.id)[0].id
    for _ in range(2):
        forget_device(as_maya(scope, maya), maya.id, id_)
    assert read_session(door, opened) is None
    assert read_session(door, maya.token) is None  # it became the device's own when the PIN was set
    with pytest.raises(NotFound):
        sign_in_by_pin(door, token, PIN, label="x")
    assert trail(scope)[-1] == ("revoke a device", maya.id)
