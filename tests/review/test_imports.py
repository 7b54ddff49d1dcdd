"""The history of imports, what covers which days, what was decided: as plain values."""

from datetime import datetime

import pytest
from sqlalchemy import select

from allay_metrics.actions.file_import import import_file
from allay_metrics.actions.missing_decisions import decide_missing
from allay_metrics.actions.undo import undo_import
from allay_metrics.records.tables import import_
from allay_metrics.review import import_history
from allay_metrics.review.missing import missing_visits
from allay_metrics.review.record_status import read_record_status
from tests.support.acuity import write_export

TWO = (
    {"Start Time": "November 9, 2026 9:00 am", "End Time": "November 9, 2026 10:00 am"},
    {"Start Time": "November 10, 2026 9:00 am", "End Time": "November 10, 2026 10:00 am"},
)
BAD = {"Start Time": "November 31, 2026 9:00 am"}


def at(scope, *told):
    return int(datetime(*told, tzinfo=scope.zone).timestamp())


@pytest.fixture
def take_in(sqlite_scope, tmp_path):
    """A function that imports an export of these rows, as of a day and hour of November."""

    def run(*rows, day=16, hour=8, **how):
        path = write_export(tmp_path, *rows)
        return import_file(sqlite_scope, path, as_of=at(sqlite_scope, 2026, 11, day, hour), **how)

    return run


def test_imports_stand_newest_first_with_the_account_of_their_rows(sqlite_scope, take_in):
    take_in(*TWO)
    take_in(*TWO, BAD, day=17)
    newest, older = import_history.past_imports(sqlite_scope)
    assert (older.rows_read, older.added, older.set_aside) == (2, 2, 0)
    assert (newest.rows_read, newest.unchanged, newest.set_aside) == (3, 2, 1)
    assert newest.rows_read == newest.added + newest.updated + newest.unchanged + newest.set_aside
    assert newest.as_of == datetime(2026, 11, 17, 8, tzinfo=sqlite_scope.zone)
    assert (newest.undone_at, newest.holds, newest.file_name) == (None, "kept", "export.csv")


def test_an_undone_import_stays_in_the_history_with_when_it_was_undone(sqlite_scope, take_in):
    report = take_in(*TWO)
    undo_import(sqlite_scope, report.import_id)
    (only,) = import_history.past_imports(sqlite_scope)
    assert only.undone_at is not None
    assert only.undone_at.tzinfo == sqlite_scope.zone


def test_the_same_file_told_the_same_things_is_found_until_it_is_undone(sqlite_scope, take_in):
    report = take_in(*TWO)
    (past,) = import_history.past_imports(sqlite_scope)
    hash_ = _hash(sqlite_scope, past.id)
    key = import_history.SaveKey(hash_, "acuity", "kept", report.as_of)
    found = import_history.same_import(sqlite_scope, key)
    assert found is not None
    assert found.id == report.import_id
    other = [
        import_history.SaveKey("0" * 64, "acuity", "kept", report.as_of),
        import_history.SaveKey(hash_, "jane", "kept", report.as_of),
        import_history.SaveKey(hash_, "acuity", "cancelled", report.as_of),
        import_history.SaveKey(hash_, "acuity", "kept", report.as_of + 1),
    ]
    assert [import_history.same_import(sqlite_scope, one) for one in other] == [None] * 4
    undo_import(sqlite_scope, report.import_id)
    assert import_history.same_import(sqlite_scope, key) is None


def test_what_a_newer_export_dropped_is_counted_and_a_decision_is_listed(sqlite_scope, take_in):
    take_in(*TWO, day=8)
    assert import_history.absent_bookings(sqlite_scope, "acuity") == 0
    # The first day is covered by a row of another family; Tuesday's row is gone.
    take_in(TWO[0], day=16)
    assert import_history.absent_bookings(sqlite_scope, "acuity") == 1
    assert import_history.absent_bookings(sqlite_scope, "jane") == 0
    assert import_history.decided_visits(sqlite_scope).empty
    (waiting,) = missing_visits(sqlite_scope)["booking_id"]
    decide_missing(sqlite_scope, [waiting], "deleted")
    (decided,) = import_history.decided_visits(sqlite_scope).itertuples()
    assert (decided.booking_id, decided.decision) == (waiting, "deleted")
    assert decided.starts == datetime(2026, 11, 10, 9, tzinfo=sqlite_scope.zone)
    assert (decided.therapist, decided.type) == ("Maya Lopez", "Infant CST")


def test_coverage_names_the_days_of_each_kind_and_what_is_not_told(sqlite_scope, take_in):
    take_in(*TWO)
    (acuity,) = import_history.covered_days(read_record_status(sqlite_scope).records)
    assert acuity.source == "acuity"
    assert acuity.days == ("9 Nov to 16 Nov 2026", "not told", "not told")
    take_in(*TWO, holds="cancelled", day=17)
    (acuity,) = import_history.covered_days(read_record_status(sqlite_scope).records)
    assert acuity.days[1:] == ("9 Nov to 17 Nov 2026", "9 Nov to 17 Nov 2026")


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((0, 0, 0), "Nothing was added by it."),
        ((1, 0, 0), "1 row added by it goes out again."),
        ((2, 1, 0), "2 rows added by it go out again. 1 changed row says again what it said"),
        ((2, 2, 1), "2 changed rows say again what they said before. 1 row set aside leaves"),
    ],
)
def test_what_undo_takes_back_is_said_in_words(counts, said):
    added, updated, aside = counts
    now = datetime(2026, 11, 16)  # noqa: DTZ001
    past = import_history.PastImport(
        "id", 1, "acuity", "a.csv", "kept", sum(counts), added, updated, 0, aside, now, now, None
    )
    assert said in import_history.describe_undo(past)


def test_a_source_is_called_by_its_label_and_an_unknown_one_by_its_name():
    assert import_history.source_label("acuity") == "Acuity Scheduling"
    assert import_history.source_label("our own") == "our own"


def _hash(scope, import_id):
    with scope.read() as conn:
        return conn.execute(
            select(import_.c.file_hash).where(import_.c.id == import_id)
        ).scalar_one()
