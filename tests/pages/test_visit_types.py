"""The Visit types page, of a practice small enough to count by hand."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select

from allay_metrics import formatting as fmt
from allay_metrics.metrics import Question, query
from allay_metrics.records.tables import client, family, visit, visit_client
from allay_metrics.review.query_results import index_cells
from tests.support.on_page import (
    bodies,
    click_mark,
    click_word,
    figures,
    own_dates,
    page_of,
    run,
    table_rows,
    text,
)
from tests.support.practices import Invented, booked, put_on_file

MONDAY = date(2026, 6, 22)
FIRST, LAST = date(2026, 3, 30), date(2026, 6, 28)
PRENATAL, LACTATION, CST = "Prenatal massage", "Lactation visit", "Infant CST"


@pytest.fixture
def practice(sqlite_scope, sqlite_url, monkeypatch):
    monkeypatch.setenv("ALLAY_DATABASE_URL", sqlite_url)
    before = MONDAY - timedelta(days=31)
    rows = [
        booked("Combi", MONDAY, at=17, type_text="CST + Lactation"),
        *(booked(f"F{at}", before, at=at, type_text=PRENATAL, minutes=90) for at in range(9, 14)),
        *(booked(f"F{at}", MONDAY, at=at, type_text=LACTATION) for at in range(9, 14)),
        booked("F9", MONDAY + timedelta(days=2), type_text=CST),
    ]
    put_on_file(Invented(rows), sqlite_scope)
    return sqlite_scope


@pytest.fixture
def at(practice):  # noqa: ARG001  on file before the page runs
    return page_of("owner/visit_types")


@pytest.mark.usefixtures("sqlite_scope")
def test_without_records_the_page_says_where_to_bring_them(sqlite_url, monkeypatch):
    monkeypatch.setenv("ALLAY_DATABASE_URL", sqlite_url)
    empty = run(page_of("owner/visit_types"))
    assert "No visits yet" in text(empty)
    assert not figures(empty)


def test_each_type_has_its_row(at):
    rows = table_rows(run(at), "Numbers by visit type")
    assert rows == {
        "CST": ["2", "2", "$300", "2"],
        "Lactation": ["5", "5", "$750", "5"],
        "Massage": ["5", "7.5", "$750", "5"],
        "All types": ["12", "14.5", "$1,800", "12"],
    }


def test_the_table_says_what_query_answers(at, practice):
    rows = table_rows(run(at), "Numbers by visit type")
    metrics = ("completed", "care_hours", "visit_value", "new_to_type")
    asked = Question(metrics=metrics, by=("visit_type",), first=FIRST, last=LAST)
    cells = index_cells(query(asked, practice), "visit_type")
    for name, kind in (("CST", "cst"), ("Lactation", "lactation"), ("Massage", "massage")):
        visits, hours, value, new = (cells[kind, metric].value for metric in metrics)
        told = [
            fmt.plain_number(visits),
            fmt.plain_number(hours),
            fmt.dollars(value),
            fmt.plain_number(new),
        ]
        assert rows[name] == told


@pytest.mark.parametrize(("measure", "newest"), [("visits", 5), ("hours", 5.0), ("value", 750.0)])
def test_the_mix_is_told_in_visits_hours_and_value(at, measure, newest):
    at.session_state["al-mix-measure"] = measure
    mix = figures(run(at))[0]
    lactation = next(trace for trace in mix["data"] if trace["name"] == "Lactation")
    assert lactation["y"][-1] == newest


def test_a_column_of_the_mix_opens_its_visits(at):
    run(at)
    click_mark(at, "types-mix", str(MONDAY), "lactation")
    assert len(table_rows(at, "Visits behind Completed visits")) == 5


def test_a_column_in_value_opens_what_it_is_made_of(at):
    at.session_state["al-mix-measure"] = "value"
    run(at)
    click_mark(at, "types-mix", str(MONDAY), "lactation")
    assert len(table_rows(at, "Visits behind Visit value")) == 5
    assert "$750" in text(at)


def test_the_path_is_told_with_typical_days_and_few_as_counts(at):
    told = " ".join(text(run(at)).split())
    assert "Began with Massage 5 CST 1" in told
    assert "Massage → Lactation 5 31 median" in told
    assert "Lactation → CST 1 too few to say" in told


def test_a_step_opens_the_visits_by_which_families_arrived(at):
    run(at)
    click_word(at, "step|lactation|cst")
    assert list(table_rows(at, "From lactation to CST")) == ["Wed 24 Jun, 10:00 am"]


def test_a_beginning_opens_first_visits(at):
    run(at)
    click_word(at, "start|massage|")
    assert len(table_rows(at, "Visits behind New families")) == 5


def test_new_and_returning_families_open_their_week(at):
    run(at)
    click_word(at, f"new|{MONDAY}|")
    assert len(table_rows(at, "Visits behind New families")) == 1
    click_word(at, f"seen|{MONDAY}|")
    assert len(table_rows(at, "Visits behind Families seen")) == 7


def test_combined_visits_are_counted_and_open(at):
    told = " ".join(text(run(at)).split())
    assert "1 8% of 12 completed visits" in told
    click_word(at, "combined|cst|lactation")
    assert list(table_rows(at, "Visits behind Combined visits")) == ["Mon 22 Jun, 5:00 pm"]


def test_an_age_opens_its_visits_and_the_rest_is_told(at, practice):
    born(practice, "Combi", MONDAY - timedelta(days=20))
    run(at)
    ages = figures(at)[1]
    assert [sum(trace["y"]) for trace in ages["data"] if trace["name"] == "CST"] == [1]
    assert "Not shown: 11 without a known birth date" in " ".join(text(at).split())
    click_mark(at, "types-ages", 2, "cst")
    assert list(table_rows(at, "CST: visits at 2 weeks old")) == ["Mon 22 Jun, 5:00 pm"]
    click_word(at, "age||")
    assert "Visits without a known birth date" in bodies(at)


def test_a_year_is_told_in_months(at):
    at.session_state["period"] = "12 months"
    run(at)
    assert "completed visits per month, by type" in text(at)
    click_mark(at, "types-mix", "2026-06-01", "cst")
    assert len(table_rows(at, "Visits behind Completed visits")) == 2


def test_a_half_chosen_period_keeps_the_last_whole_one(at):
    own_dates(at, MONDAY, LAST)
    whole = table_rows(at, "Numbers by visit type")
    assert whole["All types"][0] == "7"
    own_dates(at, date(2026, 6, 24))
    assert table_rows(at, "Numbers by visit type") == whole


def test_a_period_without_visits_is_told_so(at):
    own_dates(at, date(2026, 6, 1), date(2026, 6, 7))
    told = text(at)
    assert "No visits in this period" in str(figures(at))
    assert "No family went on to another type in this period." in told
    assert "No completed visit in this period gave two types." in told


def test_early_days_say_why_nobody_is_new(at):
    own_dates(at, date(2026, 1, 5), date(2026, 2, 1))
    assert "may not be new" in text(at)


def test_a_single_type(at):
    at.session_state["type"] = "Lactation"
    run(at)
    assert list(table_rows(at, "Numbers by visit type")) == ["Lactation"]


@pytest.mark.parametrize(
    "told", ["total|nonsense|cst", "step|cst|massage", "new|soon|", "x", "age|x|"]
)
def test_a_word_the_page_does_not_know_opens_nothing(at, told):
    run(at)
    before = bodies(at)
    at.session_state["al-opened"] = told
    run(at)
    assert bodies(at) == before


def born(scope, name, day):
    """Give a family an infant born on a day, seen in all its visits."""
    key = {"practice_id": scope.practice_id}
    with scope.write("give birth") as conn:
        who = conn.execute(select(family.c.id).where(family.c.name == name)).scalar_one()
        child = {**key, "id": name, "family_id": who, "name": "Baby", "kind": "infant"}
        conn.execute(insert(client), {**child, "born_on": day})
        for seen in conn.execute(select(visit.c.id).where(visit.c.family_id == who)).scalars():
            conn.execute(insert(visit_client), {**key, "visit_id": seen, "client_id": name})
