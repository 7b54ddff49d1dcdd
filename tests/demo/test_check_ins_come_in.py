"""The invented answer sheet comes in by the importer: every row, matched as the demo's own."""

from datetime import date

import pytest
from sqlalchemy import select

from allay_metrics.actions.file_import import import_file
from allay_metrics.actions.ingest import ingest_file
from allay_metrics.demo.demo_check_ins import build_answered_forms, write_check_ins
from allay_metrics.demo.demo_files import write_files
from allay_metrics.demo.invention import invent
from allay_metrics.records.tables import answer, check_in


@pytest.fixture
def practice(sqlite_scope, tmp_path):
    invented = invent(1_500, seed=7, until=date(2026, 11, 16))
    for file in write_files(tmp_path, invented):
        import_file(sqlite_scope, file.path, source="acuity", holds=file.holds, as_of=file.as_of)
    return sqlite_scope, invented, write_check_ins(tmp_path, invented)


def test_the_demos_answer_sheet_comes_in_completely(practice):
    scope, invented, path = practice
    forms = build_answered_forms(invented)
    report = ingest_file(scope, path)
    assert report.source == "google_forms"
    assert (report.rows_read, report.added, report.set_aside) == (len(forms), len(forms), [])
    assert {warning.column for warning in report.warnings} <= {"Baby's date of birth"}
    with scope.read() as conn:
        matched = conn.execute(select(check_in.c.client_id, check_in.c.moment)).all()
        given = conn.execute(select(answer.c.measure, answer.c.value)).all()
    told = sum(len(form.values) + 2 * (form.better is not None) for form in forms)
    assert len(given) == told
    assert sum(row.client_id is not None for row in matched) >= 0.97 * len(forms)
    known = [row.moment for row in matched if row.client_id]
    assert sum(moment != "other" for moment in known) >= 0.97 * len(known)
