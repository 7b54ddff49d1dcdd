"""Baby where a baby died: said first and gently, asked with care, and taken back by asking once."""

from datetime import date, datetime, timedelta

import pytest

from allay_metrics.actions.death import save_death
from allay_metrics.caseload.caseload_families import read_families
from allay_metrics.caseload.reading_day import compute_today
from allay_metrics.contact import ContactPermission
from allay_metrics.records import open_practice
from allay_metrics.ui.viewing_as import AS
from tests.support.asked import in_care, seen, signed
from tests.support.exports import ZONE, Desk, appointment
from tests.support.on_page import bodies, page_of, run, text

DAY = date(2026, 5, 28)
BORN = {"born": "2026-04-06"}
SEEN = appointment("t1", "2026-05-18 10:00", "Ana Rivera", infants="Mia & Leo", **BORN)
AHEAD = appointment("t2", "2026-06-08 10:00", "Ana Rivera", infants="Mia & Leo", **BORN)
IDA = appointment("t3", "2026-05-20 10:00", "Bea Moss", infants="Ida", born="2026-03-02")
IDA_AHEAD = appointment("t4", "2026-06-09 10:00", "Bea Moss", infants="Ida", born="2026-03-02")


@pytest.fixture
def maya(sqlite_url, tmp_path, monkeypatch):
    monkeypatch.setenv("ALLAY_DATABASE_URL", sqlite_url)
    scope = open_practice(sqlite_url, name="Test practice")
    Desk(scope, tmp_path).take_in([SEEN, AHEAD, IDA, IDA_AHEAD], "2026-06-01 08:00", holds="all")
    yield scope.as_therapist("Maya Lopez")
    scope.close()


@pytest.fixture
def known(maya):
    """Client ids by name."""
    families = read_families(maya, compute_today(maya))
    return {person.name: person.client_id for family in families for person in family.people}


def opened(maya, client_id, page="therapist/baby"):
    at = page_of(page)
    at.query_params[AS] = maya.viewer.therapist_id[:8]
    at.query_params["client"] = client_id
    return run(at)


def words(at):
    return " ".join(text(at).split())


def contact(maya, name="Rivera"):
    return {family.name: family.contact for family in read_families(maya, compute_today(maya))}[
        name
    ]


def says_died(at, client_id):
    at.selectbox(key=f"al-close-{client_id}-reason").set_value("the baby died")
    return run(at)


def labels(at):
    return [each.label for each in at.button]


def press(at, label):
    next(each for each in at.button if each.label == label).click()
    at.run()
    assert not at.exception
    return at


def test_who_died_stands_first_and_without_age_note_or_how_it_is_going(maya, known):
    save_death(maya, known["Leo"], DAY)
    said = words(opened(maya, known["Leo"]))
    first = said.index("Leo died on 28 May.")
    assert first < said.index("Practical contact only: bereaved")
    assert "twins" not in said
    assert "Leo and Mia Mia " in said  # the title, then whose age it is
    assert said.count("How it is going") == 1
    assert "care has ended" not in said
    assert "closed well" not in said
    assert "Leo died on 28 May" in said
    at = opened(maya, known["Leo"])
    assert [each.label for each in at.text_area] == ["Note for Mia's next visit"]
    assert [each.key for each in at.toggle] == [f"al-mark-{known['Mia']}"]


def test_an_only_babys_page_says_it_first_too_and_closes_nobodys_care(maya, known):
    save_death(maya, known["Ida"], DAY)
    at = opened(maya, known["Ida"])
    said = words(at)
    assert said.index("Ida died on 28 May.") < said.index("No contact: bereaved")
    assert "How it is going" not in said
    assert "weeks" not in said.split("Ida died")[0]
    assert "Ida's visit on Tue 9 Jun is still booked: cancel it in your scheduling system." in said
    assert not at.text_area
    assert not [each for each in labels(at) if each.startswith("Close")]


