"""What waits for the owner, each kind with one that waits and one that does not."""

import json
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import insert, update

from allay_metrics.actions.visit_type_overrides import assign_type
from allay_metrics.records.tables import correction, family, import_, set_aside
from allay_metrics.review.families_to_call import doubtful_families, families_without_next
from allay_metrics.review.missing import missing_visits
from allay_metrics.review.owner_tasks import count_needs
from allay_metrics.review.set_aside_rows import open_rows
from allay_metrics.review.unclassified import unassigned_types, unknown_cities
from tests.support.practices import Invented, Told, booked, close_care, put_on_file

AS_OF = date(2026, 7, 1)


def on_file(scope, *rows, **told):
    put_on_file(Invented(list(rows), [Told.all(last=date(2026, 8, 1), **told)]), scope)
    return scope


def days_ago(days):
    return AS_OF - timedelta(days=days)


def test_families_without_a_next_visit(scope):
    on_file(
        scope,
        booked("Recent", days_ago(10), city_text="Berkeley", type_text="Lactation visit"),
        booked("Edge", days_ago(30)),
        booked("Lapsed", days_ago(31)),
        booked("Comes", days_ago(31)),
        booked("Comes", AS_OF + timedelta(days=3)),  # has a next visit
        booked("Closed", days_ago(31)),
        booked("Oldest", days_ago(177)),
    )
    close_care(scope, "Closed", days_ago(20))  # ended well
    found = families_without_next(scope, AS_OF)
    listed = list(zip(found["family"], found["days_since"], found["lapsed"], strict=True))
    assert listed == [
        ("Oldest", 177, True),
        ("Lapsed", 31, True),
        ("Edge", 30, False),
        ("Recent", 10, False),
    ]
    assert tuple(found.iloc[-1][["city", "visit_type", "therapist"]]) == (
        "Berkeley",
        "lactation",
        "Maya Lopez",
    )
    counted = count_needs(scope, AS_OF)
    assert (counted.no_next, counted.lapsed) == (4, 2)


def test_a_family_not_seen_for_180_days_is_not_listed_any_more(scope):
    on_file(scope, booked("Gone", days_ago(170)))
    assert len(families_without_next(scope, AS_OF)) == 1
    assert families_without_next(scope, AS_OF + timedelta(days=11)).empty
    assert count_needs(scope, AS_OF + timedelta(days=11)).no_next == 0


def test_missing_visits_wait_until_they_are_decided(scope):
    rows = [
        booked(
            "A", days_ago(2), 10, id="one", missing_from_import_id="file-0", city_text="Berkeley"
        ),
        booked("B", days_ago(3), 9, id="two", missing_from_import_id="file-0"),
        booked("C", days_ago(3)),  # held by the newest file
    ]
    on_file(scope, *rows)
    found = missing_visits(scope)
    assert list(found["booking_id"]) == ["two", "one"]
    assert found["starts"].iloc[1].isoformat() == "2026-06-29T10:00:00-07:00"
    assert tuple(found.iloc[1][["family", "city", "type", "file"]]) == (
        "A",
        "Berkeley",
        "Infant CST",
        "0.csv",
    )
    decide(scope, "two")
    assert list(missing_visits(scope)["booking_id"]) == ["one"]
    assert count_needs(scope, AS_OF).missing == 1


def decide(scope, booking_id):
    word = {"id": "c", "booking_id": booking_id, "field": "state", "value": "cancelled"}
    with scope.write("decide") as conn:
        row = {"practice_id": scope.practice_id, **word, "made_at": 0}
        conn.execute(insert(correction), row)


def aside(scope, import_id, row, raw, reason="there is no such day"):
    told = {"column_name": "Start Time", "value": "31 Feb", "reason": reason, "raw_hash": raw}
    with scope.write("set aside") as conn:
        key = {"practice_id": scope.practice_id, "import_id": import_id, "row_number": row}
        conn.execute(insert(set_aside), {**key, **told, "raw": json.dumps({"Start Time": raw})})


def test_a_bad_row_is_listed_once_where_the_newest_file_shows_it(scope):
    older, newer = (
        datetime.fromisoformat("2026-06-01T08:00"),
        datetime.fromisoformat("2026-07-01T08:00"),
    )
    files = [Told.all(as_of=older), Told.all(as_of=newer)]
    put_on_file(Invented([booked("A", days_ago(60))], files), scope)
    aside(scope, "file-0", 4, "x")
    aside(scope, "file-0", 5, "y")
    aside(scope, "file-1", 7, "x")
    found = open_rows(scope)
    assert list(zip(found["file"], found["row"], strict=True)) == [("1.csv", 7), ("0.csv", 5)]
    assert found["column"].iloc[0] == "Start Time"
    assert count_needs(scope, AS_OF).set_aside == 2


def test_rows_of_an_import_that_was_undone_do_not_wait(scope):
    on_file(scope, booked("A", days_ago(60)))
    aside(scope, "file-0", 4, "x")
    with scope.write("undo") as conn:
        conn.execute(update(import_).values(undone_at=1))
    assert open_rows(scope).empty
    assert count_needs(scope, AS_OF).set_aside == 0


def test_type_names_nobody_assigned(scope):
    on_file(
        scope,
        booked("A", days_ago(9), type_text="Consult"),
        booked("B", days_ago(8), type_text="Consult"),
        booked("C", days_ago(8), type_text="Gift"),
        booked("D", days_ago(8), type_text="Gift", marked="rescheduled"),  # counted where it landed
        booked("E", days_ago(8), type_text="Infant CST"),
    )
    found = unassigned_types(scope)
    assert list(zip(found["type"], found["visits"], strict=True)) == [("Consult", 2), ("Gift", 1)]
    assert found["newest"].iloc[0] == days_ago(8)
    assert count_needs(scope, AS_OF).unassigned == 3
    # What the owner said is of none of the three waits no more.
    assign_type(scope, "consult", "other")
    assert list(unassigned_types(scope)["type"]) == ["Gift"]
    assert count_needs(scope, AS_OF).unassigned == 1


def test_visits_without_a_city(scope):
    on_file(
        scope,
        booked("A", days_ago(9), city_text="somewhere"),
        booked("B", days_ago(8), city_text=None),
        booked("C", days_ago(150), city_text=None),  # too long ago to mend
        booked("D", days_ago(8)),
    )
    found = unknown_cities(scope, AS_OF)
    listed = list(zip(found["family"], found["typed"], strict=True))
    assert listed == [("B", ""), ("A", "somewhere")]
    assert count_needs(scope, AS_OF).unknown_city == 2


def test_doubtful_matches_are_questions(scope):
    on_file(scope, booked("A", days_ago(9)), booked("B", days_ago(9)))
    with scope.write("doubt") as conn:
        asked = {"doubt": "Are A and B one family?"}
        conn.execute(update(family).where(family.c.name == "A").values(asked))
    found = doubtful_families(scope)
    assert list(found["question"]) == ["Are A and B one family?"]
    assert count_needs(scope, AS_OF).doubts == 1


@pytest.mark.parametrize(
    ("listing", "columns"),
    [
        (missing_visits, 11),
        (open_rows, 7),
        (unassigned_types, 3),
        (doubtful_families, 3),
    ],
)
def test_an_empty_list_has_its_columns(sqlite_scope, listing, columns):
    assert listing(sqlite_scope).shape == (0, columns)


def test_nothing_waits_in_an_empty_practice(scope):
    assert set(vars(count_needs(scope, AS_OF)).values()) == {0}
