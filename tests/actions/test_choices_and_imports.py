"""Files come and go under the owner's choices: the records stay whole, undo gives all back."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allay_metrics.actions.city_spellings import correct_city
from allay_metrics.actions.family_decisions import keep_apart, merge, split, unlink
from allay_metrics.actions.records_check import check_records
from allay_metrics.actions.undo import undo_import
from allay_metrics.actions.visit_type_overrides import correct_type
from tests.support.chosen import choices, choose
from tests.support.exports import appointment
from tests.support.on_file import bookings, doubts, families, fingerprint, visits
from tests.support.random_exports import a_desk, exports

MONDAY, LATER = "2026-03-09 08:00", "2026-03-30 08:00"
PHONE = "510-555-0101"
ANA = appointment("ana", "2026-03-02 10:00", "Ana Lee", phone=PHONE)
BEA = appointment("bea", "2026-03-03 10:00", "Bea Lee", phone=PHONE, city="")
QUIET = appointment("quiet", "2026-03-04 10:00", "Leo Lee", email="", phone=PHONE, city="")


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(exports(), choices, choices), min_size=1, max_size=4))
def test_an_undone_import_gives_all_back_whatever_was_chosen(
    sqlite_template, tmp_path_factory, steps
):
    with a_desk(sqlite_template, tmp_path_factory.getbasetemp()) as desk:
        for (rows, as_of, holds), *wished in steps:
            for wish in wished:
                choose(desk.scope, wish)
            assert check_records(desk.scope) == []
            before = fingerprint(desk.scope)
            report = desk.take_in(rows, as_of, holds=holds)
            assert check_records(desk.scope) == []
            undo_import(desk.scope, report.import_id)
            assert fingerprint(desk.scope) == before
            desk.take_in(rows, as_of, holds=holds)


def test_a_correction_survives_a_newer_file_and_goes_with_the_import_that_brought_its_booking(desk):
    empty = fingerprint(desk.scope)
    first = desk.take_in([ANA, QUIET | {"phone": ""}], MONDAY)
    (ana,) = [id_ for id_, key in _ids(desk.scope).items() if key == "ana"]
    assert correct_city(desk.scope, [ana], "Berkeley").visits == 1
    assert correct_type(desk.scope, [ana], "massage+cst").visits == 1
    newer = desk.take_in([ANA | {"type": "Lactation", "city": "San Jose"}], LATER)
    told = ("city", "city_how", "visit_type", "second_type")
    assert visits(desk.scope, *told)[0] == ("Berkeley", "corrected", "massage", "cst")
    undo_import(desk.scope, newer.import_id)
    undo_import(desk.scope, first.import_id)
    assert fingerprint(desk.scope) == empty


def test_two_families_made_one_answer_the_question_of_a_third(desk):
    desk.take_in([ANA, BEA, QUIET], MONDAY)
    ana, bea, quiet = "e:ana.lee@example.org", "e:bea.lee@example.org", "p:+15105550101"
    assert doubts(desk.scope).keys() == {quiet}
    before = fingerprint(desk.scope)
    saved = merge(desk.scope, bea, ana)
    assert families(desk.scope) == {ana: {"ana", "bea", "quiet"}}
    assert doubts(desk.scope) == {}
    # Where home is, one family's visits tell each other.
    assert visits(desk.scope, "city_how") == [("typed",), ("history",), ("history",)]
    assert {(way.what, way.before, way.after) for way in saved.moves} >= {
        ("city", "unknown", "Oakland")
    }
    desk.take_in([appointment("new", "2026-03-20 10:00", "Bea Lee")], LATER, covers=None)
    assert families(desk.scope) == {ana: {"ana", "bea", "quiet", "new"}}
    undo_import(desk.scope, _last_import(desk))
    unlink(desk.scope, bea, "", ana)
    assert fingerprint(desk.scope) == before


def test_a_family_is_split_by_name_and_joined_again(desk):
    rows = [ANA | {"email": "home@example.org"}, BEA | {"email": "home@example.org"}]
    desk.take_in([*rows, QUIET | {"first": "bea", "last": "LEE"}], MONDAY)
    before = fingerprint(desk.scope)
    split(desk.scope, "e:home@example.org", "BEA Lee")
    apart = "n:bea lee|e:home@example.org"
    assert families(desk.scope) == {"e:home@example.org": {"ana"}, apart: {"bea", "quiet"}}
    assert check_records(desk.scope) == []
    merge(desk.scope, apart, "e:home@example.org")
    assert fingerprint(desk.scope) == before


def test_a_question_that_is_answered_is_asked_no_more(desk):
    desk.take_in([ANA, BEA, QUIET], MONDAY)
    before = fingerprint(desk.scope)
    assert keep_apart(desk.scope, ["p:+15105550101"]).visits == 0
    assert doubts(desk.scope) == {}
    assert check_records(desk.scope) == []
    unlink(desk.scope, "p:+15105550101", "", "p:+15105550101")
    assert fingerprint(desk.scope) == before


def _ids(scope):
    return {id_: key for key, id_ in bookings(scope, "id").items()}


def _last_import(desk):
    return bookings(desk.scope, "current_import_id")["new"]
