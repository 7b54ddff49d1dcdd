"""Signing in by password and code: what opens a session, what ends it, what is refused."""

from threading import Thread

import pyotp
import pytest
from sqlalchemy import select, update

from allay_metrics.actions import passwords
from allay_metrics.actions.second_factor import STEP
from allay_metrics.actions.sessions import (
    ABSOLUTE,
    IDLE,
    close_session,
    has_people,
    read_session,
    touch_session,
)
from allay_metrics.actions.sign_in import (
    change_password,
    join,
    read_invitation,
    renew_codes,
    sign_in,
)
from allay_metrics.actions.users import (
    disable,
    enable,
    end_sessions,
    invite,
    invite_first_owner,
    read_people,
    reset_sign_in,
    set_role,
)
from allay_metrics.errors import ConfigProblem, Conflict, NotAllowed, NotFound, QuestionProblem
from allay_metrics.records.column_types import now
from allay_metrics.records.tables import audit, device, login_session, person, therapist
from tests.support.cheap_passwords import at_own_cost
from tests.support.people import ANA, PASSWORD, Someone, wrong_code

MAIL = ANA


@pytest.fixture
def owner(scope, door):
    """The first owner, who has set up her sign-in; her code of this moment is used up."""
    return Someone(door, invite_first_owner(scope, MAIL, "Ana Reyes"))


def _therapist(scope):
    with scope.write("add a therapist") as conn:
        conn.execute(
            therapist.insert().values(practice_id=scope.practice_id, id="t1", name="Maya Lopez")
        )
    return "t1"


def test_who_joined_is_signed_in_and_known_by_her_session(door, owner):
    here = read_session(door, owner.token)
    assert here is not None
    assert (here.person_id, here.email, here.role) == (owner.id, MAIL, "owner")
    assert here.way == "password"


def test_the_id_in_the_browser_is_kept_nowhere(door, owner):
    with door.read() as conn:
        rows = repr(conn.execute(select(login_session)).all())
    assert owner.token not in rows
    assert read_session(door, owner.token + "x") is None


def test_a_sign_in_needs_address_password_and_code(door, owner):
    for email, password, code in (
        ("nobody@example.test", PASSWORD, owner.next_code()),
        (MAIL, "seven quiet hares", owner.next_code()),
        (MAIL, PASSWORD, wrong_code(owner.totp)),
        (MAIL, PASSWORD, ""),
    ):
        with pytest.raises(NotAllowed):
            sign_in(door, email, password, code, label="x")
    token = sign_in(door, " ANA@example.test ", PASSWORD, owner.next_code(), label="x")
    assert read_session(door, token) is not None


def test_a_code_opens_one_session_only(door, owner):
    code = owner.next_code()
    sign_in(door, MAIL, PASSWORD, code, label="x")
    with pytest.raises(NotAllowed):
        sign_in(door, MAIL, PASSWORD, code, label="x")
    with pytest.raises(NotAllowed):  # the one used for joining is older than the last used
        sign_in(door, MAIL, PASSWORD, owner.totp.now(), label="x")


