"""Acuity exports: their values, bad rows and coverage."""

import json

import pytest

from allay_metrics.errors import FileProblem
from allay_metrics.intake.rows import ROW_COLUMNS
from allay_metrics.intake.source_file import open_source
from tests.support.acuity import ZONE, read_all, write_export

ADDRESS = "Home address (street, city, ZIP) "


def only(chunk):
    assert chunk.set_aside == []
    assert chunk.read == len(chunk.rows) == 1
    return chunk.rows.iloc[0]


def read_one(folder, row=None, **kwargs):
    return only(read_all(write_export(folder, row or {}), **kwargs))


def test_a_row_becomes_the_canonical_columns_in_their_order(tmp_path):
    chunk = read_all(write_export(tmp_path, {}))
    assert tuple(chunk.rows.columns) == ROW_COLUMNS
    row = only(chunk)
    assert row.to_dict() | {"extra": None} == {
        "row_number": 1,
        "source_key": "000000001",
        "starts_at": 1794848400,  # 17:00 UTC: California is eight hours behind in November
        "ends_at": 1794852000,
        "day": "2026-11-16",
        "minutes": 60,
        "client_name": "Ada Moss",
        "email": "ada@example.com",
        "phone": "+14155550100",
        "infant_names": None,
        "infant_born": None,
        "therapist": "Maya Lopez",
        "type_text": "Infant CST",
        "price_cents": 16500,
        "booked_on": "2026-11-02",
        "cancelled_at": None,
        "cancelled_by": None,
        "marked": "none",
        "city_text": None,
        "zip": None,
        "address": None,
        "notes": None,
        "concern": None,
        "referral_source": None,
        "extra": None,
    }


def test_unmapped_columns_are_kept_as_they_are(tmp_path):
    row = read_one(tmp_path, {"Label": "VIP", "Snacks?": "🚗 ask  Bob"})
    assert json.loads(row["extra"]) == {
        "Paid?": "no",
        "Amount Paid Online": "0.00",
        "Label": "VIP",
        "Scheduled By": "a client ",
        "Snacks?": "🚗 ask  Bob",
    }


def test_columns_are_found_by_name_in_any_order_case_and_spacing(tmp_path):
    path = write_export(tmp_path, {})
    header, line = path.read_text().splitlines()
    columns = [name.strip('"').upper().replace(" ", "  ") + " " for name in header.split(",")]
    path.write_text(",".join(reversed(columns)) + "\n" + ",".join(
        reversed([f'"{v}"' for v in line.strip('"').split('","')])))  # fmt: skip
    assert only(read_all(path))["client_name"] == "Ada Moss"


@pytest.mark.parametrize("column", ["Timezone", "Date Rescheduled", "Certificate Code", "Notes"])
def test_older_exports_without_a_column_are_read(tmp_path, column):
    path = write_export(tmp_path, {}, without=(column,))
    assert only(read_all(path))["starts_at"] == 1794848400


def test_times_are_read_in_both_styles(tmp_path):
    row = {"Start Time": "October 6, 2024 13:00", "End Time": "October 6, 2024 14:30"}
    assert read_one(tmp_path, row)["minutes"] == 90
    row = {"Start Time": "October 6, 2024 1:00 pm", "End Time": "October 6, 2024 2:30 pm"}
    assert read_one(tmp_path, row)["starts_at"] == 1728244800


def test_the_hour_around_noon_and_midnight_is_not_twelve_off(tmp_path):
    row = {"Start Time": "July 1, 2026 12:15 am", "End Time": "July 1, 2026 12:15 pm"}
    result = read_one(tmp_path, row)
    assert (result["minutes"], result["day"]) == (720, "2026-07-01")


def test_a_time_of_another_zone_is_converted_and_falls_on_the_practices_day(tmp_path):
    row = {
        "Timezone": "Europe/London",
        "Start Time": "November 17, 2026 1:00 am",
        "End Time": "November 17, 2026 2:00 am",
    }
    result = read_one(tmp_path, row)
    assert (result["starts_at"], result["day"]) == (1794877200, "2026-11-16")


