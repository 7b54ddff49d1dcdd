"""Any text a person may type is read as it was written, in any format of a file."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allay_metrics.intake.source_file import open_source
from tests.support.acuity import ZONE, export_text, read_all

# Everything but what no text file holds, and line breaks other than those CSV knows.
LETTERS = st.characters(exclude_categories=("Cs", "Cc"), include_characters="\t")
TEXTS = (
    st.text(LETTERS, max_size=40)
    .map(lambda text: text.strip())
    .filter(lambda text: text[:1] != "'")
)
WESTERN = st.text(st.characters(codec="cp1252", exclude_categories=("Cc",)), max_size=40).map(
    str.strip
)
KINDS = {
    "plain": (",", "utf-8", b""),
    "with a byte order mark": (",", "utf-8-sig", b""),
    "semicolons": (";", "utf-8", b""),
    "tabs": ("\t", "utf-8", b""),
    "UTF-16, little end first": (",", "utf-16-le", b"\xff\xfe"),
    "UTF-16, big end first": ("\t", "utf-16-be", b"\xfe\xff"),
}
once = settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def kept(path, row):
    """Return the texts that were read from the columns without a field."""
    [result] = read_all(path).rows.to_dict("records")
    extra = json.loads(result["extra"])
    return {name: extra.get(name, "") for name in row}


@pytest.mark.parametrize("kind", KINDS)
@once
@given(first=TEXTS, second=TEXTS)
def test_texts_come_out_as_they_went_in(tmp_path, kind, first, second):
    delimiter, encoding, mark = KINDS[kind]
    row = {"Anything": first, "Anything else": second}
    path = tmp_path / "export.csv"
    path.write_bytes(mark + export_text(row, delimiter=delimiter).encode(encoding))
    assert kept(path, row) == row


@once
@given(text=WESTERN)
def test_western_texts_come_out_as_they_went_in(tmp_path, text):
    row = {"Anything": text, "More": "Zoë €5"}
    path = tmp_path / "export.csv"
    path.write_bytes(export_text(row).encode("cp1252"))
    assert kept(path, row) == row
    assert "cp1252" in " ".join(open_source(path, timezone=ZONE).notes)


@once
@given(digits=st.text("0123456789", min_size=1, max_size=30))
def test_an_id_is_a_text_and_keeps_its_zeros(tmp_path, digits):
    path = tmp_path / "export.csv"
    path.write_text(export_text({"Appointment ID": digits}))
    assert read_all(path).rows.loc[0, "source_key"] == digits


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_the_apostrophe_that_guards_against_formulas_is_taken_off_again(tmp_path, text):
    path = tmp_path / "export.csv"
    path.write_text(export_text({"Notes": "'" + text}))
    assert read_all(path).rows.loc[0, "notes"] == text.strip()


@pytest.mark.parametrize(
    "name", ["نور الهدى", "שרה", "李 明", "Zoë 👶🏽", "O'Brien", "d\u2019Arcy"]
)
def test_names_of_the_world_are_left_alone(tmp_path, name):
    path = tmp_path / "export.csv"
    path.write_text(export_text({"First Name": name, "Last Name": ""}))
    assert read_all(path).rows.loc[0, "client_name"] == name


def test_line_breaks_inside_a_value_are_kept(tmp_path):
    path = tmp_path / "export.csv"
    path.write_bytes(export_text({"Notes": "gate 4\r\nring twice"}, {}).encode())
    chunk = read_all(path)
    assert list(chunk.rows["notes"]) == ["gate 4\nring twice", None]
