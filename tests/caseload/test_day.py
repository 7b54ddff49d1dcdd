"""Her day: the cards in order, what stands on them, and where the taps lead."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import unquote

import pytest

from allay_metrics.actions.notes import mark_client, save_client_note
from allay_metrics.caseload import links
from allay_metrics.caseload.caseload_clients import CaseloadClient, format_ages
from allay_metrics.caseload.day import read_day
from allay_metrics.caseload.reading_day import compute_today
from tests.caseload.conftest import INES
from tests.support.exports import instant

MORNING = datetime.fromtimestamp(instant("2026-06-01 08:30"), UTC)


@pytest.fixture
def today(maya):
    return compute_today(maya, MORNING)


@pytest.fixture
def day(maya, today):
    return read_day(maya, today)


def test_the_cards_stand_in_order_of_the_day(day):
    told = [(f"{c.starts:%H:%M}", c.family, c.city, c.number, c.types) for c in day.cards]
    assert told == [
        ("09:00", "Rivera", "Oakland", 3, ("cst", "lactation")),
        ("13:00", "Shared", "Berkeley", 3, ("cst",)),  # her second, the family's third
    ]
    assert day.cities == ("Oakland", "Berkeley")


def test_a_card_tells_who_how_old_and_what_to_know_at_the_door(day):
    card = day.cards[0]
    assert [person.name for person in card.people] == ["Leo", "Mia"]
    assert format_ages(card.people, date(2026, 6, 1)) == "twins, 8 weeks"
    assert card.notes == ("Gate 0417\nTwo dogs",)
    assert card.as_of.isoformat() == "2026-06-01T08:00:00-07:00"


def test_the_three_taps_call_lead_and_tell(day):
    card = day.cards[0]
    assert card.call == "tel:+15105550101"
    assert unquote(card.directions) == f"{links.MAPS}12 Elm St, Oakland, CA 94610"
    assert card.late.startswith("sms:+15105550101?&body=Hello%2C%20this%20is%20Maya.")
    assert "9:00 am" in unquote(card.late)
    assert "Rivera" not in card.late + card.directions


def test_without_phone_and_address_there_is_the_city_alone(day):
    card = day.cards[1]
    assert (card.call, card.late) == (None, None)
    assert unquote(card.directions) == f"{links.MAPS}Berkeley, CA"


@pytest.mark.parametrize(
    ("address", "city", "place"),
    [
        ("12 Elm St", "Oakland", "12 Elm St, Oakland, CA"),
        ("12 Elm St, oakland", "Oakland", "12 Elm St, oakland, CA"),
        ("12 Elm St, 94010", "Burlingame or Hillsborough (94010)", "12 Elm St, 94010, CA"),
        ("12 Elm St", "unknown", "12 Elm St, CA"),
        ("", "unknown", None),
        ("12 Elm St", "virtual", None),
    ],
)
def test_the_way_is_what_was_typed_and_the_city_where_it_is_missing(address, city, place):
    found = links.build_directions_link(address, city)
    assert (unquote(found).removeprefix(links.MAPS) if found else None) == place


def test_the_next_visit_is_the_first_that_is_not_over(day, today):
    def coming(clock):
        found = day.next_one(datetime.fromtimestamp(instant(f"2026-06-01 {clock}"), UTC))
        return found and found.family

    assert [coming(at) for at in ("08:30", "09:59", "10:00", "14:00")] == [
        "Rivera", "Rivera", "Shared", None,
    ]  # fmt: skip
    assert today.shown == date(2026, 6, 1)


def test_the_seven_days_after_by_day_and_city(day):
    ahead = {day_ahead.day: (day_ahead.visits, day_ahead.cities) for day_ahead in day.ahead}
    assert list(ahead) == [date(2026, 6, 2) + timedelta(days=n) for n in range(7)]
    assert ahead[date(2026, 6, 8)] == (1, (("Oakland", 1),))
    assert sum(visits for visits, _ in ahead.values()) == 1


def test_on_a_day_without_visits_her_next_day_is_shown(maya):
    tuesday = compute_today(maya, MORNING + timedelta(days=1))
    assert (tuesday.day, tuesday.shown) == (date(2026, 6, 2), date(2026, 6, 8))
    assert [card.family for card in read_day(maya, tuesday).cards] == ["Rivera"]
    assert tuesday.why == ""


def test_records_that_end_before_today_show_the_day_they_were_exported(maya):
    late = compute_today(maya, MORNING + timedelta(days=30))
    assert late.day == date(2026, 6, 1)
    assert "end before today" in late.why


def test_a_list_to_call_from_old_records_says_how_old_but_in_the_demo(maya):
    assert compute_today(maya, MORNING + timedelta(days=3)).age == ""
    late = MORNING + timedelta(days=5)
    assert compute_today(maya, late).age == (
        "These records are from 1 Jun, 5 days old: somebody may have booked since."
    )
    # Also where nothing lies ahead, and the day shown is that of the export.
    assert "35 days old" in compute_today(maya, MORNING + timedelta(days=35)).age
    assert compute_today(replace(maya, is_demo=True), late).age == ""


def test_in_the_demo_time_stands_still(maya):
    demo = compute_today(replace(maya, is_demo=True), MORNING + timedelta(days=1))
    assert demo.now.isoformat() == "2026-06-01T08:00:00-07:00"
    assert "demo" in demo.why


def test_note_and_mark_stand_on_the_card(maya, today, day):
    mia = day.cards[0].people[1].client_id
    save_client_note(maya, mia, "Torticollis: has a PT seen it?", 0)
    mark_client(maya, mia, attention=True)
    card = read_day(maya, today).cards[0]
    assert (card.remember, card.attention) == (("Torticollis: has a PT seen it?",), True)


def test_without_a_base_there_is_no_driving_and_it_says_why(day):
    assert day.drive_minutes is None
    assert "no base city" in day.why_no_drive


def test_a_colleague_has_her_own_day(desk, today):
    ines = desk.scope.as_therapist(INES)
    assert [card.family for card in read_day(ines, today).cards] == ["Foreign"]


@pytest.mark.parametrize(
    ("born", "told"),
    [
        (date(2026, 5, 31), "1 day"),
        (date(2026, 5, 25), "1 week"),
        (date(2025, 12, 2), "25 weeks"),
        (date(2025, 12, 1), "6 months"),
        (date(2024, 6, 2), "23 months"),
        (date(2024, 6, 1), "2 years"),
        (date(2026, 7, 3), "due 3 Jul"),
        (None, ""),
    ],
)
def test_an_age_is_told_as_parents_tell_it(born, told):
    assert CaseloadClient("id", "Mia", "infant", born).age(date(2026, 6, 1)) == told
