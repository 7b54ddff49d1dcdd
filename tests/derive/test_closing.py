"""When a family's care ended, client by client; and what is kept of a client follows her."""

from datetime import date

import pytest
from sqlalchemy import select

from allay_metrics.actions.care_closing import Closing, close_care, reopen_care
from allay_metrics.actions.records_check import check_records
from allay_metrics.actions.undo import undo_import
from allay_metrics.records.tables import care_closed, client, client_note, client_tag, family
from tests.support.exports import appointment, day
from tests.support.on_file import client_ids, closings, fingerprint, flagged, visits

AS_OF, LATER = "2026-06-01 08:00", "2026-06-08 08:00"
TWINS = [
    appointment("1", "2026-03-02 10:00", infants="Mia & Leo (twins)"),
    appointment("2", "2026-03-09 10:00", infants="Mia & Leo (twins)"),
]


def ended(scope):
    """Return (closed on, reason) of every family."""
    with scope.read() as conn:
        asked = select(family.c.closed_on, family.c.closed_reason)
        return [tuple(row) for row in conn.execute(asked.order_by(family.c.match_key))]


def only_family(scope):
    return visits(scope, "family_id")[0][0]


def close(desk, reason="goals met", **days):
    ids = client_ids(desk.scope, only_family(desk.scope))
    close_care(desk.scope, [Closing(ids[name], day(on), reason) for name, on in days.items()])


def test_a_family_is_in_care_while_one_twin_is(desk):
    desk.take_in(TWINS, AS_OF)
    close(desk, Mia="2026-03-10")
    assert ended(desk.scope) == [(None, None)]
    assert flagged(desk.scope, "before_close") == set()
    close(desk, "aged out", Leo="2026-03-20")
    assert ended(desk.scope) == [(date(2026, 3, 20), "aged out")]
    assert flagged(desk.scope, "before_close") == {"2"}
    assert check_records(desk.scope) == []


def test_care_opened_again_is_as_it_was(desk):
    desk.take_in(TWINS, AS_OF)
    before = fingerprint(desk.scope)
    close(desk, Mia="2026-03-10", Leo="2026-03-10")
    assert fingerprint(desk.scope) != before
    reopen_care(desk.scope, client_ids(desk.scope, only_family(desk.scope)).values())
    assert fingerprint(desk.scope) == before


@pytest.mark.parametrize(
    ("start", "of", "closed"),
    [
        ("2026-03-20 10:00", "Mia", True),  # the day itself
        ("2026-03-21 10:00", "Mia", False),  # back after all was closed
        ("2026-03-15 10:00", "Leo", False),  # back between the two closings: never closed
        ("2026-03-08 10:00", "Leo", True),
        ("2026-07-08 10:00", "Leo", False),  # booked, not had yet
    ],
)
def test_a_visit_after_the_closing_opens_care_again(desk, start, of, closed):
    desk.take_in([*TWINS, appointment("3", start, infants=of)], AS_OF)
    close(desk, Leo="2026-03-10", Mia="2026-03-20")
    assert ended(desk.scope) == ([(date(2026, 3, 20), "goals met")] if closed else [(None, None)])


def test_a_cancelled_visit_opens_nothing(desk):
    back = appointment("3", "2026-03-21 10:00", infants="Mia", canceled="yes")
    desk.take_in([*TWINS, back], AS_OF, holds="all")
    close(desk, Leo="2026-03-10", Mia="2026-03-20")
    assert ended(desk.scope) == [(date(2026, 3, 20), "goals met")]


def test_a_parent_who_had_massage_is_a_client_too(desk):
    massage = appointment("3", "2026-03-04 10:00", type="Postpartum massage")
    desk.take_in([*TWINS, massage], AS_OF)
    close(desk, Leo="2026-03-10", Mia="2026-03-10")
    assert ended(desk.scope) == [(None, None)]
    close(desk, **{"Ana Lee": "2026-03-11"})
    assert ended(desk.scope) == [(date(2026, 3, 11), "goals met")]


ALONE = appointment("q", "2026-03-01 10:00", "Mia Lee", email="", phone="510-555-0101", infants="J")
FOUND = appointment(
    "a", "2026-03-03 10:00", "Ana Lee", email="a@x.org", phone="510-555-0101", infants="K"
)


def keep(scope, client_id, text="ring twice", tags=("NICU",)):
    mine = {"practice_id": scope.practice_id, "client_id": client_id}
    note = {"text": text, "attention": 0, "written_by": "owner", "written_at": 0}
    with scope.write("keep a note") as conn:
        conn.execute(client_note.insert(), {**mine, **note})
        for tag in tags:
            conn.execute(client_tag.insert(), {**mine, "tag": tag, "tagged_at": 0})


def kept(scope):
    """Return what is kept, by the name of a client there is: closings, notes, tags."""
    found = []
    with scope.read() as conn:
        for table, shown in ((care_closed, "reason"), (client_note, "text"), (client_tag, "tag")):
            whose = client.c.id == table.c.client_id
            asked = select(client.c.name, table.c[shown]).join(client, whose)
            found += map(tuple, conn.execute(asked))
    return sorted(found)


def test_closing_note_and_tag_follow_a_client_to_her_new_family_and_back(desk):
    desk.take_in([ALONE], AS_OF)
    (alone,) = client_ids(desk.scope, only_family(desk.scope)).values()
    keep(desk.scope, alone)
    close_care(desk.scope, closings(desk.scope, only_family(desk.scope), day("2026-03-05")))
    before = fingerprint(desk.scope)
    report = desk.take_in([FOUND], LATER, covers=None)
    assert kept(desk.scope) == [("J", "NICU"), ("J", "goals met"), ("J", "ring twice")]
    assert {row[0] for row in visits(desk.scope, "family_id")} == {only_family(desk.scope)}
    assert check_records(desk.scope) == []
    undo_import(desk.scope, report.import_id)
    assert fingerprint(desk.scope) == before


def test_a_note_never_takes_the_place_of_another(desk):
    there = FOUND | {"phone": "", "infants": "J"}
    desk.take_in([ALONE, there], AS_OF)
    for number, (family_id,) in enumerate(set(visits(desk.scope, "family_id"))):
        (id_,) = client_ids(desk.scope, family_id).values()
        keep(desk.scope, id_, f"note {number}", tags=("NICU", f"tag {number}"))
    with desk.scope.read() as conn:
        before = sorted(conn.execute(select(client_note.c.text)).scalars())
    desk.take_in([there | {"phone": "510-555-0101"}], LATER, covers=None)
    tags = [text for _, text in kept(desk.scope) if not text.startswith("note")]
    assert tags == ["NICU", "tag 0", "tag 1"]
    with desk.scope.read() as conn:
        assert sorted(conn.execute(select(client_note.c.text)).scalars()) == before
