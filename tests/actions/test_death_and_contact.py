"""A death and its undo loosen no contact: only a person's own word on contact does."""

from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from allay_metrics.actions.care_closing import Closing, close_care, close_families, reopen_care
from allay_metrics.actions.contact_changes import set_contact, undo_contact
from allay_metrics.actions.death import revoke_mistaken_death, save_death, undo_death
from allay_metrics.actions.family_decisions import merge
from allay_metrics.actions.records_check import check_records
from allay_metrics.actions.undo import undo_import
from allay_metrics.contact import LEVELS, level_after_death
from allay_metrics.derive.closing import DIED
from allay_metrics.errors import Conflict, QuestionProblem
from allay_metrics.records.tables import care_closed, family, family_contact
from tests.support.asked import in_care, seen
from tests.support.exports import ZONE, appointment
from tests.support.on_file import fingerprint

TODAY = datetime.now(ZONE).date()
ROWS = (seen("1", 7, "Mia & Leo"), seen("3", 8, "Ida", who="Bea Moss"))


@pytest.fixture
def desk(sqlite_desk):
    """A practice with the twins Mia and Leo Lee in care."""
    sqlite_desk.clients = in_care(sqlite_desk, *ROWS)
    return sqlite_desk


@pytest.fixture
def maya(desk):
    return desk.scope.as_therapist("Maya Lopez")


def family_of(scope, surname="Lee"):
    with scope.read() as conn:
        return conn.execute(select(family.c.id).where(family.c.name == surname)).scalar_one()


def contact(scope, surname="Lee"):
    asked = select(family.c.contact, family.c.contact_reason).where(family.c.name == surname)
    with scope.read() as conn:
        return tuple(conn.execute(asked).one())


def reasons(desk):
    asked = select(care_closed.c.client_id, care_closed.c.reason)
    names = {id_: name for name, id_ in desk.clients.items()}
    with desk.scope.read() as conn:
        return {names[id_]: reason for id_, reason in conn.execute(asked)}


def take_in(desk, *rows, minutes=2):
    at = datetime.now(ZONE) + timedelta(minutes=minutes)
    return desk.take_in(rows, f"{at:%Y-%m-%d %H:%M}")


def test_a_death_taken_back_leaves_what_the_family_asked_for_before(desk, maya):
    set_contact(maya, family_of(maya), "none", "asked")
    before = fingerprint(desk.scope)
    for child in ("Mia", "Leo"):
        save_death(maya, desk.clients[child], TODAY)
        assert contact(desk.scope) == ("none", "bereaved")
        revoke_mistaken_death(maya, desk.clients[child])
        assert contact(desk.scope) == ("none", "asked")
    undo_death(maya, save_death(maya, desk.clients["Mia"], TODAY, "practical"))
    assert fingerprint(desk.scope) == before


@pytest.mark.parametrize(("mistaken", "left"), [("Mia", "none"), ("Leo", "practical")])
def test_of_two_deaths_the_one_that_stands_goes_on_asking(desk, maya, mistaken, left):
    save_death(maya, desk.clients["Mia"], TODAY)
    save_death(maya, desk.clients["Leo"], TODAY)
    assert contact(desk.scope) == ("none", "bereaved")
    revoke_mistaken_death(maya, desk.clients[mistaken])
    assert contact(desk.scope) == (left, "bereaved")
    assert check_records(desk.scope) == []


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_offered_where_a_baby_died_is_never_looser_than_it_stands(level):
    for others in (False, True):
        offered = level_after_death(level, others_in_care=others)
        assert LEVELS.index(offered) >= LEVELS.index(level)
    assert level_after_death("yes", others_in_care=True) == "practical"
    assert level_after_death("yes", others_in_care=False) == "none"


@pytest.mark.parametrize("chosen", [None, "yes", "practical", "none"])
def test_no_death_loosens_contact_whatever_was_chosen_along_with_it(desk, maya, chosen):
    set_contact(maya, family_of(maya), "none", "asked")
    undo = save_death(maya, desk.clients["Mia"], TODAY, chosen)
    assert undo.contact.level == contact(desk.scope)[0] == "none"


def test_a_persons_later_word_takes_the_place_of_what_a_death_asks_for(desk, maya):
    undo = save_death(maya, desk.clients["Mia"], TODAY, "none")
    word = set_contact(maya, family_of(maya), "practical", "asked")
    assert contact(desk.scope) == ("practical", "asked")
    undo_death(maya, undo)
    assert contact(desk.scope) == ("practical", "asked")
    # The death is no more: there is nothing of it to give back.
    undo_contact(maya, word)
    assert contact(desk.scope) == ("yes", None)


