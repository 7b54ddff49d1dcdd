"""SimplePractice: the attendance report with its summary row, price and code from the second."""

import pytest

from allay_metrics.intake.source_file import open_source
from tests.support.acuity import ZONE
from tests.support.sources import ATTENDANCE, STATUS_REPORT, attended, fee, write_table

SUMMARY = {
    "client_name": "230 clients",
    "clinician_name": "9 clinicians",
    "date_of_service": "412 dates of service",
    "office_name": "2 offices",
    "status": "",
}


def opened(folder, *rows, beside=()):
    path = write_table(folder / "attendance.csv", ATTENDANCE, rows)
    return open_source(path, timezone=ZONE, beside=beside)


def test_the_summary_row_is_skipped_and_said(tmp_path):
    file = opened(tmp_path, SUMMARY, attended("04/27/2026 12:30"))
    chunk = file.preview(10)
    assert (file.source, chunk.read, len(chunk.rows), chunk.set_aside) == (
        "simplepractice", 1, 1, [],
    )  # fmt: skip
    assert "skipped 1 summary row" in file.notes
    assert file.carries == {
        "kept", "cancelled", "no_show", "cancel_time", "canceller", "attendance",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "marked", "by", "late"),
    [
        ("Show", "arrived", None, False),
        ("Attended", "arrived", None, False),
        ("No Show", "no_show", None, False),
        ("Cancelled", "cancelled", None, False),
        ("Late Canceled", "cancelled", None, True),
        ("Late cancellation", "cancelled", None, True),
        ("Clinician Cancelled", "cancelled", "practice", False),
        ("", "none", None, False),
    ],
)
def test_attendance_marks_a_visit(tmp_path, status, marked, by, late):
    [row] = opened(tmp_path, attended("04/27/2026 12:30", status)).preview().rows.to_dict("records")
    assert (row["marked"], row["cancelled_by"]) == (marked, by)
    assert (row["cancelled_at"] is not None) == late


def test_where_no_end_and_no_time_are_told_the_file_says_what_was_taken(tmp_path):
    file = opened(tmp_path, attended("04/27/2026"), attended("04/28/2026 3:00 PM"))
    rows = file.preview().rows
    assert list(rows["minutes"]) == [60, 60]
    assert [(at % 86400) // 3600 for at in rows["starts_at"]] == [19, 22]  # 12:00 and 15:00 PDT
    assert "the file has no end times: 60 minutes are assumed for each visit" in file.notes
    assert "1 row without a time of day: 12:00 is assumed" in file.notes


def test_price_and_billing_code_come_from_the_status_report(tmp_path):
    report = write_table(
        tmp_path / "status.csv",
        STATUS_REPORT,
        [
            fee("04/27/2026 12:30", "$1,180.00"),
            fee("04/28/2026 09:00", "95.00", "S9443", Clinician="Ines Park"),
            fee("04/28/2026 15:00", "180.00", "97124"),
            fee("04/29/2026 15:00", "180.00", "97124", Client="ADA  MOSS"),
        ],
    )
    rows = [attended(f"04/{day}/2026") for day in (27, 28, 29, 30)]
    file = opened(tmp_path, SUMMARY, *rows, beside=[report])
    rows_read = file.preview().rows
    assert list(rows_read["price_cents"]) == [118000, 18000, 18000, None]
    assert list(rows_read["type_text"]) == ["97124", "97124", "97124", ""]
    assert any(note.startswith("the appointment status report status.csv") for note in file.notes)
