"""A row set aside is mended, retried or dismissed; the account holds, and undo opens it again."""

import pytest

from allay_metrics.actions.file_import import import_file
from allay_metrics.actions.records_check import check_records
from allay_metrics.actions.set_aside_edits import (
    CorrectedRow,
    correct_row,
    dismiss,
    retry_rows,
    undismiss,
)
from allay_metrics.actions.undo import undo_import
from allay_metrics.errors import Conflict, FileProblem, NotFound
from allay_metrics.intake.rows import SetAside
from allay_metrics.review.record_status import read_record_status
from allay_metrics.review.set_aside_rows import open_rows
from tests.support.exports import appointment
from tests.support.on_file import fingerprint, missing_ids, states

MONDAY, TUESDAY, LATER = "2026-03-09 08:00", "2026-03-10 08:00", "2026-03-20 08:00"
ONE = appointment("1", "2026-03-02 10:00")
TWO = appointment("2", "2026-03-03 10:00", "Bea Moss")
NO_END = TWO | {"end": "never"}
RIGHT_END = {"End Time": "March 3, 2026 11:00 am"}
LAST = appointment("last", "2026-03-16 10:00")


@pytest.fixture
def with_one_aside(desk):
    """A practice with one visit, and one row set aside for its end."""
    report = desk.take_in([ONE, NO_END], MONDAY, name="march.csv")
    assert (report.added, len(report.set_aside)) == (1, 1)
    return report.import_id


def waiting(desk):
    """Return (file, row) of every row that waits."""
    return list(open_rows(desk.scope)[["file", "row"]].itertuples(index=False, name=None))


def test_a_mended_row_counts_and_both_accounts_hold(desk, with_one_aside):
    mended = correct_row(desk.scope, with_one_aside, 2, RIGHT_END)
    assert isinstance(mended, CorrectedRow)
    assert mended.outcome == "added"
    assert states(desk.scope) == {"1": "completed", "2": "completed"}
    assert waiting(desk) == []
    assert check_records(desk.scope) == []
    known = read_record_status(desk.scope)
    assert (known.rows_read, known.rows_counted, known.rows_set_aside) == (2, 2, 0)


def test_undoing_the_mending_opens_the_row_again(desk, with_one_aside):
    before = fingerprint(desk.scope)
    mended = correct_row(desk.scope, with_one_aside, 2, RIGHT_END)
    assert undo_import(desk.scope, mended.import_id) == "mended: march.csv row 2"
    assert fingerprint(desk.scope) == before
    assert waiting(desk) == [("march.csv", 2)]


def test_a_row_still_wrong_says_why_and_changes_nothing(desk, with_one_aside):
    before = fingerprint(desk.scope)
    still = correct_row(desk.scope, with_one_aside, 2, {"End Time": "March 3, 2026 9:00 am"})
    assert isinstance(still, SetAside)
    assert (still.row, still.column, still.reason) == (
        2,
        "End Time",
        "it is not later than the start",
    )
    assert fingerprint(desk.scope) == before


def test_only_an_open_row_and_its_own_columns_are_mended(desk, with_one_aside):
    with pytest.raises(NotFound, match="no column Moon"):
        correct_row(desk.scope, with_one_aside, 2, {"Moon": "full"})
    correct_row(desk.scope, with_one_aside, 2, RIGHT_END)
    with pytest.raises(NotFound, match="is not open any more"):
        correct_row(desk.scope, with_one_aside, 2, RIGHT_END)


def test_the_file_is_not_undone_under_the_row_mended_from_it(desk, with_one_aside):
    correct_row(desk.scope, with_one_aside, 2, RIGHT_END)
    with pytest.raises(Conflict, match=r"mended: march\.csv row 2, taken in .* took in rows of it"):
        undo_import(desk.scope, with_one_aside)


def test_the_same_bad_row_in_a_newer_file_is_known_to_be_mended(desk, with_one_aside):
    mended = correct_row(desk.scope, with_one_aside, 2, RIGHT_END)
    report = desk.take_in([ONE, NO_END, LAST], LATER)
    assert (len(report.set_aside), report.missing) == (1, 0)
    assert waiting(desk) == []
    assert states(desk.scope)["2"] == "completed"
    assert check_records(desk.scope) == []
    undo_import(desk.scope, mended.import_id)
    assert len(waiting(desk)) == 1