def test_a_death_kept_anew_is_undone_to_the_death_as_it_was_kept_first(desk, maya):
    save_death(maya, desk.clients["Mia"], TODAY)
    before = fingerprint(desk.scope)
    again = save_death(maya, desk.clients["Mia"], TODAY - timedelta(days=1), "none")
    undo_death(maya, again)
    assert fingerprint(desk.scope) == before
    with pytest.raises(Conflict, match="changed meanwhile"):
        undo_death(maya, again)


def test_of_a_family_made_of_two_the_word_on_one_takes_nothing_from_the_others_death(desk):
    scope = desk.scope
    undo = save_death(scope, desk.clients["Mia"], TODAY, "none")
    set_contact(scope, family_of(scope, "Moss"), "practical", "hospital")
    with scope.read() as conn:
        keys = dict(map(tuple, conn.execute(select(family.c.name, family.c.match_key))))
    merge(scope, keys["Lee"], keys["Moss"])
    asked = select(family.c.contact).where(family.c.contact != "yes")
    with scope.read() as conn:
        assert conn.execute(asked).scalars().all() == ["none"]
        row = select(care_closed.c.client_id).where(care_closed.c.reason == DIED)
        mia = conn.execute(row).scalar_one()
    assert undo.client_id != mia  # she is called otherwise in the family made of two
    revoke_mistaken_death(scope, mia)
    with scope.read() as conn:
        assert conn.execute(asked).scalars().all() == ["practical"]


def test_an_import_that_is_undone_takes_no_word_with_it_that_is_as_strict_nowhere_else(desk):
    scope = desk.scope
    later = take_in(desk, *ROWS, seen("4", 3, "Mia & Leo"))
    save_death(scope, desk.clients["Mia"], TODAY, "none")
    take_in(desk, seen("5", 2, "Mia & Leo"), minutes=4)
    undo_import(scope, later.import_id)
    assert contact(scope) == ("none", "bereaved")


def test_an_import_undone_stands_in_no_way_of_a_words_undo(desk, maya):
    scope = desk.scope
    set_contact(maya, family_of(scope), "practical", "hospital")
    booked = take_in(desk, *ROWS, seen("4", 3, "Mia & Leo"))
    undo = set_contact(maya, family_of(scope), "none", "asked")
    undo_import(scope, booked.import_id)
    undo_contact(maya, undo)
    assert contact(scope) == ("practical", "hospital")


def test_a_word_is_given_back_to_bookings_that_stay_when_those_it_was_said_of_are_gone(sqlite_desk):
    desk, scope = sqlite_desk, sqlite_desk.scope
    first = desk.take_in([appointment("1", "2026-03-02 10:00")], "2026-03-05 08:00")
    set_contact(scope, family_of(scope), "none", "asked")
    desk.take_in([appointment("2", "2026-03-10 10:00")], "2026-03-12 08:00")
    undo = set_contact(scope, family_of(scope), "yes")
    undo_import(scope, first.import_id)
    undo_contact(scope, undo)
    assert contact(scope) == ("none", "asked")


def test_a_word_is_undone_where_the_family_is_called_otherwise_since(sqlite_desk):
    desk, scope = sqlite_desk, sqlite_desk.scope
    desk.take_in([appointment("1", "2026-03-02 10:00")], "2026-03-05 08:00")
    before = family_of(scope)
    undo = set_contact(scope, before, "none", "asked")
    renamed = appointment("1", "2026-03-02 10:00", email="other@example.org", phone="")
    desk.take_in([renamed], "2026-03-06 08:00")
    assert family_of(scope) != before
    undo_contact(scope, undo)
    assert contact(scope) == ("yes", None)


def test_a_change_of_the_familys_own_contact_stands_in_the_way(desk, maya):
    undo = set_contact(maya, family_of(maya), "practical", "asked")
    save_death(maya, desk.clients["Mia"], TODAY)
    with pytest.raises(Conflict, match="changed meanwhile"):
        undo_contact(maya, undo)
    assert contact(desk.scope) == ("practical", "bereaved")


def test_closing_care_leaves_a_death_as_it_stands(desk, maya):
    mia, leo = desk.clients["Mia"], desk.clients["Leo"]
    save_death(maya, mia, TODAY)
    with pytest.raises(Conflict, match="stays as it is"):
        close_care(maya, [Closing(mia, TODAY, "goals met")])
    close_care(maya, [Closing(id_, TODAY, "goals met") for id_ in (mia, leo)])
    assert reasons(desk) == {"Mia": DIED, "Leo": "goals met"}
    close_families(desk.scope, [family_of(desk.scope)], TODAY, "family stopped")
    assert reasons(desk) == {"Mia": DIED, "Leo": "family stopped"}


