"""What is kept of a client goes along with her bookings: all of it, or what belongs to those."""

from datetime import date

import pytest
from sqlalchemy import insert, select

from allay_metrics.actions.care_closing import Closing, close_care
from allay_metrics.actions.family_decisions import merge, unlink
from allay_metrics.actions.notes import add_tag, save_client_note
from allay_metrics.actions.overrides import undo_overrides
from allay_metrics.actions.records_check import check_records
from allay_metrics.records.tables import (
    care_closed,
    check_in,
    client,
    client_detail,
    client_note,
    client_tag,
    family,
)
from tests.support.exports import appointment
from tests.support.on_file import fingerprint

ANA, BEA = "e:ana.lee@example.org", "e:bea.lee@example.org"
# Two families of one name each with a Mia, first Ana's, then Bea's.
ROWS = [
    appointment("a1", "2026-03-02 10:00", "Ana Lee", infants="Mia"),
    appointment("a2", "2026-03-09 10:00", "Ana Lee", infants="Mia"),
    appointment("b1", "2026-04-06 10:00", "Bea Lee", infants="Mia"),
    appointment("b2", "2026-04-13 10:00", "Bea Lee", infants="Mia"),
]


@pytest.fixture
def filed(desk):
    desk.take_in(ROWS, "2026-06-01 08:00")
    return desk.scope


def mia(scope, of):
    asked = select(client.c.id).join(
        family,
        (family.c.practice_id == client.c.practice_id) & (family.c.id == client.c.family_id),
    )
    with scope.read() as conn:
        return conn.execute(asked.where(family.c.match_key == of)).scalar_one()


def asked(scope, key, whose, due):
    row = {"practice_id": scope.practice_id, "id": key, "client_id": whose, "moment": "day7"}
    row |= {"due_on": date.fromisoformat(due), "source": "form", "source_key": key}
    with scope.write("put a check-in on file") as conn:
        conn.execute(insert(check_in), row | {"language": "en", "in_totals": 1})


def owners(scope, table, column):
    """Return whose each row is, by what it says."""
    with scope.read() as conn:
        rows = conn.execute(select(table.c[column], table.c.client_id)).all()
    return {row[0]: row[1] for row in rows}


def test_undo_at_once_gives_every_check_in_and_detail_back(filed):
    ana, bea = mia(filed, ANA), mia(filed, BEA)
    asked(filed, "of-ana", ana, "2026-03-09")
    # Bea's is about a day before any visit of hers: only memory tells whose it was.
    asked(filed, "of-bea", bea, "2026-03-10")
    with filed.write("put a birth date on file") as conn:
        row = {"practice_id": filed.practice_id, "client_id": bea}
        conn.execute(insert(client_detail), row | {"born_on": date(2026, 3, 1)})
    before = fingerprint(filed)
    saved = merge(filed, BEA, ANA)
    assert owners(filed, check_in, "id") == {"of-ana": ana, "of-bea": ana}
    assert owners(filed, client_detail, "born_on") == {date(2026, 3, 1): ana}
    undo_overrides(filed, saved.undo)
    assert owners(filed, check_in, "id") == {"of-ana": ana, "of-bea": bea}
    assert fingerprint(filed) == before


def test_parted_later_each_goes_with_the_visit_it_followed(filed):
    ana, bea = mia(filed, ANA), mia(filed, BEA)
    merge(filed, BEA, ANA)
    asked(filed, "after-ana", ana, "2026-03-16")
    asked(filed, "after-bea", ana, "2026-04-13")
    close_care(filed, [Closing(ana, date(2026, 4, 20), "goals met")])
    save_client_note(filed, ana, "Sleeps on the left", 0)  # written after all visits: after Bea's
    add_tag(filed, ana, "Reflux")
    unlink(filed, BEA, "", ANA)
    assert owners(filed, check_in, "id") == {"after-ana": ana, "after-bea": bea}
    assert owners(filed, care_closed, "closed_on") == {date(2026, 4, 20): bea}
    assert owners(filed, client_note, "text") == {"Sleeps on the left": bea}
    assert owners(filed, client_tag, "tag") == {"Reflux": bea}
    assert check_records(filed) == []


def test_what_was_said_of_her_as_such_stays_while_any_booking_does(filed):
    ana = mia(filed, ANA)
    merge(filed, BEA, ANA)
    with filed.write("put a birth date on file") as conn:
        row = {"practice_id": filed.practice_id, "client_id": ana}
        conn.execute(insert(client_detail), row | {"born_on": date(2026, 3, 1)})
    unlink(filed, BEA, "", ANA)
    assert owners(filed, client_detail, "born_on") == {date(2026, 3, 1): ana}


def test_all_of_her_bookings_take_all_along(filed):
    ana, bea = mia(filed, ANA), mia(filed, BEA)
    asked(filed, "one", bea, "2026-04-01")
    add_tag(filed, bea, "NICU")
    close_care(filed, [Closing(bea, date(2026, 4, 20), "goals met")])
    merge(filed, BEA, ANA)
    found = [owners(filed, check_in, "id"), owners(filed, client_tag, "tag")]
    assert [list(row.values()) for row in found] == [[ana], [ana]]
    assert owners(filed, care_closed, "closed_on") == {date(2026, 4, 20): ana}
