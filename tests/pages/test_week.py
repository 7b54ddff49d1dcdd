"""The Week, of a small practice that came in through the importer."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from allay_metrics import formatting as fmt
from allay_metrics.actions.week_notes import save_note, set_goals
from allay_metrics.metrics import Question, query
from allay_metrics.records.tables import booking
from allay_metrics.review.missing import missing_visits
from allay_metrics.review.week import read_note, review_week
from allay_metrics.ui.week import no_next
from tests.pages.conftest import HOSTILE, WEEK
from tests.support.on_page import (
    DASHBOARD,
    bodies,
    click_mark,
    click_word,
    figures,
    run,
    table_rows,
    text,
)

SUNDAY = WEEK + timedelta(days=6)
NOTE = f"al-field-note-{WEEK}"


@pytest.fixture
def at(small):  # noqa: ARG001  on file before the page runs
    return AppTest.from_file(DASHBOARD, default_timeout=60)


def faces(at):
    """Return each tile's large number, with its unit, by its label."""
    labels = [b.label.replace("\\", "") for b in at.button if b.key.startswith("al-open-")]
    large = re.findall(r'<div class="al-t"><div class="al-v">(.*?)</div>', bodies(at))
    return {
        label: " ".join(re.sub("<[^>]+>", " ", value).split())
        for label, value in zip(labels, large, strict=True)
    }


def open_tile(at, key):
    at.button(key=f"al-open-{key}").click()
    return run(at)


def need(at, key):
    (row,) = [b for b in at.button if b.key == f"al-need-{key}"]
    return row


def test_without_records_the_page_says_where_to_bring_them(sqlite_url, monkeypatch):
    monkeypatch.setenv("ALLAY_DATABASE_URL", sqlite_url)
    at = run(AppTest.from_file(DASHBOARD, default_timeout=60))
    # Nobody's records are open yet: the page offers the way in, and no number.
    assert "No visits yet" in text(at)
    assert 'class="al-v"' not in bodies(at)
    at.button(key="al-empty-action").click()
    assert "Records" in text(run(at))


def test_the_head_says_the_week_and_what_became_of_the_rows(at):
    told = text(run(at))
    assert "Week of Mon 9 Nov to Sun 15 Nov 2026" in " ".join(told.split())
    assert "98 rows: 97 counted , 1 set aside" in " ".join(told.split())
    assert "1 missing , in no number until decided" in " ".join(told.split())


def test_tiles_say_what_the_question_answers(at, small):
    shown = faces(run(at))
    assert shown == {
        "Completed": "5",
        "New families": "2",
        "On the books": "2 in 14 days",
        "Show rate": "–",  # noqa: RUF001
        "Rebooked": "0%",
        "Field use": "–",  # noqa: RUF001
        "First-visit wait": "–",  # noqa: RUF001
        "Families better": "–",  # noqa: RUF001
    }
    asked = Question(metrics=("completed", "new_families"), first=WEEK, last=SUNDAY)
    assert query(asked, small)["value"].tolist() == [5, 2]


def test_a_tile_without_a_value_says_why(at):
    told = text(run(at))
    assert "no-shows are not in this export" in told
    assert "no capacity on file" in told
    assert "waits for check-ins on file" in told
    assert "2 first visits: too few for a median" in told


@pytest.mark.parametrize("key", ["completed", "new_families", "rebooked_rate"])
def test_a_tile_opens_as_many_visits_as_it_counts(at, small, key):
    number = review_week(small).number[key]
    open_tile(run(at), key)
    label = number.metric.label
    told = re.findall(
        rf"<caption>Visits behind {label}</caption>.*?</table>", bodies(at), re.DOTALL
    )
    (rows,) = (len(re.findall("<tr", table.split("<tbody>")[1])) for table in told)
    assert rows == (number.now.cell.denominator or number.now.cell.value)
    assert number.metric.definition in text(at)


def test_a_tile_that_waits_opens_its_definition_and_no_visits(at):
    open_tile(run(at), "improved_share")
    assert "Waits for check-ins on file." in text(at)
    assert "Visits behind" not in text(at)