def test_care_of_a_baby_who_died_is_not_opened_but_its_death_taken_back(desk, maya):
    mia, leo = desk.clients["Mia"], desk.clients["Leo"]
    save_death(maya, mia, TODAY)
    for ids in ([mia], [mia, leo]):
        with pytest.raises(Conflict, match="take the death back first"):
            reopen_care(maya, ids)
    close_care(maya, [Closing(leo, TODAY, "goals met")])
    with pytest.raises(Conflict, match="No death is recorded"):
        revoke_mistaken_death(maya, leo)
    assert reasons(desk) == {"Mia": DIED, "Leo": "goals met"}
    assert contact(desk.scope) == ("practical", "bereaved")


@pytest.mark.parametrize("days", [-1, -400, 3 * 366 + 1])
def test_a_baby_died_between_three_years_ago_and_today(desk, maya, days):
    before = fingerprint(desk.scope)
    with pytest.raises(QuestionProblem, match="between three years ago and today: choose"):
        save_death(maya, desk.clients["Mia"], TODAY - timedelta(days=days))
    assert fingerprint(desk.scope) == before


class Log:
    """What counts, the obvious way: all that was said in order, without what was taken back."""

    def __init__(self):
        self.lines = []  # [kind, child, level, reason]

    def contact(self):
        """Return level and reason: the last word, and each death since, of equals the latest."""
        stands = ("yes", None)
        for kind, _, level, reason in self.lines:
            word = (level, reason if level != "yes" else None)
            if kind == "word" or (
                level != "yes" and LEVELS.index(level) >= LEVELS.index(stands[0])
            ):
                stands = word
        return stands

    def keep(self, child, level):
        stands = self.contact()[0]
        self.take_back(child)
        self.lines.append(["death", child, max(level, stands, key=LEVELS.index), "bereaved"])

    def take_back(self, child):
        self.lines = [line for line in self.lines if line[1] != child]


CHILDREN = ("Mia", "Leo")
ACTS = st.one_of(
    st.tuples(
        st.just("word"), st.sampled_from(LEVELS), st.sampled_from(("asked", "hospital", "other"))
    ),
    st.tuples(st.just("death"), st.sampled_from(CHILDREN), st.sampled_from((None, *LEVELS))),
    st.tuples(st.just("mistake"), st.sampled_from(CHILDREN), st.none()),
    st.tuples(st.just("undo"), st.none(), st.none()),
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=st.lists(ACTS, min_size=1, max_size=9))
def test_whatever_is_said_kept_and_taken_back_only_a_persons_word_loosens(desk, acts):
    scope, lee = desk.scope, family_of(desk.scope)
    for child in CHILDREN:
        with suppress(Conflict):
            revoke_mistaken_death(scope, desk.clients[child])
    set_contact(scope, lee, "yes")
    log, died = Log(), set()
    undo = None  # (the act, what it was, the log's lines and the dead before it)
    for kind, which, chosen in acts:
        before = ([list(line) for line in log.lines], set(died), LEVELS.index(contact(scope)[0]))
        loosens = kind == "word" or (kind == "undo" and undo is not None and undo[1] == "word")
        if kind == "word":
            undo = (set_contact(scope, lee, which, chosen if which != "yes" else ""), kind, before)
            log.lines.append([kind, None, which, chosen])
        elif kind == "death":
            usual = "none" if not set(CHILDREN) - died - {which} else "practical"
            undo = (save_death(scope, desk.clients[which], TODAY, chosen), kind, before)
            log.keep(which, chosen or usual)
            died.add(which)
        elif kind == "mistake" and which in died:
            revoke_mistaken_death(scope, desk.clients[which])
            log.take_back(which)
            died.discard(which)
            undo = None
        elif kind == "undo" and undo is not None:
            act, was, (lines, dead, _) = undo
            (undo_contact if was == "word" else undo_death)(scope, act)
            log.lines, died, undo = lines, dead, None
        assert contact(scope) == log.contact()
        taken_back = kind in ("mistake", "undo")
        assert loosens or taken_back or LEVELS.index(contact(scope)[0]) >= before[2]


def test_a_death_asks_under_its_own_name_beside_a_persons_word(desk):
    set_contact(desk.scope, family_of(desk.scope), "practical", "asked")
    save_death(desk.scope, desk.clients["Mia"], TODAY, "none")
    with desk.scope.read() as conn:
        rows = select(family_contact.c.level, family_contact.c.death == "")
        said = {tuple(row) for row in conn.execute(rows)}
    assert said == {("practical", True), ("none", False)}
