"""Undo gives back exactly what was there before an import."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allay_metrics.actions import import_accounting
from allay_metrics.actions.care_closing import close_care
from allay_metrics.actions.records_check import check_records
from allay_metrics.actions.undo import undo_import
from allay_metrics.errors import Conflict, NotFound
from tests.support.exports import appointment, day, instant
from tests.support.on_file import bookings, closings, doubts, families, fingerprint, states, visits
from tests.support.random_exports import a_desk, exports

MONDAY, TUESDAY, LATER = "2026-03-09 08:00", "2026-03-10 08:00", "2026-03-20 08:00"
TWO = [appointment("1", "2026-03-02 10:00"), appointment("2", "2026-03-12 10:00")]


def test_an_undone_first_import_leaves_an_empty_practice(desk):
    before = fingerprint(desk.scope)
    report = desk.take_in(TWO, MONDAY, name="march.csv")
    assert undo_import(desk.scope, report.import_id) == "march.csv"
    assert fingerprint(desk.scope) == before


def test_undo_gives_back_changed_moved_and_missing_visits(desk):
    desk.take_in([*TWO, appointment("3", "2026-03-13 10:00")], MONDAY)
    before = fingerprint(desk.scope), states(desk.scope)
    newer = [
        appointment("1", "2026-03-02 10:00", price="180.00"),
        appointment("2", "2026-03-14 15:00", "Ana Lee-Ford"),  # another slot and another family
        # 3 is missing
        appointment("4", "2026-03-15 10:00", therapist="New Here", city="", zip="94010"),
    ]
    report = desk.take_in(newer, TUESDAY)
    assert fingerprint(desk.scope) != before[0]
    undo_import(desk.scope, report.import_id)
    assert (fingerprint(desk.scope), states(desk.scope)) == before


def test_undo_tells_visits_as_the_file_before_told_them(desk):
    """The newer file was exported after the visit; without it the visit is booked again."""
    desk.take_in(TWO, MONDAY)
    report = desk.take_in(TWO, LATER)
    assert states(desk.scope) == {"1": "completed", "2": "completed"}
    undo_import(desk.scope, report.import_id)
    assert states(desk.scope) == {"1": "completed", "2": "booked"}


def test_an_earlier_import_is_not_undone_under_a_later_one(desk):
    earlier = desk.take_in(TWO, MONDAY)
    desk.take_in(TWO[:1], TUESDAY, name="tuesday.csv", covers=None)
    before = fingerprint(desk.scope)
    with pytest.raises(Conflict, match=r"tuesday\.csv, taken in .* [ap]m\).*undo it first"):
        undo_import(desk.scope, earlier.import_id)
    assert fingerprint(desk.scope) == before


def test_an_earlier_import_of_other_visits_is_undone_by_itself(desk):
    earlier = desk.take_in(TWO[:1], MONDAY)
    desk.take_in(TWO[1:], LATER)
    undo_import(desk.scope, earlier.import_id)
    assert states(desk.scope) == {"2": "completed"}


def test_an_import_is_undone_once(desk):
    report = desk.take_in(TWO, MONDAY)
    undo_import(desk.scope, report.import_id)
    with pytest.raises(Conflict, match="undone before"):
        undo_import(desk.scope, report.import_id)
    with pytest.raises(NotFound, match="nowhere"):
        undo_import(desk.scope, "nowhere")


def test_an_undone_import_is_taken_in_again(desk):
    report = desk.take_in(TWO, MONDAY)
    undo_import(desk.scope, report.import_id)
    assert desk.take_in(TWO, MONDAY).added == 2


def test_of_files_exported_at_one_moment_the_one_before_is_given_back(desk, monkeypatch):
    """Taken in within one second, so that only their order tells them apart."""
    monkeypatch.setattr(import_accounting, "now", lambda: instant(LATER))
    desk.take_in(TWO, MONDAY)
    for _ in range(4):
        before = bookings(desk.scope, "current_import_id")
        last = desk.take_in(TWO, MONDAY)
        then = desk.take_in(TWO, MONDAY)
        undo_import(desk.scope, then.import_id)
        assert set(bookings(desk.scope, "current_import_id").values()) == {last.import_id}
        undo_import(desk.scope, last.import_id)
        assert bookings(desk.scope, "current_import_id") == before


# A row without an e-mail stands with the one family that has its phone.

PHONE = "510-555-0101"
QUIET = appointment("quiet", "2026-03-02 10:00", "Leo Lee", email="", phone=PHONE)
ANA = appointment("ana", "2026-03-03 10:00", "Ana Lee", email="ana@example.org", phone=PHONE)
BEA = appointment("bea", "2026-03-04 10:00", "Bea Moss", email="bea@example.org", phone=PHONE)


def test_a_row_leaves_the_family_it_joined_when_the_file_that_told_is_undone(desk):
    desk.take_in([QUIET], MONDAY)
    before, alone = fingerprint(desk.scope), families(desk.scope)
    report = desk.take_in([ANA], LATER, covers=None)
    assert families(desk.scope) == {"e:ana@example.org": {"quiet", "ana"}}
    undo_import(desk.scope, report.import_id)
    assert families(desk.scope) == alone == {"p:+15105550101": {"quiet"}}
    assert fingerprint(desk.scope) == before


def test_closed_care_is_closed_again_when_a_row_comes_back_to_its_family(desk):
    desk.take_in([QUIET], MONDAY)
    ((family_id,),) = visits(desk.scope, "family_id")
    close_care(desk.scope, closings(desk.scope, family_id, day("2026-03-08")))
    before = fingerprint(desk.scope)
    report = desk.take_in([ANA], LATER)
    assert fingerprint(desk.scope) != before
    undo_import(desk.scope, report.import_id)
    assert fingerprint(desk.scope) == before


def test_a_doubt_is_gone_when_the_file_that_raised_it_is_undone(desk):
    desk.take_in([QUIET, ANA], MONDAY)
    before = fingerprint(desk.scope)
    report = desk.take_in([BEA], LATER)
    assert doubts(desk.scope).keys() == {"p:+15105550101"}
    undo_import(desk.scope, report.import_id)
    assert doubts(desk.scope) == {}
    assert families(desk.scope) == {"e:ana@example.org": {"quiet", "ana"}}
    assert fingerprint(desk.scope) == before


def test_a_changed_phone_raises_and_settles_doubts(desk):
    desk.take_in([QUIET, ANA, BEA | {"phone": "510-555-0102"}], MONDAY)
    before = fingerprint(desk.scope)
    raised = desk.take_in([QUIET, ANA, BEA], TUESDAY)
    doubtful = fingerprint(desk.scope)
    settled = desk.take_in([BEA | {"phone": "510-555-0103"}], LATER)
    assert doubts(desk.scope) == {}
    undo_import(desk.scope, settled.import_id)
    assert fingerprint(desk.scope) == doubtful
    undo_import(desk.scope, raised.import_id)
    assert fingerprint(desk.scope) == before


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(files=st.lists(exports(), min_size=1, max_size=4))
def test_undoing_backwards_gives_back_every_state_on_the_way(
    sqlite_template, tmp_path_factory, files
):
    with a_desk(sqlite_template, tmp_path_factory.getbasetemp()) as desk:
        on_the_way = []
        for rows, as_of, holds in files:
            before = fingerprint(desk.scope)
            on_the_way.append((desk.take_in(rows, as_of, holds=holds).import_id, before))
            assert check_records(desk.scope) == []
        for import_id, before in reversed(on_the_way):
            undo_import(desk.scope, import_id)
            assert fingerprint(desk.scope) == before
            assert check_records(desk.scope) == []