def test_names_from_outside_stay_text(at):
    open_tile(run(at), "completed")
    assert HOSTILE in text(at)
    assert "<b>Bo" not in bodies(at)
    need(at, "no-next").click()
    run(at)
    assert "&lt;b&gt;Bo&lt;/b&gt;**x**" in bodies(at)
    assert not [m for m in at.markdown if "Bo" in m.value]


@pytest.mark.parametrize(("day", "old"), [(19, False), (20, True)])
def test_the_list_to_call_says_first_how_old_its_records_are(at, monkeypatch, day, old):
    """They are of the 16th."""
    monkeypatch.setattr(no_next, "local_now", lambda _scope: datetime(2026, 11, day, 9, tzinfo=UTC))
    need(run(at), "no-next").click()
    before, _, _ = text(run(at)).partition("Last visit")
    assert ("somebody may have booked since." in before) is old


def test_a_filter_changes_every_number(at):
    run(at).selectbox(key="city").set_value("Berkeley")
    shown = faces(run(at))
    assert shown["Completed"] == "1"
    assert shown["On the books"] == "0 in 14 days"
    at.selectbox(key="city").set_value("All cities")
    at.selectbox(key="type").set_value("CST")
    assert faces(run(at))["Completed"] == "4"


def test_the_therapist_is_in_the_address_without_her_name(at):
    run(at)
    park = next(option for option in at.selectbox(key="al-therapist").options if "Park" in option)
    assert park == "Ines Park"
    at.selectbox(key="al-therapist").select(park)
    assert faces(run(at))["Completed"] == "2"
    asked = at.query_params["therapist"]
    assert re.fullmatch("[0-9a-f]{8}", asked)
    again = AppTest.from_file(DASHBOARD, default_timeout=60)
    again.query_params["therapist"] = asked
    assert faces(run(again))["Completed"] == "2"


def test_the_arrows_go_to_the_week_before_and_back(at):
    run(at).button(key="al-arrow-earlier").click()
    assert "Week of Mon 2 Nov" in text(run(at))
    assert at.query_params["week"] == "2026-11-02"
    assert faces(at)["On the books"] == "5"
    at.button(key="al-arrow-later").click()
    assert "Week of Mon 9 Nov" in text(run(at))


def test_a_week_in_the_address_opens_it_and_nonsense_opens_the_newest(at):
    at.query_params["week"] = "2026-10-21"
    assert "Week of Mon 19 Oct" in text(run(at))
    other = AppTest.from_file(DASHBOARD, default_timeout=60)
    other.query_params["week"] = "soon"
    assert "Week of Mon 9 Nov" in text(run(other))


def test_a_week_that_has_not_ended_says_so(at):
    at.query_params["week"] = "2026-11-16"
    told = text(run(at))
    assert ", so far" in told
    assert at.button(key="al-arrow-later").disabled


def test_the_page_has_two_figures_and_each_has_words(at):
    run(at)
    assert len(figures(at)) == 2
    assert all(chart.proto.alt for chart in at.get("plotly_chart"))


def test_a_cell_of_the_grid_opens_its_visits(at):
    click_word(run(at), "grid|Mon|Oakland")
    rows = table_rows(at, "Visits behind Bookings")
    assert len(rows) == 3
    assert {row[1] for row in rows.values()} == {"Oakland"}
    assert [each.proto.dialog.title for each in at.get("dialog")] == [r"Oakland\, Monday"]


def test_a_bubble_and_a_column_open_their_visits(at):
    click_mark(run(at), "week-map", "Berkeley")
    assert len(table_rows(at, "Visits behind Bookings")) == 1
    click_mark(at, "week-types", "2026-11-09", "cst")
    assert len(table_rows(at, "Visits behind Completed visits")) == 4


def test_the_scorecard_says_the_weeks_and_opens_them(at, small):
    review = review_week(small)
    rows = table_rows(run(at), "The eight numbers by week")
    weeks = [fmt.number(week.cell.value) for week in review.number["completed"].weeks]
    assert [cell.removeprefix("◆ ") for cell in rows["Completed"][2:]] == weeks
    click_word(at, "score|completed|2026-10-19")
    assert len(table_rows(at, "Visits behind Completed visits")) == 5