def test_a_blank_zone_is_the_practices(tmp_path):
    assert read_one(tmp_path, {"Timezone": " "})["starts_at"] == 1794848400


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("Start Time", "November 1, 2026 1:30 am", "happens twice"),
        ("Start Time", "March 8, 2026 2:30 am", "does not exist"),
        ("Start Time", "February 30, 2026 9:00 am", "does not exist"),
        ("Start Time", "November 31, 2026 9:00 am", "does not exist"),
        ("Start Time", "November 16, 2026 13:00 pm", "does not exist"),
        ("Start Time", "November 16, 0206 9:00 am", "cannot be right"),
        ("Start Time", "November 16, 2026", "no time of day"),
        ("Start Time", "next Tuesday", "known form"),
        ("Start Time", "", "empty"),
        ("End Time", "soon", "known form"),
        ("End Time", "November 16, 2026 9:00 am", "not later than the start"),
        ("End Time", "November 16, 2027 10:00 am", "24 hours"),
        ("Timezone", "Mars/Base", "time zone is not known"),
    ],
)
def test_a_row_without_usable_times_fails_alone_and_says_why(tmp_path, column, value, reason):
    chunk = read_all(write_export(tmp_path, {}, {column: value, "Notes": "kept"}, {}))
    assert list(chunk.rows["row_number"]) == [1, 3]
    [bad] = chunk.set_aside
    assert (bad.row, bad.column, bad.value) == (2, column, value)
    assert reason in bad.reason
    assert bad.raw["Notes"] == "kept"


def test_the_hours_beside_a_change_of_clocks_are_read(tmp_path):
    early = {"Start Time": "November 1, 2026 12:30 am", "End Time": "November 1, 2026 12:59 am"}
    across = {"Start Time": "November 1, 2026 12:30 am", "End Time": "November 1, 2026 2:00 am"}
    spring = {"Start Time": "March 8, 2026 1:30 am", "End Time": "March 8, 2026 3:30 am"}
    chunk = read_all(write_export(tmp_path, early, across, spring))
    assert list(chunk.rows["minutes"]) == [29, 150, 60]


def test_the_first_unusable_column_is_the_one_named(tmp_path):
    row = {"Start Time": "?", "End Time": "?", "First Name": "", "Last Name": ""}
    [bad] = read_all(write_export(tmp_path, row)).set_aside
    assert bad.column == "Start Time"


def test_a_row_about_nobody_is_set_aside(tmp_path):
    [bad] = read_all(write_export(tmp_path, {"First Name": " ", "Last Name": "-"})).set_aside
    assert (bad.column, bad.reason) == ("First Name", "it does not say who the visit is for")


@pytest.mark.parametrize(
    ("column", "value", "field"),
    [
        ("Phone", "ask Bob", "phone"),
        ("Phone", "12", "phone"),
        ("Email", "ada at example", "email"),
        ("Email", "ada@example.com, bo@example.com", "email"),
        ("Appointment Price", "free", "price_cents"),
        ("Appointment Price", "1,23.00", "price_cents"),
        ("Date Scheduled", "yesterday", "booked_on"),
        ("Baby's date of birth", "spring", "infant_born"),
        ("Baby's date of birth", "12/24/2026", "infant_born"),
    ],
)
def test_a_bad_detail_is_a_warning_and_the_row_counts(tmp_path, column, value, field):
    chunk = read_all(write_export(tmp_path, {}, {column: value}))
    assert chunk.rows.loc[1, field] is None
    [warning] = chunk.warnings
    assert (warning.row, warning.column) == (2, column)


@pytest.mark.parametrize("text", ["12/24/2026", "due 12/24/2026", "due in spring", "EDD 1/2/27"])
def test_a_due_date_is_no_birth_date_and_nothing_to_warn_of(tmp_path, text):
    row = {"Baby's date of birth or due date": text}
    chunk = read_all(write_export(tmp_path, row))
    assert (chunk.rows.loc[0, "infant_born"], chunk.warnings) == (None, [])


