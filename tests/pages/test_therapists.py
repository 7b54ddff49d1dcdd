"""The Therapists page as drawn: cards by name, hours kept from the drawer, mileage by month."""

import pytest

from allay_metrics.actions.therapist_details import TherapistDetails, save_therapists
from allay_metrics.review.therapists import review_therapists
from tests.support.on_page import page_of, run, text


@pytest.fixture
def at(small):
    save_therapists(
        small, [TherapistDetails("Maya Lopez", "maya@example.org", "Oakland", ("cst",), 600)]
    )
    return page_of("owner/therapists")


def test_each_therapist_has_a_card_by_name(at):
    told = text(run(at))
    assert told.index("Ines Park") < told.index("Maya Lopez")
    assert "from Oakland" in told
    assert "no base on file" in told
    assert "no offered hours on file" in told


def test_hours_are_kept_from_the_drawer(at, small):
    (maya,) = [
        therapist
        for therapist in review_therapists(small).therapists
        if therapist.name == "Maya Lopez"
    ]
    run(at).button(key="al-hours-of-1").click().run()
    at.number_input(key=f"al-offered-{maya.id}-usual").set_value(20.0)
    at.button(key=f"al-save-hours-{maya.id}").click().run()
    assert not at.exception
    (maya,) = [
        therapist
        for therapist in review_therapists(small).therapists
        if therapist.name == "Maya Lopez"
    ]
    assert maya.usual_minutes == 1200
    assert [week.offered for week in maya.weeks] == [1200, 1200]


def test_mileage_opens_with_the_month_of_the_records(at):
    run(at).button(key="al-miles-of-1").click().run()
    assert not at.exception
    told = text(at)
    assert "Use the odometer for exact miles" in told
    assert "Legs of Maya Lopez" in told
