"""Closing care: who may, of whom, and for which reasons."""

import pytest
from sqlalchemy import select

from allay_metrics.actions.care_closing import Closing, close_care, reopen_care
from allay_metrics.errors import NotAllowed, NotFound, QuestionProblem
from allay_metrics.records.tables import care_closed
from tests.support.exports import appointment, day
from tests.support.on_file import client_ids, fingerprint, visits

AS_OF = "2026-06-01 08:00"
ROWS = [
    appointment("1", "2026-03-02 10:00", infants="Mia & Leo"),
    appointment("2", "2026-03-03 10:00", "Bea Moss", infants="Ida", therapist="Ines Park"),
    appointment("3", "2026-03-04 10:00", "Cleo Ray", infants="Ben"),
]


@pytest.fixture
def clients(desk):
    desk.take_in(ROWS, AS_OF)
    found = {}
    for (family_id,) in visits(desk.scope, "family_id"):
        found |= client_ids(desk.scope, family_id)
    return found


def ended(clients, *names, reason="goals met"):
    return [Closing(clients[name], day("2026-03-10"), reason) for name in names]


def closed(scope):
    """Return (client id, reason, who closed it, version) of all closed care."""
    columns = (care_closed.c.client_id, care_closed.c.reason, care_closed.c.closed_by)
    with scope.read() as conn:
        rows = conn.execute(select(*columns, care_closed.c.version)).all()
        return sorted(map(tuple, rows))


def test_a_therapist_closes_the_care_of_twins_at_once(desk, clients):
    maya = desk.scope.as_therapist("Maya Lopez")
    close_care(maya, ended(clients, "Mia", "Leo"))
    told = ("goals met", "Maya Lopez", 1)
    assert closed(desk.scope) == sorted((clients[name], *told) for name in ("Mia", "Leo"))


def test_closing_again_keeps_the_newest_word(desk, clients):
    close_care(desk.scope, ended(clients, "Ida"))
    close_care(desk.scope, ended(clients, "Ida", reason="referred out"))
    assert closed(desk.scope) == [(clients["Ida"], "referred out", "owner", 2)]


def reopen(scope, told):
    reopen_care(scope, [closing.client_id for closing in told])


@pytest.mark.parametrize("act", [close_care, reopen])
def test_a_therapist_touches_no_family_but_her_own(desk, clients, act):
    close_care(desk.scope, ended(clients, "Mia"))
    before = fingerprint(desk.scope)
    maya = desk.scope.as_therapist("Maya Lopez")
    with pytest.raises(NotFound, match="none that you care for"):
        act(maya, ended(clients, "Ida"))
    with pytest.raises(NotAllowed, match="several families at once"):
        act(maya, ended(clients, "Mia", "Ben"))
    with pytest.raises(NotFound):
        act(maya, ended(clients, "Mia", "Ida"))
    assert fingerprint(desk.scope) == before


def test_a_reason_is_one_of_five(desk, clients):
    with pytest.raises(QuestionProblem, match="did you mean goals met"):
        close_care(desk.scope, ended(clients, "Ida", reason="goal met"))
    assert closed(desk.scope) == []
