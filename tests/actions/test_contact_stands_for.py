"""What is said of contact stands for e-mail, phone and name, whatever ids bookings bear."""

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from allay_metrics.actions.contact_changes import set_contact, undo_contact
from allay_metrics.actions.death import revoke_mistaken_death, save_death
from allay_metrics.actions.family_decisions import merge, split
from allay_metrics.actions.family_erasure import erase_family
from allay_metrics.actions.overrides import undo_overrides
from allay_metrics.actions.undo import undo_import
from allay_metrics.derive import derive_all
from allay_metrics.records.tables import client, contact_match, family, family_contact
from tests.support.asked import seen
from tests.support.exports import ZONE
from tests.support.on_file import fingerprint

TODAY = datetime.now(ZONE).date()
ANA = {"email": "ana@example.org", "phone": "510-555-0101", "address": "12 Elm St, Oakland, CA"}
NEITHER = {"email": "", "phone": ""}


def maya_at(desk):
    return desk.scope.as_therapist("Maya Lopez")


def take_in(desk, *rows, minutes=0):
    at = datetime.now(ZONE) + timedelta(minutes=minutes)
    return desk.take_in(rows, f"{at:%Y-%m-%d %H:%M}")


def families(scope):
    """Return (match key, contact) of every family."""
    with scope.read() as conn:
        return dict(map(tuple, conn.execute(select(family.c.match_key, family.c.contact))))


def family_of(scope, match_key):
    with scope.read() as conn:
        return conn.execute(select(family.c.id).where(family.c.match_key == match_key)).scalar_one()


def rows_of(scope, table):
    with scope.read() as conn:
        return conn.execute(select(table)).all()


@pytest.mark.parametrize(
    "again",
    [
        ANA,
        {**ANA, "phone": "", "address": ""},
        {**ANA, "email": "new@example.org"},
        {**ANA, **NEITHER},
        {**NEITHER, "phone": ANA["phone"], "address": ""},
    ],
)
def test_the_same_people_under_other_ids_are_not_contacted_either(desk, again):
    only = take_in(desk, seen("1", 7, **ANA))
    maya = maya_at(desk)
    set_contact(maya, family_of(maya, "e:ana@example.org"), "none", "asked")
    undo_import(desk.scope, only.import_id)
    assert families(desk.scope) == {}
    take_in(desk, seen("9", 7, **again), minutes=2)
    assert set(families(desk.scope).values()) == {"none"}


def test_a_booking_under_an_e_mail_the_family_has_no_more_bears_it(sqlite_desk):
    desk, scope = sqlite_desk, sqlite_desk.scope
    new = {**ANA, "email": "new@example.org"}
    take_in(desk, seen("1", 7, **ANA))
    set_contact(scope, family_of(scope, "e:ana@example.org"), "none", "asked")
    take_in(desk, seen("1", 7, **new), minutes=2)
    take_in(desk, seen("1", 7, **new), seen("2", 3, email="ana@example.org"), minutes=4)
    assert families(scope) == {"e:new@example.org": "none", "e:ana@example.org": "none"}


def test_a_persons_later_word_stands_for_all_the_family_bore(sqlite_desk):
    desk, scope = sqlite_desk, sqlite_desk.scope
    new = {**ANA, "email": "new@example.org"}
    take_in(desk, seen("1", 7, **ANA))
    set_contact(scope, family_of(scope, "e:ana@example.org"), "none", "asked")
    take_in(desk, seen("1", 7, **new), minutes=2)
    word = set_contact(scope, family_of(scope, "e:new@example.org"), "yes")
    assert rows_of(scope, contact_match) == []
    rows = (seen("1", 7, **new), seen("2", 3, email="ana@example.org"))
    later = take_in(desk, *rows, minutes=4)
    assert set(families(scope).values()) == {"yes"}
    undo_import(scope, later.import_id)
    undo_contact(scope, word)
    take_in(desk, *rows, minutes=6)
    assert set(families(scope).values()) == {"none"}


def test_a_word_that_was_answered_does_not_come_back_with_its_bookings(sqlite_desk):
    desk, scope = sqlite_desk, sqlite_desk.scope
    first = take_in(desk, seen("1", 7, **ANA))
    set_contact(scope, family_of(scope, "e:ana@example.org"), "none", "asked")
    undo_import(scope, first.import_id)
    take_in(desk, seen("9", 7, **ANA), minutes=2)
    before = fingerprint(scope)
    undo = set_contact(scope, family_of(scope, "e:ana@example.org"), "yes")
    assert rows_of(scope, family_contact) == []
    undo_contact(scope, undo)
    assert fingerprint(scope) == before
    set_contact(scope, family_of(scope, "e:ana@example.org"), "yes")
    take_in(desk, seen("1", 7, **ANA), seen("9", 7, **ANA), minutes=4)
    assert families(scope) == {"e:ana@example.org": "yes"}