def test_a_word_nobody_offered_opens_nothing(at):
    for word in (
        "score|nothing|2026-10-19",
        "score|completed|never",
        "referral|x",
        "grid|Mon|Nowhere",
        "grid|Today|Oakland",
        "x",
    ):
        at.session_state["al-opened"] = word
        assert "Visits behind" not in text(run(at))


def test_goals_stand_on_the_tile_and_the_scorecard(at, small):
    set_goals(small, {"completed": 6})
    assert table_rows(run(at), "The eight numbers by week")["Completed"][0] == "6"
    assert "goal 6" in " ".join(text(at).split())


def test_missing_visits_are_decided_in_the_drawer(at, small):
    need(run(at), "missing").click()
    run(at)
    (id_,) = missing_visits(small)["booking_id"]
    at.button(key=f"al-decide-kept-{id_}").click()
    run(at)
    assert missing_visits(small).empty
    # The page behind follows at once: one visit more.
    assert review_week(small).number["completed"].now.cell.value == 6
    assert faces(run(at))["Completed"] == "6"
    assert not [b for b in at.button if b.key == "al-need-missing"]


def test_a_visit_that_came_back_meanwhile_is_said_in_a_sentence(at, small):
    need(run(at), "missing").click()
    run(at)
    (id_,) = missing_visits(small)["booking_id"]
    with small.write("let a newer export hold it again") as conn:
        conn.execute(update(booking).where(booking.c.id == id_).values(missing_from_import_id=None))
    at.button(key=f"al-decide-kept-{id_}").click()
    at.run()
    assert not at.exception
    assert "not missing" in " ".join(at.session_state["al-missing-wrong"].split())


def test_lists_behind_what_waits_are_as_long_as_their_rows_say(at, small):
    needs = review_week(small).needs
    run(at)
    assert f"{needs.no_next} families" in need(at, "no-next").label
    need(at, "no-next").click()
    rows = table_rows(run(at), "Families without a next visit, longest ago first")
    assert len(rows) == needs.no_next
    need(at, "city").click()
    assert len(table_rows(run(at), "Visits without a city, newest first")) == needs.unknown_city


def test_a_note_is_kept_with_its_week(at, small):
    run(at).text_area(key=NOTE).set_value("Call <b>Bo</b>")
    run(at)
    assert read_note(small, WEEK).text == "Call <b>Bo</b>"
    at.button(key="al-arrow-earlier").click()
    run(at)
    assert at.text_area(key=f"al-field-note-{WEEK - timedelta(days=7)}").value == ""
    fresh = run(AppTest.from_file(DASHBOARD, default_timeout=60))
    assert fresh.text_area(key=NOTE).value == "Call <b>Bo</b>"


@pytest.fixture
def conflict(at, small):
    """Two people wrote: the other one's is kept, mine is not yet."""
    run(at)
    save_note(small, WEEK, "theirs", 0)
    at.text_area(key=NOTE).set_value("mine")
    at.run()
    return at


def test_a_note_written_by_two_shows_both(conflict, small):
    said = " ".join(each.value for each in conflict.text)
    assert "theirs" in said
    assert conflict.text_area(key=NOTE).value == "mine"
    assert read_note(small, WEEK).text == "theirs"


@pytest.mark.parametrize(
    ("choice", "kept"),
    [("Keep mine", "mine"), ("Take the other", "theirs"), ("Keep both", "theirs\nmine")],
)
def test_a_conflict_is_settled_by_choosing(conflict, small, choice, kept):
    conflict.button(key=f"{NOTE}-{choice}").click()
    run(conflict)
    assert read_note(small, WEEK).text == kept
    assert conflict.text_area(key=NOTE).value == kept


def test_words_of_somebody_else_appear_where_i_wrote_none(at, small):
    run(at)
    save_note(small, WEEK, "theirs", 0)
    run(at)
    assert at.text_area(key=NOTE).value == "theirs"
