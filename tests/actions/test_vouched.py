"""Whom a provider vouches for comes in only where the owner has invited her."""

import pytest
from sqlalchemy import func, select, update

from allay_metrics.actions.oidc_sign_in import sign_in_by_oidc
from allay_metrics.actions.sessions import read_session
from allay_metrics.actions.sign_in import read_invitation, sign_in
from allay_metrics.actions.users import disable, enable, reset_sign_in
from allay_metrics.errors import NotAllowed, NotFound
from allay_metrics.records.column_types import now
from allay_metrics.records.tables import login_session, person
from tests.support.people import ANA, MAYA, PASSWORD, Someone, ana, maya_invited, trail

ISSUER, SUBJECT = "https://id.example", "1090-maya"


@pytest.fixture
def invited(scope, door):
    """The invitation of a therapist, in a practice whose owner has joined."""
    ana(scope, door)
    return maya_invited(scope)


def vouched(door, email=MAYA, subject=SUBJECT, issuer=ISSUER):
    return sign_in_by_oidc(door, issuer, subject, email, label="Safari on iPhone")


def refused(door, **who):
    """Return whether somebody is refused, and no session opened."""
    with door.read() as conn:
        before = conn.execute(select(func.count()).select_from(login_session)).scalar_one()
    with pytest.raises(NotAllowed, match="people the owner has invited"):
        vouched(door, **who)
    with door.read() as conn:
        return before == conn.execute(select(func.count()).select_from(login_session)).scalar_one()


def test_an_invited_address_is_bound_to_its_id_at_the_provider_at_the_first_sign_in(
    scope, door, invited
):
    session = read_session(door, vouched(door, email=" Maya@Example.test"))
    assert (session.person_id, session.way, session.role) == (
        invited.person_id,
        "oidc",
        "therapist",
    )
    # From now on the id counts: the address at the provider may have changed.
    assert (
        read_session(door, vouched(door, email="maya.lopez@else.test")).person_id
        == invited.person_id
    )
    assert refused(door, subject="1091-another")
    assert refused(door, issuer="https://another.example")
    assert trail(scope)[-5:] == [
        ("join by an account elsewhere", invited.person_id),
        *[("sign in by an account elsewhere", invited.person_id)] * 2,
        *[("refuse a sign-in", "")] * 2,
    ]


def test_the_invitation_is_used_up_by_it(door, invited):
    vouched(door)
    with pytest.raises(NotFound):
        read_invitation(door, invited.url_path.removeprefix("/join/"))
    with pytest.raises(NotAllowed):
        sign_in(door, MAYA, "", "", label="x")


def test_who_was_not_invited_stays_outside(door, invited):  # noqa: ARG001  somebody else was
    assert refused(door, email="eve@example.test")
    assert refused(door, email="")


def test_an_owner_who_signs_in_by_password_is_not_taken_over_by_her_address(door, invited):  # noqa: ARG001
    assert refused(door, email=ANA)


def test_an_old_invitation_binds_nobody(scope, door, invited):  # noqa: ARG001
    with scope.write("let an invitation grow old") as conn:
        conn.execute(update(person).values(invite_expires_at=now() - 1))
    assert refused(door)


def test_who_is_shut_out_is_shut_out_on_this_way_too(scope, door, invited):
    token = vouched(door)
    disable(scope, invited.person_id)
    assert read_session(door, token) is None
    assert refused(door)
    enable(scope, invited.person_id)
    assert read_session(door, vouched(door)) is not None


def test_a_reset_takes_the_id_back(scope, door, invited):
    vouched(door)
    again = reset_sign_in(scope, invited.person_id)
    assert refused(door, email="eve@example.test")
    maya = Someone(door, again)
    assert (
        read_session(door, sign_in(door, MAYA, PASSWORD, maya.next_code(), label="x")) is not None
    )
    assert refused(door)