def test_a_death_that_stands_asks_again_when_its_baby_is_there_again(desk):
    only = take_in(desk, seen("1", 7, "Mia & Leo", **ANA))
    maya = maya_at(desk)
    with maya.read() as conn:
        mia = conn.execute(select(client.c.id).where(client.c.name == "Mia")).scalar_one()
    save_death(maya, mia, TODAY)
    undo_import(desk.scope, only.import_id)
    take_in(desk, seen("9", 7, "Mia & Leo", **ANA), minutes=2)
    assert families(desk.scope) == {"e:ana@example.org": "practical"}
    revoke_mistaken_death(maya, mia)
    assert families(desk.scope) == {"e:ana@example.org": "yes"}


def test_what_two_families_bear_says_of_neither_whose_it_is(sqlite_desk):
    desk, scope = sqlite_desk, sqlite_desk.scope
    shared = {"phone": ANA["phone"]}
    take_in(desk, seen("1", 7, email="ana@example.org", **shared),
            seen("2", 6, who="Bea Moss", email="bea@example.org", **shared))  # fmt: skip
    set_contact(scope, family_of(scope, "e:ana@example.org"), "none", "asked")
    with scope.write("derive all") as conn:
        derive_all(conn, scope.practice_id)
    assert families(scope) == {"e:ana@example.org": "none", "e:bea@example.org": "yes"}


def test_of_a_family_split_by_name_a_word_is_of_one_part(sqlite_desk):
    desk, scope = sqlite_desk, sqlite_desk.scope
    rows = (seen("1", 7, **ANA), seen("2", 6, "Ida", who="Bea Moss", **ANA))
    take_in(desk, *rows)
    split(scope, "e:ana@example.org", "Bea Moss")
    part = next(key for key in families(scope) if key != "e:ana@example.org")
    set_contact(scope, family_of(scope, part), "none", "asked")
    take_in(desk, *rows, seen("3", 5, **ANA), minutes=2)
    assert families(scope) == {"e:ana@example.org": "yes", part: "none"}


def test_two_made_one_and_parted_at_once_are_known_by_what_each_bore(sqlite_desk):
    desk, scope = sqlite_desk, sqlite_desk.scope
    take_in(desk, seen("1", 7, **ANA), seen("2", 6, "Ida", who="Bea Moss", email="bea@example.org"))
    set_contact(scope, family_of(scope, "e:ana@example.org"), "none", "asked")
    before = fingerprint(scope)
    undo_overrides(scope, merge(scope, "e:ana@example.org", "e:bea@example.org").undo)
    assert fingerprint(scope) == before


def test_each_part_of_a_family_has_its_word_back_by_undo(desk):
    take_in(desk, seen("1", 7, **ANA), seen("2", 6, **ANA))
    maya = maya_at(desk)
    ana = family_of(maya, "e:ana@example.org")
    set_contact(maya, ana, "none", "asked")
    undo = set_contact(maya, ana, "yes")
    new = {"email": "new@example.org", "phone": ""}
    take_in(desk, seen("1", 7, **ANA), seen("2", 6, **new), minutes=2)
    assert set(families(desk.scope).values()) == {"yes"}
    undo_contact(maya, undo)
    assert families(desk.scope) == {"e:ana@example.org": "none", "e:new@example.org": "none"}


def test_no_address_is_kept_and_nothing_of_an_erased_family(desk):
    first = take_in(desk, seen("1", 7, **ANA))
    maya = maya_at(desk)
    set_contact(maya, family_of(maya, "e:ana@example.org"), "none", "asked")
    undo_import(desk.scope, first.import_id)
    take_in(desk, seen("9", 7, **ANA), minutes=2)
    kept = json.dumps([list(row) for row in rows_of(desk.scope, contact_match)])
    assert kept != "[]"
    assert "ana" not in kept.casefold()
    erase_family(desk.scope, family_of(desk.scope, "e:ana@example.org"))
    assert rows_of(desk.scope, contact_match) == rows_of(desk.scope, family_contact) == []
