"""An import accounts for every row, changes nothing twice, and keeps all of a file or nothing."""

import pytest
from sqlalchemy import select

from allay_metrics.actions import file_import
from allay_metrics.actions.file_import import import_file
from allay_metrics.errors import FileProblem, NotAllowed
from allay_metrics.intake.source_file import SourceFile
from allay_metrics.records import Viewer
from allay_metrics.records.tables import import_, import_row, set_aside
from tests.support.exports import appointment, day, instant
from tests.support.on_file import bookings, covered, fingerprint, states

MONDAY = "2026-03-09 08:00"  # exported
BAD = appointment("bad", "2026-03-03 10:00") | {"start": "February 30, 2026 10:00 am"}


def _accounts(report):
    counted = report.added + report.updated + report.unchanged + len(report.set_aside)
    assert report.rows_read == counted
    return report.added, report.updated, report.unchanged, len(report.set_aside)


def test_every_row_is_counted_or_set_aside(desk):
    first = [
        appointment("1", "2026-03-02 10:00"),
        appointment("2", "2026-03-03 10:00"),
        BAD,  # set aside: there is no 30 February
    ]
    assert _accounts(desk.take_in(first, MONDAY)) == (2, 0, 0, 1)
    second = [
        appointment("1", "2026-03-02 10:00"),  # unchanged
        appointment("2", "2026-03-03 10:00", price="180.00"),  # updated
        appointment("3", "2026-03-10 10:00"),  # added
        appointment("3", "2026-03-10 10:00"),  # set aside: the same appointment again
        BAD,  # set aside again
    ]
    assert _accounts(desk.take_in(second, "2026-03-10 08:00")) == (1, 1, 1, 2)


def test_the_account_on_file_is_the_account_reported(desk):
    report = desk.take_in([appointment("1", "2026-03-02 10:00"), BAD], MONDAY)
    with desk.scope.read() as conn:
        on_file = conn.execute(select(import_)).one()
        rows = conn.execute(select(import_row.c.row_number, import_row.c.outcome)).all()
        aside = conn.execute(select(set_aside)).one()
    assert (on_file.rows_read, on_file.added, on_file.set_aside) == (2, 1, 1)
    assert (on_file.id, on_file.as_of) == (report.import_id, instant(MONDAY))
    assert rows == [(1, "added")]
    assert (aside.row_number, aside.column_name) == (2, "Start Time")
    assert aside.value == "February 30, 2026 10:00 am"
    assert "Oakland" in aside.raw


def test_the_same_file_again_changes_nothing(desk):
    rows = [appointment("1", "2026-03-02 10:00"), appointment("2", "2026-03-16 10:00")]
    desk.take_in(rows, MONDAY)
    before = bookings(desk.scope, "row_hash", "as_of"), states(desk.scope)
    assert _accounts(desk.take_in(rows, MONDAY)) == (0, 0, 2, 0)
    assert (bookings(desk.scope, "row_hash", "as_of"), states(desk.scope)) == before


def test_a_newer_export_updates(desk):
    desk.take_in([appointment("1", "2026-03-02 10:00", price="150.00")], MONDAY)
    desk.take_in([appointment("1", "2026-03-02 10:00", price="180.00")], "2026-03-10 08:00")
    assert bookings(desk.scope, "price_cents") == {"1": 18_000}


def test_an_older_export_never_overwrites(desk):
    desk.take_in([appointment("1", "2026-03-02 10:00", price="180.00")], "2026-03-10 08:00")
    older = [appointment("1", "2026-03-02 10:00", price="150.00", email="old@example.org")]
    assert _accounts(desk.take_in(older, MONDAY)) == (0, 0, 1, 0)
    assert bookings(desk.scope, "price_cents", "as_of") == {
        "1": (18_000, instant("2026-03-10 08:00"))
    }


def test_a_visit_moved_at_the_source_stands_where_it_landed(desk):
    desk.take_in([appointment("1", "2026-03-10 10:00")], MONDAY)
    desk.take_in([appointment("1", "2026-03-12 15:00")], "2026-03-10 08:00")
    assert bookings(desk.scope, "day", "missing_from_import_id") == {"1": (day("2026-03-12"), None)}


