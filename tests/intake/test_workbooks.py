"""XLSX: read like the CSV of the same table, and checked before it is unpacked."""

import zipfile
from datetime import datetime as wall
from random import Random

import pytest
import xlsxwriter

from allay_metrics.errors import FileProblem
from allay_metrics.intake import child_process
from allay_metrics.intake import workbook as reader
from allay_metrics.intake.source_file import open_source
from tests.support.acuity import DEFAULTS, ZONE, read_all, write_export
from tests.support.calls import counted_calls

MINIMAL = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
    'main"><sheets><sheet name="S" sheetId="1"/></sheets></workbook>',
}


def workbook(folder, *rows, titles=(), before=()):
    path = folder / "export.xlsx"
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        for name in before:
            book.add_worksheet(name)
        sheet = book.add_worksheet("Appointments")
        for number, title in enumerate(titles):
            sheet.write_string(number, 0, title)
        sheet.write_row(len(titles), 0, list(DEFAULTS))
        for number, row in enumerate(rows, len(titles) + 1):
            for column, value in enumerate((DEFAULTS | row).values()):
                sheet.write(number, column, value)
    return path


def archive(folder, sheet, **more):
    path = folder / "export.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in (MINIMAL | more).items():
            file.writestr(name, text)
        file.writestr("xl/worksheets/sheet1.xml", sheet)
    return path


def test_a_workbook_reads_like_the_csv_of_the_same_rows(tmp_path):
    row = {"Appointment ID": "0042", "Notes": "two\nlines ☃", "Timezone": "Europe/London"}
    ours = read_all(workbook(tmp_path, row))
    assert ours.rows.equals(read_all(write_export(tmp_path, row)).rows)
    assert ours.set_aside == []


def test_dates_and_numbers_in_cells_become_texts(tmp_path):
    row = {
        "Start Time": wall.fromisoformat("2026-11-16 09:00"),
        "End Time": wall.fromisoformat("2026-11-16 10:30"),
        "Date Scheduled": wall.fromisoformat("2026-11-02"),
        "Appointment Price": 165.5,
        "Appointment ID": 487366946,
        "Phone": 4155550100,
    }
    row_read = read_all(workbook(tmp_path, row)).rows.iloc[0]
    assert (row_read["day"], row_read["minutes"], row_read["booked_on"]) == (
        "2026-11-16",
        90,
        "2026-11-02",
    )
    assert (row_read["price_cents"], row_read["source_key"]) == (16550, "487366946")
    assert row_read["phone"] == "+14155550100"


def test_title_rows_and_other_sheets_are_said(tmp_path):
    path = workbook(tmp_path, {"Appointment ID": "1"}, titles=["Appointments"], before=["Cover"])
    file = open_source(path, timezone=ZONE)
    assert file.notes == [
        "read the sheet 'Appointments' of 2 sheets",
        "skipped 1 title line above the header",
    ]
    assert len(next(file.chunks()).rows) == 1
    assert file.fraction_read == 1.0


def test_one_far_cell_is_refused_fast(tmp_path):
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="{0}"><c r="{1}{0}"><v>1</v></c></row>'
    for row, column, says in [(1048576, "XFD", "16,384 columns"), (1048576, "Z", "too far")]:
        path = archive(tmp_path, f"<worksheet><sheetData>{cells.format(row, column)}")
        with pytest.raises(FileProblem, match=says), counted_calls() as calls:
            read_all(path)
        assert calls.count < 20_000  # of a million rows, or of 16,384 columns by hundreds of rows


def test_a_far_cell_is_found_across_the_seams_of_reading(tmp_path):
    far = '<row r="1048576"><c s="1" r="Z1048576"/></row>'
    for filler in range(1_048_540, 1_048_600, 7):
        path = archive(tmp_path, " " * filler + far)
        with pytest.raises(FileProblem, match="too far"):
            read_all(path)


def test_an_archive_that_swells_is_refused(tmp_path):
    path = tmp_path / "export.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file,
        file.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as member,
    ):
        for _ in range(310):
            member.write(b" " * 1_000_000)
    assert path.stat().st_size < 1_000_000
    with pytest.raises(FileProblem, match="unpacks to far more than"):
        read_all(path)


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9])
def test_a_cut_workbook_is_refused(tmp_path, part):
    path = workbook(tmp_path, {"Appointment ID": "1"})
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * part)])
    with pytest.raises(FileProblem, match="damaged or cut"):
        read_all(path)


def test_a_workbook_with_nothing_in_it_is_refused(tmp_path):
    path = tmp_path / "export.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet()
    with pytest.raises(FileProblem, match="empty workbook"):
        read_all(path)


def test_a_workbook_the_parser_cannot_take_is_refused(tmp_path):
    with pytest.raises(FileProblem, match="cannot be read as a workbook"):
        read_all(archive(tmp_path, "<worksheet"))


def test_a_parser_that_does_not_come_back_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(child_process, "PATIENCE", 0.001)
    with pytest.raises(FileProblem, match=r"export\.xlsx cannot be read: it takes more memory or"):
        open_source(workbook(tmp_path, {}), timezone=ZONE)


def test_a_parser_that_wants_too_much_memory_is_a_sentence(tmp_path, monkeypatch):
    # The child takes its limit from its own module: run it with a small one.
    small = tmp_path / "small.py"
    small.write_text(
        "import sys\nfrom pathlib import Path\n"
        "from allay_metrics.intake import child_process, sheet\n"
        "child_process.MEMORY_BYTES, child_process.MEMORY_A_BYTE = 60_000_000, 0\n"
        "sys.exit(sheet.main(Path(sys.argv[-1])))\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(reader, "PROGRAM", (str(small),))
    letters = Random(1)
    rows = [{"Notes": letters.randbytes(6_000).hex()} for _ in range(2_000)]
    with pytest.raises(FileProblem, match=r"export\.xlsx cannot be read"):
        open_source(workbook(tmp_path, *rows), timezone=ZONE)
