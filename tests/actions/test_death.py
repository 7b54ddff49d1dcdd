"""A baby died: care closes for good, nobody rings, and it counts as nothing else."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from allay_metrics.actions.care_closing import Closing, close_care, close_families
from allay_metrics.actions.check_in_requests import make_link
from allay_metrics.actions.contact_changes import set_contact
from allay_metrics.actions.death import revoke_mistaken_death, save_death, undo_death
from allay_metrics.actions.parent_form import open_link
from allay_metrics.actions.records_check import check_records
from allay_metrics.caseload.baby import read_baby
from allay_metrics.caseload.caseload_families import read_families
from allay_metrics.caseload.day import read_day
from allay_metrics.caseload.reading_day import compute_today
from allay_metrics.derive.closing import DIED
from allay_metrics.errors import Conflict, NotFound, QuestionProblem
from allay_metrics.metrics.outcome_metrics import read_episodes
from allay_metrics.records.tables import care_closed, family
from allay_metrics.review.care_states import review_care
from allay_metrics.review.contacts import read_not_contacted
from allay_metrics.review.open_check_ins import find_due_check_ins
from allay_metrics.review.owner_tasks import count_needs
from tests.support.asked import in_care, seen, signed, token_of
from tests.support.exports import ZONE
from tests.support.on_file import fingerprint

TODAY = datetime.now(ZONE).date()
ALONE = (
    seen("1", 7),
    # Her mother came for a massage of her own, before.
    seen("2", 9, "", type="Postpartum massage"),
    seen("3", 8, "Ida", who="Bea Moss"),
)
TWINS = (seen("1", 7, "Mia & Leo"), seen("3", 8, "Ida", who="Bea Moss"))


@pytest.fixture(params=["alone"])
def rows(request):
    return {"alone": ALONE, "twins": TWINS}[request.param]


twins = pytest.mark.parametrize("rows", ["twins"], indirect=True)


@pytest.fixture
def desk(desk, rows):
    """A practice that asks; the test runs once on each engine."""
    desk.clients = in_care(desk, *rows)
    signed(desk.scope)
    return desk


@pytest.fixture
def maya(desk):
    return desk.scope.as_therapist("Maya Lopez")


def lee(scope):
    """Return (closed reason, contact, reason of it) of the family."""
    told = (family.c.closed_reason, family.c.contact, family.c.contact_reason)
    with scope.read() as conn:
        return tuple(conn.execute(select(*told).where(family.c.name == "Lee")).one())


def listed(maya):
    return {my_family.name for my_family in read_families(maya, compute_today(maya))}


def take_in_again(desk, *rows):
    at = datetime.now(ZONE) + timedelta(minutes=2)
    desk.take_in(rows, f"{at:%Y-%m-%d %H:%M}")


def test_it_closes_care_ends_every_link_and_leaves_every_list_but_the_owners(desk, maya):
    link = token_of(make_link(maya, desk.clients["Mia"], "day7"))
    assert count_needs(desk.scope, TODAY).no_next == 2
    save_death(maya, desk.clients["Mia"], TODAY)
    assert lee(desk.scope) == (DIED, "none", "bereaved")
    with pytest.raises(NotFound, match="not open"):
        open_link(desk.scope, link)
    assert listed(maya) == {"Moss"}
    assert {due_check_in.course.family for due_check_in in find_due_check_ins(maya)} == {"Moss"}
    assert count_needs(desk.scope, TODAY).no_next == 1
    assert [contacted.name for contacted in read_not_contacted(desk.scope)] == ["Lee"]
    baby = read_baby(maya, compute_today(maya), desk.clients["Mia"])
    assert baby.contact.sentence == "No contact: bereaved"
    assert check_records(desk.scope) == []


def test_undo_brings_all_of_it_back(desk, maya):
    link = token_of(make_link(maya, desk.clients["Mia"], "day7"))
    close_care(maya, [Closing(desk.clients["Mia"], TODAY, "goals met")])
    family_id = read_baby(maya, compute_today(maya), desk.clients["Mia"]).family_id
    set_contact(maya, family_id, "practical", "hospital")
    before = fingerprint(desk.scope)
    undo = save_death(maya, desk.clients["Mia"], TODAY, "none")
    assert fingerprint(desk.scope) != before
    undo_death(maya, undo)
    assert fingerprint(desk.scope) == before
    set_contact(maya, family_id, "yes")
    assert not open_link(desk.scope, link).consented


def test_contact_is_as_somebody_chooses_and_old_links_end_all_the_same(desk, maya):
    link = token_of(make_link(maya, desk.clients["Mia"], "day7"))
    save_death(maya, desk.clients["Mia"], TODAY, "yes")
    assert lee(desk.scope) == (DIED, "yes", None)
    with pytest.raises(NotFound, match="not open"):
        open_link(desk.scope, link)


@twins
def test_the_other_twins_care_stays_open_with_practical_contact_alone(desk, maya):
    links = {name: token_of(make_link(maya, desk.clients[name], "day7")) for name in ("Mia", "Leo")}
    save_death(maya, desk.clients["Mia"], TODAY)
    assert lee(desk.scope) == (None, "practical", "bereaved")
    for link in links.values():
        with pytest.raises(NotFound, match="not open"):
            open_link(desk.scope, link)
    shown = {my_family.name: my_family for my_family in read_families(maya, compute_today(maya))}[
        "Lee"
    ]
    assert [person.name for person in shown.people] == ["Leo"]
    # Asked again once the parents want it: a link made since opens, the old ones never.
    set_contact(maya, shown.family_id, "yes")
    for link in links.values():
        with pytest.raises(NotFound, match="not open"):
            open_link(desk.scope, link)


@twins
def test_the_end_of_the_familys_care_leaves_a_death_as_it_was_kept(desk, maya):
    save_death(maya, desk.clients["Mia"], TODAY)
    with desk.scope.read() as conn:
        lees = conn.execute(select(family.c.id).where(family.c.name == "Lee")).scalar_one()
    close_families(desk.scope, [lees], TODAY, "family stopped")
    reasons = select(care_closed.c.client_id, care_closed.c.reason)
    with desk.scope.read() as conn:
        kept = dict(map(tuple, conn.execute(reasons)))
    assert (kept[desk.clients["Mia"]], kept[desk.clients["Leo"]]) == (DIED, "family stopped")


@twins
def test_once_both_twins_died_nobody_rings(desk, maya):
    save_death(maya, desk.clients["Mia"], TODAY)
    save_death(maya, desk.clients["Leo"], TODAY)
    assert lee(desk.scope) == (DIED, "none", "bereaved")


def test_a_visit_still_on_the_books_opens_nothing_again(desk, maya):
    save_death(maya, desk.clients["Mia"], TODAY - timedelta(days=1))
    take_in_again(desk, *ALONE, seen("9", -2))
    assert lee(desk.scope)[0] == DIED
    assert "Lee" not in listed(maya)
    with pytest.raises(Conflict, match="No contact: bereaved"):
        make_link(maya, desk.clients["Ana Lee"], "day7")
    card = next(
        day_card
        for day_card in read_day(maya, compute_today(maya)).cards
        if day_card.family == "Lee"
    )
    assert (card.people, card.call, card.late) == ((), None, None)
    assert card.contact.sentence == "No contact: bereaved"


def test_nobody_is_asked_about_her_whatever_is_on_the_books_and_whatever_contact_is(desk, maya):
    save_death(maya, desk.clients["Mia"], TODAY - timedelta(days=3), "yes")
    take_in_again(desk, *ALONE, seen("8", 1), seen("9", -2))
    assert desk.clients["Mia"] not in {
        due_check_in.course.client_id for due_check_in in find_due_check_ins(maya)
    }
    with pytest.raises(NotFound, match="not in care at the moment"):
        make_link(maya, desk.clients["Mia"], "day7")
    # A visit that only nobody cancelled is no care of hers: no episode begins with it.
    found = read_episodes(desk.scope, totals=False)
    assert [episode.first for episode in found if episode.client_id == desk.clients["Mia"]] == [
        TODAY - timedelta(days=7)
    ]


@twins
def test_a_visit_of_hers_after_it_does_not_keep_the_familys_care_open(desk, maya):
    save_death(maya, desk.clients["Mia"], TODAY - timedelta(days=6))
    take_in_again(desk, *TWINS, seen("8", 3, "Mia"))
    close_care(maya, [Closing(desk.clients["Leo"], TODAY, "goals met")])
    assert lee(desk.scope)[0] == "goals met"


def test_her_mothers_own_visit_later_is_care_again(desk, maya):
    save_death(maya, desk.clients["Mia"], TODAY - timedelta(days=1))
    take_in_again(desk, *ALONE, seen("9", -2, "", type="Postpartum massage"))
    assert lee(desk.scope) == (None, "none", "bereaved")


def test_it_is_no_family_lost_and_no_end_that_is_counted(desk, maya):
    before = review_care(desk.scope, TODAY, TODAY, TODAY)
    save_death(maya, desk.clients["Mia"], TODAY)
    after = review_care(desk.scope, TODAY, TODAY, TODAY)
    assert (before.in_care, after.in_care) == (2, 1)
    assert (after.ended, after.lapsed, after.moved_on, after.graduated) == ({}, 0, 0, 0)


def test_it_is_no_outcome(desk, maya):
    def counted(totals):
        found = {episode.client_id for episode in read_episodes(desk.scope, totals=totals)}
        return desk.clients["Mia"] in found, desk.clients["Ida"] in found

    assert counted(totals=True) == (True, True)
    save_death(maya, desk.clients["Mia"], TODAY)
    assert counted(totals=True) == (False, True)
    assert counted(totals=False) == (True, True)  # on the baby's own page


def test_kept_by_mistake_it_is_taken_back_later_too(desk, maya):
    before = fingerprint(desk.scope)
    save_death(maya, desk.clients["Mia"], TODAY)
    revoke_mistaken_death(maya, desk.clients["Mia"])
    assert fingerprint(desk.scope) == before


def test_only_a_baby_dies_here_and_never_several_at_once(desk, maya):
    with pytest.raises(QuestionProblem, match="for a baby only"):
        save_death(maya, desk.clients["Ana Lee"], TODAY)
    with pytest.raises(QuestionProblem, match="no reason"):
        close_care(maya, [Closing(desk.clients["Mia"], TODAY, DIED)])
    with pytest.raises(NotFound):
        save_death(maya, "nobody", TODAY)
    assert lee(desk.scope) == (None, "yes", None)