def test_past_visits_of_an_export_took_place_and_later_ones_are_booked(desk):
    rows = [
        appointment("past", "2026-03-08 10:00"),
        appointment("ended", "2026-03-09 07:00"),  # ends at the very moment of the export
        appointment("running", "2026-03-09 07:01"),
        appointment("ahead", "2026-03-10 10:00"),
    ]
    desk.take_in(rows, MONDAY)
    told = {"past": "completed", "ended": "completed", "running": "booked", "ahead": "booked"}
    assert states(desk.scope) == told


def test_what_was_booked_stays_booked_until_newer_records_arrive(desk):
    desk.take_in([appointment("1", "2026-03-10 10:00")], MONDAY)
    desk.take_in([appointment("2", "2026-04-06 10:00")], "2026-04-07 08:00", covers=None)
    assert states(desk.scope) == {"1": "booked", "2": "completed"}
    desk.take_in([appointment("1", "2026-03-10 10:00")], "2026-04-08 08:00")
    assert states(desk.scope)["1"] == "completed"


def test_a_file_with_cancelled_visits_tells_them_apart(desk):
    rows = [
        appointment("came", "2026-03-02 10:00"),
        appointment("gone", "2026-03-03 10:00", canceled="yes"),
        appointment("stood us up", "2026-03-04 10:00", canceled="yes", label="No-Show"),
    ]
    desk.take_in(rows, MONDAY, holds="all")
    told = {"came": "completed", "gone": "cancelled", "stood us up": "no_show"}
    assert states(desk.scope) == told


def test_a_file_of_cancelled_visits_cancels_them_all(desk):
    rows = [
        appointment("gone", "2026-03-03 10:00"),
        appointment("stood us up", "2026-03-04 10:00", label="no show"),
    ]
    desk.take_in(rows, MONDAY, holds="cancelled")
    assert states(desk.scope) == {"gone": "cancelled", "stood us up": "no_show"}


def test_a_file_without_a_column_for_it_is_not_taken_as_all(desk):
    path = desk.write([appointment("1", "2026-03-02 10:00")])
    with pytest.raises(FileProblem, match="tells cancelled visits apart"):
        import_file(desk.scope, path, holds="all")


# What a file covers.

ROWS = [appointment("1", "2026-03-02 10:00"), appointment("2", "2026-03-20 10:00")]


def test_kept_visits_are_covered_to_the_later_of_as_of_and_the_last_visit(sqlite_desk):
    sqlite_desk.take_in(ROWS, MONDAY)
    told = ("2026-03-02", "2026-03-20")
    assert covered(sqlite_desk.scope) == [("booked_on", *told), ("kept", *told)]


def test_kept_visits_are_covered_to_as_of_when_the_last_visit_is_earlier(sqlite_desk):
    sqlite_desk.take_in(ROWS[:1], MONDAY)
    assert ("kept", "2026-03-02", "2026-03-09") in covered(sqlite_desk.scope)


def test_cancellations_and_no_shows_are_covered_to_as_of(sqlite_desk):
    sqlite_desk.take_in(ROWS, MONDAY, holds="cancelled")
    told = covered(sqlite_desk.scope)
    assert ("cancelled", "2026-03-02", "2026-03-09") in told
    assert ("no_show", "2026-03-02", "2026-03-09") in told
    assert "kept" not in {kind for kind, *_ in told}


def test_cancellations_are_not_covered_by_a_file_that_begins_after_as_of(sqlite_desk):
    sqlite_desk.take_in(ROWS[1:], MONDAY, holds="all")
    assert {kind for kind, *_ in covered(sqlite_desk.scope)} == {"kept", "booked_on"}


def test_a_file_covers_what_it_is_told_to_cover(sqlite_desk):
    year = day("2026-01-01"), day("2026-12-31")
    sqlite_desk.take_in(ROWS, MONDAY, holds="all", covers=year)
    assert {
        days for _, *days in map(list, covered(sqlite_desk.scope)) for days in [tuple(days)]
    } == {("2026-01-01", "2026-12-31")}


