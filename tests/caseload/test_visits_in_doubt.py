"""A visit that a newer export lacks keeps its place and its family until somebody decides."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from allay_metrics.actions.missing_decisions import decide_missing
from allay_metrics.caseload.baby import read_baby
from allay_metrics.caseload.caseload_families import list_attention, read_families
from allay_metrics.caseload.day import read_day
from allay_metrics.caseload.reading_day import compute_today
from allay_metrics.caseload.visit_doubt import advise_asking, explain_doubt
from allay_metrics.errors import NotFound
from allay_metrics.records import open_practice, rules_postgres
from allay_metrics.records.policies import SETS
from allay_metrics.records.tables import family
from tests.caseload.conftest import ROWS
from tests.support.exports import appointment, instant
from tests.support.on_file import missing_ids

NEWER = "2026-06-01 08:20"
MORNING = datetime.fromtimestamp(instant("2026-06-01 08:30"), UTC)
NEW = [
    appointment("n1", "2026-06-01 16:00", "Gil Newman", infants="Uma", city="Berkeley"),
    appointment("n2", "2026-06-03 16:00", "Hal Oldfield", infants="Vic"),
]
# Not her visits alone: the file goes on to a day after what it lacks.
LATER = appointment("z1", "2026-06-20 10:00", "Ivo Last", infants="Jo")


@pytest.fixture
def with_two_gone(desk):
    """Two families known by one visit each, which the export of the same morning lacks."""
    desk.take_in([*ROWS, *NEW, LATER], "2026-06-01 08:10", holds="all")
    assert desk.take_in([*ROWS, LATER], NEWER, holds="all").missing == 2
    return desk


@pytest.fixture
def maya(with_two_gone):
    return with_two_gone.scope.as_therapist("Maya Lopez")


@pytest.fixture
def today(maya):
    return compute_today(maya, MORNING)


def names(scope, today):
    return {my_family.name for my_family in read_families(scope, today)}


def cards(scope, today):
    return {card.family: card for card in read_day(scope, today).cards}


def decide(desk, decision):
    decide_missing(desk.scope, missing_ids(desk.scope), decision)


def test_it_stands_on_her_day_and_says_what_to_do(maya, today):
    card = cards(maya, today)["Newman"]
    assert (card.state, advise_asking(card.doubt)) == (
        "missing", "not in the export of 1 Jun: ask before you drive",
    )  # fmt: skip
    assert card.directions is not None
    assert {card.doubt for name, card in cards(maya, today).items() if name != "Newman"} == {""}


def test_it_stands_in_the_days_ahead_and_adds_no_minute_of_driving(maya, today):
    day = read_day(maya, today)
    ahead = next(day_ahead for day_ahead in day.ahead if day_ahead.day.isoformat() == "2026-06-03")
    assert (ahead.visits, ahead.in_doubt) == (1, 1)
    assert "not known" not in day.why_no_drive


def test_its_family_is_hers_and_says_why_it_is_in_doubt(maya, today):
    found = {my_family.name: my_family for my_family in read_families(maya, today)}
    assert (found["Newman"].missing_on, found["Newman"].doubt) == (
        today.day, "not in the export of 1 Jun",
    )  # fmt: skip
    assert found["Rivera"].missing_on is None
    baby = read_baby(maya, today, found["Newman"].leads_to)
    assert [visit.doubt for visit in baby.visits] == ["not in the export of 1 Jun"]


def test_a_family_whose_coming_visit_is_in_doubt_is_not_one_without_a_next_visit(desk, today):
    """Cleo Singh was seen 24 days ago; her next visit is the one the newer export lacks."""
    coming = appointment("q2", "2026-06-04 10:00", "Cleo Singh", infants="Ben")
    desk.take_in([*ROWS, coming, LATER], "2026-06-01 08:22", holds="all")
    desk.take_in([*ROWS, LATER], "2026-06-01 08:24", holds="all")
    maya = desk.scope.as_therapist("Maya Lopez")
    looks = list_attention(read_families(maya, today), today)
    assert [line.family.name for line in looks] == ["Lapsed"]


@pytest.mark.parametrize("decision", ["cancelled", "deleted"])
def test_a_decision_that_it_is_none_takes_it_and_its_family_away(with_two_gone, maya, decision):
    today = compute_today(maya, MORNING)
    client = {my_family.name: my_family.leads_to for my_family in read_families(maya, today)}[
        "Newman"
    ]
    decide(with_two_gone, decision)
    assert "Newman" not in cards(maya, today)
    assert "Newman" not in names(maya, today)
    with pytest.raises(NotFound):
        read_baby(maya, today, client)


def test_kept_it_is_a_visit_like_any_other(with_two_gone, maya, today):
    decide(with_two_gone, "kept")
    card = cards(maya, today)["Newman"]
    assert (card.state, card.doubt) == ("booked", "")
    found = {my_family.name: my_family for my_family in read_families(maya, today)}["Newman"]
    assert (found.next_on, found.missing_on) == (today.day, None)


def test_it_leaves_her_list_after_fourteen_days_and_stays_hers_to_open(maya, today):
    client = {my_family.name: my_family.leads_to for my_family in read_families(maya, today)}[
        "Newman"
    ]

    def after(days):
        later = compute_today(maya, MORNING + timedelta(days=days))
        return names(maya, later)

    # Oldfield's visit is of the 3rd; both were lacking from the 1st on.
    assert {"Newman", "Oldfield"} <= after(14)
    assert after(15) & {"Newman", "Oldfield"} == {"Oldfield"}
    assert after(16) & {"Newman", "Oldfield"} == {"Oldfield"}
    assert after(17) & {"Newman", "Oldfield"} == set()
    assert (
        read_baby(maya, compute_today(maya, MORNING + timedelta(days=17)), client).family
        == "Newman"
    )


def test_an_unconfirmed_visit_is_marked_by_the_same_rule():
    held = datetime(2026, 11, 16, 8, tzinfo=UTC)
    assert advise_asking(explain_doubt(None, held, is_unconfirmed=True)) == (
        "not confirmed since the export of 16 Nov: ask before you drive"
    )
    assert advise_asking(explain_doubt(None, held)) == ""


@pytest.mark.postgres
@pytest.mark.parametrize("engine_kind", ["postgresql"])
def test_a_database_under_the_old_rule_is_brought_to_the_new_one(
    with_two_gone, monkeypatch, database_url
):
    """Rules in force are compared with ours whenever a database is opened."""
    old = SETS["families"].replace("'rescheduled')", "'rescheduled', 'missing')")
    assert old != SETS["families"]
    with_two_gone.scope.close()
    with monkeypatch.context() as patch:
        patch.setitem(rules_postgres.SETS, "families", old)
        assert "Newman" not in seen_by_maya(database_url)
    assert "Newman" in seen_by_maya(database_url)


def seen_by_maya(url):
    """Return the families that the database itself lets her read, whatever is asked."""
    scope = open_practice(url).as_therapist("Maya Lopez")
    with scope.read() as conn:
        found = set(conn.execute(select(family.c.name)).scalars())
    scope.close()
    return found


def test_a_visit_no_newer_export_confirmed_stands_and_says_so(desk):
    """The next day's export is a colleague's alone."""
    desk.take_in([*ROWS, *NEW, LATER], "2026-06-01 08:10", holds="all")
    ines = appointment("i1", "2026-06-20 10:00", "Kai Other", therapist="Ines Park")
    assert desk.take_in([ines], "2026-06-02 08:00", holds="all").missing == 0
    maya = desk.scope.as_therapist("Maya Lopez")
    today = compute_today(maya, datetime.fromtimestamp(instant("2026-06-03 08:30"), UTC))
    card = cards(maya, today)["Oldfield"]
    assert (card.state, advise_asking(card.doubt)) == (
        "booked", "not confirmed since the export of 1 Jun: ask before you drive",
    )  # fmt: skip
    assert read_day(maya, today).in_doubt == 1
