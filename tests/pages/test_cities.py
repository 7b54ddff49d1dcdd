"""The Cities page, of a practice small enough to count by hand."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from allay_metrics import formatting as fmt
from allay_metrics.metrics import Question, query
from allay_metrics.records.tables import audit
from allay_metrics.review.query_results import index_cells
from allay_metrics.ui.cities.city_ranking import shorten
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
from tests.support.practices import Invented, Told, booked, put_on_file

MONDAY = date(2026, 6, 22)
FIRST, LAST = date(2026, 3, 30), date(2026, 6, 28)


@pytest.fixture
def practice(sqlite_scope, sqlite_url, monkeypatch):
    monkeypatch.setenv("ALLAY_DATABASE_URL", sqlite_url)
    rows = [
        *(booked(name, MONDAY, at=at) for at, name in enumerate("ABCDE", start=9)),
        booked("A", MONDAY + timedelta(days=1), type_text="Lactation visit"),
        booked("F", MONDAY, at=16, city_text="San Jose", marked="cancelled"),
        booked("A", MONDAY + timedelta(days=2), city_text="San Jose"),
        booked("G", MONDAY, at=17, city_text=None),
        booked("A", date(2026, 7, 6)),
    ]
    put_on_file(Invented(rows, [Told.all(last=date(2026, 8, 1))]), sqlite_scope)
    return sqlite_scope


@pytest.fixture
def at(practice):  # noqa: ARG001  on file before the page runs
    return page_of("owner/cities")


@pytest.mark.usefixtures("sqlite_scope")
def test_without_records_the_page_says_where_to_bring_them(sqlite_url, monkeypatch):
    monkeypatch.setenv("ALLAY_DATABASE_URL", sqlite_url)
    empty = run(page_of("owner/cities"))
    assert "No visits yet" in text(empty)
    assert not figures(empty)


def test_each_city_has_its_row_and_the_unknown_one_is_last(at):
    rows = table_rows(run(at), "Numbers by city")
    assert list(rows) == ["Oakland", "San Jose", "Unknown", "All cities"]
    none = fmt.DASH
    assert rows["Oakland"] == ["6", "6", "5", "5", "0% 0 of 6", none, none, "$900", none, none, "1"]
    few = f"{none} 1 of 2"
    assert rows["San Jose"] == ["2", "1", "1", "0", few, none, none, "$150", none, none, "0"]


def test_the_table_says_what_query_answers(at, practice):
    rows = table_rows(run(at), "Numbers by city")
    metrics = ("bookings", "completed", "families_seen", "new_families")
    asked = Question(metrics=metrics, by=("city",), first=FIRST, last=LAST)
    cells = index_cells(query(asked, practice), "city")
    for city in ("Oakland", "San Jose", "unknown"):
        answered = [fmt.number(cells[city, metric].value) for metric in metrics]
        assert rows[city.capitalize() if city == "unknown" else city][:4] == answered


def test_what_is_not_on_file_is_one_quiet_line(at):
    told = text(run(at))
    assert "Drive min, Lone days, Value an hour and Driving, est.: no base on file for" in told
    assert told.count("no base on file for") == told.count("no base on file for Maya Lopez")


def test_the_page_has_two_figures_and_each_has_its_words(at):
    drawn = run(at).get("plotly_chart")
    assert len(drawn) == 2
    assert all(each.proto.alt for each in drawn)


def test_a_number_opens_its_visits(at):
    run(at)
    click_word(at, "number|completed|Oakland")
    assert len(table_rows(at, "Visits behind Completed visits")) == 6
    assert "Visits that took place" in text(at)


def test_a_total_opens_all_cities(at):
    run(at)
    click_word(at, "number|bookings|")
    assert len(table_rows(at, "Visits behind Bookings")) == 9


def test_what_is_ahead_opens_the_days_ahead(at):
    run(at)
    click_word(at, "number|booked|Oakland")
    assert list(table_rows(at, "Visits behind Booked visits")) == ["Mon 6 Jul, 10:00 am"]


def test_a_bar_opens_one_type_in_one_city(at):
    run(at)
    click_mark(at, "cities-ranked", "Oakland", "lactation")
    assert list(table_rows(at, "Visits behind Completed visits")) == ["Tue 23 Jun, 10:00 am"]


def test_the_unknown_bar_opens_the_visits_without_a_city(at):
    run(at)
    click_mark(at, "cities-ranked", "Unknown", "")
    assert next(iter(table_rows(at, "Visits behind Completed visits").values()))[:2] == [
        "G",
        "unknown",
    ]


def test_a_cell_of_the_grid_opens_its_weekday(at):
    run(at)
    click_word(at, "grid|Wed|San Jose")
    assert list(table_rows(at, "Visits behind Completed visits")) == ["Wed 24 Jun, 10:00 am"]


def test_the_grid_may_be_of_visit_types(at):
    at.session_state["al-grid-by"] = "By visit type"
    run(at)
    click_word(at, "grid|lactation|Oakland")
    assert list(table_rows(at, "Visits behind Completed visits")) == ["Tue 23 Jun, 10:00 am"]


def test_a_bubble_opens_the_city_with_its_weeks_numbers_and_visits(at):
    run(at)
    click_mark(at, "cities-map", "Oakland")
    assert "26 full weeks" in text(at)
    assert table_rows(at, "Numbers of Oakland")["In this period"][:2] == ["6", "6"]
    assert len(table_rows(at, "Completed visits in Oakland")) == 6


def test_a_city_opens_from_its_name_too(at):
    run(at)
    click_word(at, "city||San Jose")
    assert len(table_rows(at, "Completed visits in San Jose")) == 1


def test_a_week_of_a_small_chart_opens(at):
    run(at)
    click_word(at, f"week|{MONDAY}|San Jose")
    assert list(table_rows(at, "Visits behind Completed visits")) == ["Wed 24 Jun, 10:00 am"]


@pytest.mark.parametrize(
    "word",
    [
        "number|nonsense|Oakland",
        "number|completed|Atlantis",
        "week|soon|Oakland",
        "grid|Mon|Atlantis",
        "grid|soon|Oakland",
        "x",
        "|",
    ],
)
def test_a_word_the_page_does_not_know_opens_nothing_and_is_told_of(at, practice, word):
    run(at)
    before = bodies(at)
    at.session_state["al-opened"] = word
    run(at)
    assert bodies(at) == before
    with practice.read() as conn:
        asked = select(audit.c.about).where(audit.c.action == "refuse what a page does not offer")
        assert list(conn.execute(asked).scalars()) == ["cities"]


def test_a_half_chosen_period_keeps_the_last_whole_one(at):
    own_dates(at, date(2026, 6, 23), date(2026, 6, 24))
    assert table_rows(at, "Numbers by city")["All cities"][0] == "2"
    own_dates(at, date(2026, 6, 24))
    assert table_rows(at, "Numbers by city")["All cities"][0] == "2"


def test_a_period_without_visits_is_told_so(at):
    own_dates(at, date(2026, 2, 2), date(2026, 2, 8))
    assert "No visits in this period" in str(figures(at))
    assert "No completed visits in this period." in text(at)


def test_a_single_city(at):
    at.session_state["city"] = "San Jose"
    run(at)
    assert list(table_rows(at, "Numbers by city")) == ["San Jose"]
    click_word(at, "number|bookings|San Jose")
    assert len(table_rows(at, "Visits behind Bookings")) == 2


def test_many_cities_are_shortened_and_nothing_is_lost():
    counts = {f"City {i}": (20 - i, 1) for i in range(20)} | {"unknown": (3, 0)}
    few = shorten(counts)
    assert len(few.names) == 13
    assert few.names[-2:] == ("9 others", "Unknown")
    assert sum(sum(row) for row in few.rows.values()) == sum(map(sum, counts.values()))
    assert few.members["9 others"][0] == "City 11"
