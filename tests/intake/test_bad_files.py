"""Files that cannot be read are refused in one sentence; no row of the others is lost."""

import zipfile

import pytest

from allay_metrics.errors import FileProblem
from allay_metrics.intake.source_file import open_source
from tests.support.acuity import ZONE, export_text, read_all, write_export
from tests.support.calls import counted_calls


def refusal(path, **kwargs):
    with pytest.raises(FileProblem) as caught:
        read_all(path, **kwargs)
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence


def written(folder, content, name="export.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "export.csv is empty."),
        (b"\n\n  \n", "its header has nothing"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a picture"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or password-protected Excel workbook"),
        (b"\x7fELF\x02\x01\x01\x00\x00" * 50, "NUL"),
        (b"Start Time\x81,\xe9\xff", "neither UTF-8"),
        (b"just some words\nand some more\n", "its header has 'just some words'"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path, content, says):
    assert says in refusal(written(tmp_path, content))


def test_a_missing_file_is_refused(tmp_path):
    assert "cannot be opened" in refusal(tmp_path / "gone.csv")


def test_a_folder_is_refused(tmp_path):
    assert "cannot be opened" in refusal(tmp_path)


def test_a_nul_in_the_middle_is_refused_with_its_place(tmp_path):
    content = export_text({}, {"Notes": "a\0b"})
    assert "NUL character near byte" in refusal(written(tmp_path, content))


def test_an_unknown_header_is_named_and_the_way_on_is_told(tmp_path):
    sentence = refusal(written(tmp_path, "Day,Who,Where\n1,2,3\n"))
    assert "'Day', 'Who', 'Where'" in sentence
    assert "profile" in sentence


def test_a_missing_column_is_named(tmp_path):
    sentence = refusal(write_export(tmp_path, {}, without=("Start Time",)))
    assert "looks like Acuity Scheduling but lacks 'Start Time'" in sentence


def test_a_missing_column_is_named_where_the_source_was_told(tmp_path):
    path = write_export(tmp_path, {}, without=("Start Time", "Type"))
    assert "lacks the column 'Start Time'" in refusal(path, source="acuity")


def test_an_unknown_source_is_refused_with_those_there_are(tmp_path):
    sentence = refusal(write_export(tmp_path, {}), source="acuty")
    assert "'acuty'" in sentence
    assert "acuity" in sentence


def test_a_doubled_header_that_is_needed_is_refused(tmp_path):
    content = export_text({}).replace('"Phone"', '"email "')
    assert "the column 'email'" in refusal(written(tmp_path, content))
    assert "more than once" in refusal(written(tmp_path, content))


def test_a_doubled_header_nobody_reads_does_no_harm(tmp_path):
    content = export_text({"A": "1", "B": "2"}).replace('"B"', '"A"')
    chunk = read_all(written(tmp_path, content))
    assert '"A": "1"' in chunk.rows.loc[0, "extra"]
    assert '"A (2)": "2"' in chunk.rows.loc[0, "extra"]


def test_a_million_columns_are_refused_at_once(tmp_path):
    header = ",".join(f"column {n}" for n in range(1_000_000))
    path = written(tmp_path, header + "\n" + "," * 999_999 + "\n")
    with counted_calls() as calls:
        assert "more than a table of visits has" in refusal(path)
    assert calls.count < 20_000  # of a million names


def test_a_table_just_too_wide_is_refused(tmp_path):
    assert "1,001 columns" in refusal(written(tmp_path, "a" + ",a" * 1_000))


def test_an_endless_line_is_refused(tmp_path):
    path = written(tmp_path, export_text({}) + "x" * 1_500_000)
    assert "longer than 1,000,000 characters" in refusal(path)


def test_an_endless_value_is_refused_with_its_row(tmp_path):
    lines = "\n".join("x" * 1000 for _ in range(200))
    path = written(tmp_path, export_text({}) + '"' + lines)
    assert "field larger than field limit" in refusal(path)


@pytest.mark.parametrize("more", ['"a","b"', '"' + '","'.join("x" * 25) + '"', '"alone"'])
def test_a_ragged_row_is_set_aside_and_never_shifted(tmp_path, more):
    lines = export_text({}, {}).splitlines()
    path = written(tmp_path, "\r\n".join([*lines[:2], more, lines[2]]))
    chunk = read_all(path)
    assert list(chunk.rows["row_number"]) == [1, 3]
    [bad] = chunk.set_aside
    assert bad.row == 2
    assert "values, the header 19" in bad.reason
    assert bad.raw


def test_values_too_many_are_kept_with_the_row(tmp_path):
    content = export_text({}).rstrip() + ',"extra","more"\r\n'
    [bad] = read_all(written(tmp_path, content)).set_aside
    assert bad.raw["(more values)"] == '["extra", "more"]'


def test_a_row_of_empty_values_is_set_aside(tmp_path):
    content = export_text({}) + "," * 18 + "\r\n"
    [bad] = read_all(written(tmp_path, content)).set_aside
    assert (bad.row, bad.reason) == (2, "the row is empty")


def test_blank_lines_are_no_rows(tmp_path):
    header, row = export_text({}).splitlines()
    chunk = read_all(written(tmp_path, f"\n{header}\n\n\n{row}\n\n"))
    assert (chunk.read, len(chunk.rows)) == (1, 1)


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_a_file_cut_inside_quotation_marks_keeps_its_good_rows(tmp_path, size):
    whole = export_text({}, {}, {"Appointment ID": "123456789"})
    path = written(tmp_path, whole[: whole.rindex("456789")])
    chunks = list(open_source(path, timezone=ZONE).chunks(size=size))
    assert sum(len(chunk.rows) for chunk in chunks) == 2
    [bad] = [row for chunk in chunks for row in chunk.set_aside]
    assert (bad.row, bad.column, bad.value) == (3, "Appointment ID", "123")
    assert "file ends inside" in bad.reason


def test_a_file_cut_anywhere_loses_no_row_and_never_crashes(tmp_path):
    whole = export_text({"Notes": 'two\r\nlines, "quoted"'}, {"First Name": "Zoë"}).encode()
    header_end = whole.index(b"\r\n")
    for end in range(header_end + 4, len(whole), 3):  # from the first letter behind the quote on
        chunk = read_all(written(tmp_path, whole[:end]))
        assert chunk.read == len(chunk.rows) + len(chunk.set_aside)
        assert chunk.read >= 1 + (b"Zo" in whole[:end])


def test_title_lines_above_the_header_are_skipped_and_said(tmp_path):
    path = written(tmp_path, 'Appointments\n"Exported, Monday",x\n\n' + export_text({}))
    assert len(read_all(path).rows) == 1
    notes = open_source(path, timezone=ZONE).notes
    assert notes == ["skipped 2 title lines above the header"]


def test_a_broken_character_far_into_a_file_is_read_as_cp1252_and_said(tmp_path):
    rows = [{"First Name": "Zo\u00eb"}] * 3
    path = written(tmp_path, export_text(*rows).encode("cp1252"))
    assert list(read_all(path).rows["client_name"]) == ["Zo\u00eb Moss"] * 3
    assert "cp1252" in open_source(path, timezone=ZONE).notes[0]


def test_an_archive_that_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "export.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("notes.txt", "hello")
    assert "not an Excel workbook" in refusal(path)
