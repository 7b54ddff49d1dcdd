"""Baby as a page: twins each with all of their own, and care closed for one or for both."""

from dataclasses import replace

import pytest

from allay_metrics.caseload.caseload_families import read_families
from allay_metrics.caseload.reading_day import compute_today
from allay_metrics.records import OWNER, open_practice
from allay_metrics.review.audit_trail import read_trail
from allay_metrics.ui.viewing_as import AS
from tests.support.exports import Desk, appointment
from tests.support.on_page import page_of, run, text

ROWS = [
    appointment("t1", "2026-05-18 10:00", "Ana Rivera", infants="Mia & Leo", born="2026-04-06"),
    # Mia alone comes back: her column has a visit that Leo's has not.
    appointment("t2", "2026-05-25 10:00", "Ana Rivera", infants="Mia", born="2026-04-06"),
    # A parent of her own visit, who is no twin.
    appointment("t3", "2026-05-26 10:00", "Ana Rivera", type="Postpartum massage"),
]


@pytest.fixture
def maya(sqlite_url, tmp_path, monkeypatch):
    monkeypatch.setenv("ALLAY_DATABASE_URL", sqlite_url)
    scope = open_practice(sqlite_url, name="Test practice")
    Desk(scope, tmp_path).take_in(ROWS, "2026-06-01 08:00", holds="all")
    yield scope.as_therapist("Maya Lopez")
    scope.close()


def rivera(maya):
    (family,) = read_families(maya, compute_today(maya))
    return {person.name: person for person in family.people}


def opened(maya, client_id):
    at = page_of("therapist/baby")
    at.query_params[AS] = maya.viewer.therapist_id[:8]
    at.query_params["client"] = client_id
    return run(at)


def close(at, client_id, *also):
    """Press the button on this client's card, after ticking others."""
    for other in also:
        at.checkbox(key=f"al-close-{client_id}-{other}").check()
    (button,) = [each for each in at.button if each.form_id == f"al-close-{client_id}"]
    button.click()
    return run(at)


def test_each_twin_has_a_column_with_its_own_visits_note_and_care(maya):
    known = rivera(maya)
    mia, leo = known["Mia"].client_id, known["Leo"].client_id
    at = opened(maya, leo)
    said = " ".join(text(at).split())
    assert "Leo and Mia twins, 8 weeks" in said
    assert "1 completed, newest first" in said
    assert "2 completed, newest first" in said
    assert [each.label for each in at.text_area] == [
        "Note for Leo's next visit", "Note for Mia's next visit",
    ]  # fmt: skip
    at.text_area[1].set_value("Bring the scale")
    run(at)
    again = opened(maya, mia)
    assert [each.value for each in again.text_area] == ["Bring the scale", ""]


def test_care_ends_for_one_twin_alone(maya):
    known = rivera(maya)
    close(opened(maya, known["Mia"].client_id), known["Leo"].client_id)
    assert {name: person.closed_reason for name, person in rivera(maya).items()} == {
        "Leo": "goals met", "Mia": None, "Ana Rivera": None,
    }  # fmt: skip


def test_or_for_both_at_once_and_is_opened_again_for_one(maya):
    known = rivera(maya)
    mia, leo = known["Mia"].client_id, known["Leo"].client_id
    at = close(opened(maya, mia), mia, leo)
    assert "Closed: Mia and Leo. Graduated, goals met." in text(at)
    at.button(key=f"al-reopen-{leo}").click()
    run(at)
    closed = {name for name, person in rivera(maya).items() if person.closed_on is not None}
    assert closed == {"Mia"}


def test_a_client_without_a_twin_stands_alone_and_closes_with_the_family(maya):
    ana = rivera(maya)["Ana Rivera"].client_id
    at = opened(maya, ana)
    assert len(at.text_area) == 1
    close(at, ana)
    assert all(person.closed_on for person in rivera(maya).values())


def test_opening_a_familys_page_leaves_one_line_in_the_audit_trail(maya):
    at = opened(maya, rivera(maya)["Mia"].client_id)
    run(at)  # still the same page
    (line,) = [
        row
        for row in read_trail(replace(maya, viewer=OWNER))
        if row.action == "Open a family's page"
    ]
    assert (line.who, line.about) == ("Maya Lopez", "Rivera")