def test_a_visit_still_booked_is_said_to_be_the_living_twins(maya, known):
    save_death(maya, known["Leo"], DAY)
    said = words(opened(maya, known["Leo"]))
    assert (
        "Mia's visit on Mon 8 Jun stands; Leo's name is still on it in your scheduling system."
        in said
    )
    assert "cancel it" not in said


def test_the_day_is_asked_for_and_the_button_says_what_it_does(maya, known):
    mia = known["Mia"]
    at = says_died(opened(maya, mia), mia)
    assert "no family lost" not in text(at)
    (day,) = [each for each in at.date_input if each.label == "Day of death"]
    assert day.value is None
    press(at, "Keep that Mia died")
    assert contact(maya) == ContactPermission()
    assert "Choose the day: nothing was saved." in [each.value for each in at.text]
    next(each for each in at.date_input if each.label == "Day of death").set_value(DAY)
    press(at, "Keep that Mia died")
    assert contact(maya) == ContactPermission("practical", "bereaved")
    # It is confirmed on the card where she tapped, not at the top of the page.
    said = words(at)
    assert said.index("Kept that Mia died.") > said.rindex("Mia died on 28 May ")
    press(at, "Undo")
    assert contact(maya) == ContactPermission()


def test_a_death_is_taken_back_only_after_asking_once(maya, known):
    save_death(maya, known["Leo"], DAY)
    at = opened(maya, known["Leo"])
    assert [each.proto.popover.label for each in at.get("popover")].count("Entered by mistake") == 1
    assert "Open Leo's care again" not in labels(at)
    press(at, "Leo did not die: take it back")
    assert "Leo's care is open again." in text(at)
    assert contact(maya) == ContactPermission()


def test_a_close_button_says_whose_care_it_closes(maya, known):
    assert "Close Ida's care" in labels(opened(maya, known["Ida"]))
    assert labels(opened(maya, known["Mia"])).count("Close care of those ticked") == 2


def test_every_list_of_a_caseload_marks_who_died(maya, known):
    save_death(maya, known["Leo"], DAY, "yes")
    at = page_of("therapist/caseload")
    at.query_params[AS] = maya.viewer.therapist_id[:8]
    (listed,) = [
        part for part in bodies(run(at)).split("<li") if "Rivera" in part and "ln died" in part
    ]
    assert "Leo died on 28 May" in listed


def test_whom_to_ask_names_who_died_first(sqlite_url, tmp_path, monkeypatch):
    monkeypatch.setenv("ALLAY_DATABASE_URL", sqlite_url)
    scope = open_practice(sqlite_url, name="Test practice")
    desk = Desk(scope, tmp_path)
    clients = in_care(desk, seen("1", 7, "Mia & Leo"))
    signed(scope)
    yesterday = datetime.now(ZONE).date() - timedelta(days=1)
    save_death(scope, clients["Leo"], yesterday, "yes")
    (row,) = [
        part for part in bodies(run(page_of("practice/check_ins"))).split("<li>") if "Mia" in part
    ]
    assert f"Leo died on {yesterday.day} {yesterday:%b}" in row
    scope.close()


def test_no_reason_is_preselected_and_a_tap_on_one_keeps_it(maya, known):
    at = opened(maya, known["Ida"])
    menus = [each for each in at.button_group if "because" in each.label]
    assert [each.value for each in menus] == [None, None]
    menus[1].set_value("hospital")
    run(at)
    assert contact(maya, "Moss") == ContactPermission("none", "hospital")
    # What stands is said once, by its sentence.
    assert words(at).lower().count("no contact: in hospital") == 1
    assert [each.proto.popover.label for each in at.get("popover")] == ["Change contact"]
    assert "Kept." in text(at)


def test_what_was_done_is_said_until_the_next_thing_is(maya, known):
    at = opened(maya, known["Ida"])
    menus = [each for each in at.button_group if "because" in each.label]
    menus[0].set_value("asked")
    press(run(at), "Undo")
    assert "Undone: everything is as it was." in text(at)
    at.toggle(key=f"al-mark-{known['Ida']}").set_value(True)
    assert "Undone" not in text(run(at))
