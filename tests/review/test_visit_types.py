"""The Visit types page of a practice small enough to count by hand."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select

from allay_metrics.records.tables import client, family, visit, visit_client
from allay_metrics.review.paths import PathStep
from allay_metrics.review.visit_types import review_visit_types
from tests.support.practices import Invented, booked, put_on_file

MONDAY = date(2026, 6, 22)
FIRST, LAST = date(2026, 6, 15), date(2026, 6, 28)


def on_file(scope, *rows):
    put_on_file(Invented(list(rows)), scope)
    return scope


def path(family, *steps):
    """Return a family's bookings: (days before MONDAY, type)."""
    return [booked(family, MONDAY - timedelta(days=days), type_text=kind) for days, kind in steps]


def test_mix_in_visits_hours_and_value(scope):
    rows = [booked("A", MONDAY), booked("B", MONDAY, type_text="Prenatal massage", minutes=90)]
    mix = review_visit_types(on_file(scope, *rows), FIRST, LAST).mix
    assert mix.periods == (date(2026, 6, 15), MONDAY)
    assert (mix.visits["cst"], mix.visits["massage"], mix.visits["other"]) == (
        (0, 1),
        (0, 1),
        (0, 0),
    )
    assert mix.hours["massage"] == (0, 1.5)
    assert mix.value["massage"] == (0, 150)


def test_new_and_returning_families(scope):
    rows = [
        *path("Old", (40, "Infant CST"), (0, "Infant CST")),
        *path("New", (0, "Infant CST"), (-1, "Infant CST")),
    ]
    families = review_visit_types(on_file(scope, *rows), FIRST, LAST).families
    assert (families.new, families.returning) == ((0, 1), (0, 1))


def test_nobody_is_called_new_in_a_young_practice(scope):
    on_file(scope, booked("A", date(2026, 2, 2)))
    families = review_visit_types(scope, date(2026, 2, 2), date(2026, 2, 8)).families
    assert (families.new, families.returning) == ((None,), (None,))
    assert "first 90 days" in families.reason


def test_the_path_from_type_to_type(scope):
    rows = []
    for number, days in enumerate((20, 30, 31, 40, 90)):
        rows += path(f"F{number}", (days, "Prenatal massage"), (0, "Lactation visit"))
    rows += path("G", (9, "Lactation visit"), (4, "Lactation visit"), (3, "Infant CST"))
    # Her step lies before the period.
    rows += path("H", (80, "Prenatal massage"), (70, "Infant CST"))
    paths = review_visit_types(on_file(scope, *rows), FIRST, LAST).paths
    assert paths.steps == (
        PathStep("massage", "lactation", 5, 31),
        PathStep("lactation", "cst", 1, None),  # too few to say what is typical
    )
    assert paths.starts == {}, "all of them began before the period"


def test_starts_are_first_visits_of_the_period(scope):
    rows = [*path("A", (0, "Prenatal massage")), *path("B", (9, "Infant CST"), (0, "Infant CST"))]
    paths = review_visit_types(on_file(scope, *rows), FIRST, LAST).paths
    assert paths.starts == {"massage": 1}


def test_steps_may_be_filtered_by_where_they_arrive(scope):
    rows = path("A", (30, "Prenatal massage"), (0, "Lactation visit"))
    on_file(scope, *rows)
    there = review_visit_types(scope, FIRST, LAST, (("visit_type", "lactation"),))
    assert [step.to for step in there.paths.steps] == ["lactation"]
    elsewhere = review_visit_types(scope, FIRST, LAST, (("city", "Berkeley"),))
    assert elsewhere.paths.steps == ()


def test_combined_visits(scope):
    rows = [booked("A", MONDAY, type_text="CST + Lactation"), booked("B", MONDAY)]
    combined = review_visit_types(on_file(scope, *rows), FIRST, LAST).combined
    assert combined.pairs == {("cst", "lactation"): 1}
    assert (combined.visits, combined.completed) == (1, 2)


def test_the_infant_s_age_at_the_visit(scope):
    on_file(
        scope,
        booked("Twins", MONDAY),
        booked("Early", MONDAY, type_text="Lactation visit"),
        booked("Late", MONDAY),
        booked("Nobody", MONDAY),
    )
    born(scope, "Twins", MONDAY - timedelta(days=20), MONDAY - timedelta(days=20))
    born(scope, "Early", MONDAY + timedelta(days=9))
    born(scope, "Late", MONDAY - timedelta(weeks=60))
    ages = review_visit_types(scope, FIRST, LAST).ages
    assert ages.weeks == (2,)
    assert ages.counts["cst"] == (1,), "twins seen together are one visit"
    assert (ages.before_birth, ages.older, ages.unknown) == (1, 1, 1)


def born(scope, name, *days):
    """Give a family infants born on these days, seen in all its visits."""
    with scope.write("give birth") as conn:
        who = select(family.c.id).where(family.c.name == name).scalar_subquery()
        seen = conn.execute(select(visit.c.id, visit.c.family_id).where(visit.c.family_id == who))
        for visit_id, family_id in seen.all():
            for number, day in enumerate(days):
                key = {"practice_id": scope.practice_id}
                child = {"id": f"{name}{number}", "family_id": family_id, "name": f"{number}"}
                conn.execute(insert(client), {**key, **child, "kind": "infant", "born_on": day})
                there = {"visit_id": visit_id, "client_id": child["id"]}
                conn.execute(insert(visit_client), {**key, **there})


@pytest.mark.parametrize("grain", ["week", "month"])
def test_an_empty_period_has_zeros(scope, grain):
    review = review_visit_types(
        on_file(scope, booked("A", MONDAY)), date(2026, 6, 1), LAST, grain=grain
    )
    assert len(review.mix.periods) == (4 if grain == "week" else 1)
    assert sum(review.mix.visits["cst"]) == 1
    assert sum(review.mix.visits["massage"]) == 0