@pytest.mark.parametrize(
    ("text", "cents"),
    [("29.00", 2900), ("$1,234.50", 123450), ("1,234", 123400), ("0.00", 0), ("$ 5.5", 550)],
)
def test_money_is_read_to_the_cent(tmp_path, text, cents):
    assert read_one(tmp_path, {"Appointment Price": text})["price_cents"] == cents


def test_a_blank_price_is_missing_and_not_zero(tmp_path):
    chunk = read_all(write_export(tmp_path, {"Appointment Price": " "}))
    assert (only(chunk)["price_cents"], chunk.warnings) == (None, [])


@pytest.mark.parametrize(
    "text", ["'+14155550100", "(415) 555-0100", "415.555.0100", "1 415 555 0100", "4155550100"]
)
def test_a_phone_is_the_same_however_it_is_written(tmp_path, text):
    assert read_one(tmp_path, {"Phone": text})["phone"] == "+14155550100"


def test_a_foreign_phone_keeps_its_country(tmp_path):
    assert read_one(tmp_path, {"Phone": "'+44 7762 992312"})["phone"] == "+447762992312"


def test_spaces_in_names_are_tidied(tmp_path):
    row = {"First Name": " Ada\u00a0 May ", "Last Name": "Moss  ", "Type": "Prenatal  Massage ,"}
    result = read_one(tmp_path, row)
    assert (result["client_name"], result["type_text"]) == ("Ada May Moss", "Prenatal Massage ,")


def test_questions_are_found_by_their_words(tmp_path):
    row = {
        ADDRESS: "12 Elm St\nOakland",
        "Baby's name(s)": "Bo",
        "Baby's date of birth": "8/3/2026",
        "What is your main concern? | ¿Cuál es su preocupación?": "latch",
        "How did you hear about us?": "a doula",
        "Best e-mail address for forms": "x@example.com",
    }
    result = read_one(tmp_path, row)
    assert result["address"] == "12 Elm St\nOakland"
    assert (result["infant_names"], result["infant_born"]) == ("Bo", "2026-08-03")
    assert (result["concern"], result["referral_source"]) == ("latch", "a doula")


def test_city_and_zip_have_columns_of_their_own_where_they_are_asked_apart(tmp_path):
    row = {"Which city do you live in?": "Oakland", "ZIP code": "94610", "Street address": "1 Elm"}
    result = read_one(tmp_path, row)
    assert (result["city_text"], result["zip"], result["address"]) == ("Oakland", "94610", "1 Elm")


NO_SHOWS = ["no show", "no-show", "NoShow", "No  Show ", "NO_SHOW", "no-showed: fee due"]


@pytest.mark.parametrize("label", NO_SHOWS)
@pytest.mark.parametrize("holds", ["kept", "cancelled"])
def test_a_no_show_label_is_read_in_any_spelling(tmp_path, label, holds):
    assert read_one(tmp_path, {"Label": label}, holds=holds)["marked"] == "no_show"


@pytest.mark.parametrize("label", ["Completed", "Checked In", "checked-in "])
def test_a_label_marks_who_came(tmp_path, label):
    assert read_one(tmp_path, {"Label": label})["marked"] == "arrived"


@pytest.mark.parametrize("label", ["", "VIP", "Completed"])
def test_any_other_row_of_a_cancelled_file_is_cancelled(tmp_path, label):
    row = read_one(tmp_path, {"Label": label}, holds="cancelled")
    assert (row["marked"], row["cancelled_by"], row["cancelled_at"]) == ("cancelled", None, None)


def test_a_mixed_file_is_refused_unless_a_column_tells_cancelled_rows_apart(tmp_path):
    with pytest.raises(FileProblem, match="tells cancelled visits apart"):
        read_all(write_export(tmp_path, {}), holds="all")
    rows = [{"Canceled": "yes"}, {"Canceled": "no"}, {"Canceled": "yes", "Label": "no show"}]
    path = write_export(tmp_path, *rows)
    assert list(read_all(path, holds="all").rows["marked"]) == ["cancelled", "none", "no_show"]


