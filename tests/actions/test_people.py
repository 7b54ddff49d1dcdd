"""The owner's list: a button pressed twice does one thing, an old page changes nothing unseen."""

import pytest

from allay_metrics.actions.sessions import read_session
from allay_metrics.actions.sign_in import read_invitation
from allay_metrics.actions.tokens import new_token
from allay_metrics.actions.users import (
    disable,
    enable,
    invite,
    read_people,
    reset_sign_in,
    set_role,
)
from allay_metrics.errors import Conflict
from tests.support.people import MAYA, Someone, ana, maya_invited


@pytest.fixture
def maya(scope, door):
    """A therapist who has joined, in a practice whose owner has."""
    ana(scope, door)
    return Someone(door, maya_invited(scope))


def listed(scope, email=MAYA):
    return next(person for person in read_people(scope) if person.email == email)


def test_an_invitation_asked_for_twice_is_one_invitation(scope, door, maya):
    code = new_token()
    asked = ("eve@example.test", "Eve", "therapist", "t1")
    first, again = (invite(scope, *asked, code=code) for _ in range(2))
    assert first == again
    assert read_invitation(door, code).email == "eve@example.test"
    with pytest.raises(Conflict, match="listed already"):
        invite(scope, *asked)
    for _ in range(2):
        assert reset_sign_in(scope, maya.id, code="a-code-of-a-new-invitation").person_id == maya.id
    assert (
        Someone(door, reset_sign_in(scope, maya.id, code="a-code-of-a-new-invitation")).id
        == maya.id
    )


def test_the_link_that_was_lost_opens_nothing_once_a_new_one_is_made(scope, door, maya):
    first = reset_sign_in(scope, maya.id)
    reset_sign_in(scope, maya.id)
    with pytest.raises(Exception, match="used, too old or not known"):
        read_invitation(door, first.url_path.removeprefix("/join/"))


def test_an_old_page_shuts_nobody_out_and_lets_nobody_in(scope, maya):
    before = listed(scope).version
    set_role(scope, maya.id, "owner", None, version=before)
    for change in (
        lambda: disable(scope, maya.id, version=before),
        lambda: set_role(scope, maya.id, "therapist", "t1", version=before),
    ):
        with pytest.raises(Conflict, match="changed meanwhile"):
            change()
    assert listed(scope).disabled_at is None
    disable(scope, maya.id, version=listed(scope).version)
    with pytest.raises(Conflict, match="changed meanwhile"):
        enable(scope, maya.id, version=before)


def test_what_is_pressed_twice_is_done_once(scope, door, maya):
    seen = listed(scope).version
    for _ in range(2):
        set_role(scope, maya.id, "owner", None, version=seen)
    assert listed(scope).version == seen + 1
    for _ in range(2):
        disable(scope, maya.id, version=seen + 1)
    assert listed(scope).version == seen + 2
    assert read_session(door, maya.token) is None
    for _ in range(2):
        enable(scope, maya.id, version=seen + 2)
    assert listed(scope).version == seen + 3
