"""My families: whose care stands where, and whom to look at first."""

from datetime import UTC, date, datetime

import pytest

from allay_metrics.actions.care_closing import Closing, close_care
from allay_metrics.actions.notes import mark_client
from allay_metrics.caseload.baby import read_baby
from allay_metrics.caseload.caseload_families import list_attention, read_families
from allay_metrics.caseload.own_weeks import read_weeks
from allay_metrics.caseload.reading_day import compute_today
from allay_metrics.errors import NotFound
from allay_metrics.metrics.care_state_metrics import care_state
from tests.caseload.conftest import INES
from tests.support.exports import day, instant

MORNING = datetime.fromtimestamp(instant("2026-06-01 08:30"), UTC)


@pytest.fixture
def today(maya):
    return compute_today(maya, MORNING)


def families(scope, today):
    return {family.name: family for family in read_families(scope, today)}


def looks(scope, today):
    found = list_attention(read_families(scope, today), today)
    return [(line.family.name, line.what, line.when, line.weight) for line in found]


def test_her_families_are_those_she_met_and_no_other(maya, desk, today):
    assert set(families(maya, today)) == {"Rivera", "Shared", "Singh", "Lapsed"}
    ines = desk.scope.as_therapist(INES)
    assert set(families(ines, today)) == {"Shared", "Foreign", "Gone"}


def test_a_family_tells_its_visits_last_and_next_whoever_visited(maya, today):
    shared = families(maya, today)["Shared"]
    assert (shared.visits, shared.last_on, shared.next_on) == (
        2, date(2026, 5, 20), date(2026, 6, 1),
    )  # fmt: skip
    assert (shared.with_me, shared.last_therapist) == (False, INES)


def test_who_went_quiet_comes_before_who_is_about_to(maya, today):
    assert looks(maya, today) == [
        ("Lapsed", "no next visit", "day 40", "act"),
        ("Singh", "no next visit", "day 24", "soon"),
    ]


def test_a_mark_comes_first_and_closed_care_is_not_looked_for(maya, today):
    known = families(maya, today)
    mark_client(maya, known["Rivera"].people[0].client_id, attention=True)
    closing = Closing(known["Lapsed"].people[0].client_id, day("2026-05-01"), "goals met")
    close_care(maya, [closing])
    assert [name for name, *_ in looks(maya, today)] == ["Rivera", "Singh"]


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        ("goals met", "graduated"),
        ("aged out", "graduated"),
        ("moved on to another service", "moved on"),
        ("referred out", "moved on"),
        ("family stopped", "moved on"),
    ],
)
def test_closed_care_has_graduated_or_moved_on(maya, today, reason, state):
    who = families(maya, today)["Lapsed"].people[0].client_id
    close_care(maya, [Closing(who, day("2026-05-01"), reason)])
    found = families(maya, today)["Lapsed"]
    assert (found.state, found.reason, found.closed_on) == (state, reason, date(2026, 5, 1))


@pytest.mark.parametrize(
    ("last", "upcoming", "state"),
    [
        (date(2026, 5, 2), None, "in care"),  # 30 days ago
        (date(2026, 5, 1), None, "lapsed"),  # 31
        (date(2026, 5, 1), date(2026, 6, 9), "in care"),
        (None, date(2026, 6, 9), "in care"),
    ],
)
def test_open_care_lapses_after_thirty_days_with_nothing_booked(last, upcoming, state):
    assert care_state(None, last, upcoming, date(2026, 6, 1)) == state


def test_a_baby_has_its_line_of_visits_its_twin_and_the_team(maya, today):
    known = families(maya, today)
    mia = next(person for person in known["Rivera"].people if person.name == "Mia")
    baby = read_baby(maya, today, mia.client_id)
    assert [(visit.number, visit.state) for visit in baby.visits] == [
        (None, "booked"), (None, "booked"), (2, "completed"), (1, "completed"),
    ]  # fmt: skip
    assert [twin.name for twin in baby.twins] == ["Mia", "Leo"]
    ida = read_baby(maya, today, known["Shared"].people[0].client_id)
    assert ida.team == (INES,)
    assert [visit.is_mine for visit in ida.visits] == [True, False, True]


def test_a_foreign_baby_is_not_there(maya, desk, today):
    zed = families(desk.scope.as_therapist(INES), today)["Foreign"].people[0].client_id
    for asked in (zed, "Zed", "", "x' OR 1=1"):
        with pytest.raises(NotFound, match="none that you care for"):
            read_baby(maya, today, asked)


def test_her_weeks_are_her_own_visits_and_need_twelve_for_a_range(maya, today):
    weeks = read_weeks(maya, today)
    assert weeks.mondays[-1] == date(2026, 5, 25)
    assert dict(zip(weeks.mondays, weeks.completed, strict=True))[date(2026, 5, 18)] == 1
    assert sum(weeks.completed) == 5  # l1, s1, q1, t1, t2
    assert weeks.usual is None