@pytest.mark.parametrize(
    ("holds", "carries"),
    [
        (None, {"kept", "booked_on"}),
        ("cancelled", {"cancelled", "no_show", "booked_on"}),
        ("all", {"kept", "cancelled", "no_show", "booked_on"}),
    ],
)
def test_a_file_says_what_it_can_tell(tmp_path, holds, carries):
    path = write_export(tmp_path, {"Canceled": "no"})
    assert open_source(path, timezone=ZONE, holds=holds).carries == carries


def test_a_file_without_booking_dates_does_not_claim_them(tmp_path):
    path = write_export(tmp_path, {}, without=("Date Scheduled",))
    assert open_source(path, timezone=ZONE).carries == {"kept"}


def test_the_same_appointment_twice_is_counted_once_and_said(tmp_path):
    row = {"Appointment ID": "7"}
    path = write_export(tmp_path, row, {}, row)
    chunks = list(open_source(path, timezone=ZONE).chunks(size=2))
    assert [len(chunk.rows) for chunk in chunks] == [2, 0]
    [again] = chunks[1].set_aside
    assert (again.row, again.column, again.value) == (3, "Appointment ID", "7")
    assert again.reason == "the same appointment stands already in row 1"


def test_without_an_id_the_key_is_client_and_start(tmp_path):
    later = {"Start Time": "November 16, 2026 9:15 am"}
    path = write_export(tmp_path, {}, later, {"First Name": "ADA"}, without=("Appointment ID",))
    chunk = read_all(path)
    assert chunk.rows["source_key"].str.len().tolist() == [40, 40]
    assert [row.row for row in chunk.set_aside] == [3]


def test_leading_zeros_of_an_id_are_kept(tmp_path):
    assert read_one(tmp_path, {"Appointment ID": "000420"})["source_key"] == "000420"


def test_chunks_add_up_to_the_file_and_the_bar_reaches_its_end(tmp_path):
    rows = [{} if number % 7 else {"Start Time": "?"} for number in range(50)]
    file = open_source(write_export(tmp_path, *rows), timezone=ZONE)
    chunks = list(file.chunks(size=8))
    assert all(chunk.read == len(chunk.rows) + len(chunk.set_aside) for chunk in chunks)
    assert sum(chunk.read for chunk in chunks) == 50
    assert sum(len(chunk.set_aside) for chunk in chunks) == 8
    numbers = [n for chunk in chunks for n in chunk.rows["row_number"]]
    numbers += [row.row for chunk in chunks for row in chunk.set_aside]
    assert sorted(numbers) == list(range(1, 51))
    assert file.fraction_read == 1.0


def test_reading_twice_gives_the_same(tmp_path):
    file = open_source(write_export(tmp_path, {}, {}), timezone=ZONE)
    first, second = (next(iter(file.chunks())).rows for _ in range(2))
    assert first.equals(second)


def test_a_file_with_a_header_only_has_no_rows(tmp_path):
    chunk = read_all(write_export(tmp_path))
    assert (chunk.read, tuple(chunk.rows.columns)) == (0, ROW_COLUMNS)


def test_the_file_is_named_and_fingerprinted(tmp_path):
    path = write_export(tmp_path, {})
    file = open_source(path, timezone=ZONE)
    assert (file.file_name, file.size, file.source) == ("export.csv", path.stat().st_size, "acuity")
    assert len(file.sha256) == 64
    assert file.modified_at == int(path.stat().st_mtime)


def test_parking_gate_code_and_pets_are_notes(tmp_path):
    answers = {"Notes": "Bring the scale", "Parking, gate code, pets": "Gate 0417\nTwo dogs"}
    assert read_one(tmp_path, answers)["notes"] == "Bring the scale\nGate 0417\nTwo dogs"