def test_the_day_of_as_of_is_the_practices_day(sqlite_desk):
    """At 11 pm in California it is the next day in UTC."""
    sqlite_desk.take_in(ROWS[:1], "2026-03-09 23:00")
    assert ("kept", "2026-03-02", "2026-03-09") in covered(sqlite_desk.scope)


def test_a_file_of_no_usable_rows_covers_nothing_and_is_accounted_for(sqlite_desk):
    assert _accounts(sqlite_desk.take_in([BAD], MONDAY)) == (0, 0, 0, 1)
    assert covered(sqlite_desk.scope) == []


# All of it, or nothing.


def test_a_dry_run_tells_the_same_and_keeps_nothing(desk):
    before = fingerprint(desk.scope), desk.scope.data_version()
    dry = desk.take_in([*ROWS, BAD], MONDAY, dry_run=True)
    assert (fingerprint(desk.scope), desk.scope.data_version()) == before
    assert desk.scope.has_records() is False
    assert _accounts(desk.take_in([*ROWS, BAD], MONDAY)) == _accounts(dry)


@pytest.fixture
def breaks_in_the_middle(monkeypatch):
    """A file whose second chunk cannot be read."""
    chunks = SourceFile.chunks

    def cut(self, _size=1):
        yield next(iter(chunks(self, 1)))
        raise FileProblem("export.csv ends in the middle of row 2.")

    monkeypatch.setattr(SourceFile, "chunks", cut)


@pytest.mark.usefixtures("breaks_in_the_middle")
def test_a_file_that_fails_in_the_middle_stores_nothing(desk):
    before = fingerprint(desk.scope), desk.scope.data_version()
    with pytest.raises(FileProblem, match="row 2"):
        desk.take_in(ROWS, MONDAY)
    assert (fingerprint(desk.scope), desk.scope.data_version()) == before
    assert desk.scope.has_records() is False


def test_an_import_stopped_while_deriving_stores_nothing(desk):
    before = fingerprint(desk.scope)

    def stop(share):
        if share == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk.take_in(ROWS, MONDAY, progress=stop)
    assert fingerprint(desk.scope) == before


def test_progress_grows_to_all_of_it(sqlite_desk):
    shares = []
    sqlite_desk.take_in(ROWS, MONDAY, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_a_therapist_imports_nothing(sqlite_desk):
    from dataclasses import replace

    sqlite_desk.scope = replace(sqlite_desk.scope, viewer=Viewer("therapist", "t"))
    with pytest.raises(NotAllowed, match="not yours to see"):
        sqlite_desk.take_in(ROWS, MONDAY)


def test_a_report_as_json_leaves_the_raw_rows_out(sqlite_desk):
    told = sqlite_desk.take_in([BAD], MONDAY).as_json()
    assert told["set_aside"][0].keys() == {"row", "column", "value", "reason"}


def test_cities_that_are_unknown_are_counted(sqlite_desk):
    rows = [
        appointment("known", "2026-03-02 10:00", "Ana Lee"),
        appointment("nowhere", "2026-03-02 12:00", "Bea Moss", city=""),
        appointment("by history", "2026-03-03 12:00", "Ana Lee", city=""),
    ]
    assert sqlite_desk.take_in(rows, MONDAY).cities_unknown == 1


def test_warned_values_do_not_cost_the_row(sqlite_desk):
    report = sqlite_desk.take_in([appointment("1", "2026-03-02 10:00", price="a lot")], MONDAY)
    assert _accounts(report) == (1, 0, 0, 0)
    assert [(w.row, w.value) for w in report.warnings] == [(1, "a lot")]
    assert bookings(sqlite_desk.scope, "price_cents") == {"1": None}


def test_the_garbage_collector_runs_again_after_a_failed_import(sqlite_desk, tmp_path):
    import gc

    (tmp_path / "empty.csv").touch()
    with pytest.raises(FileProblem):
        import_file(sqlite_desk.scope, tmp_path / "empty.csv")
    with pytest.raises(ZeroDivisionError):
        sqlite_desk.take_in(ROWS, MONDAY, progress=lambda _share: 1 / 0)
    assert gc.isenabled()
    assert file_import.LOADING_SHARE < 1