def test_two_sign_ins_at_once_with_one_code_open_one_session(door, owner):
    code, opened = owner.next_code(), []

    def attempt():
        try:
            opened.append(sign_in(door, MAIL, PASSWORD, code, label="x"))
        except NotAllowed:
            opened.append(None)

    threads = [Thread(target=attempt) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 4
    assert len([token for token in opened if token]) == 1


def test_a_recovery_code_stands_in_once(door, owner):
    code = owner.recovery_codes[3]
    sign_in(door, MAIL, PASSWORD, code.upper().replace("-", " "), label="x")
    with pytest.raises(NotAllowed):
        sign_in(door, MAIL, PASSWORD, code, label="x")
    fresh = renew_codes(door, owner.id, PASSWORD, owner.next_code())
    with pytest.raises(NotAllowed):
        sign_in(door, MAIL, PASSWORD, owner.recovery_codes[4], label="x")
    sign_in(door, MAIL, PASSWORD, fresh[0], label="x")


def test_what_is_kept_of_a_password_costs_whoever_guesses():
    with at_own_cost():
        assert passwords.hash_password(PASSWORD).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


@pytest.mark.usefixtures("owner")
def test_an_unknown_address_costs_the_same_work_as_a_known_one(door, monkeypatch):
    checked = []
    verify = passwords._hasher.__class__.verify

    def count(self, hash_, password):
        checked.append(hash_.split("$")[3])
        return verify(self, hash_, password)

    monkeypatch.setattr(passwords._hasher.__class__, "verify", count)
    for email in (MAIL, "nobody@example.test"):
        with pytest.raises(NotAllowed):
            sign_in(door, email, "seven quiet hares", "123456", label="x")
    assert len(checked) == 2
    assert checked[0] == checked[1]  # one check each, of the same parameters


def test_a_session_ends_when_idle_and_at_the_latest_after_twelve_hours(door, owner):
    here = read_session(door, owner.token)
    opened = here.seen_at
    assert read_session(door, owner.token, opened + IDLE - 5) is not None
    assert read_session(door, owner.token, opened + IDLE + 5) is None
    for moment in range(opened, opened + ABSOLUTE - 60, IDLE - 60):
        touch_session(door, here, moment)
    last = opened + ABSOLUTE - 60
    touch_session(door, here, last)
    assert read_session(door, owner.token, last) is not None
    assert read_session(door, owner.token, last + 120) is None


def test_a_click_is_kept_to_the_minute(door, owner):
    here = read_session(door, owner.token)
    touch_session(door, here, here.seen_at + 59)
    assert read_session(door, owner.token).seen_at == here.seen_at
    touch_session(door, here, here.seen_at + 61)
    assert read_session(door, owner.token).seen_at == here.seen_at + 61


def test_signing_out_ends_this_session_alone(door, owner):
    other = sign_in(door, MAIL, PASSWORD, owner.next_code(), label="x")
    close_session(door, other)
    assert read_session(door, other) is None
    assert read_session(door, owner.token) is not None


def test_a_new_password_ends_every_other_session(door, owner):
    with pytest.raises(NotAllowed):
        change_password(door, owner.id, "wrong", owner.next_code(), "nine calm otters", label="x")
    fresh = change_password(
        door, owner.id, PASSWORD, owner.next_code(), "nine calm otters", label="x"
    )
    assert read_session(door, owner.token) is None
    assert read_session(door, fresh) is not None
    with pytest.raises(NotAllowed):
        sign_in(door, MAIL, PASSWORD, owner.recovery_codes[0], label="x")
    sign_in(door, MAIL, "nine calm otters", owner.recovery_codes[0], label="x")


def test_another_secret_signs_everybody_out(door, owner, monkeypatch):
    monkeypatch.setenv("ALLAY_SECRET", "Zq8vQ2mZ7rT4wX9yB3nL6pD1sF5hG0cE")
    assert read_session(door, owner.token) is None


@pytest.mark.parametrize("wrong", ["", "short", "a" * 64, "change-me-change-me-change-me-1234"])
def test_without_a_real_secret_there_is_no_session(door, owner, monkeypatch, wrong):
    monkeypatch.setenv("ALLAY_SECRET", wrong)
    with pytest.raises(ConfigProblem, match="ALLAY_SECRET"):
        read_session(door, owner.token)


@pytest.mark.parametrize(
    "weak", ["short", "x" * 300, "aaaaaaaaaaaaaaaa", "ana-reyes-ana", "ana@example.test1"]
)
def test_a_weak_password_is_refused_and_the_invitation_stands(scope, door, weak):
    code = invite_first_owner(scope, MAIL, "Ana Reyes").url_path.removeprefix("/join/")
    totp = pyotp.TOTP(read_invitation(door, code).totp_secret)
    with pytest.raises(QuestionProblem):
        join(door, code, weak, totp.now(), label="x")
    with pytest.raises(QuestionProblem):
        join(door, code, PASSWORD, "12345", label="x")
    join(door, code, PASSWORD, totp.now(), label="x")
    with pytest.raises(NotFound):
        join(door, code, PASSWORD, totp.at(now() + STEP), label="x")


def test_an_old_invitation_opens_nothing(scope, door):
    asked = invite_first_owner(scope, MAIL, "Ana Reyes")
    with scope.write("let an invitation grow old") as conn:
        conn.execute(update(person).values(invite_expires_at=now() - 1))
    with pytest.raises(NotFound):
        read_invitation(door, asked.url_path.removeprefix("/join/"))


def test_there_is_one_first_owner(scope, door):
    assert not has_people(door)
    first = invite_first_owner(scope, MAIL, "Ana Reyes")
    assert has_people(door)
    again = invite_first_owner(scope, MAIL, "Ana Reyes")
    with pytest.raises(NotFound):
        read_invitation(door, first.url_path.removeprefix("/join/"))
    with pytest.raises(Conflict):
        invite_first_owner(scope, "eve@example.test", "Eve")
    Someone(door, again)
    for email in (MAIL, "eve@example.test"):
        with pytest.raises(Conflict):
            invite_first_owner(scope, email, "Eve")


@pytest.mark.usefixtures("owner")
def test_who_is_shut_out_is_out_at_once_and_comes_back_with_what_she_had(scope, door):
    maya = Someone(door, invite(scope, "maya@example.test", "Maya", "therapist", _therapist(scope)))
    here = read_session(door, maya.token)
    assert (here.role, here.therapist_id) == ("therapist", "t1")
    disable(scope, maya.id)
    assert read_session(door, maya.token) is None
    with pytest.raises(NotAllowed):
        sign_in(door, "maya@example.test", PASSWORD, maya.next_code(), label="x")
    enable(scope, maya.id)
    assert read_session(door, maya.token) is None
    sign_in(door, "maya@example.test", PASSWORD, maya.next_code(), label="x")


def test_a_practice_keeps_an_owner(scope, owner):
    with pytest.raises(Conflict):
        disable(scope, owner.id)
    with pytest.raises(Conflict):
        set_role(
            scope, owner.id, "therapist", _therapist(scope), version=read_people(scope)[0].version
        )
    assert [(user.role, user.disabled_at) for user in read_people(scope)] == [("owner", None)]


@pytest.mark.usefixtures("owner")
def test_another_role_ends_the_sessions_of_the_old_one(scope, door):
    t1 = _therapist(scope)
    maya = Someone(door, invite(scope, "maya@example.test", "Maya", "therapist", t1))
    version = {user.id: user.version for user in read_people(scope)}[maya.id]
    with pytest.raises(Conflict):
        set_role(scope, maya.id, "owner", None, version=version - 1)
    set_role(scope, maya.id, "owner", None, version=version)
    assert read_session(door, maya.token) is None
    token = sign_in(door, "maya@example.test", PASSWORD, maya.next_code(), label="x")
    assert read_session(door, token).role == "owner"


def test_ending_sessions_ends_devices_too(scope, door, owner):
    with scope.write("remember a device") as conn:
        conn.execute(
            device.insert().values(
                practice_id=scope.practice_id,
                id="d1",
                token_hash="h",
                person_id=owner.id,
                label="Safari",
                created_at=now(),
            )
        )
    end_sessions(scope, owner.id)
    with scope.read() as conn:
        assert conn.execute(select(device.c.revoked_at)).scalar_one() is not None
    assert read_session(door, owner.token) is None


def test_a_reset_takes_back_all_she_signs_in_with(scope, door, owner):
    again = reset_sign_in(scope, owner.id)
    assert read_session(door, owner.token) is None
    with pytest.raises(NotAllowed):
        sign_in(door, MAIL, PASSWORD, owner.next_code(), label="x")
    with pytest.raises(NotAllowed):
        sign_in(door, MAIL, PASSWORD, owner.recovery_codes[0], label="x")
    Someone(door, again)


@pytest.mark.usefixtures("owner")
def test_only_who_can_be_is_listed(scope):
    for email, name, role, therapist_id in (
        ("not an address", "Maya", "owner", None),
        ("maya@example.test", " ", "owner", None),
        ("maya@example.test", "Maya", "therapist", None),
        ("maya@example.test", "Maya", "therapist", "nobody"),
        ("maya@example.test", "Maya", "boss", None),
    ):
        with pytest.raises(ConfigProblem):
            invite(scope, email, name, role, therapist_id)
    with pytest.raises(Conflict):
        invite(scope, MAIL.upper(), "Ana", "owner")


def test_only_the_door_keeps_sessions_and_only_the_owner_lists(scope, door):
    with pytest.raises(NotAllowed), scope.write_accounts():
        pass
    with pytest.raises(NotAllowed):
        invite(door, "maya@example.test", "Maya", "owner")


def test_a_sign_in_changes_no_number(scope, door, owner):
    before = scope.data_version()
    sign_in(door, MAIL, PASSWORD, owner.next_code(), label="x")
    assert scope.data_version() == before


def test_the_trail_says_who_came_in_and_who_was_refused(scope, door, owner):
    with pytest.raises(NotAllowed):
        sign_in(door, MAIL, "seven quiet hares", owner.next_code(), label="x")
    with pytest.raises(NotAllowed):
        sign_in(door, "nobody@example.test", PASSWORD, owner.next_code(), label="x")
    close_session(door, sign_in(door, MAIL, PASSWORD, owner.next_code(), label="x"))
    with scope.read() as conn:
        trail = conn.execute(select(audit.c.action, audit.c.about, audit.c.role)).all()
    assert [tuple(line) for line in trail if line.role == "door"] == [
        ("set up a sign-in", owner.id, "door"),
        ("refuse a sign-in", owner.id, "door"),
        ("refuse a sign-in", "", "door"),
        ("sign in", owner.id, "door"),
        ("sign out", owner.id, "door"),
    ]