def test_a_known_visit_whose_row_cannot_be_read_is_not_missing(desk):
    desk.take_in([ONE, TWO, LAST], MONDAY)
    report = desk.take_in([ONE, NO_END, LAST], "2026-03-17 08:00")
    assert report.missing == 0
    assert missing_ids(desk.scope) == []
    assert states(desk.scope)["2"] == "completed"
    assert check_records(desk.scope) == []
    before = fingerprint(desk.scope)
    newest = desk.take_in([ONE, LAST], "2026-03-21 08:00")
    assert newest.missing == 1
    undo_import(desk.scope, newest.import_id)
    assert fingerprint(desk.scope) == before


@pytest.mark.usefixtures("with_one_aside")
def test_a_newer_file_that_holds_the_row_right_settles_it(desk):
    before = fingerprint(desk.scope)
    report = desk.take_in([ONE, TWO], LATER)
    assert waiting(desk) == []
    undo_import(desk.scope, report.import_id)
    assert fingerprint(desk.scope) == before
    assert waiting(desk) == [("march.csv", 2)]


def test_a_repeated_row_does_not_come_in_by_being_retried(desk):
    desk.take_in([ONE, ONE], MONDAY)
    assert retry_rows(desk.scope, "acuity").rows == 0
    desk.take_in([ONE, LAST], LATER)
    assert states(desk.scope) == {"1": "completed", "last": "completed"}


OWN = """
name = "mine"
[columns]
start = ["When"]
minutes = ["Long"]
client_name = ["Who"]
[carries]
kept = ["kept"]
"""


def test_a_changed_profile_brings_rows_in_with_the_next_file(sqlite_desk, tmp_path):
    profile, file = tmp_path / "mine.toml", tmp_path / "list.csv"
    profile.write_text(OWN, encoding="utf-8")
    file.write_text("When,Long,Who\n14/3/2026 9:00,60,Ana Lee\n", encoding="utf-8")
    first = import_file(sqlite_desk.scope, file, profile=profile, as_of=1_773_600_000)
    assert (first.added, len(first.set_aside)) == (0, 1)
    with pytest.raises(FileProblem, match="is saved: save one"):
        correct_row(sqlite_desk.scope, first.import_id, 1, {"Long": "45"})
    profile.write_text(OWN + '[formats]\nday = ["%d/%m/%Y"]\n', encoding="utf-8")
    file.write_text("When,Long,Who\n15/3/2026 9:00,60,Bea Moss\n", encoding="utf-8")
    second = import_file(sqlite_desk.scope, file, profile=profile, as_of=1_773_700_000)
    assert "1 row set aside earlier is imported now, too" in second.notes
    assert len(states(sqlite_desk.scope)) == 2
    assert waiting(sqlite_desk) == []
    assert check_records(sqlite_desk.scope) == []


def test_a_ragged_row_never_comes_in_as_it_is(sqlite_desk):
    path = sqlite_desk.write([ONE, TWO])
    lines = path.read_text(encoding="utf-8").splitlines()
    short = lines[2].rsplit(",", 1)[0]
    path.write_text("\r\n".join([*lines[:2], short]) + "\r\n", encoding="utf-8")
    report = import_file(sqlite_desk.scope, path, as_of=1_773_600_000)
    assert len(report.set_aside) == 1
    assert retry_rows(sqlite_desk.scope, "acuity").rows == 0
    mended = correct_row(sqlite_desk.scope, report.import_id, 2, {"Appointment ID": "2"})
    assert mended.outcome == "added"


def test_a_dismissed_row_waits_no_more_not_even_from_a_newer_file(desk, with_one_aside):
    assert dismiss(desk.scope, with_one_aside, 2) == 1
    assert waiting(desk) == []
    desk.take_in([ONE, NO_END], LATER)
    assert waiting(desk) == []
    assert undismiss(desk.scope, with_one_aside, 2) == 2
    assert len(waiting(desk)) == 1
    with pytest.raises(NotFound, match="not dismissed"):
        undismiss(desk.scope, with_one_aside, 2)
