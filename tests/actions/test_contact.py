"""Contact with a family: set in one act, held by every list, link and mail, and taken back."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select

from allay_metrics.actions.check_in_mail import send_link
from allay_metrics.actions.check_in_requests import make_link
from allay_metrics.actions.contact_changes import set_contact, undo_contact
from allay_metrics.actions.family_decisions import merge
from allay_metrics.actions.family_erasure import erase_family
from allay_metrics.actions.overrides import undo_overrides
from allay_metrics.actions.parent_form import open_link, save_consent, save_signs
from allay_metrics.actions.records_check import check_records
from allay_metrics.actions.undo import undo_import
from allay_metrics.caseload.caseload_families import list_attention, read_families
from allay_metrics.caseload.day import read_day
from allay_metrics.caseload.reading_day import compute_today
from allay_metrics.errors import Conflict, NotAllowed, NotFound, QuestionProblem
from allay_metrics.records.tables import booking, family, family_contact
from allay_metrics.review.audit_trail import read_trail
from allay_metrics.review.contacts import find_families, read_contact, read_not_contacted
from allay_metrics.review.families_to_call import families_without_next
from allay_metrics.review.open_check_ins import find_due_check_ins, read_open_flags
from allay_metrics.review.owner_tasks import count_needs
from tests.support.asked import in_care, seen, signed, token_of
from tests.support.exports import ZONE, appointment
from tests.support.on_file import fingerprint

TODAY = datetime.now(ZONE).date()
ANA = {"phone": "510-555-0101", "address": "12 Elm St, Oakland, CA 94610"}
ROWS = (
    seen("1", 7, **ANA),
    seen("2", 9, "Ida", who="Bea Moss", phone="510-555-0102"),
    seen("3", 8, "Ben", who="Cleo Ray", therapist="Ines Park"),
)


@pytest.fixture
def desk(desk):
    """A practice that asks, with three families in care; the test runs once on each engine."""
    desk.clients = in_care(desk, *ROWS)
    signed(desk.scope)
    return desk


@pytest.fixture
def maya(desk):
    return desk.scope.as_therapist("Maya Lopez")


def family_of(scope, surname):
    with scope.read() as conn:
        return conn.execute(select(family.c.id).where(family.c.name == surname)).scalar_one()


def key_of(scope, surname):
    with scope.read() as conn:
        asked = select(family.c.match_key).where(family.c.name == surname)
        return conn.execute(asked).scalar_one()


def levels(scope):
    with scope.read() as conn:
        asked = select(family.c.name, family.c.contact, family.c.contact_reason)
        return {row.name: (row.contact, row.contact_reason) for row in conn.execute(asked)}


def to_call(scope):
    listed = families_without_next(scope, TODAY)["family"].tolist()
    assert count_needs(scope, TODAY).no_next == len(listed)
    return set(listed)


def to_ask(scope):
    return {due_check_in.course.family for due_check_in in find_due_check_ins(scope)}


def looked_for(scope):
    today = compute_today(scope)
    return {line.family.name for line in list_attention(read_families(scope, today), today)}


def test_none_takes_a_family_off_every_list_to_call_and_to_ask(desk, maya):
    assert to_call(desk.scope) == {"Lee", "Moss", "Ray"}
    assert to_ask(maya) == looked_for(maya) == {"Lee", "Moss"}
    set_contact(maya, family_of(maya, "Lee"), "none", "asked")
    assert to_call(desk.scope) == {"Moss", "Ray"}
    assert to_ask(maya) == looked_for(maya) == {"Moss"}
    families = read_families(maya, compute_today(maya))
    assert {my_family.name: my_family.contact.sentence for my_family in families} == {
        "Lee": "No contact: they asked", "Moss": "",
    }  # fmt: skip


def test_practical_only_leaves_a_visit_its_call_and_ends_what_asks(desk, maya):
    visit = appointment("4", f"{TODAY} 23:00", minutes=30, infants="Mia", **ANA)
    desk.take_in([*ROWS, visit], f"{datetime.now(ZONE):%Y-%m-%d %H:%M}")
    lee = family_of(maya, "Lee")

    def offered():
        (card,) = read_day(maya, compute_today(maya)).cards
        assert card.directions is not None
        return card.call is not None, card.late is not None

    assert offered() == (True, True)
    set_contact(maya, lee, "practical", "hospital")
    assert offered() == (True, True)
    assert "Lee" not in to_ask(maya) | to_call(desk.scope)
    set_contact(maya, lee, "none", "hospital")
    assert offered() == (False, False)


def test_no_link_is_made_and_no_mail_sent(desk, maya, monkeypatch):
    for name, value in (
        ("ALLAY_SMTP_URL", "smtp://127.0.0.1:9"),
        ("ALLAY_MAIL_FROM", "practice@example.org"),
        ("ALLAY_PUBLIC_URL", "https://allay.example.org"),
    ):
        monkeypatch.setenv(name, value)
    set_contact(maya, family_of(maya, "Lee"), "practical", "hospital")
    for act in (make_link, send_link):
        with pytest.raises(Conflict, match="Practical contact only: in hospital"):
            act(maya, desk.clients["Mia"], "day7")


def test_a_link_that_is_out_shows_nothing_and_works_again_after_undo(desk, maya):
    token = token_of(make_link(maya, desk.clients["Mia"], "day7"))
    assert not open_link(desk.scope, token).consented
    undo = set_contact(maya, family_of(maya, "Lee"), "none", "bereaved")
    with pytest.raises(NotFound, match="not open"):
        open_link(desk.scope, token)
    with pytest.raises(NotFound, match="not open"):
        save_consent(desk.scope, token, in_totals=True, language="es")
    undo_contact(maya, undo)
    save_consent(desk.scope, token, in_totals=True, language="es")
    assert open_link(desk.scope, token).consented


def test_undo_brings_back_what_was_said_before(desk, maya):
    lee = family_of(maya, "Lee")
    set_contact(maya, lee, "practical", "hospital")
    before = fingerprint(desk.scope)
    undo = set_contact(desk.scope, lee, "none", "bereaved")
    assert levels(desk.scope)["Lee"] == ("none", "bereaved")
    undo_contact(desk.scope, undo)
    assert fingerprint(desk.scope) == before
    again = set_contact(desk.scope, lee, "yes")
    set_contact(maya, lee, "none", "asked")
    with pytest.raises(Conflict, match="changed meanwhile"):
        undo_contact(desk.scope, again)
    assert levels(desk.scope)["Lee"] == ("none", "asked")


def test_who_said_so_and_when_is_kept_and_stands_in_the_trail(desk, maya):
    lee = family_of(maya, "Lee")
    set_contact(maya, lee, "none", "bereaved")
    (contacted,) = read_not_contacted(desk.scope)
    assert (contacted.name, contacted.set_by, contacted.set_on) == ("Lee", "Maya Lopez", TODAY)
    line = next(one for one in read_trail(desk.scope) if "contact" in one.action)
    assert (line.action, line.about) == ("Set a family's contact to none (bereaved)", "Lee")
    set_contact(desk.scope, lee, "yes")
    assert read_not_contacted(desk.scope) == ()
    assert [match.name for match in find_families(desk.scope, "le")] == ["Lee"]
    assert find_families(desk.scope, " ") == ()
    (lee,) = find_families(desk.scope, "mi")
    assert (lee.living, lee.city, lee.therapist) == (("Mia", "Ana Lee"), "Oakland", "Maya Lopez")
    assert find_families(desk.scope, "ana") == (lee,)


def test_a_family_is_found_by_its_name_whatever_its_letters(sqlite_desk):
    ana = appointment("1", "2026-03-02 10:00", "Ana ÁLVAREZ", email="ana@example.org")
    sqlite_desk.take_in([ana], "2026-03-05 08:00")
    assert [match.name for match in find_families(sqlite_desk.scope, " álva")] == ["ÁLVAREZ"]


def test_a_therapist_sets_it_for_her_own_families_alone(desk, maya):
    ray = family_of(desk.scope, "Ray")
    with pytest.raises(NotAllowed, match="of your own caseload only"):
        set_contact(maya, ray, "none", "asked")
    assert read_contact(maya, ray) is None
    with pytest.raises(QuestionProblem, match="no reason"):
        set_contact(maya, family_of(maya, "Lee"), "none", "rude")
    assert set(levels(desk.scope).values()) == {("yes", None)}


def test_the_database_itself_keeps_other_families_contact_from_her(desk, maya):
    set_contact(desk.scope, family_of(desk.scope, "Ray"), "none", "asked")
    with desk.scope.read() as conn:
        hers, other = (
            conn.execute(select(booking.c.id).where(booking.c.source_key == key)).scalar_one()
            for key in ("1", "3")
        )
    row = {"level": "none", "reason": "asked", "set_by": "Maya Lopez", "set_at": 0, "version": 1}
    row["practice_id"] = desk.scope.practice_id
    with maya.read() as conn:
        assert conn.execute(select(family_contact)).all() == []
    with pytest.raises(NotAllowed), maya.write("try", family_of(maya, "Lee")) as conn:
        conn.execute(insert(family_contact), {**row, "booking_id": other})
    with maya.write("try", family_of(maya, "Lee")) as conn:
        conn.execute(insert(family_contact), {**row, "booking_id": hers})


def test_of_a_family_made_of_two_the_stricter_counts_and_each_has_its_own_again(desk):
    scope = desk.scope
    set_contact(scope, family_of(scope, "Lee"), "none", "bereaved")
    set_contact(scope, family_of(scope, "Moss"), "practical", "hospital")
    before = levels(scope)
    for goes, into in (("Lee", "Moss"), ("Moss", "Lee")):
        saved = merge(scope, key_of(scope, goes), key_of(scope, into))
        assert set(levels(scope).values()) == {("none", "bereaved"), ("yes", None)}
        undo_overrides(scope, saved.undo)
        assert levels(scope) == before
    assert check_records(scope) == []


def test_what_is_said_of_the_two_as_one_holds_for_both(desk):
    scope = desk.scope
    set_contact(scope, family_of(scope, "Lee"), "none", "bereaved")
    saved = merge(scope, key_of(scope, "Lee"), key_of(scope, "Moss"))
    (both,) = read_not_contacted(scope)
    set_contact(scope, both.family_id, "yes")
    undo_overrides(scope, saved.undo)
    assert set(levels(scope).values()) == {("yes", None)}


def test_a_newer_export_that_renames_the_baby_and_books_more_changes_nothing(desk):
    set_contact(desk.scope, family_of(desk.scope, "Lee"), "none", "bereaved")
    renamed = seen("1", 7, "Mia Luna", **ANA)
    newer = datetime.now(ZONE) + timedelta(minutes=2)
    desk.take_in([renamed, *ROWS[1:], seen("9", 2, "Mia Luna", **ANA)], f"{newer:%Y-%m-%d %H:%M}")
    assert levels(desk.scope)["Lee"] == ("none", "bereaved")


def test_it_stays_when_the_bookings_it_was_said_of_are_undone_and_others_stay(sqlite_desk):
    """The first file goes again; the family is still there by the second."""
    desk, scope = sqlite_desk, sqlite_desk.scope
    first = desk.take_in([appointment("1", "2026-03-02 10:00")], "2026-03-05 08:00")
    set_contact(scope, family_of(scope, "Lee"), "none", "bereaved")
    desk.take_in([appointment("2", "2026-03-10 10:00")], "2026-03-12 08:00")
    undo_import(scope, first.import_id)
    assert levels(scope) == {"Lee": ("none", "bereaved")}
    assert check_records(scope) == []


def test_it_is_found_again_when_an_import_comes_in_once_more(sqlite_desk):
    desk, scope = sqlite_desk, sqlite_desk.scope
    only = desk.take_in([appointment("1", "2026-03-02 10:00")], "2026-03-05 08:00")
    set_contact(scope, family_of(scope, "Lee"), "none", "bereaved")
    undo_import(scope, only.import_id)
    assert levels(scope) == {}
    desk.take_in([appointment("1", "2026-03-02 10:00")], "2026-03-05 08:00")
    assert levels(scope) == {"Lee": ("none", "bereaved")}


def test_an_erased_family_leaves_nothing_of_it(desk):
    lee = family_of(desk.scope, "Lee")
    set_contact(desk.scope, lee, "none", "bereaved")
    erase_family(desk.scope, lee)
    with desk.scope.read() as conn:
        assert conn.execute(select(family_contact)).all() == []


def test_a_warning_sign_is_called_about_but_for_none(desk, maya):
    token = token_of(make_link(maya, desk.clients["Mia"], "day7"))
    save_consent(desk.scope, token, in_totals=True, language="en")
    save_signs(desk.scope, token, [1])
    assert "Lee" not in to_call(desk.scope) | looked_for(maya)  # the sign comes first
    told = {}
    for level in ("yes", "practical", "none"):
        set_contact(maya, family_of(maya, "Lee"), level, "hospital")
        (flag,) = read_open_flags(maya)
        told[level] = flag.call is not None
    assert told == {"yes": True, "practical": True, "none": False}


def test_a_visit_to_come_that_a_newer_export_lacks_is_a_visit_to_come(desk):
    coming = seen("4", -3, **ANA)
    later = seen("5", -9, "Ben", who="Cleo Ray")
    minutes = (2, 4)
    for rows, ahead in zip(([*ROWS, coming, later], [*ROWS, later]), minutes, strict=True):
        at = datetime.now(ZONE) + timedelta(minutes=ahead)
        desk.take_in(rows, f"{at:%Y-%m-%d %H:%M}")
    assert to_call(desk.scope) == {"Moss"}
