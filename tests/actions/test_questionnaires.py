"""Answers of forms come in as an import like any other: counted, updated, undone."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from allay_metrics.actions.ingest import ingest_file
from allay_metrics.actions.records_check import check_records
from allay_metrics.actions.undo import undo_import
from allay_metrics.errors import Conflict, FileProblem
from allay_metrics.records.tables import answer, check_in, client, client_detail, import_
from allay_metrics.review.record_status import read_record_status
from tests.support.answer_forms import WRITERS, Parent, google_direct, google_sheet, typeform
from tests.support.exports import appointment, instant
from tests.support.on_file import fingerprint

EXPORTED = "2026-06-01 08:00"
PARENTS = [
    Parent("2026-03-01 18:00", values={"cry_min": 270, "settle": 8}, id="a1", born="2026-02-01"),
    Parent("2026-03-09 07:31", values={"cry_min": 90, "sleep_long": 3.5, "harms": 0}, id="a2"),
    Parent(
        "2026-03-30 23:59",
        values={"settle": 4, "head_turn": 3, "pgic": 2},
        worry="started formula",
        words="Thank you!\nShe smiles.",
        id="a3",
    ),
    Parent("2026-04-27 12:00", values={"cry_min": 0, "settle": 0, "pgic": -1}, id="a4"),
    Parent("2026-03-09 21:05", "bo.kim@example.org", "Leo", values={"settle": 10}, id="b1"),
]
MOMENTS = ["B1", "day7", "day28", "week8", "day7"]


@pytest.fixture
def practice(desk):
    rows = [
        appointment("1", "2026-03-02 10:00", infants="Mia"),
        appointment("2", "2026-03-02 13:00", who="Bo Kim", infants="Leo"),
    ]
    desk.take_in(rows, "2026-03-09 08:00")
    return desk


def _take_in(desk, path, as_of=EXPORTED, **options):
    return ingest_file(desk.scope, path, as_of=instant(as_of), **options)


def _counts(report):
    aside = len(report.set_aside)
    assert report.rows_read == report.added + report.updated + report.unchanged + aside
    return report.added, report.updated, report.unchanged, aside


def _rows(scope, *columns):
    with scope.read() as conn:
        return [tuple(row) for row in conn.execute(select(*columns))]


def _on_file(scope):
    """Return (baby, moment, answers) by moment of answering."""
    whose = select(check_in, client.c.name).outerjoin(client, client.c.id == check_in.c.client_id)
    with scope.read() as conn:
        found = {row.answered_at: (row.name, row.moment) for row in conn.execute(whose)}
        given = select(answer, check_in.c.answered_at).join(
            check_in, check_in.c.id == answer.c.check_in_id
        )
        told = {}
        for row in conn.execute(given):
            told.setdefault(row.answered_at, {})[row.measure] = (row.value, row.text)
    return {at: (*who, told.get(at, {})) for at, who in found.items()}


@pytest.mark.parametrize("source", WRITERS)
def test_every_source_tells_the_same_truth(practice, tmp_path, source):
    report = _take_in(practice, WRITERS[source](tmp_path / "form.csv", PARENTS))
    assert (report.source, report.holds) == (source, "answers")
    assert check_records(practice.scope) == []
    assert _counts(report) == (5, 0, 0, 0)
    assert report.warnings == []
    truth = {
        parent.epoch: (parent.baby, moment, parent.truth)
        for parent, moment in zip(PARENTS, MOMENTS, strict=True)
    }
    assert _on_file(practice.scope) == truth


@pytest.mark.parametrize("source", WRITERS)
def test_taking_the_same_in_again_changes_nothing(practice, tmp_path, source):
    path = WRITERS[source](tmp_path / "form.csv", PARENTS)
    _take_in(practice, path)
    before = _on_file(practice.scope)
    assert _counts(_take_in(practice, path)) == (0, 0, 5, 0)
    assert _on_file(practice.scope) == before


def test_the_sheet_and_the_direct_download_are_the_same_responses(practice, tmp_path):
    _take_in(practice, google_direct(tmp_path / "direct.csv", PARENTS))
    before = _on_file(practice.scope)
    report = _take_in(practice, google_sheet(tmp_path / "sheet.csv", PARENTS))
    assert _counts(report) == (0, 0, 5, 0)
    assert _on_file(practice.scope) == before


@pytest.mark.parametrize("stamp", ["%m/%d/%Y %H:%M", "%m/%d/%y %H:%M", "%Y-%m-%dT%H:%M:%SZ"])
def test_a_typeform_file_saved_by_a_spreadsheet_is_the_same(practice, tmp_path, stamp):
    _take_in(practice, typeform(tmp_path / "form.csv", PARENTS))
    again = typeform(tmp_path / "saved.csv", PARENTS, stamp)
    assert _counts(_take_in(practice, again)) == (0, 0, 5, 0)


@pytest.mark.parametrize("source", WRITERS)
def test_a_newer_export_updates_and_an_older_one_does_not(practice, tmp_path, source):
    write = WRITERS[source]
    _take_in(practice, write(tmp_path / "old.csv", PARENTS[:4]))
    changed = replace(PARENTS[0], values={"cry_min": 240, "settle": 8})
    newer = write(tmp_path / "new.csv", [changed, *PARENTS[1:]])
    assert _counts(_take_in(practice, newer, "2026-06-02 08:00")) == (1, 1, 3, 0)
    assert _on_file(practice.scope)[changed.epoch][2]["cry_min"] == (240.0, None)
    older = write(tmp_path / "old.csv", PARENTS[:4])
    assert _counts(_take_in(practice, older)) == (0, 0, 4, 0)
    assert _on_file(practice.scope)[changed.epoch][2]["cry_min"] == (240.0, None)


def test_exact_duplicates_count_once_and_are_said(practice, tmp_path):
    path = google_direct(tmp_path / "form.csv", [*PARENTS, PARENTS[1], PARENTS[4]])
    report = _take_in(practice, path)
    assert _counts(report) == (5, 0, 2, 0)
    assert any("2 rows repeat another row" in note for note in report.notes)


def test_other_answers_of_the_same_person_and_minute_are_set_aside(practice, tmp_path):
    twice = replace(PARENTS[1], values={"cry_min": 15})
    report = _take_in(practice, google_direct(tmp_path / "form.csv", [*PARENTS, twice]))
    assert _counts(report) == (5, 0, 0, 1)
    (aside,) = report.set_aside
    assert (aside.row, aside.column) == (6, "Timestamp")
    assert "row 2" in aside.reason


@pytest.mark.parametrize("source", WRITERS)
def test_undo_restores_every_row(practice, tmp_path, source):
    write = WRITERS[source]
    empty = fingerprint(practice.scope)
    first = _take_in(practice, write(tmp_path / "old.csv", PARENTS[:4]))
    before = fingerprint(practice.scope)
    changed = replace(PARENTS[2], values={"settle": 1}, worry="", words="All is well")
    second = _take_in(
        practice, write(tmp_path / "new.csv", [*PARENTS[:2], changed, *PARENTS[3:]]),
        "2026-06-02 08:00",
    )  # fmt: skip
    assert fingerprint(practice.scope) != before
    with pytest.raises(Conflict, match="holds the same answers"):
        undo_import(practice.scope, first.import_id)
    undo_import(practice.scope, second.import_id)
    assert fingerprint(practice.scope) == before
    undo_import(practice.scope, first.import_id)
    assert fingerprint(practice.scope) == empty


def test_undo_brings_a_question_back_that_the_import_had_answered(desk, tmp_path):
    path = google_direct(tmp_path / "form.csv", PARENTS[:1])
    _take_in(desk, path)
    desk.take_in([appointment("1", "2026-03-02 10:00", infants="Mia")], "2026-03-09 08:00")
    before = fingerprint(desk.scope)
    report = _take_in(desk, path)
    assert _counts(report) == (0, 0, 1, 0)
    assert _rows(desk.scope, check_in.c.moment, check_in.c.doubt) == [("B1", None)]
    undo_import(desk.scope, report.import_id)
    assert fingerprint(desk.scope) == before
    assert _rows(desk.scope, check_in.c.moment, check_in.c.client_id) == [("other", None)]


def test_a_birth_date_is_kept_where_no_booking_tells_it(practice, tmp_path):
    report = _take_in(practice, google_direct(tmp_path / "form.csv", PARENTS))
    assert [str(row[0]) for row in _rows(practice.scope, client_detail.c.born_on)] == ["2026-02-01"]
    undo_import(practice.scope, report.import_id)
    assert _rows(practice.scope, client_detail.c.born_on) == []


def test_a_dry_run_keeps_nothing(practice, tmp_path):
    before = fingerprint(practice.scope)
    report = _take_in(practice, google_direct(tmp_path / "form.csv", PARENTS), dry_run=True)
    assert _counts(report) == (5, 0, 0, 0)
    assert fingerprint(practice.scope) == before


def test_the_import_stands_in_the_history_and_tells_nothing_of_visits(practice, tmp_path):
    before = read_record_status(practice.scope)
    report = _take_in(practice, google_direct(tmp_path / "form.csv", PARENTS))
    assert read_record_status(practice.scope) == before
    assert ("google_forms", "answers", 5) in _rows(
        practice.scope, import_.c.source, import_.c.holds, import_.c.rows_read
    )
    assert set(_rows(practice.scope, check_in.c.import_id)) == {(report.import_id,)}


def test_what_was_answered_beside_the_measures_stays(practice, tmp_path):
    path = tmp_path / "form.csv"
    path.write_text(
        "Timestamp,Email Address,Your name,What is your main concern?,How did you sleep?,"
        '"In the last 24 hours, how hard was it to settle your baby?"\n'
        "3/9/2026 7:31,Ana.Lee@Example.org,Ana Lee,Colic,badly,7\n"
    )
    _take_in(practice, path)
    ((said,),) = _rows(practice.scope, check_in.c.respondent_details)
    assert json.loads(said) == {
        "parent": "Ana Lee", "concern": "Colic", "other": {"How did you sleep?": "badly"},
    }  # fmt: skip


def test_rows_that_cannot_be_used_are_set_aside_with_the_reason(practice, tmp_path):
    path = typeform(tmp_path / "form.csv", [replace(PARENTS[0], id=""), PARENTS[1]])
    text = path.read_text().replace("2026-03-09 14:31:00", "")
    path.write_text(text + "too,short\n")
    report = _take_in(practice, path)
    assert _counts(report) == (0, 0, 0, 3)
    assert [(row.row, row.column) for row in report.set_aside] == [
        (1, "#"), (2, "Submit Date (UTC)"), (3, ""),
    ]  # fmt: skip
    assert "never submitted" in report.set_aside[1].reason
    with practice.scope.read() as conn:
        assert conn.execute(select(check_in.c.id)).all() == []


def test_the_hour_that_happens_twice_is_not_guessed(practice, tmp_path):
    path = google_sheet(tmp_path / "form.csv", [Parent("2026-11-01 01:30", values={"settle": 3})])
    assert "happens twice" in _take_in(practice, path, "2026-12-01 08:00").set_aside[0].reason


def test_a_row_right_in_a_newer_file_settles_the_older_one(practice, tmp_path):
    path = google_direct(tmp_path / "form.csv", [Parent("2026-03-09 07:31")])
    assert _take_in(practice, path).set_aside[0].reason == "it answers none of the questions"
    right = google_direct(tmp_path / "new.csv", PARENTS[1:2])
    report = _take_in(practice, right, "2026-06-02 08:00")
    from allay_metrics.review.set_aside_rows import open_rows

    assert open_rows(practice.scope).empty
    undo_import(practice.scope, report.import_id)
    assert len(open_rows(practice.scope)) == 1


def test_a_file_told_to_be_answers_says_what_it_lacks(practice, tmp_path):
    path = tmp_path / "form.csv"
    path.write_text("Timestamp,Colour\n3/9/2026 7:31,blue\n")
    with pytest.raises(FileProblem, match="has no question that matches a measure"):
        _take_in(practice, path, source="google_forms")
    with pytest.raises(FileProblem, match="Submission Date"):
        _take_in(practice, path, source="jotform")
