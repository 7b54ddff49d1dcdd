"""What people keep about a person survives newer exports: another name or e-mail, or no visit."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select

from allay_metrics.actions.care_closing import Closing, close_care
from allay_metrics.actions.check_in_requests import acknowledge, make_link
from allay_metrics.actions.contact_changes import set_contact, undo_contact
from allay_metrics.actions.death import save_death
from allay_metrics.actions.family_decisions import merge, split, unlink
from allay_metrics.actions.family_erasure import erase_family
from allay_metrics.actions.missing_decisions import decide_missing, reopen_missing
from allay_metrics.actions.notes import add_tag, save_client_note
from allay_metrics.actions.parent_form import save_consent, save_signs
from allay_metrics.actions.records_check import check_records
from allay_metrics.actions.undo import undo_import
from allay_metrics.derive.closing import DIED
from allay_metrics.errors import Conflict, NotFound
from allay_metrics.records.column_types import now
from allay_metrics.records.tables import (
    care_closed,
    check_in,
    client_detail,
    client_note,
    client_tag,
    family,
)
from allay_metrics.review.open_check_ins import (
    acknowledged_flags,
    find_due_check_ins,
    read_open_flags,
)
from tests.support.asked import in_care, seen, signed, token_of
from tests.support.exports import ZONE
from tests.support.on_file import client_ids, fingerprint, missing_ids, visits

TODAY = datetime.now(ZONE).date()
FEVER = 3
BABY = "Baby Boy"
# Besides the one each test is about, so many that an absence is no question.
OTHERS = tuple(seen(f"o{n}", 5 + n % 3, f"Ida{n}", who=f"Bea Moss{n}") for n in range(3))


@pytest.fixture
def desk(sqlite_desk):
    return sqlite_desk


def newer(desk, *rows, minutes=2):
    at = datetime.now(ZONE) + timedelta(minutes=minutes)
    return desk.take_in([*rows, *OTHERS], f"{at:%Y-%m-%d %H:%M}")


def begin(desk, *rows):
    """Take in visits and sign the protocol; return client ids by name."""
    found = in_care(desk, *rows, *OTHERS)
    signed(desk.scope)
    return found


def tick(desk, client_id, *signs):
    token = token_of(make_link(desk.scope, client_id, "day7"))
    save_consent(desk.scope, token, in_totals=True, language="en")
    save_signs(desk.scope, token, signs or [FEVER])
    return token


def waiting(scope):
    return [flag.client for flag in read_open_flags(scope)]


def now_called(scope):
    return {
        name: id_
        for (family_id,) in visits(scope, "family_id")
        for name, id_ in client_ids(scope, family_id).items()
    }


def kept(scope, table, column):
    """Return what is kept in a table, by client."""
    with scope.read() as conn:
        return dict(map(tuple, conn.execute(select(table.c.client_id, table.c[column]))))


def contact_of_lees(scope):
    with scope.read() as conn:
        rows = conn.execute(select(family.c.match_key, family.c.contact, family.c.name))
        return {row.match_key: row.contact for row in rows if row.name in ("Lee", "Ray")}


def lees(scope):
    with scope.read() as conn:
        return conn.execute(select(family.c.id).where(family.c.name == "Lee")).scalar_one()


# Another name


def test_an_open_sign_follows_a_baby_to_the_name_a_newer_export_gives(desk):
    clients = begin(desk, seen("1", 7, BABY))
    tick(desk, clients[BABY])
    newer(desk, seen("1", 7, "Theo"))
    assert waiting(desk.scope) == ["Theo"]
    assert waiting(desk.scope.as_therapist("Maya Lopez")) == ["Theo"]
    assert read_open_flags(desk.scope, now_called(desk.scope)["Theo"]) == read_open_flags(
        desk.scope
    )
    assert check_records(desk.scope) == []


def test_all_that_is_kept_follows_a_new_name_and_undo_leads_it_back(desk):
    clients = begin(desk, seen("1", 7, BABY), seen("2", 3, BABY))
    baby = clients[BABY]
    tick(desk, baby)
    save_client_note(desk.scope, baby, "Sleeps on the left", 0)
    add_tag(desk.scope, baby, "NICU")
    close_care(desk.scope, [Closing(baby, TODAY, "goals met")])
    with desk.scope.write("put weeks on file") as conn:
        row = {"practice_id": desk.scope.practice_id, "client_id": baby, "gestation_weeks": 36}
        conn.execute(insert(client_detail), row)
    before = fingerprint(desk.scope)
    report = newer(desk, seen("1", 7, "Theo"), seen("2", 3, "Theo"))
    theo = now_called(desk.scope)["Theo"]
    for table, column in (
        (client_note, "text"),
        (client_tag, "tag"),
        (care_closed, "reason"),
        (client_detail, "gestation_weeks"),
        (check_in, "moment"),
    ):
        assert kept(desk.scope, table, column).keys() == {theo}, table.name
    undo_import(desk.scope, report.import_id)
    assert fingerprint(desk.scope) == before


def test_while_a_visit_bears_the_old_name_nothing_follows_the_others(desk):
    clients = begin(desk, seen("1", 7, BABY), seen("2", 6, BABY))
    tick(desk, clients[BABY])
    newer(desk, seen("1", 7, BABY), seen("2", 6, "Theo"))
    assert waiting(desk.scope) == [BABY]
    newer(desk, seen("1", 7, "Theo"), seen("2", 6, "Theo"), minutes=4)
    assert waiting(desk.scope) == ["Theo"]


def test_of_twins_one_is_followed_to_her_name_and_of_two_nobody_guesses(desk):
    clients = begin(desk, seen("1", 7, "Mia & Baby B"))
    tick(desk, clients["Baby B"])
    newer(desk, seen("1", 7, "Mia & Leo"))
    assert waiting(desk.scope) == ["Leo"]
    newer(desk, seen("1", 7, "Ada & Tom"), minutes=4)
    assert waiting(desk.scope) == ["Not matched: Leo, ana.lee@example.org"]
    newer(desk, seen("1", 7, "Ada & Leo"), minutes=6)
    assert waiting(desk.scope) == ["Leo"]


def test_of_two_who_swapped_names_each_keeps_her_own(desk):
    clients = begin(desk, seen("1", 7, "Mia"), seen("2", 6, "Leo"))
    save_client_note(desk.scope, clients["Mia"], "of the first", 0)
    save_client_note(desk.scope, clients["Leo"], "of the second", 0)
    save_death(desk.scope, clients["Mia"], TODAY)
    newer(desk, seen("1", 7, "Leo"), seen("2", 6, "Ada"))
    called = now_called(desk.scope)
    assert kept(desk.scope, client_note, "text") == {
        called["Leo"]: "of the first", called["Ada"]: "of the second",
    }  # fmt: skip
    assert kept(desk.scope, care_closed, "reason") == {called["Leo"]: DIED}


def test_a_booking_given_to_another_family_takes_nothing_of_the_first_along(desk):
    clients = begin(desk, seen("1", 7, "Mia"))
    tick(desk, clients["Mia"])
    newer(desk, seen("1", 7, "Zoe", who="Cleo Ray"))
    assert waiting(desk.scope) == ["Not matched: Mia, ana.lee@example.org"]


def test_a_massage_that_was_none_moves_nothing_to_a_mother_with_visits_of_her_own(desk):
    clients = begin(desk, seen("1", 7, "Mia"), seen("2", 9, "", type="Postpartum massage"))
    tick(desk, clients["Mia"])
    newer(desk, seen("1", 7, "Mia", type="Massage"), seen("2", 9, "", type="Postpartum massage"))
    assert waiting(desk.scope) == ["Not matched: Mia, ana.lee@example.org"]
    newer(desk, seen("1", 7, "Mia"), seen("2", 9, "", type="Postpartum massage"), minutes=4)
    assert waiting(desk.scope) == ["Mia"]


# A death


def test_a_death_follows_the_baby_to_her_name_and_nobody_is_asked(desk):
    clients = begin(desk, seen("1", 7, BABY))
    save_death(desk.scope, clients[BABY], TODAY, "yes")
    newer(desk, seen("1", 7, "Theo"))
    theo = now_called(desk.scope)["Theo"]
    assert kept(desk.scope, care_closed, "reason") == {theo: DIED}
    assert theo not in {
        due_check_in.course.client_id for due_check_in in find_due_check_ins(desk.scope)
    }
    with pytest.raises(NotFound, match="not in care at the moment"):
        make_link(desk.scope, theo, "day7")


def test_a_death_takes_the_place_of_any_other_end_of_care(desk):
    clients = begin(desk, seen("1", 7, "Theo Le"), seen("2", 6, "Theo"))
    close_care(desk.scope, [Closing(clients["Theo"], TODAY, "goals met")])
    save_death(desk.scope, clients["Theo Le"], TODAY)
    newer(desk, seen("1", 7, "Theo"), seen("2", 6, "Theo"))
    assert kept(desk.scope, care_closed, "reason") == {clients["Theo"]: DIED}


def test_a_death_nobody_can_be_found_for_leaves_the_family_in_peace(desk):
    clients = begin(desk, seen("1", 7, "Baby A & Baby B"))
    save_death(desk.scope, clients["Baby A"], TODAY, "yes")
    newer(desk, seen("1", 7, "Theo & Mia"))
    assert set(contact_of_lees(desk.scope).values()) == {"practical"}
    with pytest.raises(Conflict, match="Practical contact only: bereaved"):
        make_link(desk.scope, now_called(desk.scope)["Mia"], "day7")


def test_it_is_never_kept_of_a_mother(desk):
    clients = begin(desk, seen("1", 7, BABY))
    save_death(desk.scope, clients[BABY], TODAY, "yes")
    newer(desk, seen("1", 7, ""))
    assert kept(desk.scope, care_closed, "reason") == {clients[BABY]: DIED}
    assert set(contact_of_lees(desk.scope).values()) == {"practical"}
    newer(desk, seen("1", 7, BABY), minutes=4)
    assert clients[BABY] not in {
        due_check_in.course.client_id for due_check_in in find_due_check_ins(desk.scope)
    }


# Asked not to be asked again


@pytest.mark.parametrize("names", ["Theo", "Theo & Mia"])
def test_who_asked_not_to_be_asked_is_not_asked_by_another_name(desk, names):
    clients = begin(desk, seen("1", 7, BABY))
    with desk.scope.write("opt out") as conn:
        row = {"practice_id": desk.scope.practice_id, "client_id": clients[BABY]}
        conn.execute(insert(client_detail), {**row, "opted_out_at": now()})
    newer(desk, seen("1", 7, names))
    assert {
        due_check_in.course.family for due_check_in in find_due_check_ins(desk.scope)
    }.isdisjoint({"Lee"})
    for name in names.split(" & "):
        with pytest.raises(Conflict, match="asked not to be asked"):
            make_link(desk.scope, now_called(desk.scope)[name], "day7")


# No visit left


def test_a_sign_stays_with_the_owner_when_the_visits_never_were(desk):
    clients = begin(desk, seen("1", 7))
    tick(desk, clients["Mia"])
    newer(desk)
    before = fingerprint(desk.scope)
    decide_missing(desk.scope, missing_ids(desk.scope), "deleted")
    (flag,) = read_open_flags(desk.scope)
    assert (flag.client, flag.client_id, flag.is_gone) == (
        "Not matched: Mia, ana.lee@example.org", "", True,
    )  # fmt: skip
    assert read_open_flags(desk.scope.as_therapist("Maya Lopez")) == ()
    reopen_missing(desk.scope, missing_ids(desk.scope))
    assert waiting(desk.scope) == ["Mia"]
    assert fingerprint(desk.scope) == before


def test_a_sign_outlives_the_import_that_brought_the_family_and_is_acknowledged(desk):
    first = desk.take_in([seen("1", 7)], f"{datetime.now(ZONE):%Y-%m-%d %H:%M}")
    signed(desk.scope)
    tick(desk, now_called(desk.scope)["Mia"])
    undo_import(desk.scope, first.import_id)
    assert waiting(desk.scope) == ["Not matched: Mia, ana.lee@example.org"]
    assert check_records(desk.scope) == []
    (flag,) = read_open_flags(desk.scope)
    acknowledge(desk.scope, flag.check_in_id, flag.flag.id, "Wrote to the address")
    assert read_open_flags(desk.scope) == ()
    assert [done.client for done in acknowledged_flags(desk.scope)] == [flag.client]


def test_erasing_a_family_takes_the_check_ins_of_its_gone_clients_too(desk):
    clients = begin(desk, seen("1", 7, "Baby A & Baby B"))
    tick(desk, clients["Baby A"])
    newer(desk, seen("1", 7, "Theo & Mia"))
    assert len(waiting(desk.scope)) == 1
    assert erase_family(desk.scope, lees(desk.scope)).check_ins == 1
    assert read_open_flags(desk.scope) == ()


# Contact


def test_contact_stays_when_the_booking_it_was_set_with_gets_another_address(desk):
    begin(desk, seen("1", 7))
    set_contact(desk.scope, lees(desk.scope), "none", "bereaved")
    moved = seen("1", 7, email="new@example.org")
    newer(desk, moved, seen("2", 3))
    assert contact_of_lees(desk.scope) == {
        "e:ana.lee@example.org": "none", "e:new@example.org": "none",
    }  # fmt: skip
    assert check_records(desk.scope) == []


def test_a_later_booking_has_contact_noted_and_keeps_it_wherever_it_goes(desk):
    begin(desk, seen("1", 7))
    set_contact(desk.scope, lees(desk.scope), "practical", "hospital")
    newer(desk, seen("1", 7), seen("2", 3))
    newer(desk, seen("1", 7), seen("2", 3, email="new@example.org"), minutes=4)
    assert set(contact_of_lees(desk.scope).values()) == {"practical"}


def test_a_family_split_by_name_is_contacted_in_neither_part(desk):
    begin(desk, seen("1", 7))
    set_contact(desk.scope, lees(desk.scope), "none", "asked")
    newer(desk, seen("1", 7), seen("2", 3, "Zoe", who="Cleo Ray", email="ana.lee@example.org"))
    split(desk.scope, "e:ana.lee@example.org", "Ana Lee")
    assert len(contact_of_lees(desk.scope)) == 2
    assert set(contact_of_lees(desk.scope).values()) == {"none"}


def test_two_made_one_and_parted_again_keep_the_stricter_until_somebody_sets_it(desk):
    begin(desk, seen("1", 7), seen("2", 6, "Zoe", who="Cleo Ray"))
    set_contact(desk.scope, lees(desk.scope), "none", "asked")
    ana, cleo = "e:ana.lee@example.org", "e:cleo.ray@example.org"
    merge(desk.scope, cleo, ana)
    unlink(desk.scope, cleo, "", ana)
    assert contact_of_lees(desk.scope) == {ana: "none", cleo: "none"}
    with desk.scope.read() as conn:
        rays = conn.execute(select(family.c.id).where(family.c.match_key == cleo)).scalar_one()
    set_contact(desk.scope, rays, "yes")
    assert contact_of_lees(desk.scope) == {ana: "none", cleo: "yes"}


def test_contact_set_by_mistake_is_undone_at_bookings_that_came_since_too(desk):
    begin(desk, seen("1", 7))
    undo = set_contact(desk.scope, lees(desk.scope), "none", "bereaved")
    newer(desk, seen("1", 7), seen("2", 3))
    undo_contact(desk.scope, undo)
    assert set(contact_of_lees(desk.scope).values()) == {"yes"}
