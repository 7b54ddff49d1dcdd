"""Twins in two rows are one visit; in one row they are two clients of it."""

import pytest

from allay_metrics.actions.missing_decisions import decide_missing
from tests.support.exports import appointment
from tests.support.on_file import clients, missing_ids, therapists, visits

MONDAY = "2026-03-09 08:00"
TEN = "2026-03-02 10:00"


def test_twins_in_two_rows_are_one_visit(desk):
    rows = [
        appointment("mia", TEN, infants="Mia", price="150.00"),
        appointment("leo", TEN, minutes=75, infants="Leo", price="75.00"),
    ]
    desk.take_in(rows, MONDAY)
    # It costs what both cost and lasts as long as the longer.
    assert visits(desk.scope, "row_count", "price_cents", "minutes") == [(2, 22_500, 75)]
    assert clients(desk.scope) == [("Leo", "infant"), ("Mia", "infant")]


def test_twins_in_one_row_are_two_clients(desk):
    desk.take_in([appointment("1", TEN, infants="Mia & Leo", born="2026-01-15")], MONDAY)
    assert visits(desk.scope, "row_count", "price_cents") == [(1, 15_000)]
    assert clients(desk.scope) == [("Leo", "infant"), ("Mia", "infant")]


def test_rows_of_one_slot_with_two_services_are_one_combined_visit(desk):
    rows = [
        appointment("1", TEN, infants="Mia"),
        appointment("2", TEN, type="Lactation", infants="Mia"),
    ]
    desk.take_in(rows, MONDAY)
    ((first, second),) = visits(desk.scope, "visit_type", "second_type")
    assert {first, second} == {"cst", "lactation"}


@pytest.mark.parametrize(
    ("apart_by", "cells"),
    [
        ("therapist", {"therapist": "Ines Park"}),
        ("family", {"email": "bea@example.org"}),
        ("state", {"canceled": "yes"}),
    ],
)
def test_rows_of_one_start_are_two_visits_apart_by(desk, apart_by, cells):
    rows = [appointment("1", TEN), appointment("2", TEN, **cells)]
    desk.take_in(rows, MONDAY, holds="all")
    assert visits(desk.scope, "row_count") == [(1,), (1,)], apart_by


def test_a_row_at_another_start_is_another_visit(desk):
    desk.take_in([appointment("1", TEN), appointment("2", "2026-03-02 10:30")], MONDAY)
    assert visits(desk.scope, "row_count") == [(1,), (1,)]


def test_a_twin_that_vanished_leaves_the_other_one(desk):
    both = [appointment("mia", TEN, price="150.00"), appointment("leo", TEN, price="75.00")]
    desk.take_in(both, MONDAY)
    desk.take_in(both[:1], "2026-03-10 08:00")
    told = visits(desk.scope, "state", "row_count", "price_cents")
    assert sorted(told) == [("completed", 1, 15_000), ("missing", 1, 7_500)]
    decide_missing(desk.scope, missing_ids(desk.scope), "kept")
    assert visits(desk.scope, "state", "row_count") == [("completed", 2)]


def test_a_blank_therapist_is_unknown(desk):
    desk.take_in([appointment("1", TEN, therapist="")], MONDAY)
    assert visits(desk.scope, "city", "city_how") == [("Oakland", "typed")]
    assert therapists(desk.scope) == ["unknown"]


def test_massage_is_for_the_parent_and_other_visits_for_the_infant(desk):
    rows = [
        appointment("1", TEN, type="Prenatal massage", infants="Mia"),
        appointment("2", "2026-03-04 10:00", infants="Mia"),
    ]
    desk.take_in(rows, MONDAY)
    assert clients(desk.scope) == [("Ana Lee", "parent"), ("Mia", "infant")]
