"""Deriving: the same rows every time, the roll-up always a recount, flags of the whole practice."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from allay_metrics.actions.care_closing import close_care
from allay_metrics.actions.missing_decisions import decide_missing
from allay_metrics.actions.records_check import check_records
from allay_metrics.actions.undo import undo_import
from allay_metrics.derive import derive_all
from allay_metrics.errors import Conflict
from allay_metrics.records.tables import daily, weekly
from tests.support.exports import appointment, day
from tests.support.on_file import closings, fingerprint, flagged, missing_ids, visits
from tests.support.random_exports import a_desk, exports

MONDAY, LATER = "2026-03-09 08:00", "2026-03-30 08:00"


def test_deriving_again_gives_the_same_rows(desk):
    rows = [
        appointment("1", "2026-03-02 10:00", infants="Mia & Leo"),
        appointment("2", "2026-03-03 10:00", "Leo Lee", email="", phone="510-555-0101"),
        appointment("3", "2026-03-04 10:00", city="", zip="94010"),
        appointment("4", "2026-03-05 10:00", city=""),
        appointment("5", "2026-03-20 10:00", therapist=""),
    ]
    desk.take_in(rows, MONDAY)
    before = fingerprint(desk.scope)
    with desk.scope.write("derive anew") as conn:
        derive_all(conn, desk.scope.practice_id)
    assert fingerprint(desk.scope) == before


def test_the_order_of_files_does_not_matter(new_database, tmp_path):
    """Two files of different visits, exported at different times."""
    from allay_metrics.records import open_practice
    from tests.support.exports import Desk

    files = [
        ([appointment("1", "2026-03-02 10:00"), appointment("2", "2026-03-03 10:00")], MONDAY),
        ([appointment("3", "2026-03-17 10:00", city="")], LATER),
    ]
    told = []
    for order in (files, files[::-1]):
        scope = open_practice(new_database(), practice_id="p")
        for rows, as_of in order:
            Desk(scope, tmp_path).take_in(rows, as_of)
        told.append(fingerprint(scope)["visit"])
        scope.close()
    assert told[0] == told[1]


def test_a_city_comes_from_history_and_leaves_with_it(desk):
    desk.take_in([appointment("1", "2026-03-02 10:00", city="")], MONDAY)
    report = desk.take_in([appointment("2", "2026-03-09 10:00", city="Berkeley")], LATER)
    assert visits(desk.scope, "city", "city_how") == [
        ("Berkeley", "history"),
        ("Berkeley", "typed"),
    ]
    undo_import(desk.scope, report.import_id)
    assert visits(desk.scope, "city", "city_how") == [("unknown", "none")]


def test_a_called_off_visit_tells_where_home_is(desk):
    rows = [
        appointment("1", "2026-03-02 10:00", city="Berkeley", canceled="yes"),
        appointment("2", "2026-03-03 10:00", city=""),
    ]
    desk.take_in(rows, MONDAY, holds="all")
    assert visits(desk.scope, "state", "city") == [
        ("cancelled", "Berkeley"),
        ("completed", "Berkeley"),
    ]


def test_a_decision_moves_the_flags_of_the_familys_other_visits(desk):
    first = appointment("first", "2026-03-02 10:00", booked="2026-02-20")
    second = appointment("second", "2026-03-10 10:00", booked="2026-03-02")
    third = appointment("third", "2026-03-20 10:00", booked="2026-03-10")
    desk.take_in([first, second, third], "2026-03-12 08:00")
    assert flagged(desk.scope, "is_first") == {"first"}
    # A newer file that should hold the first visit does not: it counts nowhere.
    span = day("2026-03-01"), day("2026-03-31")
    desk.take_in([second, third], LATER, covers=span)
    assert flagged(desk.scope, "is_first") == {"second"}
    assert flagged(desk.scope, "rebooked") == {"second"}
    decide_missing(desk.scope, missing_ids(desk.scope), "kept")
    assert flagged(desk.scope, "is_first") == {"first"}
    assert flagged(desk.scope, "continued") == {"first"}
    assert flagged(desk.scope, "rebooked") == {"first", "second"}
    assert flagged(desk.scope, "is_last") == {"third"}


def test_closing_care_marks_the_last_visit_before_it(desk):
    rows = [appointment("1", "2026-03-02 10:00"), appointment("2", "2026-03-05 10:00")]
    desk.take_in(rows, MONDAY)
    ((family_id,), _) = visits(desk.scope, "family_id")
    close_care(desk.scope, closings(desk.scope, family_id, day("2026-03-04")))
    assert flagged(desk.scope, "before_close") == {"1"}
    assert check_records(desk.scope) == []


def test_week_month_and_weekday_follow_the_practices_day(desk):
    """Sunday 11 pm in California is Monday in UTC, and belongs to the week that ends."""
    desk.take_in([appointment("1", "2026-03-01 23:00", booked="2026-02-27")], MONDAY)
    told = visits(desk.scope, "day", "week", "month", "weekday", "wait_days")
    assert told == [(day("2026-03-01"), day("2026-02-23"), day("2026-03-01"), 6, 2)]


@pytest.mark.parametrize("undo", [False, True])
def test_days_without_visits_leave_the_roll_up(desk, undo):
    desk.take_in([appointment("1", "2026-03-10 10:00")], MONDAY)
    moved = desk.take_in([appointment("1", "2026-03-12 10:00")], LATER)
    if undo:
        undo_import(desk.scope, moved.import_id)
    with desk.scope.read() as conn:
        days = set(conn.execute(select(daily.c.day)).scalars())
    assert days == {day("2026-03-10" if undo else "2026-03-12")}


@pytest.mark.parametrize("undo", [False, True])
def test_weeks_without_visits_leave_the_roll_up(desk, undo):
    desk.take_in([appointment("1", "2026-03-10 10:00")], MONDAY)
    moved = desk.take_in([appointment("1", "2026-03-19 10:00")], LATER)
    if undo:
        undo_import(desk.scope, moved.import_id)
    with desk.scope.read() as conn:
        weeks = set(conn.execute(select(weekly.c.week)).scalars())
    assert weeks == {day("2026-03-09" if undo else "2026-03-16")}


STEPS = st.one_of(
    st.tuples(st.just("import"), exports()),
    st.tuples(st.just("undo"), st.integers(0, 3)),
    st.tuples(st.just("decide"), st.sampled_from(("cancelled", "deleted", "kept"))),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(STEPS, min_size=2, max_size=7))
def test_whatever_is_done_the_records_stay_whole(sqlite_template, tmp_path_factory, steps):
    """A check derives all anew and counts the roll-up again: both must be what is on file."""
    with a_desk(sqlite_template, tmp_path_factory.getbasetemp()) as desk:
        imported = []
        for step, told in steps:
            if step == "import":
                rows, as_of, holds = told
                imported.append(desk.take_in(rows, as_of, holds=holds).import_id)
            elif step == "undo" and imported:
                _try_to_undo(desk.scope, imported[told % len(imported)])
            elif step == "decide" and missing_ids(desk.scope):
                decide_missing(desk.scope, missing_ids(desk.scope), told)
            assert check_records(desk.scope) == []


def _try_to_undo(scope, import_id):
    before = fingerprint(scope)
    try:
        undo_import(scope, import_id)
    except Conflict:
        assert fingerprint(scope) == before
